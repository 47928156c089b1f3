"""Counts the last hour of a watched question, and what was usual at this time of day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import structlog

from bot.kernel.errors import ReplaybookError
from bot.services.questions.answer_question import resolved
from bot.services.watches.context import WatchContext
from bot.signals.answer import Answer, CaveatKind
from bot.signals.hourly_history import (
    HourlyHistory,
    activity_question,
    earlier_counts,
    history_of,
    history_question,
    slice_question,
)
from bot.signals.question import Period
from bot.signals.usual_range import usual_range
from bot.signals.watch import Observation, Unknown, Watch

TOO_LOW = frozenset({CaveatKind.TIMED_OUT, CaveatKind.SEARCHING})
LATELY = timedelta(minutes=20)
"""Data must have come in this time before a low count counts as calm: else they may only be late."""
NAMES_OF = timedelta(days=28)

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def with_targets(context: WatchContext, watch: Watch) -> Watch:
    """Returns the watch with its source, and its words matched to names of the last weeks, once for all.

    Raises NoSuchTarget, NoSuchValue, and what the source raises.
    """
    source = await context.source_of(watch)
    if watch.targets is not None:
        if watch.source:
            return watch
        return await context.records.change(watch, lambda record: msgspec.structs.replace(record, source=source.name))
    now, zone = context.clock(), watch.locale.zone
    lately = replace(watch.question, period=Period((now - NAMES_OF).astimezone(zone), now.astimezone(zone)))
    question, matches = await resolved(source, await context.questions.names_of(watch.team), lately, watch.locale)
    matched = {"question": question, "targets": tuple(matches.chosen), "source": source.name}
    return await context.records.change(watch, lambda record: msgspec.structs.replace(record, **matched))


async def count_slice(context: WatchContext, watch: Watch, now: datetime) -> Observation:
    """Returns what the last hour held; unknown while the source is away, or refuses the question."""
    try:
        return await _counted(context, watch, now)
    except ReplaybookError as error:
        log.warning("a watched question wasn't answered", watch=watch.id, why=error.sentence)
        return Observation(at=now, unknown=Unknown.AWAY)


async def _counted(context: WatchContext, watch: Watch, now: datetime) -> Observation:
    zone = watch.locale.zone
    question = slice_question(watch.question, now, zone)
    answer = await (await context.source_of(watch)).answer(question, watch.targets or ())
    earlier = earlier_counts(await _history(context, watch, now), now, zone)
    look = Observation(
        at=now,
        sessions=answer.counts.sessions,
        people=answer.counts.people,
        used=answer.exposed.sessions,
        usual=usual_range(earlier),
        days=len(earlier),
    )
    unknown = await _unknown(context, watch, answer, look)
    return msgspec.structs.replace(look, unknown=unknown)


async def _unknown(context: WatchContext, watch: Watch, answer: Answer, look: Observation) -> Unknown | None:
    """Why the count says nothing. Nothing recorded is not the same as nothing wrong."""
    source = await context.source_of(watch)
    if not look.sessions and not look.used and not await source.seen(answer.question.period):
        return Unknown.NO_DATA
    if look.usual is None:
        return Unknown.NO_HISTORY
    if any(caveat.kind in TOO_LOW for caveat in answer.caveats):
        return Unknown.PARTIAL
    if watch.risen and look.is_within:
        zone = watch.locale.zone
        lately = Period((look.at - LATELY).astimezone(zone), look.at.astimezone(zone))
        return None if await source.seen(lately) else Unknown.NO_DATA
    return None


async def _history(context: WatchContext, watch: Watch, now: datetime) -> HourlyHistory:
    known = await context.records.history(watch)
    if known and known.serves(now):
        return known
    source = await context.source_of(watch)
    hourly = await source.answer(history_question(watch.question, now), watch.targets or ())
    history = history_of(hourly, await source.answer(activity_question(now), ()), now)
    await context.records.keep_history(watch, history)
    return history
