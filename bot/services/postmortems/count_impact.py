"""Counts the impact: the same question for exactly the time from the impact's start to its end, or up to now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.notebook.facts import impact_of, people_of
from bot.notebook.impact import BusinessRate, Impact, SpanPeople
from bot.notebook.key_times import KeyTimeKind, KeyTimes
from bot.services.postmortems.signal_facts import Measured, full_hour
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import Answer
from bot.signals.periods import HOURLY_UP_TO, Clock, elapsed, previous
from bot.signals.question import Period
from bot.signals.source import NamedEvents, Source

HOURS_AROUND, DAYS_AROUND = timedelta(hours=6), timedelta(days=3)
SHORTEST_DELAY = timedelta(minutes=10)
"""Of less, nobody can say what an hour costs."""


async def count_impact(
    source: Source, measured: Measured, times: KeyTimes, now: datetime, event: str = ""
) -> Impact | None:
    """Returns the numbers, with those of a second `event` if one is named; None where nobody knows when it began.

    Raises what the source raises.
    """
    start, end = _moment(times, KeyTimeKind.IMPACT_START), _moment(times, KeyTimeKind.IMPACT_END)
    until = min(end or now, now)
    if start is None or until <= start:
        return None
    question = measured.of(start, until)
    answer = await answer_with_context(source, question, measured.answer.targets)
    earlier = previous(question.period)
    before = await source.answer(measured.of(earlier.start, earlier.end), measured.answer.targets)
    known = before.kept_from is None or before.kept_from <= before.question.period.start
    release = times.of(KeyTimeKind.TRIGGER)
    around = await source.answer(measured.of(*_around(question.period, now)), measured.answer.targets)
    return impact_of(
        answer,
        over=end is not None and end <= now,
        bars=around.series,
        before=before if known else None,
        release=release.values.get("version", "") if release and release.at else "",
        released=release.at if release else None,
        delay=await _delay(source, measured, times, answer),
        delay_fixed=_delay_end(times, until)[1],
        business=await _business(source, measured, event, (before if known else None, answer), now) if event else None,
    )


async def _business(
    source: Source, measured: Measured, event: str, spans: tuple[Answer | None, Answer], now: datetime
) -> BusinessRate | None:
    """Returns who did something else before, during and after; None where the source can't tell, or never saw it."""
    if not isinstance(source, NamedEvents):
        return None
    before, during = spans
    start, end = during.question.period.end, min(elapsed(during.question.period.end, during.question.period.span), now)
    after = await source.answer(measured.of(start, end), measured.answer.targets) if end > start else None
    first, middle, last = [await _did(source, event, answer) if answer else None for answer in (before, during, after)]
    if middle is None or not any(each and each.hit for each in (first, middle, last)):
        return None
    return BusinessRate(event, first, middle, last)


async def _did(source: NamedEvents, event: str, answer: Answer) -> SpanPeople:
    period = answer.question.period
    return SpanPeople(period.start, period.end, await source.people_who_did(event, period), answer.exposed.people)


def _around(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Returns the span with some hours before and after it, or some days of a long one, to see the difference."""
    if period.span + 2 * HOURS_AROUND <= HOURLY_UP_TO - timedelta(hours=1):
        start = elapsed(full_hour(period.start), -HOURS_AROUND)
        return start, min(elapsed(period.end, HOURS_AROUND), now)
    clock = Clock(period.start, period.start.tzinfo or UTC)
    return clock.at(period.start.date() - DAYS_AROUND), min(period.end + DAYS_AROUND, now)


def _moment(times: KeyTimes, kind: KeyTimeKind) -> datetime | None:
    time = times.of(kind)
    return time.at if time else None


def _delay_end(times: KeyTimes, until: datetime) -> tuple[datetime, bool]:
    """Returns when waiting for the fix ended, and whether that was the fix."""
    fixed = _moment(times, KeyTimeKind.FIXED)
    return (fixed, True) if fixed and fixed <= until else (until, False)


async def _delay(source: Source, measured: Measured, times: KeyTimes, answer: Answer) -> SpanPeople | None:
    """People who ran into it for the first time after it was noticed: those by the end, less those by then."""
    period = answer.question.period
    noticed = _moment(times, KeyTimeKind.DETECTED)
    last, _fixed = _delay_end(times, period.end)
    if noticed is None or noticed <= period.start or last - noticed < SHORTEST_DELAY:
        return None
    targets = measured.answer.targets
    by_then = people_of(await source.answer(measured.of(period.start, noticed), targets))
    at_last = people_of(answer)
    if last < period.end:
        at_last = people_of(await source.answer(measured.of(period.start, last), targets))
    return SpanPeople(noticed, last, max(at_last.hit - by_then.hit, 0))
