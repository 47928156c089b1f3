"""Our end of Socket Mode: always connected, nothing lost between two connections, nothing that stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.socket_client import SocketClient, Unacknowledged
from tests.free_ports import free_port
from tests.standins.slack.house import House, living, serving, until

Json = dict[str, Any]
APP_TOKEN = "xapp-here-only"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with living(tmp_path, app_token=APP_TOKEN) as house:
        yield house


@asynccontextmanager
async def connected(house: House, dispatch: Callable[[Json], Awaitable[Json | None]]) -> AsyncIterator[None]:
    before = await hellos(house)
    async with SocketClient(house.client, APP_TOKEN, dispatch).running():
        await until(lambda: opened(house, before + 1))
        yield


async def hellos(house: House) -> int:
    return len([it for it in await house.journal(way="api", name="apps.connections.open") if it["ok"]])


async def opened(house: House, count: int) -> bool:
    return await hellos(house) >= count and len(house.workspace.team.deliveries.sockets.open) >= 1


def keeping(heard: list[Json]) -> Callable[[Json], Awaitable[Json | None]]:
    async def dispatch(payload: Json) -> Json | None:
        heard.append(payload)
        return None

    return dispatch


async def test_what_a_handler_answers_goes_with_the_acknowledgement(house: House) -> None:
    async def dispatch(payload: Json) -> Json | None:
        return {"text": f"You said {payload['text']}"}

    async with connected(house, dispatch):
        assert await house.say("/replay hello") == {"ok": True, "command": "/replay"}
        assert (await house.messages())[-1]["text"] == "You said hello"


async def test_two_connections_share_what_is_delivered(house: House) -> None:
    one: list[Json] = []
    other: list[Json] = []
    async with connected(house, keeping(one)), connected(house, keeping(other)):
        await until(lambda: both_open(house))
        for number in range(6):
            await house.say(f"/replay {number}")
    assert sorted(it["text"] for it in one + other) == list("012345")
    assert len(one) == len(other) == 3


async def both_open(house: House) -> bool:
    return len(house.workspace.team.deliveries.sockets.open) == 2


async def test_what_is_not_taken_in_is_delivered_again(house: House) -> None:
    heard: list[Json] = []
    sockets = house.workspace.team.deliveries.sockets

    async def dispatch(payload: Json) -> Json | None:
        heard.append(payload)
        if len(heard) == 2:
            sockets.ack_limit = 600.0  # the third is taken in, however long that takes
        if len(heard) < 3:
            raise Unacknowledged
        return None

    async def thrice() -> list[Json]:
        tried = await house.journal(way="delivery", name="message")
        return tried if len(tried) == 3 else []

    async with connected(house, dispatch):
        sockets.ack_limit = 0.05
        await house.say("Hello")
        tried = await until(thrice)
    assert len({it["event_id"] for it in heard}) == 1
    assert [it["retry"].get("X-Slack-Retry-Num") for it in tried] == [None, "1", "2"]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", ""])
async def test_a_connection_that_ends_has_a_successor_that_takes_commands(house: House, reason: str) -> None:
    heard: list[Json] = []
    sockets = house.workspace.team.deliveries.sockets
    async with connected(house, keeping(heard)):
        [first] = sockets.open
        await sockets.disconnect(reason, after=0.05)

        async def another() -> bool:
            return any(each is not first for each in sockets.open)

        await until(another)
        assert "command" in await house.say("/replay after")
    assert [it["text"] for it in heard] == ["after"]


async def test_what_came_over_the_old_connection_is_acknowledged_although_it_was_replaced(house: House) -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def dispatch(payload: Json) -> Json | None:
        begun.set()
        await going_on.wait()
        return {"text": "late, but there"}

    sockets = house.workspace.team.deliveries.sockets
    async with connected(house, dispatch):
        saying = asyncio.create_task(house.say("/replay slowly"))
        await begun.wait()
        await sockets.disconnect("warning")

        async def two() -> bool:
            return len(sockets.open) == 2

        await until(two)
        going_on.set()
        assert await saying == {"ok": True, "command": "/replay"}
        assert (await house.messages())[-1]["text"] == "late, but there"


async def test_an_end_waits_for_what_is_being_handled(house: House) -> None:
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def dispatch(payload: Json) -> Json | None:
        begun.set()
        await going_on.wait()
        return None

    async with connected(house, dispatch):
        saying = asyncio.create_task(house.say("/replay last words"))
        await begun.wait()
        asyncio.get_running_loop().call_later(0.1, going_on.set)
    assert "command" in await saying


async def test_slack_may_be_away_when_it_begins(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.fault(kind="http", method="apps.connections.open", status=502, times=1)
    await house.fault(kind="lost_request", method="apps.connections.open", times=1)
    await house.fault(kind="ratelimit", method="apps.connections.open", retry_after=0, times=1)
    heard: list[Json] = []
    async with connected(house, keeping(heard)):
        assert "command" in await house.say("/replay at last")
    assert APP_TOKEN not in caplog.text
    assert "ticket=" not in caplog.text


FRAMES = ["", "[]", "{", "null", '{"type": "hello"}', '{"envelope_id": 7, "payload": {}}', '{"envelope_id": "a"}']


async def test_frames_that_are_none_of_slacks_stop_nothing(tmp_path: Path) -> None:
    port, acknowledged = free_port(), asyncio.Event()

    async def link(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        for frame in FRAMES:
            await socket.send_str(frame)
        await socket.send_bytes(b"\xff")
        await socket.send_json({"envelope_id": "e1", "type": "events_api", "payload": {"n": 1}})
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.json() == {"envelope_id": "e1"}:
                acknowledged.set()
        return socket

    async def open_connection(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{port}/link"})

    app = web.Application()
    app.router.add_post("/api/apps.connections.open", open_connection)
    app.router.add_get("/link", link)
    heard: list[Json] = []
    client = AsyncWebClient(base_url=f"http://127.0.0.1:{port}/api/")
    async with serving(app, port), SocketClient(client, APP_TOKEN, keeping(heard)).running():
        await acknowledged.wait()
    assert heard == [{"n": 1}]
