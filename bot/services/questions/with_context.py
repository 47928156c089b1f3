"""What stands around an answer, as far as its source can tell: the days before, new versions, where it happened."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.kernel.errors import Upstream
from bot.signals.answer import Answer, Day, FirstSeen, TargetMatch, Tops
from bot.signals.question import Period, Question
from bot.signals.source import Daily, Placed, Source, Versioned
from bot.signals.usual import against_usual, has_usual

T = TypeVar("T")
WEEKS = timedelta(weeks=4)

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def answer_with_context(source: Source, question: Question, targets: Sequence[TargetMatch]) -> Answer:
    """The source's answer with all that. Raises what `source.answer` raises.

    One after the other: a local source uses every core for each, and a remote one counts what is asked at once.
    """
    answer = await _answer_with_usual(source, question, targets)
    return replace(
        answer,
        daily=tuple(await _daily(source, question, targets)),
        first_seen=tuple(await versions(source, Period(question.period.start - WEEKS, question.period.end))),
        tops=await tops(source, question, targets),
    )


async def _answer_with_usual(source: Source, question: Question, targets: Sequence[TargetMatch]) -> Answer:
    """The answer; where shares of groups are compared, each with what is usual for it, the farthest above it first."""
    if question.compare is None or not has_usual(question):
        return await source.answer(question, targets)
    answer = await source.answer(replace(question, top=None), targets)
    earlier = replace(question, period=question.compare, compare=None, top=None)
    usual = {group.label: group for group in (await source.answer(earlier, targets)).groups}
    groups = tuple(against_usual(question, answer.groups, usual))
    return replace(answer, question=question, groups=groups[: question.top])


async def versions(source: Source, period: Period) -> Sequence[FirstSeen]:
    """Nothing where the source doesn't know."""
    return await _or(source.versions(period), ()) if isinstance(source, Versioned) else ()


async def _daily(source: Source, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
    return await _or(source.daily(question, targets), ()) if isinstance(source, Daily) else ()


async def tops(source: Source, question: Question, targets: Sequence[TargetMatch]) -> Tops:
    return await _or(source.tops(question, targets), Tops()) if isinstance(source, Placed) else Tops()


async def _or(asked: Awaitable[T], otherwise: T) -> T:
    """An answer without its surroundings is better than none."""
    try:
        return await asked
    except Upstream as error:
        log.warning("the answer goes without what stands around it", why=error.sentence)
        return otherwise
