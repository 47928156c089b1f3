"""The intake over real HTTP: what browsers send is kept before they are answered, and nothing harmful gets in."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.web.intake import intake_routes
from bot.web.intake_body import BodyLimits

NOW = int(datetime(2026, 11, 18, 9, 30, tzinfo=UTC).timestamp() * 1000)
RUM = "/intake/datadog?ddforward=" + quote("/api/v2/rum?ddsource=browser&dd-api-key=pub123&batch_time=1", safe="")
REPLAY = "/intake/datadog?ddforward=" + quote("/api/v2/replay?ddsource=browser&dd-api-key=pub123", safe="")
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E1 Safari/604.1"
SMALL = BodyLimits(body=20_000, unpacked=100_000, all_bodies=30_000)
SDK = Path("tests/recordings/datadog/sdk-7.16.2-shop-paired-rrweb")
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(tmp_path, clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    yield store
    await store.close()


async def serve(store: EventStorePort, **options: Any) -> Client:
    app = web.Application()
    app.add_routes(intake_routes(store, **options))
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


@pytest.fixture
async def client(store: EventStore) -> AsyncIterator[Client]:
    client = await serve(store)
    yield client
    await client.close()


@pytest.fixture
async def strict(store: EventStore) -> AsyncIterator[Client]:
    """Small limits, and a key."""
    client = await serve(store, keys=["pub123", "other"], limits=SMALL)
    yield client
    await client.close()


def rum(number: int = 0) -> bytes:
    return json.dumps(
        {
            "type": "action",
            "date": NOW,
            "session": {"id": "s-1"},
            "view": {"id": "v-1", "url": "https://shop.example/cart"},
            "action": {
                "id": f"a-{number}",
                "type": "click",
                "target": {"name": "Buy"},
                "frustration": {"type": ["dead_click"]},
            },
        }
    ).encode()


def rrweb(**changes: Any) -> bytes:
    events = [{"type": 4, "timestamp": NOW, "data": {}}, {"type": 2, "timestamp": NOW + 5, "data": {}}]
    return json.dumps({"session": "r-1", "view": "v", "seq": 0, "events": events, **changes}).encode()


async def count(store: EventStore, table: str) -> int:
    return int((await store.query(f"SELECT count(*) FROM {table}"))[0][0])


@pytest.mark.parametrize("packed", [False, True])
async def test_lines_of_rum_plain_or_deflated(client: Client, store: EventStore, packed: bool) -> None:
    body = b"\n".join(rum(number) for number in range(3))
    address = RUM + quote("&dd-evp-encoding=deflate", safe="") if packed else RUM
    answer = await client.post(address, data=zlib.compress(body) if packed else body, headers={"User-Agent": SAFARI})
    assert (answer.status, await answer.json()) == (202, {"kept": 3, "skipped": 0})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert await store.query("SELECT DISTINCT browser, os, device, view_path FROM actions") == [
        ("Safari", "iOS", "Mobile", "/cart")
    ]


async def test_a_beacon_is_a_body_of_text(client: Client, store: EventStore) -> None:
    answer = await client.post(RUM, data=rum(), headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert (answer.status, await count(store, "actions")) == (202, 1)


async def test_one_broken_line_does_not_cost_the_others(client: Client, store: EventStore) -> None:
    answer = await client.post(RUM, data=rum(1) + b'\n{"type":\n[]\n' + rum(2))
    assert (await answer.json(), await count(store, "actions")) == ({"kept": 2, "skipped": 2}, 2)


async def test_what_is_no_rum_at_all_is_refused(client: Client) -> None:
    answer = await client.post(RUM, data=b"<html>")
    assert (answer.status, await answer.json()) == (400, {"error": "No line of this body is a RUM event."})


def form() -> FormData:
    """The first segment of the SDK, as the SDK sends it."""
    packed = (SDK / "segments" / "000-42e62dfa-0.deflate").read_bytes()
    segment = json.loads(zlib.decompress(packed))
    head = {key: value for key, value in segment.items() if key != "records"}
    data = FormData()
    data.add_field("segment", packed, filename="session-1", content_type="application/octet-stream")
    data.add_field("event", json.dumps(head), filename="blob", content_type="application/json")
    return data


async def test_a_replay_segment_is_stored_as_it_was_sent(client: Client, store: EventStore) -> None:
    for _ in range(2):
        answer = await client.post(REPLAY, data=form())
        assert (answer.status, await answer.json()) == (202, {"kept": 11})
    session, seq, full = (await store.query("SELECT session_id, seq, full_snapshot FROM segments"))[0]
    assert (seq, full, await count(store, "segments")) == (0, True, 1)
    expected = (SDK / "segments" / "000-42e62dfa-0.deflate").read_bytes()
    assert await store.recordings.recording(session) == [expected]


async def test_a_broken_segment_is_refused_and_leaves_nothing(client: Client, store: EventStore) -> None:
    data = FormData({"event": "{}"})
    data.add_field("segment", io.BytesIO(b"x\x9cnonsense"), filename="s")
    assert (await client.post(REPLAY, data=data)).status == 400
    assert (await client.post(REPLAY, data=b"no form")).status == 415
    assert (await count(store, "segments"), (store.folder / "segments").exists()) == (0, False)


async def test_a_form_that_breaks_off_leaves_nothing(client: Client, store: EventStore) -> None:
    """The sender promises more than it sends; with the whole form it is taken."""
    url, payload = client.make_url(REPLAY), form()()
    body = await payload.as_bytes()
    headers = {"Host": "x", **payload.headers, "Content-Length": len(body)}
    head = f"POST {url.raw_path_qs} HTTP/1.1\r\n" + "".join(f"{name}: {headers[name]}\r\n" for name in headers) + "\r\n"
    for sent in (len(body) - 1, len(body)):
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode() + body[:sent])
        if sent < len(body):
            writer.write_eof()
        assert ((await reader.read(12))[-3:] == b"202") == (sent == len(body))
        writer.close()
        assert await count(store, "segments") == int(sent == len(body))


@pytest.mark.parametrize("encoding", ["plain", "header", "bytes"])
async def test_a_delivery_of_the_recorder(client: Client, store: EventStore, encoding: str) -> None:
    meta = {"browser": "Firefox", "device": "desktop", "country": "KR", "version": "2.31.0", "href": "https://x/cart"}
    body = rrweb(person="p-1", meta=meta)
    headers = {"Content-Encoding": "gzip"} if encoding == "header" else {}
    answer = await client.post(
        "/intake/rrweb", data=body if encoding == "plain" else gzip.compress(body), headers=headers
    )
    assert (answer.status, await answer.json()) == (202, {"kept": 2})
    told = "SELECT browser, device, country, version, person FROM sessions"
    assert await store.query(told) == [("Firefox", "Desktop", "KR", "2.31.0", store.rows.person("p-1"))]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"session": "s"}',
        rrweb(events=[]),
        rrweb(session=""),
        rrweb(seq=-1),
        rrweb(events=[{"type": 4, "timestamp": 5}]),
        rrweb(events=[{"type": 4, "timestamp": NOW * 1000}]),
        b"[" * 5000,
    ],
)
async def test_a_delivery_that_makes_no_sense_is_refused_in_a_sentence(
    client: Client, store: EventStore, body: bytes
) -> None:
    answer = await client.post("/intake/rrweb", data=body)
    assert answer.status == 400
    assert (await answer.json())["error"].endswith(".")
    assert (await count(store, "sessions"), (store.folder / "segments").exists()) == (0, False)


@pytest.mark.parametrize("length", [2000, 50_000])
async def test_a_delivery_that_is_nested_too_deeply_is_told_so_in_plain_words(client: Client, length: int) -> None:
    nested = b'{"data":' * length + b"1" + b"}" * length
    body = rrweb(events=["here"]).replace(b'"here"', nested)
    answer = await client.post("/intake/rrweb", data=body)
    said = "This is not a delivery of rrweb events: it is nested too deeply."
    assert (answer.status, (await answer.json())["error"]) == (400, said)


async def test_a_browser_of_another_origin_may_ask_first(client: Client) -> None:
    answer = await client.options("/intake/rrweb", headers={"Origin": "https://shop.example"})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "content-encoding" in answer.headers["Access-Control-Allow-Headers"]


async def test_a_key_is_wanted_where_one_is_set(strict: Client, store: EventStore) -> None:
    assert (await strict.post(RUM, data=rum())).status == 202  # the SDK shows its client token
    assert (await strict.post(RUM.replace("pub123", "guess"), data=rum(2))).status == 403
    assert (await strict.post("/intake/rrweb", data=rrweb())).status == 403
    assert (await strict.post("/intake/rrweb?key=other", data=rrweb())).status == 202
    assert (await strict.post("/intake/rrweb", data=rrweb(), headers={"X-Intake-Key": "other"})).status == 202
    refused = await strict.post("/intake/rrweb?key=gu%C3%A9ss", data=rrweb())
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (403, "*")


async def test_bodies_over_a_limit_are_refused(strict: Client, store: EventStore) -> None:
    assert (await strict.post(RUM, data=b"x" * 20_001)).status == 413
    for bomb in (zlib.compress(b"\n" * 9_000_000, 9), gzip.compress(b"\n" * 5_000_000)):
        assert len(bomb) < SMALL.body
        assert (await strict.post(RUM, data=bomb)).status == 413
        assert (await strict.post(RUM, data=bomb, headers={"Content-Encoding": "gzip"})).status in {400, 413}
    assert await count(store, "actions") == 0


async def test_a_body_that_never_ends_is_given_up(store: EventStore) -> None:
    async def dribble() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    async with await serve(store, limits=BodyLimits(seconds=0.3)) as client:
        assert (await client.post(RUM, data=dribble())).status == 408


async def test_many_large_bodies_at_once_are_told_to_come_later_and_then_fit(strict: Client, store: EventStore) -> None:
    """503 makes senders try again; what was answered 202 is there."""
    gate = asyncio.Event()

    async def slow(number: int) -> AsyncIterator[bytes]:
        yield rum(number) + b" " * 14_000
        await gate.wait()
        yield b"\n"

    posts = [asyncio.ensure_future(strict.post(RUM, data=slow(number))) for number in range(3)]
    done, _ = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
    assert [(await post).status for post in done] == [503]  # while the other two still send
    gate.set()
    statuses = sorted([(await post).status for post in posts])
    assert statuses == [202, 202, 503]
    assert await count(store, "actions") == 2
    assert (await strict.post(RUM, data=rum(9))).status == 202


async def test_only_this_machine_may_send_when_there_is_no_key(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await serve(store)
    monkeypatch.setattr(web.Request, "remote", property(lambda _: "203.0.113.7"))
    answer = await client.post(RUM, data=rum())
    assert (answer.status, "REPLAYBOOK_INTAKE_KEYS" in (await answer.json())["error"]) == (403, True)
    await client.close()


async def test_everything_that_was_accepted_is_there_even_when_all_send_at_once(
    client: Client, store: EventStore
) -> None:
    async def post(session: ClientSession, number: int) -> int:
        body = b"\n".join(rum(number * 100 + line) for line in range(100))
        async with session.post(client.make_url(RUM), data=body) as answer:
            return answer.status

    async with ClientSession() as session:
        statuses = await asyncio.gather(*(post(session, number) for number in range(60)))
    assert set(statuses) == {202}
    assert await count(store, "actions") == 6000


async def test_other_data_of_the_sdk_is_taken_and_dropped(client: Client, store: EventStore) -> None:
    address = "/intake/datadog?ddforward=" + quote("/api/v2/profile?ddsource=browser", safe="")
    answer = await client.post(address, data=b"whatever")
    assert (answer.status, await count(store, "others")) == (202, 0)
