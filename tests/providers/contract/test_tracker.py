"""What every provider's tracker promises."""

from __future__ import annotations

import asyncio
import re
from datetime import date

import pytest

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import (
    Ability,
    Absence,
    BackLink,
    NewTicket,
    Status,
    Ticket,
    TicketFact,
    TicketFields,
    TicketFile,
    TicketLink,
)
from bot.backlog.tracker import Tracker
from bot.kernel.errors import Missing
from tests.providers.contract.provided import Provided


@pytest.fixture
def tracker(ticketing: Provided) -> Tracker:
    assert ticketing.parts.tracker
    return ticketing.parts.tracker


async def test_a_ticket_is_made_once_for_a_meaning_and_found(tracker: Tracker, ticketing: Provided) -> None:
    made = await asyncio.gather(
        *(tracker.create(NewTicket("shop", "Buy does nothing", "why", meaning="R1")) for _ in range(3))
    )
    assert {ticket.key for ticket in made} == {ticketing.shop(1)}
    other = await tracker.create(NewTicket("SHOP", "Buy twice", "", meaning="R2"))
    assert [ticket.key for ticket in await tracker.find("buy")] == [other.key, ticketing.shop(1)]
    read = await tracker.get(ticketing.shop(1).lower())
    assert (read.title, read.status, read.description[:3]) == ("Buy does nothing", Status.OPEN, "why")
    assert read.link.startswith("https://")
    assert tracker.parse_key(f"it's <{read.link}|{read.key}>") == read.key


async def test_a_ticket_that_a_person_finished_is_done_since_then(tracker: Tracker, ticketing: Provided) -> None:
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", "", meaning="R1"))
    assert made.created
    assert made.done_at is None
    await ticketing.by_hand(made.key, "finish")
    done = await tracker.get(made.key)
    assert done.status is Status.DONE
    assert done.done_at
    assert done.done_at >= made.created


async def test_a_key_that_a_person_gave_becomes_the_ticket_by_it(tracker: Tracker) -> None:
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", "why", meaning="R1"))
    assert (await tracker.adopt(made.key, "Another title", "other")).title == "Buy does nothing"
    assert tracker.parse_key("no key at all") is None
    assert tracker.parse_key(tracker.example) == tracker.example


async def test_what_is_said_on_a_ticket_is_said_once(tracker: Tracker, ticketing: Provided) -> None:
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", "why", meaning="R1"))
    for _ in range(2):
        await tracker.comment(made.key, "Confirmed in Slack.", meaning="R1:2")
    assert (await tracker.get(made.key)).description.count("Confirmed") <= 1
    with pytest.raises(Missing):
        await tracker.comment(ticketing.shop(99), "Confirmed in Slack.", meaning="R9:2")


async def test_a_ticket_that_never_was_is_missing(tracker: Tracker, ticketing: Provided) -> None:
    with pytest.raises(Missing):
        await tracker.get(ticketing.shop(99))


async def test_a_ticket_keeps_priority_and_date_from_the_start_and_as_they_change(
    tracker: Tracker, ticketing: Provided
) -> None:
    fields = TicketFields(due=date(2026, 12, 11), priority="P2", assignee="Jisoo", assignee_email="jisoo@example.com")
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", "why", meaning="R1", fields=fields))
    due, able = Ability.DUE in tracker.abilities, Ability.PRIORITY in tracker.abilities
    kept = (await tracker.get(made.key)).fields
    assert (kept.due, kept.priority) == (fields.due if due else None, "P2" if able else "")
    assert made.fields == kept, "what a create answers is what the ticket has"
    for _ in range(2):
        await tracker.set_fields(made.key, TicketFields(due=date(2026, 12, 18)))
    changed = (await tracker.get(made.key)).fields
    assert (changed.due, changed.priority) == (date(2026, 12, 18) if due else None, "P2" if able else "")
    await tracker.set_fields(made.key, TicketFields(priority="P1"))
    assert (await tracker.get(made.key)).fields.priority == ("P1" if able else "")
    if Ability.ASSIGNEE in tracker.abilities:
        assert (kept.assignee_email, changed.assignee_email) == ("jisoo@example.com", "jisoo@example.com")
    with pytest.raises(Missing):
        await tracker.set_fields(ticketing.shop(99), fields)


