"""What questions of a kind of their own add where the words leave it open: their period, grouping and comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.signals.language.asked_history import BEGAN, USUAL, WHEN
from bot.signals.language.dates import Assumptions
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.question_shapes import BLAME, NOW, RIGHT_NOW, SUSPECT, WORST
from bot.signals.periods import MINUTES_UP_TO, Clock, bar_of, cut, elapsed
from bot.signals.question import SHARED, SLICES, GroupBy, Metric, Period, Question

BY_MINUTE = "minute="
"""Begins what says that minutes were asked for; what was typed follows."""
USUAL_DAYS = 7
"""What is usual is that of so many days before."""
BLAME_DAYS = 28
"""A version, or when something began, is looked for in four weeks where no period was named."""
WORST_NAMED = 5
_WITHOUT_USUAL = frozenset({GroupBy.SIGNAL, GroupBy.ERROR, *SLICES})
_SHARES = {Metric.PEOPLE: Metric.PEOPLE_SHARE, Metric.ACTIONS: Metric.RATE}


def default_period(shapes: Sequence[str], clock: Clock, base: Question | None) -> Period | None:
    """Returns the period that the kind of question means where none is named; None where it means none."""
    if WORST in shapes or (USUAL in shapes and base is None):
        return Period(clock.back(1, "hour"), clock.now)
    if _minutes(shapes) and (base is None or base.period.span > MINUTES_UP_TO):
        return Period(clock.back(1, "hour"), clock.now)
    if base is not None and {NOW, RIGHT_NOW} & {*shapes}:
        return as_of_now(base.period, clock)
    if RIGHT_NOW in shapes:
        return Period(clock.back(1, "hour"), clock.now)
    if base is None and {BLAME, WHEN, BEGAN} & {*shapes}:
        return Period(clock.back(BLAME_DAYS, "day"), clock.now)
    return None


def assumed_periods(shapes: Sequence[str]) -> Assumptions:
    """Returns the sentences that say which period was taken, where that is not what one would expect."""
    if _minutes(shapes) or {USUAL, RIGHT_NOW} & {*shapes}:
        return [("No period was given, so the last hour is taken.", {})]
    weeks = {BLAME, WHEN, BEGAN} & {*shapes}
    return [("No period was given, so the last 4 weeks are taken.", {})] if weeks else []


def assumed_always(shapes: Sequence[str]) -> Assumptions:
    """Returns the sentences that say how far a question is answered, whatever its period."""
    usual: Assumptions = [("What is usual is taken from the %(n)s days before.", {"n": USUAL_DAYS})]
    began: Assumptions = [("When it began is told where the days make it clear.", {})]
    return [*(usual if USUAL in shapes else []), *(began if BEGAN in shapes else [])]


def _minutes(shapes: Sequence[str]) -> str:
    """Returns how minutes were asked for, as it was typed; empty where they weren't."""
    return next((shape.removeprefix(BY_MINUTE) for shape in shapes if shape.startswith(BY_MINUTE)), "")


def as_of_now(period: Period, clock: Clock) -> Period:
    """Returns the period as somebody means it who asks again: this week so far, the last hour until now.

    A calendar unit is the current one. What went up to the moment of asking keeps its length; what had begun at a time
    of its own ("since Monday") keeps its beginning.
    """
    if period.unit:
        return cut(clock.calendar(0, period.unit), clock, "")
    if _rolling(period) or period.start >= clock.now:
        return Period(elapsed(clock.now, -period.span), clock.now)
    return Period(period.start, clock.now)


def _rolling(period: Period) -> bool:
    """Whether both ends were counted from now: then they lie whole minutes apart, and not on a full hour."""
    apart = (period.end - period.start) % timedelta(hours=1)
    on_the_hour = period.start.replace(minute=0, second=0, microsecond=0) == period.start
    return not on_the_hour and not apart % timedelta(minutes=1)


def shaped(question: Question, shapes: Sequence[str], clock: Clock) -> Question:
    """Returns the question with what its kind adds. Raises Puzzled for the minutes of a long period."""
    if question.group_by is GroupBy.MINUTE and question.period.span > MINUTES_UP_TO:
        if typed := _minutes(shapes):
            raise Puzzled(
                "I count by the minute over %(n)s hours at most; name a shorter time, or ask by the hour.",
                at=typed,
                n=MINUTES_UP_TO // timedelta(hours=1),
            )
        question = replace(question, group_by=GroupBy.HOUR)  # of the question before, which had a shorter period
    kinds = {SUSPECT if shape.startswith(SUSPECT) else shape for shape in shapes}
    if kinds & {WHEN, BEGAN} and kinds & {SUSPECT, WORST, BLAME, USUAL}:
        raise Puzzled("These are two questions: ask one at a time.", at=question.text)
    suspect = next((shape.removeprefix(SUSPECT) for shape in shapes if shape.startswith(SUSPECT)), "")
    if suspect and question.group_by is not None:
        others = {facet: values for facet, values in question.wanted.items() if facet != question.group_by}
        return replace(question.with_wanted(others), suspect=suspect)
    if kinds & {WHEN, BEGAN}:
        sliced = question.group_by if question.group_by in SLICES else bar_of(question.period)
        return replace(question, group_by=sliced, top=None, suspect="")
    if not kinds & {WORST, USUAL}:
        return question
    if USUAL in shapes and question.group_by in _WITHOUT_USUAL:
        raise Puzzled(
            "What is usual is known for targets, pages, browsers and the like, and not in such groups.",
            at=question.text,
        )
    usual = Period(clock.back(USUAL_DAYS, "day", question.period.start), question.period.start)
    return replace(
        question,
        metric=_share(question.metric) if USUAL in shapes else Metric.SESSIONS_SHARE,
        group_by=question.group_by or GroupBy.TARGET,
        compare=question.compare or usual,
        top=question.top or WORST_NAMED,
    )


def _share(metric: Metric) -> Metric:
    """Counts of a time and of seven days can't be held against each other; the shares of the same can."""
    return metric if metric in SHARED else _SHARES.get(metric, Metric.SESSIONS_SHARE)
