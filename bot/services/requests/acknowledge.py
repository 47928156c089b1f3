"""Takes an answer to a request: checks it now, so that a late press is told at once, and queues the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.backlog.hours import WorkingHours
from bot.backlog.request import FollowUpPlan, Party, Request, RequestAction, RequestState
from bot.backlog.transitions import Transition, decide
from bot.kernel.errors import Misunderstood
from bot.services.access.access import Deed
from bot.services.requests.answerers import NotAsked, may_answer, party_of
from bot.services.requests.ask_owner import party
from bot.services.requests.context import RequestContext
from bot.services.requests.entered import Entered, WrongField, chosen_person, plan_of, ticket_of
from bot.services.requests.jobs import AcknowledgeJob
from bot.services.requests.required_fields import Custom, custom_values
from bot.slack.buttons import Pressed
from bot.slack.person import Person

_TO_BE_CREATED = "…"
PLANNED = frozenset({RequestAction.IN_BACKLOG, RequestAction.PLAN})


async def open_for(context: RequestContext, team: str, pressed: Pressed, action: RequestAction, by: Person) -> Request:
    """Returns the request, if this action is still possible; its owner has seen it now.

    Raises Conflict with what already happened, Missing, and Denied for whoever can't answer.
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
        plan=FollowUpPlan(outcome=_TO_BE_CREATED),
    )
    decide(request, trial, by.locale)
    if not await may_answer(context, request, by):
        await _require_on_behalf(context, request, by)
    return await _seen(context, request, by)


async def _require_on_behalf(context: RequestContext, request: Request, by: Person) -> None:
    """Raises Denied."""
    await context.access.require(
        Deed.ANSWER_ON_BEHALF,
        team=request.team,
        channel=request.channel,
        user=by.id,
        target=request.id,
        once=str(request.version),
    )


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
    """Checks the answer against the request as it is, then has it recorded.

    Raises Conflict, Misunderstood, Missing, Denied for whoever wasn't asked and can't answer on behalf of whoever was,
    and NotAsked where they can, and haven't said that they do.
    """
    request = await context.records.get(team, pressed.id)
    behalf = not await may_answer(context, request, by)
    if behalf:
        await _require_on_behalf(context, request, by)
    ticket, title = ticket_of(context, request, action, entered)
    plan = await plan_of(context, request, entered, by) if action in PLANNED else None
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
        to=await chosen_person(context, team, entered.to, "to") if entered.to else None,
        on_behalf=behalf,
        plan=plan,
        chosen=entered.changed(pressed),
        custom=await _custom(context, request, plan, entered) if title else (),
    )
    decide(request, transition_of(job, by, ticket or title), by.locale)
    if behalf and not entered.on_behalf:
        raise NotAsked(party_of(request))
    await context.access.permit(
        Deed.ANSWER_ON_BEHALF if behalf else Deed.ANSWER,
        team=team,
        channel=request.channel,
        user=by.id,
        target=request.id,
        once=f"{pressed.version}:{action}",
    )
    await context.queue.put(job)


async def _custom(context: RequestContext, request: Request, plan: FollowUpPlan | None, entered: Entered) -> Custom:
    try:
        return await custom_values(context, request, plan.kind if plan else None, dict(entered.custom))
    except Misunderstood as problem:
        raise WrongField("title", problem) from problem


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
        plan=job.plan,
        on_behalf=job.on_behalf,
    )


def _tomorrow(now: datetime, by: Person) -> datetime:
    """The next working morning where whoever snoozes lives."""
    local = now.astimezone(by.locale.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return WorkingHours(zone=by.locale.zone.key).from_(midnight)
