"""Sessions with signals by the hour over four weeks, and from them the same slice of the day on earlier days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from bot.signals.answer import Answer
from bot.signals.periods import Clock, edges, slice_label
from bot.signals.question import GroupBy, Metric, Period, Question
from bot.signals.usual_range import LEAST_DAYS

SLICE = timedelta(hours=1)
KEPT_FOR = timedelta(hours=6)
"""So long a history serves: what it is needed for lies at least a day back."""
_DAYS = 28
_WEEKEND = frozenset({5, 6})
UNKNOWN = -1


class HourlyHistory(msgspec.Struct, frozen=True):
    """`sessions` by the hour from `start` (a full hour in UTC) on, UNKNOWN where nobody can say."""

    start: datetime
    sessions: tuple[int, ...]
    made_at: datetime

    def serves(self, now: datetime) -> bool:
        return now - self.made_at < KEPT_FOR


def slice_question(question: Question, end: datetime, zone: tzinfo) -> Question:
    """Returns the question for the slice that ends then, whatever period, grouping and measure it was asked for."""
    end = end.astimezone(zone)
    return replace(
        question,
        period=Period((end.astimezone(UTC) - SLICE).astimezone(zone), end),
        metric=Metric.SIGNALS,
        compare=None,
        group_by=None,
        top=None,
        suspect="",
        assumed=(),
    )


def history_question(question: Question, now: datetime) -> Question:
    """Returns the question by the hour. In UTC no hour comes twice, and sources cut it into full hours of their own."""
    return _over(question, now, GroupBy.HOUR)


def activity_question(now: datetime) -> Question:
    """Returns the question on which days anything was used at all."""
    return _over(Question(_period(now)), now, GroupBy.DAY)


def _over(question: Question, now: datetime, by: GroupBy) -> Question:
    period = _period(now)
    before = Period(period.start - timedelta(minutes=1), period.start)  # sources count it too, so it is short
    metric = Metric.SESSIONS_SHARE  # slices without signals are told as well
    return replace(
        question, period=period, metric=metric, compare=before, group_by=by, top=None, suspect="", assumed=()
    )


def _period(now: datetime) -> Period:
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    midnight = (hour - timedelta(days=_DAYS + 1)).replace(hour=0)
    return Period(midnight, hour + timedelta(hours=1))


def history_of(hourly: Answer, activity: Answer, now: datetime) -> HourlyHistory:
    """Returns the history from the answers to both questions.

    Days on which nothing at all was recorded are gaps of the source, and so is what lies before its oldest data.
    """
    period = hourly.question.period
    known = _sessions(hourly, GroupBy.HOUR, used=False)
    active = {start.date() for start, used in _sessions(activity, GroupBy.DAY, used=True).items() if used}
    begins = hourly.kept_from or period.start
    sessions = tuple(
        known.get(start, 0) if start >= begins and start.date() in active else UNKNOWN
        for start in edges(period, GroupBy.HOUR)
    )
    return HourlyHistory(period.start, sessions, now)


def _sessions(answer: Answer, by: GroupBy, *, used: bool) -> dict[datetime, int]:
    starts = {slice_label(start, by): start for start in edges(answer.question.period, by)}
    return {
        starts[group.label]: (group.exposed.sessions if group.exposed else 0) if used else group.counts.sessions
        for group in answer.groups
        if group.label in starts
    }


def earlier_counts(history: HourlyHistory, end: datetime, zone: tzinfo) -> list[float]:
    """Returns what the slice up to the same time on the clock held on each earlier day that is known.

    Weekdays are held against weekdays and weekends against weekends, where there are enough of them. A slice that lies
    across a full hour gets its part of both hours.
    """
    clock = Clock(end.astimezone(zone), zone)
    earlier = [clock.back(days, "day") for days in range(1, _DAYS + 1)]
    counts = [(moment, _count(history, moment)) for moment in earlier]
    known = [(moment, count) for moment, count in counts if count is not None]
    alike = [count for moment, count in known if _is_weekend(moment) == _is_weekend(clock.now)]
    return alike if len(alike) >= LEAST_DAYS else [count for _, count in known]


def _is_weekend(moment: datetime) -> bool:
    return moment.weekday() in _WEEKEND


def _count(history: HourlyHistory, end: datetime) -> float | None:
    """Sessions in the slice up to `end`; None where an hour of it isn't known."""
    hours = (end.astimezone(UTC) - history.start) / timedelta(hours=1)
    last, part = int(hours), hours % 1
    weights = {last - 1: 1 - part, last: part} if part else {last - 1: 1.0}
    if not all(0 <= hour < len(history.sessions) and history.sessions[hour] != UNKNOWN for hour in weights):
        return None
    return round(sum(history.sessions[hour] * weight for hour, weight in weights.items()), 3)
