"""What can't be read in full leaves nothing behind, and large bodies of all routes share one budget."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web import body_budget
from bot.web import listening as web_server
from bot.web.access.gate import AccessGate, Doors
from bot.web.access.route_rules import RouteRule
from bot.web.body_budget import BODIES, BudgetSpent, ByteBudget, Handler, within_budget
from bot.web.intake_body import BodyLimits
from tests.web.test_intake import REPLAY, RUM, count, form, rrweb, rum, serve, store

__all__ = ["store"]
LINES = b"\n".join(rum(number) for number in range(200))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("cut", [1, 4, 9, 200])
async def test_a_body_that_was_cut_off_is_refused_whole(store: Any, pack: Any, cut: int) -> None:
    async with await serve(store) as client:
        for address, text in ((RUM, LINES), ("/intake/rrweb", rrweb(pad="x" * 9000 + str(LINES)))):
            answer = await client.post(address, data=pack(text)[:-cut])
            assert (answer.status, await answer.json()) == (400, {"error": "The body is cut off or damaged."})
        two = await client.post(RUM, data=pack(rum(300)) + pack(LINES)[:-cut])
        assert two.status == 400
        assert [await count(store, table) for table in ("actions", "segments", "sessions")] == [0, 0, 0]
        assert (await client.post(RUM, data=pack(LINES))).status == 202


async def test_a_segment_that_was_cut_off_is_refused_whole(store: Any) -> None:
    async with await serve(store) as client:
        payload = form()
        (options, heads, packed), head = payload._fields  # the SDK's own, with its segment shortened
        payload._fields = [(options, heads, packed[:-3]), head]
        assert (await client.post(REPLAY, data=payload)).status == 400
        assert await count(store, "segments") == 0
        assert (await client.post(REPLAY, data=form())).status == 202


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\\\ud83d\\ude00", "\ufffd"])
async def test_half_an_emoji_costs_no_event(store: Any, half: str) -> None:
    """Masks and length limits cut them; a lone half is no Unicode, and most decoders refuse it."""
    line = rum(1).replace(b'"Buy"', f'"Buy {half}"'.encode())
    broken = rum(2).replace(b'"Buy"', b'"Buy \xff"')
    async with await serve(store) as client:
        answer = await client.post(RUM, data=line + b"\n" + broken)
        assert await answer.json() == {"kept": 2, "skipped": 0}
        names = {name for (name,) in await store.query("SELECT target FROM actions")}
        assert all(name.startswith("Buy ") and name.encode() for name in names)
        body = rrweb(person=None, application="x").replace(b'"x"', f'"x{half}"'.encode())
        assert (await client.post("/intake/rrweb", data=body)).status == 202


async def test_bombs_of_every_kind_end_in_413_or_400(store: Any) -> None:
    packed = gzip.compress(b"")
    bombs = [gzip.compress(b"0" * 50_000_000), packed * 100_000, zlib.compress(b"\n" * 150_000)]
    async with await serve(store) as client:
        statuses = [(await client.post(RUM, data=bomb)).status for bomb in bombs]
        nested = gzip.compress(gzip.compress(b"0" * 50_000_000))
        statuses.append((await client.post(RUM, data=nested)).status)
    assert statuses == [413, 413, 413, 400]


async def test_who_finds_no_room_waits_for_a_turn_and_then_is_asked_to_come_again(store: Any) -> None:
    limits = BodyLimits(decoding=1_000, wait_s=0.05)
    async with await serve(store, limits=limits) as client:
        assert {
            answer.status for answer in await asyncio.gather(*(client.post(RUM, data=rum(n)) for n in range(9)))
        } <= {
            202,
            503,
        }
        assert (await client.post(RUM, data=rum(99))).status == 202


async def test_a_budget_serves_in_order_and_forgets_who_left() -> None:
    budget, served = ByteBudget(10), list[int]()

    async def wanting(size: int, seconds: float = 60) -> None:
        async with budget.reserved(size, seconds):
            served.append(size)

    async with budget.reserved(8, 1):
        large, small = asyncio.ensure_future(wanting(99)), asyncio.ensure_future(wanting(1))
        leaving = asyncio.ensure_future(wanting(5))
        with pytest.raises(BudgetSpent):
            await wanting(3, 0.01)
        leaving.cancel()
        await asyncio.sleep(0)
        assert (served, budget.take(1)) == ([], False)
    await asyncio.gather(large, small)
    assert served == [99, 1]  # the whole, and then the small one
    assert budget.take(10)


async def test_large_bodies_of_all_routes_share_one_budget() -> None:
    entered, gate = asyncio.Event(), asyncio.Event()

    async def read(request: web.Request) -> web.Response:
        entered.set()
        await gate.wait()
        return web.Response(text=str(len(await request.read())))

    app = web.Application(middlewares=[within_budget], client_max_size=10**8)
    app[BODIES] = ByteBudget(150_000)
    app.add_routes([web.post("/form", read)])
    async with TestClient(TestServer(app)) as client:
        first = asyncio.ensure_future(client.post("/form", data=b"x" * 100_000))
        await entered.wait()
        second = asyncio.ensure_future(client.post("/form", data=b"x" * 100_000))
        gate.set()
        assert [(await (await each).text()) for each in (first, second)] == ["100000", "100000"]
        assert app[BODIES].take(150_000)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(body_budget, "WAIT_S", 0.01)
            answer = await client.post("/form", data=b"x" * 100_000)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert (await answer.json())["error"].endswith(".")


class ReadsFirst:
    """A gate that takes a form before it knows whose it is, as that of the pages does."""

    def __init__(self) -> None:
        self.began, self.read = asyncio.Queue[bytes](), 0

    async def admit(self, _rule: RouteRule, request: web.Request, _handler: Handler) -> web.StreamResponse:
        self.began.put_nowait(b"let in")
        self.read = len(await request.read())
        return web.Response(status=401)


async def begin(port: int, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A form of which one byte doesn't come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /notebooks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode() + b"x" * (length - 1))
    return reader, writer


@asynccontextmanager
async def pages_behind(gate: ReadsFirst) -> AsyncIterator[int]:
    async def page(_request: web.Request) -> web.Response:
        raise AssertionError

    port = web_server.free_port("127.0.0.1")
    routes = [web.post("/notebooks/{id}", page)]
    async with web_server.listening("127.0.0.1", port, routes, AccessGate(Doors(), gate)):
        yield port


async def test_forms_of_people_who_are_not_known_yet_share_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else whoever opens enough connections has all of the memory, without signing in."""
    monkeypatch.setattr(web_server, "ALL_BODIES", 150_000)
    gate = ReadsFirst()
    async with pages_behind(gate) as port:
        _, first = await begin(port, 100_000)
        await gate.began.get()
        monkeypatch.setattr(body_budget, "WAIT_S", 0.01)
        reader, second = await begin(port, 100_000)
        either = {asyncio.ensure_future(reader.readline()), asyncio.ensure_future(gate.began.get())}
        [first_of_them], [other] = await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        other.cancel()
        assert first_of_them.result().startswith(b"HTTP/1.1 503")
        for writer in (first, second):
            writer.close()


