"""The intake as a tee, with the whole bot: what the SDK sends arrives at Datadog unchanged, and is filmed from here."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from standins.datadog.world import World
from tests.handlers.datadog import CHANGE, QUESTION, RECORDINGS, Shop, filmed, with_datadog
from tests.handlers.house import House, until

Delivery = tuple[str, bytes]
"""Path with query, and body, as the SDK sends them to Datadog."""
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


async def test_what_the_sdk_sends_is_forwarded_as_it_is_and_filmed_from_here(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    world, got = shop(CHANGE), list[Delivery]()
    sent = [rum(), *map(segment_of, segments_of(world))]
    async with (
        intake(got) as base,
        with_datadog(world, tmp_path, redis_server, worker=True, intake_forward=base) as house,
    ):
        for delivery in sent:
            await send(house, delivery)

        async def forwarded() -> bool:
            return len(got) == len(sent)

        assert await until(forwarded)
        await filmed(house, await house.ask(QUESTION))
    assert sorted(got) == sorted(sent)
    assert not [it for it in world.requests if "/replay/" in it.path]


@asynccontextmanager
async def intake(got: list[Delivery]) -> AsyncIterator[str]:
    """Datadog's, for browsers."""

    async def take(request: web.Request) -> web.Response:
        got.append((request.raw_path, await request.read()))
        return web.Response(status=202)

    app = web.Application(client_max_size=32_000_000)
    app.router.add_post("/api/v2/{track}", take)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def send(house: House, delivery: Delivery) -> None:
    path, body = delivery
    url = f"http://127.0.0.1:{house.settings.port}/intake/datadog?ddforward={quote(path, safe='')}"
    kind = f"multipart/form-data; boundary={BOUNDARY}" if "/replay" in path else "text/plain;charset=UTF-8"
    async with house.session.post(url, data=body, headers={"Content-Type": kind}) as answer:
        assert answer.status == 202, await answer.text()


def rum() -> Delivery:
    """The recorded session's events; their times don't matter here, only the replay's do."""
    body = (RECORDINGS / CHANGE / "rum-events.ndjson").read_bytes()
    return "/api/v2/rum?ddsource=browser&dd-api-key=pub%2B1&dd-evp-origin=browser&batch_time=1", body


def segments_of(world: World) -> list[bytes]:
    return [piece for pieces in world.segments.values() for piece in pieces]


def segment_of(piece: bytes) -> Delivery:
    about = json.loads(zlib.decompress(piece))
    told = {name: value for name, value in about.items() if name != "records"}
    told |= {"raw_segment_size": len(zlib.decompress(piece)), "compressed_segment_size": len(piece)}
    name = f"{about['session']['id']}-{about['start']}"
    body = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\nContent-Type: %b\r\n\r\n%b\r\n'
        % (BOUNDARY.encode(), part, file, kind, data)
        for part, file, kind, data in (
            (b"segment", name.encode(), b"application/octet-stream", piece),
            (b"event", b"blob", b"application/json", json.dumps(told).encode()),
        )
    )
    return "/api/v2/replay?ddsource=browser&dd-api-key=pub%2B1", body + b"--%b--\r\n" % BOUNDARY.encode()
