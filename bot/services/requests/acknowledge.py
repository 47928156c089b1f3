"""Takes what a person says to a request: checks it now, so that a late press is told at once, and queues the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.backlog.hours import WorkingHours
from bot.backlog.request import Party, Request, RequestAction
from bot.backlog.transitions import Transition, decide
from bot.kernel.errors import Misunderstood
from bot.kernel.ids import meaning
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from bot.slack.people import Person
from bot.state import keys

_TO_BE_CREATED = "…"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed or chosen in a modal: a ticket's key, or the title of one to create; a reason; a Slack user."""

    ticket: str = ""
    title: str = ""
    reason: str = ""
    to: str = ""


def request_id(asked: AskedQuestion) -> str:
    """One question leads to one request, however often somebody presses."""
    return meaning(asked.id, asked.feature, "request")


async def asked_already(desk: Desk, asked: AskedQuestion) -> Request | None:
    """The request that this question led to, or one that another question in the channel led to and that is open.

    One ping is enough: whoever presses again is told what became of it.
    """
    found = await desk.requests.get(keys.record(asked.team, "request", request_id(asked)))
    if found:
        return found[0]
    same = (asked.channel, asked.feature)
    waiting = await lookup.open_requests(desk, asked.team)
    return next((it for it in waiting if (it.channel, it.feature) == same), None)


async def open_for(desk: Desk, team: str, pressed: Pressed, action: RequestAction, by: Person) -> Request:
    """The request, if this action is still possible. Raises Conflict with what already happened, Missing."""
    request = await lookup.request(desk, team, pressed.id)
    trial = Transition(
        action=action,
        by=party(by),
        at=desk.clock(),
        version=pressed.version,
        ticket=_TO_BE_CREATED,
        reason=_TO_BE_CREATED,
        to=Party("U0", ""),
    )
    decide(request, trial, by.locale)
    return request


async def take(desk: Desk, team: str, pressed: Pressed, action: RequestAction, by: Person, entered: Entered) -> None:
    """Check the press against the request as it is now, then have it done. Raises Conflict, Misunderstood, Missing."""
    request = await lookup.request(desk, team, pressed.id)
    ticket, title = _ticket(desk, request, action, by, entered)
    to = await _chosen(desk, team, entered.to, by) if entered.to else None
    job = queued_jobs.AcknowledgeJob(
        team=team,
        request=request.id,
        action=action,
        by=by.id,
        at=desk.clock(),
        version=pressed.version,
        ticket=ticket,
        create=title,
        reason=entered.reason,
        until=_tomorrow(desk.clock(), by) if action is RequestAction.SNOOZE else None,
        to=to,
    )
    decide(request, press_of(job, by, ticket or title), by.locale)
    await desk.queue.put("acknowledge", job, id=f"acknowledge:{request.id}:{pressed.version}:{action}:{by.id}")


def press_of(job: queued_jobs.AcknowledgeJob, by: Person, ticket: str, link: str = "") -> Transition:
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


def party(person: Person) -> Party:
    return Party(person.id, person.name)


async def _chosen(desk: Desk, team: str, user: str, by: Person) -> Party:
    """Whom it is handed to. Raises Misunderstood for a bot, which can't answer."""
    person = await desk.people.get(team, user)
    if person.bot:
        raise Misunderstood(
            by.locale.text("%(name)s is a bot and can't answer; please choose a person.", name=person.name)
        )
    return party(person)


def _ticket(desk: Desk, request: Request, action: RequestAction, by: Person, entered: Entered) -> tuple[str, str]:
    """(key of a ticket that is there, title of one to create). Raises Misunderstood for text that is no key."""
    if action is not RequestAction.IN_BACKLOG:
        return "", ""
    if not entered.ticket:
        return "", entered.title or request.what
    key = desk.trackers.of(request.tracker).parse_key(entered.ticket)
    if key is None:
        raise Misunderstood(by.locale.text("That is not a ticket's key; one looks like SHOP-412."))
    return key, ""


def _tomorrow(now: datetime, by: Person) -> datetime:
    """The next working morning where whoever snoozes lives."""
    local = now.astimezone(by.locale.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return WorkingHours(zone=by.locale.zone.key).from_(midnight)
