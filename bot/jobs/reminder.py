"""The clock, once a minute: reminds owners who haven't answered, and sees that tickets are done or open again."""

from __future__ import annotations

from bot.backlog.decide import Press, decide
from bot.backlog.hours import WorkingHours
from bot.backlog.reminders import next_reminder
from bot.backlog.request import Action, Party, Request, State
from bot.backlog.tracker import Status
from bot.desk import looking, telling, work
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.runtime import keys
from bot.runtime.errors import Conflict, Missing

CLOCK = Party("clock", "Replaybook")


async def tick(office: Office) -> None:
    desk = office.desk
    for team, id in await desk.ledger.due(desk.clock()):
        try:
            request = await looking.request(desk, team, id)
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
        await telling.set_clock(desk, request)
    elif action is Action.VERIFY:
        await desk.queue.put("verification", work.Verify(request.team, request.id), id=f"verify:{request.id}")
    else:
        await move(desk, request, action)


async def move(desk: Desk, request: Request, action: Action, reason: str = "") -> None:
    """The clock's own press; somebody who was faster wins."""
    press = Press(action=action, by=CLOCK, at=desk.clock(), version=request.version, reason=reason)
    locale = await telling.locale_of(desk, request, request.asks)
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
    return last is not None and await desk.once.done(looking.told(request, last.version)) is None


async def _have_told(desk: Desk, request: Request) -> None:
    job = work.Effects(request.team, request.id, request.version)
    await desk.queue.put("effects", job, id=f"effects:{request.id}:{request.version}")


async def _due(desk: Desk, request: Request) -> Action | None:
    now, policy = desk.clock(), await telling.policy_for(desk, request)
    locale = await telling.locale_of(desk, request, request.asks)
    hours = WorkingHours(zone=locale.zone.key)
    if request.state is State.IN_BACKLOG:
        return Action.DONE if await _ticket_done(desk, request) else None
    if request.state is State.DONE:
        when = telling.next_look(request, now, locale, policy)
        return Action.VERIFY if when and when <= now else None
    reminder = next_reminder(request, now, hours, policy)
    return reminder.action if reminder and reminder.at <= now else None


async def _ticket_done(desk: Desk, request: Request) -> bool:
    try:
        return (await desk.tracker.get(request.ticket)).status is Status.DONE
    except Missing:
        return False  # a ticket that our tracker doesn't know: only people can say