async def test_a_ticket_that_a_person_calls_done_is_done_since_then(tracker: Tracker, ticketing: Provided) -> None:
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", "", meaning="R1"))
    await tracker.finish(made.key)
    first = await tracker.get(made.key)
    await tracker.finish(made.key)
    again = await tracker.get(made.key)
    assert (first.status, first.done_at is not None, again.done_at) == (Status.DONE, True, first.done_at)
    with pytest.raises(Missing):
        await tracker.finish(ticketing.shop(99))


async def test_many_tickets_are_read_at_once_and_each_key_has_its_answer(tracker: Tracker) -> None:
    """What isn't there, and what is no key of this tracker at all, keeps nobody from the others."""
    made = [await tracker.create(NewTicket("SHOP", f"Buy {n}", meaning=f"R{n}")) for n in range(3)]
    absent = [absent_key(made[0].key), "no key"]
    read = await tracker.read([*(ticket.key for ticket in made), *absent])
    assert list(read) == [*(ticket.key for ticket in made), *absent]
    tickets = [read[ticket.key] for ticket in made]
    assert [ticket.title for ticket in tickets if isinstance(ticket, Ticket)] == ["Buy 0", "Buy 1", "Buy 2"]
    assert all(isinstance(read[key], Absence) for key in absent)
    assert await tracker.read([]) == {}


async def test_what_is_given_with_a_ticket_is_read_on_it(tracker: Tracker) -> None:
    """Facts and links stand in its text; what a tracker has no place for makes nothing fail."""
    new = NewTicket(
        "SHOP",
        "Buy does nothing",
        "People see *nothing*.",
        meaning="R1",
        kind=FollowUpKind.PREVENT,
        labels=("incident",),
        facts=(TicketFact("People affected", "1,024"),),
        links=(TicketLink("In Slack", "https://nordic.slack.com/archives/C1/p1"),),
        clip=CLIP,
    )
    made = await tracker.create(new)
    for _ in range(2):
        await tracker.attach(made.key, CLIP)
        await tracker.link_back(made.key, BackLink("R1", "https://nordic.slack.com/archives/C1/p1", "Thread"))
    text = (await tracker.get(made.key)).description
    assert text.count("1,024") == 1
    assert "https://nordic.slack.com/archives/C1/p1" in text
    assert [each.name for each in await tracker.required_fields("SHOP", FollowUpKind.PREVENT)] == []


async def test_a_ticket_is_known_by_its_address_and_by_no_other(tracker: Tracker) -> None:
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", meaning="R1"))
    assert tracker.key_in_url(made.link) == made.key
    assert tracker.key_in_url(made.link + "#comment-1") == made.key
    elsewhere = made.link.replace("://", "://other.")
    for url in ("", "no address", "https://example.com/", elsewhere, "javascript:alert(1)"):
        assert tracker.key_in_url(url) is None


async def test_what_people_do_with_a_ticket_is_told_as_far_as_the_tracker_can(
    tracker: Tracker, ticketing: Provided
) -> None:
    """Each is an ability that the tracker states; whoever states it has to do it."""
    made = await tracker.create(NewTicket("SHOP", "Buy does nothing", meaning="R1"))
    able, hand = tracker.abilities, ticketing.by_hand
    if Ability.CLOSED_WITHOUT_FIX in able:
        await hand(made.key, "close")
        closed = await tracker.get(made.key)
        assert (closed.status, closed.done_at, closed.closed_at is not None) == (Status.CLOSED, None, True)
        assert bool(closed.closed_by) == (Ability.CLOSED_BY in able)
        await hand(made.key, "reopen")
        assert (await tracker.get(made.key)).status is Status.OPEN
    key = made.key
    if Ability.MOVES in able:
        await hand(key, "move")
        moved = await tracker.read([key])
        ticket = moved[key]
        assert isinstance(ticket, Ticket)
        assert (ticket.key != key, ticket.title) == (True, "Buy does nothing")
        key = ticket.key
    if Ability.ARCHIVES in able:
        await hand(key, "archive")
        assert (await tracker.get(key)).archived
    if Ability.DELETES in able:
        await hand(key, "delete")
        assert (await tracker.read([key]))[key] is Absence.DELETED


def absent_key(key: str) -> str:
    """The key of a ticket in the same project that never was."""
    return re.sub(r"\d+$", "4711", key)


CLIP = TicketFile("clip.gif", "image/gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "The button does nothing")
