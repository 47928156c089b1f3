"""The whole bot, started for each test on the sample week; see house.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from tests.handlers.datadog import Shop, shop_of, some_of
from tests.handlers.house import House, open_house
from tests.handlers.patience import patient
from tests.handlers.quick_starts import quick_starts
from tests.handlers.signed_in_house import SignedInHouse, signed_in_house
from tests.made_once import made_once
from tests.moments import Moment, starting_at


@pytest.fixture(scope="session", autouse=True)
def bots_start_quickly() -> Iterator[None]:
    with quick_starts():
        yield


@pytest.fixture(scope="session", autouse=True)
def bots_are_patient() -> Iterator[None]:
    with patient():
        yield


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory, moment: Moment, sample: Path) -> list[dict[str, Any]]:
    """Some of the sample week's sessions, as the browser SDK sent them."""

    def write(path: Path) -> None:
        path.write_bytes(msgspec.json.encode(asyncio.run(some_of(sample, path.with_suffix(".rum"), moment.now))))

    found = made_once(tmp_path_factory, f"crowd-{moment.slug}.json", write)
    events: list[dict[str, Any]] = msgspec.json.decode(found.read_bytes())
    return events


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    tmp_path_factory: pytest.TempPathFactory, redis_server: str, moment: Moment
) -> AsyncIterator[SignedInHouse]:
    clock: Clock = starting_at(moment.now)
    async with signed_in_house(tmp_path_factory.mktemp("access"), redis_server, clock) as opened:
        yield opened


@pytest.fixture
def shop(crowd: list[dict[str, Any]], clock: Clock) -> Shop:
    return partial(shop_of, crowd, clock)


@pytest.fixture
async def house(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[House]:
    async with open_house(tmp_path, sample, redis_server, clock) as opened:
        yield opened
