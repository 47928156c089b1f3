"""The whole bot, started for each test on the sample week; see house.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.providers.local.event_store import EventStore
from bot.providers.local.sample.load import load_sample
from tests.handlers.datadog import Shop, shop_of, some_of
from tests.handlers.house import House, open_house


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample week up to now, made once."""
    import asyncio

    folder = tmp_path_factory.mktemp("sample") / "rum"

    async def load() -> None:
        store = await EventStore.open(folder)
        await load_sample(store, datetime.now().astimezone())
        await store.settle()
        await store.close()

    asyncio.run(load())
    return folder


@pytest.fixture(scope="session")
def crowd(sample: Path) -> list[dict[str, Any]]:
    """Some of the sample week's sessions, as the browser SDK sent them."""
    import asyncio

    return asyncio.run(some_of(sample))


@pytest.fixture
def shop(crowd: list[dict[str, Any]]) -> Shop:
    return partial(shop_of, crowd)


@pytest.fixture
async def house(tmp_path: Path, sample: Path, redis: Redis, redis_server: str) -> AsyncIterator[House]:
    async with open_house(tmp_path, sample, redis_server) as opened:
        yield opened
