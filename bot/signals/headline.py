"""The first lines of an answer: the number asked for, shares, the trend, and when it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, CaveatKind, Counts, Day, FirstSeen
from bot.signals.answer_text import is_before_data, is_compared_before_data, title
from bot.signals.question import SHARED, Metric

LEAST_DAYS_BEFORE = 7
LEAST_DAYS_AFTER = 1
LEAST_RATIO = 1.5
LEAST_SIGMAS = 4.0


@dataclass(frozen=True, slots=True)
class Trend:
    """`change` is a ratio: 0.25 is a quarter more than before, None when there was nothing before."""

    before: int
    change: float | None


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The first day of a higher (or lower) level; `before` and `after` are the medians of a day on either side."""

    start: datetime
    before: float
    after: float
    level: datetime
    """The first of the days that `after` is of: the start, or the day after it."""

    @property
    def ratio(self) -> float:
        """How many times as many as before; infinity when there were none."""
        return self.after / self.before if self.before else float("inf")


@dataclass(frozen=True, slots=True)
class Headline:
    """The numbers of the answer's message. Shares are of everyone who used the target, None when that isn't known.

    `before`, `change` and `count` are of what was asked for, for example of people. A share has no `before`.
    """

    people_share: float | None
    sessions_share: float | None
    before: int | None
    change: float | None
    began: str = ""
    """A sentence with the day since which there are more (or fewer); empty unless that is clear."""
    title: str = ""
    """One line with the number asked for and what it is about; the name in it came from outside."""
    count: int = 0
    known: bool = True
    """Whether data from that time is kept."""


def headline(answer: Answer, locale: Locale, daily: Sequence[tuple[datetime, int]] = ()) -> Headline:
    """Returns the headline of an answer.

    `daily` is the number of signals on each day of the four weeks before and of the period, oldest first; the default
    is `whole_days` of the answer.
    """
    known = answer.before is not None and not is_compared_before_data(answer)
    since_before = trend(answer.counts, answer.before, answer.question.metric) if answer.before and known else None
    point = change_point(daily or whole_days(answer))
    return Headline(
        people_share=share(answer.counts.people, answer.exposed.people),
        sessions_share=share(answer.counts.sessions, answer.exposed.sessions),
        before=since_before.before if since_before else None,
        change=since_before.change if since_before else None,
        began=_began(point, answer, locale),
        title=title(answer, locale),
        count=measured(answer.counts, answer.question.metric),
        known=not is_before_data(answer),
    )


def measured(counts: Counts, metric: Metric) -> int:
    """Returns the number that was asked for; for a share what has signals."""
    return {
        Metric.SIGNALS: counts.signals,
        Metric.PEOPLE: counts.people,
        Metric.SESSIONS: counts.sessions,
    }.get(SHARED.get(metric, metric), counts.actions)


def whole_days(answer: Answer) -> list[tuple[datetime, int]]:
    """Returns the days of an answer, the last one only if it is over or has more than usual already."""
    days = answer.daily
    if days and days[-1].start + timedelta(days=1) > answer.question.period.end and not _already_more(days):
        days = days[:-1]  # few signals on a day that isn't over mean nothing
    return [(day.start, day.signals) for day in days]


def _already_more(days: Sequence[Day]) -> bool:
    """Whether the last day has more than the day before and than usual; a quiet morning proves nothing."""
    counts = [day.signals for day in days]
    return counts[-1] > max([median(counts), *counts[-2:-1]])


