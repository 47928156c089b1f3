"""What somebody entered in a modal about a request, read against the request: one clear sentence for what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.backlog.due_dates import read_due_date
from bot.backlog.follow_up_plan import FollowUpKind, Priority
from bot.backlog.request import FollowUpPlan, Party, Request, RequestAction
from bot.kernel.errors import Misunderstood
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.signals.periods import Clock
from bot.slack.buttons import Pressed
from bot.slack.person import Person


class WrongField(Misunderstood):
    """What was entered in one field can't be taken, for the reason of another error."""

    def __init__(self, field: str, problem: Misunderstood) -> None:
        super().__init__(problem.message, at=problem.at)
        self.args, self.values = problem.args, problem.values
        self.field = field


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed or chosen: a ticket's key, or the title of one to create; a reason; a Slack user.

    `found` is the key of a ticket that was searched, `linked` of one that was linked in the channel, `earlier` of one
    of the same failure. `on_behalf`: somebody who wasn't asked has said that they answer for whoever was. The rest is
    of the follow-up.
    """

    ticket: str = ""
    found: str = ""
    linked: str = ""
    earlier: str = ""
    title: str = ""
    reason: str = ""
    to: str = ""
    on_behalf: bool = False
    owner: str = ""
    outcome: str = ""
    kind: str = ""
    priority: str = ""
    due: str = ""
    custom: tuple[tuple[str, str], ...] = ()
    """What was entered for the fields that the tracker requires, by the field's id."""

    def changed(self, proposed: Pressed) -> tuple[str, ...]:
        """The fields of the plan in which a person put something else than was proposed."""
        pairs = {
            "owner": (self.owner, proposed.owner),
            "priority": (self.priority, proposed.priority),
            "due": (self.due, proposed.due),
        }
        return tuple(name for name, (now, before) in pairs.items() if now and now != before)


async def chosen_person(context: RequestContext, team: str, user: str, field: str) -> Party:
    """Raises WrongField for a bot, which can't answer."""
    person = await context.slack.people.get(team, user)
    if person.bot:
        problem = Misunderstood("%(name)s is a bot and can’t answer; please choose a person.", name=person.name)
        raise WrongField(field, problem)
    return Party(person.id, person.name)


def ticket_of(context: RequestContext, request: Request, action: RequestAction, entered: Entered) -> tuple[str, str]:
    """(key of a ticket that is there, title of one to create). Raises WrongField for text that is no key."""
    if action is not RequestAction.IN_BACKLOG:
        return "", ""
    typed = entered.ticket or _chosen(entered.found) or entered.linked or entered.earlier
    if not typed:
        return "", entered.title or request.what
    tracker = context.trackers.of(request.tracker, request.team)
    key = tracker.parse_key(typed)
    if key is None:
        problem = Misunderstood("That is not a ticket’s key; one looks like %(example)s.", example=tracker.example)
        raise WrongField("ticket", problem)
    return key, ""


NOT_FOUND = "-"
"""The value of an option that only says why there is none."""


def _chosen(ticket: str) -> str:
    return "" if ticket == NOT_FOUND else ticket


async def plan_of(context: RequestContext, request: Request, entered: Entered, by: Person) -> FollowUpPlan:
    """The follow-up as it was entered; what the form didn't ask for stays. Raises WrongField."""
    before = request.plan
    return FollowUpPlan(
        owner=await chosen_person(context, request.team, entered.owner, "owner") if entered.owner else before.owner,
        outcome=" ".join(entered.outcome.split()),
        kind=FollowUpKind(entered.kind) if entered.kind in set(FollowUpKind) else before.kind,
        priority=Priority(entered.priority) if entered.priority in set(Priority) else before.priority,
        due=await _due(context, request, entered.due, by),
    )


async def _due(context: RequestContext, request: Request, text: str, by: Person) -> date | None:
    """The date in the zone of who is responsible. One that has passed stays, for as long as nobody changes it."""
    before = request.plan.due
    if not text or (before and text == before.isoformat()):
        return before
    zone = (await notify.locale_of(context, request, request.responsible)).zone
    try:
        return read_due_date(text, Clock(context.clock().astimezone(zone), zone), by.locale)
    except Misunderstood as problem:
        raise WrongField("due", problem) from problem
