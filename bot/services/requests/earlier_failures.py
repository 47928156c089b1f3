"""Looks through the team's own post-mortems and the tracker for the same failure, before a new ticket is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from bot.backlog.request import Request, RequestState
from bot.backlog.seen_before import EarlierFailure, FailureTrace, holds, likeness, nearest, searches_for, trace_of
from bot.kernel.errors import Missing, Upstream
from bot.notebook.notebook import Notebook
from bot.services.access.policy import Right
from bot.services.requests.context import RequestContext
from bot.services.who_may_see import Readers
from bot.signals.asked_question import AskedQuestion

NOTEBOOKS = 50
"""So many of the newest are looked through, and a row in them is one read each."""
SHOWN = 3
WITHIN_S = 1.0
"""A modal that isn't open within three seconds never opens."""

MaySee = Callable[[str], Awaitable[bool]]


async def seen_by(context: RequestContext, request: Request, user: str) -> list[EarlierFailure]:
    """Earlier tickets of the same failure: the tracker's, and those of channels that this person may see."""

    async def may_see(channel: str) -> bool:
        if not await context.slack.people.sees(request.team, user, channel):
            return False
        return await context.access.allows(Right.NOTEBOOK, request.team, channel, user)

    return await _earlier(context, request, may_see)


async def seen_by_all(context: RequestContext, request: Request) -> list[EarlierFailure]:
    """The tracker's, those of public channels whose post-mortem everybody may read, and the request's own.

    For the notebook, which others read; where those aren't of the workspace, no other channel's.
    """
    access = context.access
    readers = Readers(context.slack.people, access.guests, request.team, request.channel)
    with suppress(Upstream):  # it is remembered for a moment, so that it takes no time of what follows
        await readers.are_of_the_workspace()

    async def may_see(channel: str) -> bool:
        if channel == request.channel:
            return True
        return await readers.may_see(channel) and await access.is_open(Right.NOTEBOOK, request.team, channel)

    return await _earlier(context, request, may_see)


async def _earlier(context: RequestContext, request: Request, may_see: MaySee) -> list[EarlierFailure]:
    """As far as it can be found out within a second, which is shared by our notebooks and the tracker."""
    failures: list[EarlierFailure] = []
    with suppress(TimeoutError, Missing, Upstream):
        async with asyncio.timeout(WITHIN_S):
            asked = await _asked(context, request)
            trace, ours = _trace(request, asked), {request.ticket}
            for notebook in await context.postmortems.notebooks.list(request.team, limit=NOTEBOOKS):
                ours |= {row.ticket for row in notebook.follow_ups}
                if rows := await _in(context, request, notebook, trace):
                    failures += rows if await may_see(notebook.channel) else []
            failures += await _in_tracker(context, request, asked, ours)
    return nearest(failures, SHOWN)


async def _in(
    context: RequestContext, request: Request, notebook: Notebook, trace: FailureTrace
) -> list[EarlierFailure]:
    failures = []
    for row in notebook.follow_ups:
        other = await context.records.find(request.team, row.key) if row.ticket and row.key != request.id else None
        if other is None or other.tracker != request.tracker:
            continue
        if alike := likeness(trace, _trace(other, await _asked(context, other))):
            failures.append(
                EarlierFailure(
                    alike,
                    row.ticket,
                    row.ticket_link,
                    str(other.state),
                    other.asked_at,
                    notebook.channel_name,
                    notebook.link or f"{context.postmortems.public_url}{notebook.path}",
                    _fixed_in(other),
                )
            )
    return failures


async def _in_tracker(
    context: RequestContext, request: Request, asked: AskedQuestion | None, ours: Collection[str]
) -> list[EarlierFailure]:
    """Tickets that people made without us. What a channel of ours has is offered to those alone who may see it."""
    tracker = context.trackers.of(request.tracker, request.team)
    searches = searches_for(request.feature, asked.answer if asked else None)
    answers = await asyncio.gather(*(tracker.find(text) for _, text in searches))
    failures = []
    for (alike, text), tickets in zip(searches, answers, strict=True):
        for ticket in tickets:
            if ticket.key in ours or ticket.created is None or not holds(ticket, text):
                continue
            if await context.records.of_ticket(ticket.key) is None:
                failures.append(EarlierFailure(alike, ticket.key, ticket.link, str(ticket.status), ticket.created))
    return failures


def _fixed_in(request: Request) -> str:
    return request.check.version if request.check and request.state is RequestState.IMPROVED else ""


def _trace(request: Request, asked: AskedQuestion | None) -> FailureTrace:
    return trace_of(request.feature, asked.answer if asked else None)


async def _asked(context: RequestContext, request: Request) -> AskedQuestion | None:
    with suppress(Missing):
        return await context.questions.get(request.team, request.question)
    return None
