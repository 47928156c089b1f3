"""What is promised with an answer, who may give it, and how it is changed, finished and dropped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.backlog.follow_up_plan import working_days_after
from bot.backlog.hours import WorkingHours
from bot.backlog.ticket import NewTicket, TicketFields
from tests.handlers.house import JISOO, MINA, House, has, until
from tests.handlers.test_backlog import asked, current, notebook_text
from tests.handlers.walking import follow_up_in, quiet

Json = dict[str, Any]
TICK = {"on_behalf": {"on_behalf": ["yes"]}}


def today(house: House) -> date:
    return house.clock().astimezone(ZoneInfo(JISOO.zone)).date()


def days_since(house: House, first: date) -> set[date]:
    """The days on which something was said that was said between then and now: midnight may have passed."""
    return {first, today(house)}


async def opened(house: House, message: Json, action: str, user: str) -> Json:
    await house.press(message, action, user=user)
    return await house.modal(user=user)


async def promised(house: House, **values: str) -> tuple[Json, Json]:
    """The answer's message, and the confirmation; Jisoo answered with these values."""
    said, request = await asked(house)
    view = await opened(house, request, "backlog.in_backlog", JISOO.id)
    entered = {name: {name: value} for name, value in values.items()}
    assert await house.submit(view, entered, user=JISOO.id) == {"ok": True}
    return said, await house.reply(said["ts"], lambda it: has(it, "backlog.plan"))


async def test_a_follow_up_has_a_person_a_date_and_a_priority_in_thread_ticket_and_notebook(house: House) -> None:
    asked_on = today(house)
    _, confirmed = await promised(house, due="2주 후", outcome="Buy works at the first click", priority="P1")
    said_on = days_since(house, asked_on)
    assert f"<@{MINA.id}>" in confirmed["text"]
    for text in ("Buy works at the first click", "P1", "Jisoo"):
        assert text.lower() in str(confirmed["blocks"]).lower()
    ticket = await house.services.requests.trackers.of().get("SHOP-1")
    due = ticket.fields.due
    assert due in {day + timedelta(days=14) for day in said_on}
    assert ticket.fields.priority == "P1"
    assert ticket.fields.assignee_email == JISOO.email
    assert "Buy works at the first click" in ticket.description
    row = await follow_up_in(house, lambda it: it.ticket == "SHOP-1")
    assert (row.due, row.priority, row.type, row.outcome) == (due, "P1", "fix", "Buy works at the first click")
    assert "Buy works at the first click" in await notebook_text(house)


async def test_a_date_is_proposed_in_working_days_of_the_owner_and_a_wrong_one_stays_in_the_modal(house: House) -> None:
    _, request = await asked(house)
    pressed_on, hours = today(house), WorkingHours(zone=JISOO.zone)
    view = await opened(house, request, "backlog.in_backlog", JISOO.id)
    expected = [working_days_after(day, 10, hours) for day in days_since(house, pressed_on)]
    assert any(day.isoformat() in str(view["blocks"]) for day in expected)
    for wrong in ("언젠가", "2020-01-01"):
        told = await house.submit(view, {"due": {"due": wrong}}, user=JISOO.id)
        assert list(told["errors"]) == ["due"]
        assert wrong in told["errors"]["due"]


async def test_what_the_ticket_says_counts_unless_somebody_changes_it(house: House) -> None:
    tracker = house.services.requests.trackers.of()
    due = today(house) + timedelta(days=3)
    made = await tracker.create(
        NewTicket("SHOP", "Stock check", "", meaning="x", fields=TicketFields(due=due, priority="P4"))
    )
    await promised(house, ticket=made.key, priority="P1")
    row = await follow_up_in(house, lambda it: it.ticket == made.key)
    assert (row.due, row.priority) == (due, "P1")
    fields = (await tracker.get(made.key)).fields
    assert (fields.due, fields.priority, fields.assignee_email) == (due, "P1", JISOO.email)


async def test_somebody_who_was_not_asked_answers_on_behalf_and_everyone_sees_it(house: House) -> None:
    await house.let_others_answer()
    said, request = await asked(house)
    view = await opened(house, request, "backlog.in_backlog", MINA.id)
    assert "on behalf of" in str(view["blocks"])
    told = await house.submit(view, {}, user=MINA.id)
    assert "on_behalf" in told["errors"]
    assert await house.submit(view, TICK, user=MINA.id) == {"ok": True}
    confirmed = await house.reply(said["ts"], lambda it: has(it, "backlog.plan"))
    assert f"<@{MINA.id}> on behalf of <@{JISOO.id}>" in str(confirmed["blocks"])
    await follow_up_in(house, lambda it: it.ticket == "SHOP-1")
    assert "on behalf of" in await notebook_text(house)
    tracker = house.services.requests.trackers.of()

    async def on_ticket() -> bool:
        return "on behalf of" in (await tracker.get("SHOP-1")).description

    assert await until(on_ticket)


async def test_a_button_without_a_form_asks_once_more_whoever_was_not_asked(house: House) -> None:
    await house.let_others_answer()
    said, request = await asked(house)
    view = await opened(house, request, "backlog.snooze", MINA.id)
    assert has(await current(house, said, request), "backlog.snooze")
    assert await house.submit(view, TICK, user=MINA.id) == {"ok": True}

    async def snoozed() -> bool:
        return "on behalf of" in str((await current(house, said, request))["blocks"])

    assert await until(snoozed)


async def test_a_date_is_moved_and_thread_ticket_and_notebook_follow_without_a_new_message(house: House) -> None:
    await house.let_others_answer()
    said, confirmed = await promised(house)
    before = len(await house.replies(said["ts"]))
    other = await opened(house, confirmed, "backlog.plan", MINA.id)
    view = await opened(house, confirmed, "backlog.plan", JISOO.id)
    unchanged = await house.submit(view, {}, user=JISOO.id)
    assert "errors" in unchanged
    moved, sooner = today(house) + timedelta(days=40), today(house) + timedelta(days=20)
    assert await house.submit(view, {"due": {"due": moved.isoformat()}}, user=JISOO.id) == {"ok": True}
    await follow_up_in(house, lambda it: it.due == moved)
    await quiet(house.redis)
    assert (await house.services.requests.trackers.of().get("SHOP-1")).fields.due == moved
    assert str(moved.year) in str((await current(house, said, confirmed))["blocks"])
    assert len(await house.replies(said["ts"])) == before
    late = await house.submit(other, {**TICK, "due": {"due": sooner.isoformat()}}, user=MINA.id)
    assert "changed the follow-up" in str(late["errors"])
    assert (await follow_up_in(house, lambda it: bool(it.due))).due == moved
