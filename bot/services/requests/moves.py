"""What happens to a request without a person pressing: its clock moves it, or its ticket does."""

from __future__ import annotations

from typing import Any

from bot.backlog.request import Party, Request, RequestAction
from bot.backlog.transitions import Transition, decide
from bot.kernel.errors import Conflict
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import EffectsJob

CLOCK = Party("clock", "Replaybook")


async def move(
    context: RequestContext, request: Request, action: RequestAction, *, by: Party | None = None, **more: Any
) -> Request | None:
    """The clock's own press, or that of whoever did it on the ticket. Somebody who was faster wins: then None."""
    step = Transition(action=action, by=by or CLOCK, at=context.clock(), version=request.version, **more)
    locale = await notify.locale_of(context, request, request.asks)
    try:
        after = await context.records.change(request, lambda record: decide(record, step, locale))
    except Conflict:
        return None
    await queue_effects(context, after)
    return after


async def queue_effects(context: RequestContext, request: Request) -> None:
    await context.queue.put(EffectsJob(team=request.team, request=request.id, version=request.version))
