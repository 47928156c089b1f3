"""An answer that is kept live: whether its period still goes on, the same question a while later, and what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from bot.signals.answer import Answer
from bot.signals.periods import Clock, Span, elapsed, previous, same_span
from bot.signals.question import Period, Question

AT_ONCE = timedelta(minutes=5)
"""A question is answered within this time; what ended earlier was not meant to end now."""
QUIET = timedelta(hours=1)


def goes_on(answer: Answer) -> bool:
    """Whether the answer was about a period up to now, so that its numbers may still change."""
    end = answer.question.period.end
    now_then = end.second or end.microsecond  # an end that somebody names is a whole minute
    return bool(now_then) and answer.asked_at is not None and answer.asked_at - end < AT_ONCE


def later(question: Question, now: datetime, zone: tzinfo) -> Question | None:
    """Returns the same question now; None when its calendar unit is over ("today", once it is tomorrow).

    A rolling span ("the last hour") moves along, as does what it is compared with; a beginning on the calendar stays.
    """
    period = _in(question.period, zone)
    now = now.astimezone(zone)
    if now <= period.end:
        return question
    if period.unit and _unit_end(period, zone) < now:
        return None
    moved = Period(elapsed(now, -period.span), now) if _rolls(period) else Period(period.start, now, period.unit)
    compare = _in(question.compare, zone) if question.compare else None
    return replace(question, period=moved, compare=_compared(compare, period, moved) if compare else None)


def _rolls(period: Period) -> bool:
    """Whether it lies whole minutes before its end, an end that no calendar has: "the last three hours"."""
    odd = period.end.second or period.end.microsecond
    return not period.unit and bool(odd) and period.span.total_seconds() % 60 == 0


def _compared(compare: Period, period: Period, moved: Period) -> Period:
    if compare == previous(period):
        return previous(moved)
    if compare.span == period.span:  # the same stretch of another time: as long as the period is now
        stretched = same_span(Span(compare.start), moved)
        return stretched if stretched.end <= moved.start else compare
    return compare


def _unit_end(period: Period, zone: tzinfo) -> datetime:
    return Clock(period.start, zone).back(-1, period.unit)


def _in(period: Period, zone: tzinfo) -> Period:
    """Stored times come back with an offset in place of their zone."""
    return Period(period.start.astimezone(zone), period.end.astimezone(zone), period.unit)


def has_changed(before: Answer, after: Answer) -> bool:
    """Whether anything that people read in an answer is different, but for when it was counted."""
    return _facts(before) != _facts(after)


def _facts(answer: Answer) -> tuple[object, ...]:
    counted = (answer.counts, answer.before, answer.exposed, answer.groups, answer.errors[:1], answer.tops)
    return (*counted, answer.targets, answer.first_seen, answer.sample, sorted(str(each) for each in answer.caveats))
