"""Each port's fixture runs over every provider of the registry that has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.backlog.owners import OwnerSource
from bot.notebook.ports import NotebookStore
from bot.providers.registry import names_with
from bot.signals.source import Recordings, Source
from tests.providers.contract.provided import Content, Provided, provided

Provide = Callable[[str, Content], Awaitable[Provided]]
OpenSource = Callable[..., Awaitable[Source]]
OpenRecordings = Callable[[Path], Awaitable[Recordings]]
OpenOwners = Callable[[dict[str, str]], Awaitable[OwnerSource]]


@pytest.fixture
async def provide(tmp_path: Path, redis: Redis) -> AsyncIterator[Provide]:
    """Opens a provider by name; it is open until the test ends."""
    async with AsyncExitStack() as stack:
        yield lambda name, content: stack.enter_async_context(provided(name, content, tmp_path, redis))


@pytest.fixture(params=names_with("source"))
def open_source(request: pytest.FixtureRequest, provide: Provide) -> OpenSource:
    """`source = await open_source(event, …)`, or with `recording=` a folder that the SDK recorded."""

    async def source(*events: dict[str, Any], recording: Path | None = None) -> Source:
        parts = (await provide(request.param, Content(events=events, recording=recording))).parts
        assert parts.source
        return parts.source

    return source


@pytest.fixture(params=names_with("recordings"))
def open_recordings(request: pytest.FixtureRequest, provide: Provide) -> OpenRecordings:
    async def recordings(folder: Path) -> Recordings:
        parts = (await provide(request.param, Content(recording=folder))).parts
        assert parts.recordings
        return parts.recordings

    return recordings


@pytest.fixture(params=names_with("notebooks"))
async def store(request: pytest.FixtureRequest, provide: Provide) -> NotebookStore:
    parts = (await provide(request.param, Content())).parts
    assert parts.notebooks
    return parts.notebooks


@pytest.fixture(params=names_with("tracker"))
async def ticketing(request: pytest.FixtureRequest, provide: Provide) -> Provided:
    """A provider with a tracker."""
    return await provide(request.param, Content())


@pytest.fixture(params=names_with("owners"))
def open_owners(request: pytest.FixtureRequest, provide: Provide) -> OpenOwners:
    """`owners = await open_owners({"/cart": "mina@example.com"})`"""

    async def owners(owned: dict[str, str]) -> OwnerSource:
        parts = (await provide(request.param, Content(owned=owned))).parts
        assert parts.owners
        return parts.owners

    return owners
