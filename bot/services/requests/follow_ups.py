"""What is proposed for a follow-up, and how it goes together with what its ticket says."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import msgspec

from bot.backlog.follow_up_plan import FollowUpKind, Priority, proposed, working_days_after
from bot.backlog.hours import WorkingHours
from bot.backlog.request import FollowUpPlan, Party, Request
from bot.backlog.ticket import TicketFields
from bot.kernel.errors import Missing, Upstream
from bot.notebook.head import Severity
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.slack.buttons import Pressed
from bot.slack.person import Person

NOTEBOOK_S = 1.0
"""So long a modal waits for the severity: Slack opens it within three seconds, or not at all."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a modal about a follow-up is filled with. `severity` and `days` say why, where the date is a new one."""

    plan: FollowUpPlan
    owner: str
    """A Slack user."""
    severity: Severity | None = None
    days: int = 0

    def carried(self, pressed: Pressed) -> Pressed:
        """What the modal brings back, to tell what a person changed."""
        due, priority = self.plan.due, self.plan.priority
        return msgspec.structs.replace(
            pressed, owner=self.owner, priority=priority or "", due=due.isoformat() if due else ""
        )


async def propose(context: RequestContext, request: Request, by: Person) -> Proposal:
    """The plan as it is, and what it lacks by the severity. The owner is who was asked, or else who answers."""
    before, asked = request.plan, request.responsible
    severity = await _severity(context, request)
    priority, days = proposed(severity)
    plan = FollowUpPlan(
        owner=before.owner,
        outcome=before.outcome,
        kind=before.kind or FollowUpKind.FIX,
        priority=before.priority or priority,
        due=before.due or await _due(context, request, days),
    )
    owner = asked.id if asked.id[:1] in {"U", "W"} and "@" not in asked.id else by.id
    return Proposal(plan, owner, severity, 0 if before.due else days)


async def _due(context: RequestContext, request: Request, days: int) -> date:
    zone = (await notify.locale_of(context, request, request.responsible)).zone
    return working_days_after(context.clock().astimezone(zone).date(), days, WorkingHours(zone=zone.key))


async def _severity(context: RequestContext, request: Request) -> Severity | None:
    """None where the notebook doesn't say, or can't be read in time."""
    if not request.notebook:
        return None
    with suppress(TimeoutError, Missing, Upstream):
        async with asyncio.timeout(NOTEBOOK_S):
            return (await context.postmortems.notebooks.get(request.notebook)).head.severity
    return None


async def fields_of(context: RequestContext, team: str, plan: FollowUpPlan) -> TicketFields:
    """What the tracker is told of the plan."""
    owner, email = plan.owner, ""
    if owner:
        email = owner.id if "@" in owner.id else (await context.slack.people.get(team, owner.id)).email
    return TicketFields(plan.due, plan.priority or "", owner.name if owner else "", email)


async def joined(
    context: RequestContext, team: str, plan: FollowUpPlan, ticket: TicketFields, chosen: tuple[str, ...]
) -> FollowUpPlan:
    """The plan with what a ticket that is there already says, but for what a person chose."""
    changes: dict[str, object] = {}
    if ticket.due and "due" not in chosen:
        changes["due"] = ticket.due
    if ticket.priority in set(Priority) and "priority" not in chosen:
        changes["priority"] = Priority(ticket.priority)
    if ticket.assignee_email and "owner" not in chosen:
        person = await context.slack.people.by_email(team, ticket.assignee_email)
        changes["owner"] = Party(person.id, person.name) if person else Party(ticket.assignee_email, ticket.assignee)
    return msgspec.structs.replace(plan, **changes)