@pytest.mark.parametrize("length", [1_000, 100_000])
async def test_a_form_that_does_not_come_to_its_end_is_given_up(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    monkeypatch.setattr(body_budget, "BODY_S", 0.01)
    gate = ReadsFirst()
    async with pages_behind(gate) as port:
        reader, writer = await begin(port, length)
        assert await reader.read() == b""
        assert gate.read == 0
        writer.close()


async def test_a_form_that_came_in_time_is_answered_however_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(request: web.Request) -> web.Response:
        return web.Response(text=f"{len(await request.read())} {request.content.is_eof()}")

    async with _forms(read) as client:
        assert await (await client.post("/form", data=b"x" * 100_000)).text() == "100000 True"

    monkeypatch.setattr(body_budget, "BODY_S", 0.0)
    for came in (True, False):
        closed, over = asyncio.Event(), asyncio.Event()
        content, transport = SimpleNamespace(is_eof=lambda came=came: came), SimpleNamespace(close=closed.set)
        async with body_budget._in_time(cast(Any, SimpleNamespace(content=content, transport=transport))):
            asyncio.get_running_loop().call_later(0.01, over.set)  # behind the limit
            await over.wait()
        assert closed.is_set() is not came


async def test_whoever_waits_for_room_has_all_of_the_time_for_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """What doesn't fit into the server's own memory before can't come meanwhile."""
    room = list[bool]()

    @asynccontextmanager
    async def begun(request: web.Request) -> AsyncIterator[None]:
        room.append(request.app[BODIES].take(100_000))
        yield

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    monkeypatch.setattr(body_budget, "_in_time", begun)
    async with _forms(read) as client:
        assert await (await client.post("/form", data=b"x" * 100_000)).text() == "100000"
    assert room == [False], "the form has it when its time begins"


@asynccontextmanager
async def _forms(handler: Handler) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application(middlewares=[within_budget])
    app[BODIES] = ByteBudget(150_000)
    app.add_routes([web.post("/form", handler)])
    async with TestClient(TestServer(app)) as client:
        yield client
