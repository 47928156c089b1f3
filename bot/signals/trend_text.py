"""The trend of an answer in one sentence that names the period it is held against."""

from __future__ import annotations

from bot.kernel.locale import Locale
from bot.signals.answer import Answer
from bot.signals.answer_text import is_before_data, is_compared_before_data
from bot.signals.headline import measured, trend
from bot.signals.question import Period
from bot.signals.question_text import when

MANIFOLD = 3
"""From this growth on (of 1) it is told in times: nobody reads "1988%"."""
_AS_LONG = 0.9
"""Of the longer of two periods: months have 28 to 31 days, and days 23 to 25 hours."""


def trend_text(answer: Answer, locale: Locale) -> str:
    """ "▲ 12% more than Nov 9 – Nov 15 KST (1,234)"; nothing for a share, whose base then isn't counted."""
    if answer.before is None or answer.before_period is None:
        return ""
    if is_compared_before_data(answer):
        unknown = locale.text(
            "Nothing is known of %(period)s.", period=when(answer.before_period, locale, answer.question.period)
        )
        return "" if is_before_data(answer) else unknown
    since = trend(answer.counts, answer.before, answer.question.metric)
    if since is None:
        return ""
    count, period = measured(answer.counts, answer.question.metric), answer.question.period
    return against_text(count, since.before, answer.before_period, period, locale)


def against_text(count: int, before: int, against: Period, period: Period, locale: Locale) -> str:
    """Returns the sentence for what was asked for, now and in the period that it is held against."""
    values = {"period": when(against, locale, period), "before": locale.number(before)}
    if before == 0:
        return (
            locale.text("None in %(period)s", **values) if count else locale.text("None in %(period)s either", **values)
        )
    if not is_as_long(against, period):  # a percentage would be that of their lengths
        if against.span < period.span:
            return locale.text("%(before)s in %(period)s, which is shorter", **values)
        return locale.text("%(before)s in %(period)s, which is longer", **values)
    change = count / before - 1
    arrow = "▲ " if change > 0 else "▼ " if change < 0 else ""
    return arrow + _compared(change, values | {"change": locale.percent(abs(change))}, locale)


def is_as_long(against: Period, period: Period) -> bool:
    """Whether two periods are as long as each other, so that their counts can be held against each other."""
    shorter, longer = sorted((against.span, period.span))
    return shorter >= _AS_LONG * longer


def _compared(change: float, values: dict[str, str], locale: Locale) -> str:
    if change > MANIFOLD:
        times = locale.number(round(change + 1, 0 if change > 9 else 1))
        return locale.text("%(times)s× as many as in %(period)s (%(before)s)", times=times, **values)
    if change > 0:
        return locale.text("%(change)s more than %(period)s (%(before)s)", **values)
    if change < 0:
        return locale.text("%(change)s fewer than %(period)s (%(before)s)", **values)
    return locale.text("As many as in %(period)s (%(before)s)", **values)