def _began(point: ChangePoint | None, answer: Answer, locale: Locale) -> str:
    if point is None:
        return ""
    so_far = point.level + timedelta(days=1) > answer.question.period.end
    values = {
        "day": locale.date(locale.same_date(point.start)),
        "before": locale.number(_about(point.before)),
        "after": locale.number(round(point.after) if so_far else _about(point.after)),
    }
    if so_far and point.after > point.before:
        sentence = locale.text(
            "It began on %(day)s: from about %(before)s to at least %(after)s signals a day.", **values
        )
    elif point.after > point.before:
        sentence = locale.text("It began on %(day)s: from about %(before)s to about %(after)s signals a day.", **values)
    else:
        sentence = locale.text("It eased on %(day)s: from about %(before)s to about %(after)s signals a day.", **values)
    new = new_version(point, answer.first_seen)
    if new is None:
        return sentence
    first = locale.text(
        "Version %(version)s was first seen on %(moment)s.", version=new.version, moment=locale.moment(new.at)
    )
    return sentence + " " + first  # a time in it may be markup


def _about(level: float) -> int:
    """Returns a level to two digits: more of a median would only look exact."""
    whole = round(level)
    return round(whole, min(0, 2 - len(str(whole))))


def new_version(point: ChangePoint, versions: Sequence[FirstSeen]) -> FirstSeen | None:
    """Returns the version first seen on the day of the change, or else within a day of it."""
    middle = point.start + timedelta(hours=12)
    near = [version for version in versions if abs(version.at - middle) <= timedelta(hours=36)]
    return min(near, key=lambda version: abs(version.at - middle), default=None)


def share(part: int, total: int) -> float | None:
    """Returns a ratio from 0 to 1; None when the total is unknown (0) or smaller than its part."""
    return part / total if total and part <= total else None


def top_error_share(answer: Answer) -> float | None:
    """Returns in which share of the actions the top error happened; None where errors of a part of them are known."""
    if not answer.errors or any(caveat.kind is CaveatKind.NEWEST_ERRORS for caveat in answer.caveats):
        return None
    return share(answer.errors[0].actions, answer.counts.actions)


def trend(counts: Counts, before: Counts, metric: Metric = Metric.SIGNALS) -> Trend | None:
    """Returns the change against the same span before; None for a share, as the uses in that span aren't counted."""
    if metric in SHARED:
        return None
    was, now = measured(before, metric), measured(counts, metric)
    return Trend(was, now / was - 1 if was else (0.0 if now == 0 else None))


def change_point(daily: Sequence[tuple[datetime, int]]) -> ChangePoint | None:
    """Returns the day on which the level changed, or None where that isn't clear. Days are whole and oldest first.

    The rule: of all days with at least a week before them, the one where two levels (medians) describe the series best
    (least absolute error). Clear means: the levels differ by half or more, by four times the usual distance from the
    level before (median absolute deviation, as a standard deviation; at least the noise of counting, √level), and every
    day since is on the new side of the middle between both levels, bar one in five. What begins in the afternoon shows
    in the evening: the day before the new level counts as the first when it was clearly different already.
    """
    counts = [float(count) for _, count in daily]
    splits = range(LEAST_DAYS_BEFORE, len(counts) - LEAST_DAYS_AFTER + 1)
    if not splits:
        return None
    at = min(splits, key=lambda day: _misfit(counts[:day]) + _misfit(counts[day:]))
    before, after = median(counts[:at]), median(counts[at:])
    middle = (before + after) / 2
    stayed = sum((count > middle) == (after > before) for count in counts[at:])
    if not _clear(counts[:at], after) or stayed < 0.8 * (len(counts) - at):
        return None
    eve = counts[at - 1]
    early = at > LEAST_DAYS_BEFORE and (eve > before) == (after > before) and _clear(counts[: at - 1], eve)
    return ChangePoint(daily[at - 1 if early else at][0], before, after, daily[at][0])


def _clear(before: Sequence[float], after: float) -> bool:
    """Whether a level, or a day, differs from the days before by more than they differ among themselves."""
    level = median(before)
    high, low = max(level, after), min(level, after)
    usual = 1.4826 * median(abs(count - level) for count in before)
    return high >= LEAST_RATIO * low and high - low >= LEAST_SIGMAS * max(usual, level**0.5, 1.0)


def _misfit(counts: Sequence[float]) -> float:
    level = median(counts)
    return sum(abs(count - level) for count in counts)
