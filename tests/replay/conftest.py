"""Things that rendering tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from bot.kernel.locale import Locale
from bot.kernel.paths import ROOT
from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.replay.stage.browser import find_browser
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage

SHOP = ROOT / "tests" / "recordings" / "rrweb" / "shop-rage.json.gz"


@dataclass
class Listener:
    """Listens on loopback and remembers who came, and with what first line."""

    origin: str = ""
    heard: list[str] = field(default_factory=list)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    heard = Listener()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.heard.append("connected")
        heard.heard.append((await reader.readline()).decode("latin-1").strip())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    heard.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield heard
    server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool() -> AsyncIterator[RenderPool]:
    """Each clip has a browser of its own all the same; the next one starts while the test before goes on."""
    async with RenderPool() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser_stage() -> AsyncIterator[Stage]:
    opened = await Stage.open(*find_browser())
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser_stage: Stage) -> AsyncIterator[Stage]:
    """Cleared for the next test, as after the rehearsal."""
    yield browser_stage
    await browser_stage._evaluate("stage.clear()")


@pytest.fixture
def shop() -> Recording:
    return read(read_path(SHOP))


@pytest.fixture
def english() -> Locale:
    return Locale.of("en")
