"""Whoever dies between writing down what became of a request and having it told: the clock has it told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.backlog.request import Request, RequestAction, RequestState
from bot.backlog.ticket import Status
from bot.providers.local.local_tickets import LocalTracker
from bot.services.requests import request_clock
from bot.services.requests.jobs import EffectsJob, TicketsChangedJob
from bot.services.requests.record_answer import tell_effects
from bot.services.requests.request_records import RequestRecords
from tests.handlers.house import JISOO, House, at, has, tick, until
from tests.handlers.test_backlog import asked, next_weekday_at
from tests.handlers.walking import quiet

TEAM = "T0NORDIC01"
MARKS = [":no_entry_sign:", ":leftwards_arrow", ":checkered_flag:"]


class Dead:
    async def put(self, *_: Any, **__: Any) -> None:
        raise ConnectionAbortedError


async def test_a_reminder_that_was_written_down_is_told_with_the_next_tick(house: House) -> None:
    said, request = await asked(house)
    await quiet(house.redis)
    later = next_weekday_at(house, 11)
    then = at(house, lambda: later)
    with pytest.raises(ConnectionAbortedError):
        await tick(replace(then, requests=replace(then.requests, queue=Dead())))  # type: ignore[arg-type]
    assert len([it for it in await house.replies(said["ts"]) if has(it, "backlog.in_backlog")]) == 1
    for _ in range(3):
        await tick(then)
        await quiet(house.redis)
    reminders = [it for it in await house.replies(said["ts"]) if it["ts"] > request["ts"]]
    assert len(reminders) == 1
    assert f"<@{JISOO.id}>" in str(reminders[0]["blocks"])


async def test_what_is_changed_on_a_ticket_while_the_last_change_is_told_is_followed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, ticket = await in_backlog(house)
    told, announce = asyncio.Event(), RequestRecords.announce

    async def late(self: RequestRecords, request: Request, version: int) -> None:
        await told.wait()
        await announce(self, request, version)

    monkeypatch.setattr(RequestRecords, "announce", late)
    for status, state in [
        (Status.CLOSED, RequestState.CLOSED),
        (Status.OPEN, RequestState.IN_BACKLOG),
        (Status.DONE, RequestState.DONE),
    ]:
        await press(house, ticket, status)
        await until_state(house, state)
    told.set()
    await quiet(house.redis)
    replies = [str(it.get("blocks")) for it in await house.replies(said["ts"])]
    marks = [
        mark for it in replies for mark in (":no_entry_sign:", ":leftwards_arrow", ":checkered_flag:") if mark in it
    ]
    assert marks == [":no_entry_sign:", ":leftwards_arrow", ":checkered_flag:"]
    assert not any("backlog.stands" in it for it in replies), "nobody is asked whether a reopened ticket stays closed"


async def test_a_ticket_that_is_changed_while_it_is_read_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ticket = await in_backlog(house)
    read = LocalTracker.read
    meanwhile = [Status.OPEN]

    async def overtaken(self: LocalTracker, names: Sequence[str]) -> Any:
        readings = await read(self, names)
        if meanwhile and any(getattr(it, "status", None) is Status.CLOSED for it in readings.values()):
            await self.move(ticket, meanwhile.pop())
        return readings

    monkeypatch.setattr(LocalTracker, "read", overtaken)
    await press(house, ticket, Status.CLOSED)
    await until(lambda: closed_once(house))
    await quiet(house.redis)
    (request,) = await house.services.requests.records.open(TEAM)
    assert request.state is RequestState.IN_BACKLOG


async def test_what_nobody_told_is_told_before_what_came_after_it(house: House) -> None:
    said, ticket = await in_backlog(house)
    requests = house.services.requests
    (request,) = await requests.records.open(TEAM)
    silent = replace(requests, queue=Lost())  # type: ignore[arg-type]
    for status in (Status.CLOSED, Status.OPEN):
        await requests.trackers.of().move(ticket, status)  # type: ignore[attr-defined]
        await request_clock.hear_of_tickets(silent, TicketsChangedJob(tracker="local", keys=(ticket,), delivery=status))
    (request,) = await requests.records.open(TEAM)
    await tell_effects(requests, EffectsJob(team=TEAM, request=request.id, version=request.version))
    await quiet(house.redis)
    closed = await house.reply(said["ts"], lambda it: ":no_entry_sign:" in str(it.get("blocks")))
    reopened = await house.reply(said["ts"], lambda it: ":leftwards_arrow" in str(it.get("blocks")))
    assert float(closed["ts"]) < float(reopened["ts"])
    assert not has(closed, "backlog.stands")


class Lost:
    async def put(self, *_: Any, **__: Any) -> None:
        pass


async def in_backlog(house: House) -> tuple[dict[str, Any], str]:
    """The question's message, and the key of the ticket that Jisoo made."""
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    (found,) = await until(lambda: _with_ticket(house))
    await quiet(house.redis)
    return said, found.ticket


async def _with_ticket(house: House) -> list[Request]:
    return [it for it in await house.services.requests.records.open(TEAM) if it.ticket]


async def press(house: House, ticket: str, status: Status) -> None:
    page = f"http://127.0.0.1:{house.settings.port}/tickets/{ticket}"
    async with house.session.post(page, data={"status": status.value}) as answer:
        assert answer.status == 200, await answer.text()


async def until_state(house: House, state: RequestState) -> None:
    async def found() -> bool:
        return [it.state for it in await house.services.requests.records.open(TEAM)] == [state]

    await until(found)


async def closed_once(house: House) -> bool:
    requests = await house.services.requests.records.open(TEAM)
    return any(entry.action is RequestAction.CLOSE for it in requests for entry in it.history)
