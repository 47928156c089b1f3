"""Takes an answer to a request: checks it now, so that a late press is told at once, and queues the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.backlog.hours import WorkingHours
from bot.backlog.request import Party, Request, RequestAction, RequestState
from bot.backlog.transitions import Transition, decide
from bot.kernel.errors import Misunderstood
from bot.services.requests.ask_owner import party
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import AcknowledgeJob
from bot.slack.buttons import Pressed
from bot.slack.web_api import Person

_TO_BE_CREATED = "…"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed or chosen in a modal: a ticket's key, or the title of one to create; a reason; a Slack user."""

    ticket: str = ""
    title: str = ""
    reason: str = ""
    to: str = ""


async def open_for(context: RequestContext, team: str, pressed: Pressed, action: RequestAction, by: Person) -> Request:
    """Returns the request, if this action is still possible; its owner has seen it now.

    Raises Conflict with what already happened, and Missing.
    """
    request = await context.records.get(team, pressed.id)
    trial = Transition(
        action=action,
        by=party(by),
        at=context.clock(),
        version=pressed.version,
        ticket=_TO_BE_CREATED,
        reason=_TO_BE_CREATED,
        to=Party("U0", ""),
    )
    decide(request, trial, by.locale)
    return await _seen(context, request, by)


async def _seen(context: RequestContext, request: Request, by: Person) -> Request:
    def see(record: Request) -> Request:
        if record.state is not RequestState.ASKED or by.id != record.asks.id:
            return record
        step = Transition(action=RequestAction.SEE, by=party(by), at=context.clock(), version=record.version)
        return decide(record, step, by.locale)

    return await context.records.change(request, see)


async def acknowledge(
    context: RequestContext, team: str, pressed: Pressed, action: RequestAction, by: Person, entered: Entered
) -> None:
    """Checks the answer against the request as it is, then has it recorded. Raises Conflict, Misunderstood, Missing."""
    request = await context.records.get(team, pressed.id)
    ticket, title = _ticket(context, request, action, entered)
    job = AcknowledgeJob(
        team=team,
        request=request.id,
        action=action,
        by=by.id,
        at=context.clock(),
        version=pressed.version,
        ticket=ticket,
        create=title,
        reason=entered.reason,
        until=_tomorrow(context.clock(), by) if action is RequestAction.SNOOZE else None,
        to=await _chosen(context, team, entered.to) if entered.to else None,
    )
    decide(request, transition_of(job, by, ticket or title), by.locale)
    await context.queue.put(job)


def transition_of(job: AcknowledgeJob, by: Person, ticket: str, link: str = "") -> Transition:
    return Transition(
        action=job.action,
        by=party(by),
        at=job.at,
        version=job.version,
        ticket=ticket,
        ticket_link=link,
        reason=job.reason,
        until=job.until,
        to=job.to,
    )


async def _chosen(context: RequestContext, team: str, user: str) -> Party:
    """Returns whom it is handed to. Raises Misunderstood for a bot, which can't answer."""
    person = await context.slack.people.get(team, user)
    if person.bot:
        raise Misunderstood("%(name)s is a bot and can't answer; please choose a person.", name=person.name)
    return party(person)


def _ticket(context: RequestContext, request: Request, action: RequestAction, entered: Entered) -> tuple[str, str]:
    """(key of a ticket that is there, title of one to create). Raises Misunderstood for text that is no key."""
    if action is not RequestAction.IN_BACKLOG:
        return "", ""
    if not entered.ticket:
        return "", entered.title or request.what
    key = context.trackers.of(request.tracker).parse_key(entered.ticket)
    if key is None:
        raise Misunderstood("That is not a ticket's key; one looks like SHOP-412.")
    return key, ""


def _tomorrow(now: datetime, by: Person) -> datetime:
    """The next working morning where whoever snoozes lives."""
    local = now.astimezone(by.locale.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return WorkingHours(zone=by.locale.zone.key).from_(midnight)
