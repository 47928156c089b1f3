"""What the SDK sent arrives at Datadog unchanged, and Datadog being away costs the page nothing."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, unused_port

from bot.files.folder_store import FolderStore
from bot.kernel.errors import Unavailable
from bot.providers.local.event_store import EventStore
from bot.web import tee as tees
from bot.web.intake import intake_routes
from bot.web.tee import Pauses, Tee, forwarded_headers, may_go
from tests.waiting import settled

RECORDED = Path(__file__).parents[1] / "recordings/datadog/sdk-7.16.2-shop-paired-rrweb"
RUM = (RECORDED / "rum-events.ndjson").read_bytes()
SEGMENT = next(iter(sorted((RECORDED / "segments").glob("*.deflate")))).read_bytes()
QUICK = Pauses(0.02, 0.05, left_s=0.0, look_s=0.05)
Page = TestClient[web.Request, web.Application]


class Datadog:
    """Datadog's intake: answers with the next of `statuses`, then 202."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[str, bytes, dict[str, str]]] = []
        self.more = asyncio.Event()
        self.poison: bytes | None = None
        """The body that is never taken."""
        self.answers = asyncio.Event()
        """Cleared, nobody gets an answer until it is set."""
        self.answers.set()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        await self.answers.wait()
        status = 500 if body == self.poison else self.statuses.pop(0) if self.statuses else 202
        if status == 202:
            self.got.append((request.raw_path, body, dict(request.headers)))
            self.more.set()
        return web.Response(status=status)

    async def wait_for(self, number: int) -> None:
        async with asyncio.timeout(60):
            while len(self.got) < number:
                self.more.clear()
                await self.more.wait()


@asynccontextmanager
async def serving(datadog: Datadog, port: int = 0) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{any:.*}", datadog.take)
    async with TestServer(app, port=port) as server:
        yield str(server.make_url(""))


@asynccontextmanager
async def page(folder: Path, base: str) -> AsyncIterator[tuple[Page, EventStore]]:
    store = await EventStore.open(folder / "rum", clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    try:
        async with Tee.opened(spool(folder), base, QUICK) as tee:
            app = web.Application()
            app.add_routes(intake_routes(store, ["pub+1"], tee=tee))
            async with TestClient(TestServer(app)) as client:
                yield client, store
    finally:
        await store.close()


def to(track: str, more: str = "") -> str:
    forward = f"/api/v2/{track}?ddsource=browser&dd-api-key=pub%2B1&dd-evp-origin=browser{more}"
    return f"/intake/datadog?ddforward={quote(forward, safe='')}"


def spool(folder: Path) -> FolderStore:
    return FolderStore(folder / "forward")


def waiting(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "forward").glob("*"))


def form() -> bytes:
    """As a browser sends it."""
    about = json.loads(zlib.decompress(SEGMENT))
    about.pop("records")
    parts = {
        b'name="segment"; filename="s-1"\r\nContent-Type: application/octet-stream': SEGMENT,
        b'name="event"; filename="blob"\r\nContent-Type: application/json': json.dumps(about).encode(),
    }
    head = b"------Web\r\nContent-Disposition: form-data; "
    return b"".join(head + name + b"\r\n\r\n" + part + b"\r\n" for name, part in parts.items()) + b"------Web--\r\n"


async def test_events_arrive_as_they_were_sent(tmp_path: Path) -> None:
    datadog = Datadog()
    async with serving(datadog) as base, page(tmp_path, base) as (client, store):
        headers = {
            "User-Agent": "Browser/1",
            "X-Forwarded-For": "203.0.113.9",
            "Content-Type": "text/plain;charset=UTF-8",
        }
        answer = await client.post(to("rum"), data=RUM, headers=headers)
        assert answer.status == 202
        await client.post(to("rum", "&dd-evp-encoding=deflate"), data=zlib.compress(RUM))
        await datadog.wait_for(2)
        await settled(lambda: waiting(tmp_path) == [])
        assert (await store.query("SELECT count(*) FROM actions"))[0][0] > 0
    path, body, got = datadog.got[0]
    assert path == "/api/v2/rum?ddsource=browser&dd-api-key=pub%2B1&dd-evp-origin=browser"
    assert body == RUM
    assert (got["User-Agent"], got["Content-Type"]) == ("Browser/1", "text/plain;charset=UTF-8")
    assert got["X-Forwarded-For"].startswith("203.0.113.9, ")
    assert datadog.got[1][1] == zlib.compress(RUM)
    assert waiting(tmp_path) == []


async def test_a_replay_segment_arrives_byte_for_byte_and_is_stored(tmp_path: Path) -> None:
    datadog, kind = Datadog(), "multipart/form-data; boundary=----Web"
    async with serving(datadog) as base, page(tmp_path, base) as (client, store):
        answer = await client.post(to("replay"), data=form(), headers={"Content-Type": kind})
        assert answer.status == 202
        await datadog.wait_for(1)
        session = (await store.query("SELECT session_id FROM segments"))[0][0]
        assert await store.recordings.recording(session) == [SEGMENT]
    assert datadog.got[0][1] == form()
    assert datadog.got[0][2]["Content-Type"] == kind


