"""Tickets are searched as somebody types, and offered from links."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.backlog.ticket import NewTicket
from bot.providers.local.local_tickets import LocalTracker
from bot.services.requests import offered_tickets
from bot.services.requests.context import RequestContext
from bot.services.requests.offered_tickets import note_links
from tests.handlers.house import JISOO, House, until
from tests.handlers.test_backlog import asked, only_request

Json = dict[str, Any]


async def opened(house: House, request: Json) -> Json:
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    return await house.modal(user=JISOO.id)


async def options(house: House, view: Json, typed: str) -> list[tuple[str, str]]:
    found = await house.human(
        "suggest", user=JISOO.id, view_id=view["id"], block_id="found", action_id="found", query=typed
    )
    return [(each["text"]["text"], each["value"]) for each in found["options"]]


async def test_a_ticket_is_found_as_somebody_types_and_a_tracker_that_is_slow_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = house.services.requests.trackers.of()
    made = await tracker.create(NewTicket("OPS", "Checkout stalls for minutes", meaning="by hand"))
    said, request = await asked(house)
    view = await opened(house, request)
    assert await options(house, view, "stalls for") == [(f"{made.key} {made.title}", made.key)]
    [(none, value)] = await options(house, view, "no such words")
    assert value == "-"
    assert "찾지 못했습니다" in none  # the owner reads Korean

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(LocalTracker, "find", never)
        patched.setattr(offered_tickets, "SEARCH_S", 0.05)
        [(slow, value)] = await options(house, view, "stalls")
    assert "너무 늦습니다" in slow
    chosen = {"text": {"type": "plain_text", "text": "x"}, "value": made.key}
    assert await house.submit(view, {"found": {"found": chosen}}, user=JISOO.id) == {"ok": True}
    assert await house.reply(said["ts"], lambda it: made.key in it["text"] and it["ts"] != request["ts"])


async def test_a_link_in_a_message_is_read_as_it_was_typed() -> None:
    """Slack delivers its & escaped."""
    read: list[str] = []
    context = SimpleNamespace(trackers=SimpleNamespace(by_url=read.append))
    await note_links(
        cast(RequestContext, context), "T1", "C1", "<https://jira.example.com/b?x=1&amp;selectedIssue=OPS-7>"
    )
    assert read == ["https://jira.example.com/b?x=1&selectedIssue=OPS-7"]


async def test_a_ticket_that_somebody_linked_is_offered(house: House) -> None:
    tracker = house.services.requests.trackers.of()
    made = await tracker.create(NewTicket("OPS", "Checkout stalls", meaning="by hand"))
    _, request = await asked(house)
    await house.say(f"is it <{made.link}|this one>? or <https://example.com/tickets/OPS-2>")

    async def noted() -> bool:
        known = await only_request(house)
        return bool(await house.services.requests.records.links(known.team, known.channel))

    assert await until(noted)
    view = await opened(house, request)
    [block] = [each for each in view["blocks"] if each.get("block_id") == "linked"]
    assert [each["value"] for each in block["element"]["options"]] == [made.key]
