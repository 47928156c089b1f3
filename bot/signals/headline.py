"""What to say first about an answer: shares, the trend, and when it began. Plain functions on plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from bot.runtime.locale import Locale
from bot.signals.answer import Answer, Counts

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

    @property
    def ratio(self) -> float:
        """How many times as many as before; infinity when there were none."""
        return self.after / self.before if self.before else float("inf")


@dataclass(frozen=True, slots=True)
class Headline:
    """The numbers of the answer's message. Shares are of everyone who used the target, None when that isn't known."""

    people_share: float | None
    sessions_share: float | None
    before: int | None
    change: float | None
    began: str = ""
    """A sentence that says since when there are more (or fewer), empty unless that is clear."""


def headline(answer: Answer, locale: Locale, daily: Sequence[tuple[datetime, int]] = ()) -> Headline:
    """`daily` is the number of signals on each day of the four weeks before and of the period, oldest first."""
    held = trend(answer.counts, answer.before) if answer.before is not None else None
    return Headline(
        people_share=share(answer.counts.people, answer.exposed.people),
        sessions_share=share(answer.counts.sessions, answer.exposed.sessions),
        before=held.before if held else None,
        change=held.change if held else None,
        began=_began(change_point(daily), locale),
    )


def _began(point: ChangePoint | None, locale: Locale) -> str:
    if point is None:
        return ""
    values = {
        "day": locale.date(point.start),
        "before": locale.number(point.before),
        "after": locale.number(point.after),
    }
    if point.after > point.before:
        return locale.text("It began on %(day)s: from about %(before)s to about %(after)s signals a day.", **values)
    return locale.text("It eased on %(day)s: from about %(before)s to about %(after)s signals a day.", **values)


def share(part: int, whole: int) -> float | None:
    """A ratio from 0 to 1; None when the whole is unknown (0) or smaller than its part."""
    return part / whole if whole and part <= whole else None


def trend(counts: Counts, before: Counts) -> Trend:
    """Signals now against signals in the same span before."""
    was = before.signals
    return Trend(was, counts.signals / was - 1 if was else (0.0 if counts.signals == 0 else None))


def change_point(daily: Sequence[tuple[datetime, int]]) -> ChangePoint | None:
    """The day on which the level changed, only when it is clear; days are whole and oldest first.

    The rule: of all days with at least a week before them, the one where two levels (medians) describe the series best
    (least absolute error). Clear means: the levels differ by half or more, by four times the usual distance from the
    level before (median absolute deviation, as a standard deviation; at least the noise of counting, √level), and every
    day since is on the new side of the middle between both levels, bar one in five.
    """
    counts = [float(count) for _, count in daily]
    splits = range(LEAST_DAYS_BEFORE, len(counts) - LEAST_DAYS_AFTER + 1)
    if not splits:
        return None
    at = min(splits, key=lambda day: _misfit(counts[:day]) + _misfit(counts[day:]))
    before, after = median(counts[:at]), median(counts[at:])
    high, low = max(before, after), min(before, after)
    usual = 1.4826 * median(abs(count - before) for count in counts[:at])
    clear = high >= LEAST_RATIO * low and high - low >= LEAST_SIGMAS * max(usual, before**0.5, 1.0)
    middle = (before + after) / 2
    stayed = sum((count > middle) == (after > before) for count in counts[at:])
    return ChangePoint(daily[at][0], before, after) if clear and stayed >= 0.8 * (len(counts) - at) else None


def _misfit(counts: Sequence[float]) -> float:
    level = median(counts)
    return sum(abs(count - level) for count in counts)
