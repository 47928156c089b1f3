"""Tickets get one number each, and a second try finds the first one's ticket."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.backlog.ticket import NewTicket, Status
from bot.backlog.tracker import Tracker
from bot.kernel.errors import Missing, Misunderstood
from bot.providers.local.local_tickets import LocalTracker
from bot.state import keys
from bot.state.records import Records, RecordStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def tracker(records: RecordStore) -> LocalTracker:
    return LocalTracker(records, base_url="https://bot.example/", now=lambda: NOON)


async def test_it_is_a_tracker(tracker: LocalTracker) -> None:
    port: Tracker = tracker
    assert port.parse_key("shop-1") == "SHOP-1"


async def test_the_same_meaning_at_once_and_again_is_one_ticket(tracker: LocalTracker) -> None:
    made = await asyncio.gather(*(tracker.create(NewTicket("shop", "Fix Buy", "…", meaning="R1")) for _ in range(6)))
    again = await tracker.create(NewTicket("SHOP", "Another title", "", meaning="R1"))
    assert {ticket.key for ticket in (*made, again)} == {"SHOP-1"}
    assert again.title == "Fix Buy"


async def test_every_meaning_has_its_own_number(tracker: LocalTracker) -> None:
    made = await asyncio.gather(*(tracker.create(NewTicket("SHOP", f"T{n}", "", meaning=f"R{n}")) for n in range(8)))
    assert sorted(ticket.key for ticket in made) == [f"SHOP-{n}" for n in range(1, 9)]
    assert made[0].link == f"https://bot.example/tickets/{made[0].key}"


async def test_a_creation_that_died_half_way_is_finished(tracker: LocalTracker, records: RecordStore) -> None:
    await tracker.create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))
    assert await records.delete("all:record:ticket:SHOP-1", 1)
    assert (await tracker.create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))).key == "SHOP-1"
    assert (await tracker.get("SHOP-1")).title == "Fix Buy"


async def test_tickets_are_found_by_key_and_title_newest_first(tracker: LocalTracker) -> None:
    for n, title in enumerate(["Buy is dead", "Search is slow", "Buy twice"]):
        await tracker.create(NewTicket("SHOP", title, "", meaning=f"R{n}"))
    await tracker.create(NewTicket("FIND", "구매 검색", "", meaning="R9"))
    assert [ticket.title for ticket in await tracker.find("BUY")] == ["Buy twice", "Buy is dead"]
    assert [ticket.key for ticket in await tracker.find("shop-2")] == ["SHOP-2"]
    assert [ticket.key for ticket in await tracker.find("구매")] == ["FIND-1"]
    assert len(await tracker.find("", limit=2)) == 2


async def test_a_ticket_that_is_done_knows_since_when(tracker: LocalTracker) -> None:
    ticket = await tracker.create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))
    done = await tracker.move("shop-1", Status.DONE)
    assert (done.status, done.done_at, ticket.done_at) == (Status.DONE, NOON, None)
    assert await tracker.move(ticket.key, Status.DONE) == done
    assert (await tracker.move(ticket.key, Status.OPEN)).done_at is None


async def test_teams_do_not_see_each_others_tickets(records: RecordStore) -> None:
    shared = LocalTracker(records, base_url="", now=lambda: NOON, shared=True)
    one, other = shared.of_team("T1"), shared.of_team("T2")
    await one.create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))
    assert await other.find("") == []
    for look in (other.get, other.finish):
        with pytest.raises(Missing):
            await look("SHOP-1")
    with pytest.raises(Missing):
        await other.adopt("SHOP-1", "Ours?", "")
    assert (await other.create(NewTicket("SHOP", "Theirs", "", meaning="R1"))).key == "SHOP-2"
    assert [ticket.key for ticket in await one.find("")] == ["SHOP-1"]
    assert [ticket.title for ticket in await shared.find("", limit=5)] == ["Theirs", "Fix Buy"]


async def test_a_ticket_from_before_there_were_several_belongs_to_whom_it_was_the_answer(records: RecordStore) -> None:
    before, after = (
        LocalTracker(records, base_url="", now=lambda: NOON),
        LocalTracker(records, base_url="", now=lambda: NOON, shared=True),
    )
    for meaning in ("R1", "R2"):
        await before.of_team("T1").create(NewTicket("SHOP", "Fix Buy", "", meaning=meaning))
    await Records(records, tuple[str, str]).put(keys.record(keys.ALL, "ticket-request", "SHOP-1"), ("T1", "R1"))
    assert (await after.of_team("T1").get("SHOP-1")).key == "SHOP-1"
    for team, key in (("T2", "SHOP-1"), ("T1", "SHOP-2"), ("T2", "SHOP-2")):
        with pytest.raises(Missing):
            await after.of_team(team).get(key)


@pytest.mark.parametrize("project", ["", "S", "1SHOP", "A B", "acme/shop", "X" * 30])
async def test_a_project_that_makes_no_key_is_refused(tracker: LocalTracker, project: str) -> None:
    with pytest.raises(Misunderstood):
        await tracker.create(NewTicket(project, "x", "", meaning="R1"))
