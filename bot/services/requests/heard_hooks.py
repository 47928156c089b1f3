"""What a tracker's webhook starts: a job that reads the tickets again, once for a delivery."""

from __future__ import annotations

from bot.providers.hooks import HookHint
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import TicketsChangedJob

MOST_KEYS = 20


async def heard(context: RequestContext, provider: str, connection: str, hint: HookHint) -> None:
    """Whoever dies in between does it again with the next delivery, or with the next look of the clock."""
    wanted = hint.keys[:MOST_KEYS]
    if not wanted or provider not in context.trackers.by_name:
        return

    async def queued() -> None:
        await context.queue.put(TicketsChangedJob(tracker=provider, keys=wanted, delivery=hint.id))

    await context.records.hear_once(provider, connection, hint.id, queued)
