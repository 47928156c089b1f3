"""The same failure in another channel: offered before a ticket is made, to those who may see that channel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from bot.backlog.request import Request
from bot.backlog.seen_before import rows_of
from bot.backlog.ticket import NewTicket, Status
from bot.notebook.cell_data import SeenBefore
from bot.providers.local.local_tickets import LocalTracker
from bot.services.requests import earlier_failures
from bot.services.requests.earlier_failures import seen_by, seen_by_all
from bot.slack.channel_guests import ChannelGuests, GuestsThere
from bot.slack.people import People
from standins.slack.seed import GENERAL
from tests.handlers.house import JISOO, House, has, until
from tests.handlers.test_backlog import QUESTION
from tests.handlers.test_follow_ups import promised
from tests.handlers.walking import follow_up_in

Json = dict[str, Any]
TEAM = "T0NORDIC01"


@pytest.fixture(autouse=True)
def as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_failures, "WITHIN_S", 60.0)


async def press_in_general(house: House, message: Json, action: str, user: str) -> None:
    block = next(b for b in message["blocks"] for e in b.get("elements", ()) if e.get("action_id") == action)
    where = {"channel": GENERAL, "ts": message["ts"], "block_id": block["block_id"], "action_id": action}
    await house.human("press", user=user, **where)


async def asked_in_general(house: House) -> Json:
    """The request about the same button in the other channel."""
    await house.say(f"/replay {QUESTION}", channel=GENERAL)

    async def answer() -> Json | None:
        return next((it for it in await house.messages(channel=GENERAL) if has(it, "backlog.ask")), None)

    said = await until(answer)
    await press_in_general(house, said, "backlog.ask", JISOO.id)

    async def request() -> Json | None:
        thread = (await house.look("thread", user=JISOO.id, channel=GENERAL, ts=said["ts"]))["replies"]
        return next((it for it in thread if has(it, "backlog.in_backlog")), None)

    found: Json = await until(request)
    return found


async def test_the_ticket_of_the_same_failure_is_offered_and_taken_and_in_the_notebook(house: House) -> None:
    await promised(house)
    await follow_up_in(house, lambda it: it.ticket == "SHOP-1")
    request = await asked_in_general(house)
    await press_in_general(house, request, "backlog.in_backlog", JISOO.id)
    view = await house.modal(user=JISOO.id)
    assert "SHOP-1" in str(view["blocks"])
    assert "inc-142-checkout" in str(view["blocks"])
    assert await house.submit(view, {"earlier": {"earlier": "SHOP-1"}}, user=JISOO.id) == {"ok": True}
    store = house.services.postmortems.notebooks

    async def followed() -> bool:
        notebook = await store.find(TEAM, GENERAL)
        return bool(notebook and any(row.ticket == "SHOP-1" for row in notebook.follow_ups))

    assert await until(followed)
    assert [ticket.key for ticket in await house.services.requests.trackers.of().find("")] == ["SHOP-1"]
    notebook = await store.find(TEAM, GENERAL)
    assert notebook
    [cell] = [cell.data for cell in notebook.cells if isinstance(cell.data, SeenBefore)]
    assert [(row.ticket, row.alike, row.channel_name) for row in cell.rows] == [("SHOP-1", "error", "inc-142-checkout")]


async def test_what_was_in_a_channel_that_somebody_may_not_see_is_not_offered(house: House) -> None:
    await promised(house)
    await follow_up_in(house, lambda it: it.ticket == "SHOP-1")
    await asked_in_general(house)
    requests = house.services.requests
    request = await request_in_general(house)
    assert [each.ticket for each in await seen_by(requests, request, JISOO.id)] == ["SHOP-1"]
    people = requests.slack.people

    class Outside:
        async def sees(self, team: str, user: str, channel: str) -> bool:
            return channel == GENERAL and await people.sees(team, user, channel)

    outside = replace(requests, slack=replace(requests.slack, people=cast(People, Outside())))
    assert await seen_by(outside, request, JISOO.id) == []


async def test_a_channel_that_guests_read_tells_of_no_other_channel(house: House) -> None:
    await promised(house)
    await follow_up_in(house, lambda it: it.ticket == "SHOP-1")
    await asked_in_general(house)
    requests = house.services.requests
    request = await request_in_general(house)
    assert [each.ticket for each in await seen_by_all(requests, request)] == ["SHOP-1"]

    class Guests:
        async def of(self, _: str, __: str) -> GuestsThere:
            return GuestsThere.SOME

    access = replace(requests.access, guests=cast(ChannelGuests, Guests()))
    assert await seen_by_all(replace(requests, access=access), request) == []


async def test_a_ticket_that_somebody_made_by_hand_is_offered_with_what_became_of_it(house: House) -> None:
    requests = house.services.requests
    tracker = requests.trackers.of()
    assert isinstance(tracker, LocalTracker)
    by_hand = await tracker.create(NewTicket("OPS", "Shop: Buy button is dead again", "", meaning="by hand"))
    await tracker.create(NewTicket("OPS", "The button that people buy with", "", meaning="other"))
    await tracker.move(by_hand.key, Status.CLOSED)
    await asked_in_general(house)

    async def kept() -> Request | None:
        return next(iter(await requests.records.open(TEAM)), None)

    request = await until(kept)
    [row] = rows_of(await seen_by(requests, request, JISOO.id))
    assert (row.ticket, row.state, row.alike, row.channel_name) == (by_hand.key, "closed", "feature", "")
    notebook = await house.services.postmortems.notebooks.find(TEAM, GENERAL)
    assert notebook
    [cell] = [cell.data for cell in notebook.cells if isinstance(cell.data, SeenBefore)]
    assert cell.rows == (row,)


async def test_an_open_ticket_that_somebody_made_by_hand_can_be_taken_with_one_choice(house: House) -> None:
    tracker = house.services.requests.trackers.of()
    assert isinstance(tracker, LocalTracker)
    made = await tracker.create(NewTicket("OPS", "Shop: Buy button is dead again", "", meaning="by hand"))
    said = await house.ask("frustration signals on buy button this week")
    await house.press(said, "backlog.ask")
    request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    [choice] = [block for block in view["blocks"] if block.get("element", {}).get("action_id") == "earlier"]
    assert [each["value"] for each in choice["element"]["options"]] == [made.key]
    taken = await house.submit(view, {choice["block_id"]: {"earlier": made.key}}, user=JISOO.id)
    assert taken == {"ok": True}
    assert await house.reply(said["ts"], lambda it: made.key in it["text"] and it["ts"] != request["ts"])


async def request_in_general(house: House) -> Request:
    """The request that came of the question there, as soon as it is written down."""

    async def found() -> Request | None:
        open_ones = await house.services.requests.records.open(TEAM)
        return next((each for each in open_ones if each.channel == GENERAL), None)

    request: Request = await until(found)
    return request
