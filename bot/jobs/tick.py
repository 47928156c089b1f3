"""The clock, once a minute: reminds owners who haven't answered, and sees that tickets are done or open again."""

from __future__ import annotations

from bot.backlog.hours import WorkingHours
from bot.backlog.reminders import next_reminder
from bot.backlog.request import Party, Request, RequestAction, RequestState
from bot.backlog.tracker import Status
from bot.backlog.transitions import Transition, decide
from bot.kernel.errors import Conflict, Missing
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.office import Office
from bot.services.questions import lookup
from bot.services.requests import notify
from bot.state import keys

CLOCK = Party("clock", "Replaybook")


async def tick(office: Office) -> None:
    desk = office.desk
    for team, id in await desk.ledger.due(desk.clock()):
        try:
            request = await lookup.request(desk, team, id)
        except Missing:
            await desk.ledger.close(team, id)
            continue
        await look_at(desk, request)


async def look_at(desk: Desk, request: Request) -> None:
    """Do what is due, if anything is, and set the clock anew."""
    action = await _due(desk, request)
    if await _untold(desk, request):
        await _have_told(desk, request)
    elif action is None:
        await notify.schedule(desk, request)
    elif action is RequestAction.VERIFY:
        await desk.queue.put("verification", queued_jobs.VerifyJob(request.team, request.id), id=f"verify:{request.id}")
    else:
        await move(desk, request, action)


async def move(desk: Desk, request: Request, action: RequestAction, reason: str = "") -> None:
    """The clock's own press; somebody who was faster wins."""
    press = Transition(action=action, by=CLOCK, at=desk.clock(), version=request.version, reason=reason)
    locale = await notify.locale_of(desk, request, request.asks)
    try:
        after = await desk.requests.change(
            keys.record(request.team, "request", request.id), lambda it: decide(it or request, press, locale)
        )
    except Conflict:
        return
    await _have_told(desk, after)


async def _untold(desk: Desk, request: Request) -> bool:
    """Whether somebody died between writing down what became of it and having it told."""
    last = request.last
    return last is not None and await desk.once.done(lookup.told(request, last.version)) is None


async def _have_told(desk: Desk, request: Request) -> None:
    job = queued_jobs.TellEffectsJob(request.team, request.id, request.version)
    await desk.queue.put("effects", job, id=f"effects:{request.id}:{request.version}")


async def _due(desk: Desk, request: Request) -> RequestAction | None:
    now, policy = desk.clock(), await notify.policy_for(desk, request)
    locale = await notify.locale_of(desk, request, request.asks)
    hours = WorkingHours(zone=locale.zone.key)
    if request.state is RequestState.IN_BACKLOG:
        return RequestAction.DONE if await _ticket_done(desk, request) else None
    if request.state is RequestState.DONE:
        when = notify.next_look(request, now, locale, policy)
        return RequestAction.VERIFY if when and when <= now else None
    reminder = next_reminder(request, now, hours, policy)
    return reminder.action if reminder and reminder.at <= now else None


async def _ticket_done(desk: Desk, request: Request) -> bool:
    try:
        return (await desk.trackers.of(request.tracker).get(request.ticket)).status is Status.DONE
    except Missing:
        return False  # a ticket that our tracker doesn't know: only people can say
