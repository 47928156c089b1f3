"""The whole bot, started for each test on the sample week; see house.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.messages import Messages
from bot.notebook.notebook_text import NotebookText
from bot.web.html_pages import HtmlPages
from tests.handlers.datadog import Shop, shop_of, some_of
from tests.handlers.house import House, open_house
from tests.made_once import made_once
from tests.moments import Moment


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    """Every house would compile them anew: a third of all that the tests of a house do."""
    with ExitStack() as stack:
        for each in (Messages, NotebookText, HtmlPages):
            stack.enter_context(mock.patch.object(each, "load", cache(each.load)))
        yield


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory, moment: Moment, sample: Path) -> list[dict[str, Any]]:
    """Some of the sample week's sessions, as the browser SDK sent them."""

    def write(path: Path) -> None:
        path.write_bytes(msgspec.json.encode(asyncio.run(some_of(sample, path.with_suffix(".rum"), moment.now))))

    found = made_once(tmp_path_factory, f"crowd-{moment.slug}.json", write)
    events: list[dict[str, Any]] = msgspec.json.decode(found.read_bytes())
    return events


@pytest.fixture
def shop(crowd: list[dict[str, Any]], clock: Clock) -> Shop:
    return partial(shop_of, crowd, clock)


@pytest.fixture
async def house(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[House]:
    async with open_house(tmp_path, sample, redis_server, clock) as opened:
        yield opened
