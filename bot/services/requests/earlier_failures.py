"""Looks through the team's own post-mortems for the same failure, before a new ticket is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.backlog.request import Request
from bot.backlog.seen_before import EarlierFailure, FailureTrace, likeness, nearest, trace_of
from bot.kernel.errors import Missing, Upstream
from bot.notebook.notebook import Notebook
from bot.services.requests.context import RequestContext

NOTEBOOKS = 50
"""So many of the newest are looked through, and a row in them is one read each."""
SHOWN = 3
WITHIN_S = 1.0
"""A modal that isn't open within three seconds never opens."""

MaySee = Callable[[str], Awaitable[bool]]


async def seen_by(context: RequestContext, request: Request, user: str) -> list[EarlierFailure]:
    """Earlier requests of the same failure that have a ticket, in channels that this person may see."""

    async def may_see(channel: str) -> bool:
        return await context.slack.people.sees(request.team, user, channel)

    return await _earlier(context, request, may_see)


async def seen_by_all(context: RequestContext, request: Request) -> list[EarlierFailure]:
    """Those in public channels, and in the request's own: for the notebook, which others read."""

    async def may_see(channel: str) -> bool:
        if channel == request.channel:
            return True
        facts = await context.slack.people.channel_facts(request.team, channel)
        return not facts.private

    return await _earlier(context, request, may_see)


async def _earlier(context: RequestContext, request: Request, may_see: MaySee) -> list[EarlierFailure]:
    """As far as it can be told within a second."""
    found: list[EarlierFailure] = []
    with suppress(TimeoutError, Missing, Upstream):
        async with asyncio.timeout(WITHIN_S):
            trace = await _trace(context, request)
            for notebook in await context.postmortems.notebooks.list(request.team, limit=NOTEBOOKS):
                if rows := await _in(context, request, notebook, trace):
                    found += rows if await may_see(notebook.channel) else []
    return nearest(found, SHOWN)


async def _in(
    context: RequestContext, request: Request, notebook: Notebook, trace: FailureTrace
) -> list[EarlierFailure]:
    rows = []
    for row in notebook.follow_ups:
        other = await context.records.find(request.team, row.key) if row.ticket and row.key != request.id else None
        if other is None or other.tracker != request.tracker:
            continue
        if alike := likeness(trace, await _trace(context, other)):
            link = notebook.link or f"{context.postmortems.public_url}{notebook.path}"
            rows.append(
                EarlierFailure(
                    other.id,
                    alike,
                    notebook.channel,
                    row.ticket,
                    row.ticket_link,
                    str(other.state),
                    other.asked_at,
                    notebook.channel_name,
                    link,
                )
            )
    return rows


async def _trace(context: RequestContext, request: Request) -> FailureTrace:
    try:
        asked = await context.questions.get(request.team, request.question)
    except Missing:
        return trace_of(request.feature, None)
    return trace_of(request.feature, asked.answer)
