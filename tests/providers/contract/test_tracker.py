"""What every provider's tracker promises."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.backlog.tracker import Status, TicketFields, Tracker
from bot.kernel.errors import Missing
from tests.providers.contract.provided import Provided


@pytest.fixture
def tracker(ticketing: Provided) -> Tracker:
    assert ticketing.parts.tracker
    return ticketing.parts.tracker


async def test_a_ticket_is_made_once_for_a_meaning_and_found(tracker: Tracker) -> None:
    made = await asyncio.gather(*(tracker.create("shop", "Buy does nothing", "why", meaning="R1") for _ in range(3)))
    assert {ticket.key for ticket in made} == {"SHOP-1"}
    other = await tracker.create("SHOP", "Buy twice", "", meaning="R2")
    assert [ticket.key for ticket in await tracker.find("buy")] == [other.key, "SHOP-1"]
    read = await tracker.get("shop-1")
    assert (read.title, read.status, read.description[:3]) == ("Buy does nothing", Status.OPEN, "why")
    assert read.link.startswith("https://")
    assert tracker.parse_key(f"it's <{read.link}|{read.key}>") == "SHOP-1"


async def test_a_ticket_that_a_person_finished_is_done_since_then(tracker: Tracker, ticketing: Provided) -> None:
    made = await tracker.create("SHOP", "Buy does nothing", "", meaning="R1")
    assert made.created
    assert made.done_at is None
    await ticketing.finish(made.key)
    done = await tracker.get(made.key)
    assert done.status is Status.DONE
    assert done.done_at
    assert done.done_at >= made.created


async def test_a_key_that_a_person_gave_becomes_the_ticket_by_it(tracker: Tracker) -> None:
    made = await tracker.create("SHOP", "Buy does nothing", "why", meaning="R1")
    assert (await tracker.adopt(made.key, "Another title", "other")).title == "Buy does nothing"
    assert tracker.parse_key("no key at all") is None


async def test_what_is_said_on_a_ticket_is_said_once(tracker: Tracker) -> None:
    made = await tracker.create("SHOP", "Buy does nothing", "why", meaning="R1")
    for _ in range(2):
        await tracker.comment(made.key, "Confirmed in Slack.", meaning="R1:2")
    assert (await tracker.get(made.key)).description.count("Confirmed") <= 1
    with pytest.raises(Missing):
        await tracker.comment("SHOP-99", "Confirmed in Slack.", meaning="R9:2")


async def test_a_ticket_that_never_was_is_missing(tracker: Tracker) -> None:
    with pytest.raises(Missing):
        await tracker.get("SHOP-99")


async def test_a_ticket_keeps_priority_and_date_from_the_start_and_as_they_change(tracker: Tracker) -> None:
    fields = TicketFields(due=date(2026, 12, 11), priority="P2", assignee="Jisoo", assignee_email="jisoo@example.com")
    made = await tracker.create("SHOP", "Buy does nothing", "why", meaning="R1", fields=fields)
    kept = (await tracker.get(made.key)).fields
    assert (kept.due, kept.priority) == (fields.due, "P2")
    for _ in range(2):
        await tracker.set_fields(made.key, TicketFields(due=date(2026, 12, 18)))
    changed = (await tracker.get(made.key)).fields
    assert (changed.due, changed.priority) == (date(2026, 12, 18), "P2")
    with pytest.raises(Missing):
        await tracker.set_fields("SHOP-99", fields)


async def test_a_ticket_that_a_person_calls_done_is_done_since_then(tracker: Tracker) -> None:
    made = await tracker.create("SHOP", "Buy does nothing", "", meaning="R1")
    await tracker.finish(made.key)
    first = await tracker.get(made.key)
    await tracker.finish(made.key)
    again = await tracker.get(made.key)
    assert (first.status, first.done_at is not None, again.done_at) == (Status.DONE, True, first.done_at)
    with pytest.raises(Missing):
        await tracker.finish("SHOP-99")
