"""Of whoever was forgotten with `--refuse` nothing is taken in for a day, nor kept that came in meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app.erasure.forget_person import ErasureContext, forget_person
from bot.state import keys
from bot.web.intake import intake_routes
from bot.web.refused_people import RefusedPeople
from tests.erasure.person_data import (
    USER,
    WHEN,
    left,
    piece,
)
from tests.polling import until
from tests.providers.local.conftest import later
from tests.providers.local.rumevents import action


async def test_what_comes_in_within_the_day_is_refused_where_that_was_asked(context: ErasureContext) -> None:
    store, now = context.store, later()
    assert store is not None
    await forget_person(context, USER, refuse=True)
    app = web.Application()
    app.add_routes(intake_routes(store, refused=RefusedPeople(context.redis, store, lambda: now)))
    async with TestClient(TestServer(app)) as client:
        for session, user in (("s-1", None), ("s-9", USER), ("s-9", None), ("s-4", "somebody-new")):
            answer = await client.post("/intake/rrweb", data=piece(session, user))
            assert (await answer.json())["kept"] == (2 if session == "s-4" else 0)
        rum = msgspec.json.encode(action(WHEN, session="s-8", user=USER)) + b"\n"
        rum += msgspec.json.encode(action(WHEN, session="s-4", user="somebody-new"))
        assert (await client.post("/intake/datadog?ddforward=/api/v2/rum", data=rum)).status == 202
    assert (await left(store))[2] == {"s-3", "s-4"}
    assert (await left(store))[0] == {"s-3", "s-4"}
    hashes = await context.redis.zrange(keys.REFUSED_PEOPLE, 0, -1)
    assert not any(USER.encode() in each for each in hashes)
    now += timedelta(days=2)
    app = web.Application()
    app.add_routes(intake_routes(store, refused=RefusedPeople(context.redis, store, lambda: now)))
    async with TestClient(TestServer(app)) as client:
        assert (await (await client.post("/intake/rrweb", data=piece("s-9", USER))).json())["kept"] == 2


async def test_what_an_intake_takes_before_it_knows_is_forgotten_too(context: ErasureContext) -> None:
    store = context.store
    assert store is not None
    app = web.Application()
    app.add_routes(intake_routes(store, refused=RefusedPeople(context.redis, store, later)))
    async with TestClient(TestServer(app)) as client:

        async def send(session: str, user: str) -> int:
            answer = await client.post("/intake/rrweb", data=piece(session, user or None))
            return int((await answer.json())["kept"])

        assert await send("s-4", "somebody-new") == 2, "it has looked, and nobody was on the list"
        forgetting = asyncio.create_task(forget_person(context, USER, refuse=True))

        async def listed() -> bool:
            return bool(await context.redis.exists(keys.REFUSED_PEOPLE))

        await until(listed)
        assert await send("s-7", USER) in (0, 2), "a busy machine may have looked again"
        await forgetting
        for session, user in (("s-8", USER), ("s-7", "")):
            assert await send(session, user) == 0
    assert set().union(*await left(store)) == {"s-3", "s-4"}
    assert not (await store.recordings.size("s-7"))[0]