async def test_what_we_cannot_read_goes_on_all_the_same(tmp_path: Path) -> None:
    datadog = Datadog()
    async with serving(datadog) as base, page(tmp_path, base) as (client, _):
        assert (await client.post(to("rum"), data=b"a new kind of event")).status == 400
        assert (await client.post(to("replay"), data=b"--x", headers={"Content-Type": "text/plain"})).status == 415
        assert (await client.post(to("logs"), data=b'{"message": "m"}')).status == 202
        await datadog.wait_for(3)
    assert sorted(body for _, body, _ in datadog.got) == [b"--x", b"a new kind of event", b'{"message": "m"}']


async def test_a_slow_datadog_delays_no_page(tmp_path: Path) -> None:
    datadog = Datadog()
    datadog.answers.clear()
    async with serving(datadog) as base, page(tmp_path, base) as (client, _):
        for _ in range(8):
            assert (await client.post(to("rum"), data=RUM)).status == 202
        assert datadog.got == []
        datadog.answers.set()
        await datadog.wait_for(8)


async def test_what_datadog_could_not_take_is_sent_again(tmp_path: Path) -> None:
    datadog = Datadog()
    datadog.statuses = [503, 429, 500, 408]
    async with serving(datadog) as base, page(tmp_path, base) as (client, _):
        await client.post(to("rum"), data=RUM)
        await datadog.wait_for(1)
    assert [body for _, body, _ in datadog.got] == [RUM]


async def test_what_datadog_refuses_is_not(tmp_path: Path) -> None:
    datadog = Datadog()
    datadog.statuses = [403]
    async with serving(datadog) as base, page(tmp_path, base) as (client, _):
        await client.post(to("rum"), data=RUM)
        await client.post(to("rum", "&n=2"), data=RUM)
        await settled(lambda: waiting(tmp_path) == [])
    assert len(datadog.got) == 1
    assert waiting(tmp_path) == []


async def test_nothing_is_lost_while_datadog_is_down_and_we_restart(tmp_path: Path) -> None:
    datadog, port = Datadog(), unused_port()
    base = f"http://127.0.0.1:{port}"
    async with page(tmp_path, base) as (client, store):
        for number in range(6):
            assert (await client.post(to("rum", f"&n={number}"), data=RUM)).status == 202
        assert (await store.query("SELECT count(*) FROM actions"))[0][0] > 0
    assert len(waiting(tmp_path)) == 6
    async with serving(datadog, port), Tee.opened(spool(tmp_path), base, QUICK):
        await datadog.wait_for(6)
    assert sorted(path[-1] for path, _, _ in datadog.got) == ["0", "1", "2", "3", "4", "5"]


async def test_what_the_sdk_will_send_again_is_not_sent_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    datadog = Datadog()
    async with serving(datadog) as base, page(tmp_path, base) as (client, _):
        monkeypatch.setattr(EventStore, "write", full)
        assert (await client.post(to("rum"), data=RUM)).status == 503
        monkeypatch.undo()
        assert (await client.post(to("rum"), data=RUM)).status == 202
        await datadog.wait_for(1)
        await settled(lambda: waiting(tmp_path) == [])
    assert len(datadog.got) == 1


@pytest.mark.parametrize("trouble", ["too much waits", "the disk is full"])
async def test_trouble_with_keeping_it_is_no_trouble_for_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    async def full(*_: object) -> None:
        raise Unavailable("There is no room left.")

    datadog = Datadog()
    async with serving(datadog) as base, page(tmp_path, base) as (client, store):
        if trouble == "too much waits":
            monkeypatch.setattr(tees, "MOST_BYTES", 10)
        else:
            monkeypatch.setattr(FolderStore, "put", full)
        assert (await client.post(to("rum"), data=RUM)).status == 202
        assert (await store.query("SELECT count(*) FROM actions"))[0][0] > 0
    assert datadog.got == []


@pytest.mark.parametrize(
    "forward",
    [
        "https://elsewhere/api/v2/rum",
        "//elsewhere/api/v2/rum",
        "@elsewhere/api/v2/rum",
        ".elsewhere/api/v2/rum",
        "/api/v2/rum/../../v1/validate",
        "/api/v2/keys?x",
        "/api/v2/rum?a b",
        "/api/v2/rum?a\r\nHost: elsewhere",
        "",
    ],
)
async def test_only_the_sdks_own_paths_are_sent_on(tmp_path: Path, forward: str) -> None:
    assert not may_go(forward)
    async with Tee.opened(spool(tmp_path), "http://127.0.0.1:1", QUICK) as tee:
        assert not await tee.take(forwarded_headers(forward, "", "", ""), b"x")
    assert waiting(tmp_path) == []


def test_headers_of_strangers_hold_nothing_that_breaks_a_header() -> None:
    made = forwarded_headers("/api/v2/rum", "text/plain\r\nX: 1", "\x00" * 900 + "a" * 900, "1.2.3.4")
    assert (made.content_type, made.user_agent) == ("text/plainX: 1", "a" * 500)
