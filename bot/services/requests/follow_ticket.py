"""Has a request follow its ticket: status, key, whether it is still there, and what was changed on it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from msgspec.structs import replace

from bot.backlog.field_sync import FieldSync, compared, only, taken
from bot.backlog.follow_up_plan import Priority
from bot.backlog.request import AgreedFields, FollowUpPlan, Party, Request, RequestAction, RequestState
from bot.backlog.sentences import OF_TRACKER
from bot.backlog.ticket import Ability, Absence, Status, Ticket, TicketFields
from bot.backlog.tracker import Tracker
from bot.backlog.transitions import follow_ticket
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ups import fields_of
from bot.services.requests.moves import move

ARCHIVED = "archived"


async def follow(context: RequestContext, request: Request, reading: Ticket | Absence) -> bool:
    """Returns whether there was anything to follow. A ticket elsewhere, that the tracker never had, says nothing."""
    if not isinstance(reading, Ticket):
        if not request.ticket_link or request.standing == reading:
            return False
        return await move(context, request, RequestAction.LOSE, standing=str(reading)) is not None
    before = request.version
    for step in (_named, _standing, _status, _fields):
        after = await step(context, request, reading)
        if after is None:
            return True  # somebody was faster; the next look goes on from there
        request = after
    return request.version != before


async def _named(context: RequestContext, request: Request, ticket: Ticket) -> Request | None:
    if ticket.key == request.ticket:
        return request
    after = await move(context, request, RequestAction.RENAME, ticket=ticket.key, ticket_link=ticket.link)
    if after:
        await context.records.note_ticket(after, context.trackers.of(after.tracker, after.team).name)
    return after


async def _standing(context: RequestContext, request: Request, ticket: Ticket) -> Request | None:
    now = ARCHIVED if ticket.archived else ""
    if request.standing == now:
        return request
    if now:
        return await move(context, request, RequestAction.LOSE, standing=now)
    return await move(context, request, RequestAction.RETURN)


async def _status(context: RequestContext, request: Request, ticket: Ticket) -> Request | None:
    action = follow_ticket(request.state, ticket.status)
    if action is None:
        return request
    who = ticket.closed_by if ticket.status in {Status.DONE, Status.CLOSED} else ticket.reopened_by
    return await move(
        context,
        request,
        action,
        by=Party(OF_TRACKER, who) if who else None,
        reason=ticket.resolution if action is RequestAction.CLOSE else "",
        fixed_at=ticket.done_at if action is RequestAction.DONE else None,
    )


async def _fields(context: RequestContext, request: Request, ticket: Ticket) -> Request | None:
    """Owner, date and priority, as long as the follow-up is open."""
    if request.state is not RequestState.IN_BACKLOG:
        return request
    tracker = context.trackers.of(request.tracker, request.team)
    ours = await fields_of(context, request.team, request.plan)
    agreed = request.agreed or AgreedFields(ours, ticket.fields)
    sync = compared(ours, agreed, ticket, tracker.abilities, _planned_at(request))
    if sync == FieldSync() and request.agreed == AgreedFields(ours, ticket.fields):
        return request
    theirs = await _pushed(tracker, ticket, ours, sync)
    plan = await _pulled(context, request, ticket.fields, sync.pulled)
    ours = await fields_of(context, request.team, plan)
    agreed = AgreedFields(ours, theirs)
    if plan == request.plan and not sync.conflicts:
        return await context.records.change(request, lambda record: _agreed(record, request, agreed))
    action = RequestAction.OVERRULE if sync.conflicts else RequestAction.FOLLOW
    locale = await notify.locale_of(context, request, request.asker)
    changed = sync.conflicts or sync.pulled
    return await move(context, request, action, plan=plan, agreed=agreed, reason=_in_words(plan, changed, locale))


def _agreed(record: Request, read: Request, agreed: AgreedFields) -> Request:
    """Nobody hears of it, so it is no version of its own; somebody who changed the plan meanwhile isn't overruled."""
    return replace(record, agreed=agreed) if record.version == read.version else record


async def _pushed(tracker: Tracker, ticket: Ticket, ours: TicketFields, sync: FieldSync) -> TicketFields:
    """The fields of the ticket with what it lacked, as far as it took it."""
    if sync.pushed:
        with suppress(Missing):
            await tracker.set_fields(ticket.key, only(ours, sync.pushed))
            now = (await tracker.get(ticket.key)).fields
            return taken(ticket.fields, ours, now, sync.pushed)
    return ticket.fields


async def _pulled(
    context: RequestContext, request: Request, fields: TicketFields, pulled: Sequence[Ability]
) -> FollowUpPlan:
    plan = request.plan
    if Ability.DUE in pulled:
        plan = replace(plan, due=fields.due)
    if Ability.PRIORITY in pulled and fields.priority in set(Priority):
        plan = replace(plan, priority=Priority(fields.priority))
    if Ability.ASSIGNEE in pulled:
        person = await context.slack.people.by_email(request.team, fields.assignee_email)
        known = Party(person.id, person.name) if person else None
        plan = replace(plan, owner=known or Party(fields.assignee_email, fields.assignee or fields.assignee_email))
    return plan


def _planned_at(request: Request) -> datetime:
    actions = {RequestAction.IN_BACKLOG, RequestAction.PLAN}
    return next((each.at for each in reversed(request.history) if each.action in actions), request.asked_at)


def _in_words(plan: FollowUpPlan, changed: Sequence[Ability], locale: Locale) -> str:
    """What holds now of what was changed: "Mina · due Dec 11, 2026 · P2"."""
    due = locale.text("due %(date)s", date=locale.calendar_day(plan.due)) if plan.due else locale.text("no date yet")
    parts = {
        Ability.ASSIGNEE: plan.owner.name if plan.owner else "",
        Ability.DUE: due,
        Ability.PRIORITY: str(plan.priority or ""),
    }
    return " · ".join(text for field, text in parts.items() if field in changed and text)
