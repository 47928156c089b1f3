"""When signals rose above the usual, when they were most, and when they were back: a series of hours, no clock.

The rule is Page's cumulative sum (Biometrika 41:100, 1954): each hour adds what it says for a risen rate and against
the usual one, never falling below nothing. Past a limit the rate has risen, since the hour in which the sum began to
grow; the way back is found likewise. So a stray signal is forgotten, few people need more hours, hours without
anybody say nothing, and what is still coming in is judged as far as it has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.signals.usual_rate import Slice, UsualRates, bounded, broken, evidence, risen, split

ALARM = 15.0
"""Odds of e¹⁵ against chance: less than one false alarm in three million hours of a known usual rate (Lorden 1971)."""
BACK = 6.9
"""Odds of a thousand to one that it is back."""
LEAST_HIT = 3  # people; fewer are no incident
ONE_INCIDENT = timedelta(hours=6)
"""Bursts with less than this of calm between them are one incident."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch above the usual. `end` is None where it isn't clearly over; `hit` counts people, by the hour.

    `usual` is what the rule takes for the usual rate; `before` and `rate` are what was seen before it and since.
    """

    start: datetime
    end: datetime | None
    usual: float
    rate: float
    peak: Slice
    hit: int
    before: float

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and (self.end is None or self.end > start)


@dataclass(frozen=True, slots=True)
class Rise:
    """One incident: bursts that follow each other closely, oldest first."""

    bursts: tuple[Burst, ...]

    @property
    def start(self) -> datetime:
        return self.bursts[0].start

    @property
    def end(self) -> datetime | None:
        return self.bursts[-1].end

    @property
    def peak(self) -> Slice:
        return max((burst.peak for burst in self.bursts), key=_size)

    @property
    def hit(self) -> int:
        return sum(burst.hit for burst in self.bursts)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and (self.end is None or self.end > start)


def _size(each: Slice) -> tuple[int, int]:
    return each.hit, each.signals


def bursts(hours: Sequence[Slice]) -> list[Burst]:
    """Returns all stretches above the usual in hours that follow each other, oldest first."""
    runs, usual, at = [], UsualRates(), 0
    while at < len(hours):
        rose = _rise(hours, at, usual)
        if rose is None:
            break
        began, expected = rose
        usual_then, before = usual.at(hours[began].start) or expected, usual.seen
        stop, over = _fall(hours, began, usual)
        span = hours[began:stop]
        hit, used = sum(each.hit for each in span), sum(each.used for each in span)
        end = hours[stop].start if over is not None and stop < len(hours) else None
        if hit >= LEAST_HIT:
            rate = min(1.0, hit / used) if used else 0.0
            runs.append(Burst(hours[began].start, end, usual_then, rate, max(span, key=_size), hit, before))
        if over is None:
            break
        for each in hours[stop : over + 1]:
            usual.add(each)
        at = over + 1
    return runs


def _rise(hours: Sequence[Slice], at: int, usual: UsualRates) -> tuple[int, float] | None:
    """Returns the index of the first hour above the usual, and that usual rate; those before it are calm hours.

    A slight rise and one in which hardly anything works are looked for at once: few people suffice for the second.
    """
    sums = [_Sum(at, risen), _Sum(at, broken)]
    for now in range(at, len(hours)):
        expected = usual.at(hours[now].start)
        usual.add(hours[now])
        for each in sums:
            each.add(hours[now], now, expected)
        over = [each.began for each in sums if each.total > ALARM]
        if over and expected is not None:
            began = max(over)
            usual.take_back(now + 1 - began)
            first = began + _lead(hours[began : now + 1], expected)
            for calm in hours[began:first]:
                usual.add(calm)
            return first, expected
    return None


@dataclass(slots=True)
class _Sum:
    """What the hours since `began` say for the rate that `alternative` makes of the usual one."""

    began: int
    alternative: Callable[[float], float]
    total: float = 0.0

    def add(self, each: Slice, now: int, usual: float | None) -> None:
        self.total = max(0.0, self.total + evidence(each, usual, self.alternative(usual))) if usual else 0.0
        if not self.total:
            self.began = now + 1


def _lead(hours: Sequence[Slice], usual: float) -> int:
    """Returns how many of the hours were still as usual, now that the rate since is known."""
    last = hours[-3:]
    used = sum(each.used for each in last)
    rate = bounded(sum(each.hit for each in last) / used if used else 0.0)
    if rate <= usual:
        return 0
    return min(split(hours, usual, rate), len(hours) - 1)


def _fall(hours: Sequence[Slice], began: int, usual: UsualRates) -> tuple[int, int | None]:
    """Returns the index of the first hour that is as usual again, and of the one that made that sure.

    The second is None where it isn't sure; then the first is the end of the hours.
    """
    total, back, hit, used = 0.0, began + 1, hours[began].hit, hours[began].used
    for now in range(began + 1, len(hours)):
        each = hours[now]
        expected = usual.at(each.start) or 0.01
        rate = bounded(hit / used) if used else risen(expected)
        still = max(risen(expected), (max(expected, 0.01) * rate) ** 0.5)
        total = max(0.0, total + evidence(each, min(still, 0.95), expected))
        if not total:
            span = hours[began : now + 1]
            hit, used, back = sum(one.hit for one in span), sum(one.used for one in span), now + 1
        elif total > BACK:
            return back, now
    return len(hours), None


def rises(hours: Sequence[Slice]) -> list[Rise]:
    """Returns the incidents in the hours: bursts with little calm between them are one."""
    joined: list[tuple[Burst, ...]] = []
    for burst in bursts(hours):
        before = joined[-1][-1].end if joined else None
        if before is not None and burst.start - before <= ONE_INCIDENT:
            joined[-1] = (*joined[-1], burst)
        else:
            joined.append((burst,))
    return [Rise(each) for each in joined]


def main_rise(candidates: Iterable[Rise], start: datetime, end: datetime) -> Rise | None:
    """Returns the incident within that time that most people ran into."""
    within = [rise for rise in candidates if rise.overlaps(start, end)]
    return max(within, key=lambda rise: rise.hit, default=None)


def first_minute(minutes: Sequence[Slice], usual: float, rate: float) -> datetime | None:
    """Returns the minute of the first signal above the usual; None where the minutes show no change."""
    at = split(minutes, usual, bounded(rate))
    return next((each.start for each in minutes[at:] if each.hit), None)


def last_minute(minutes: Sequence[Slice], usual: float, rate: float) -> datetime | None:
    """Returns when the minute of the last signal above the usual was over; None where the minutes show none."""
    at = split(minutes, bounded(rate), usual)
    ends = [after.start for before, after in pairwise(minutes[: at + 1]) if before.hit]
    return ends[-1] if ends else None


def refined(rise: Rise, start: datetime | None, end: datetime | None) -> Rise:
    """Returns the incident with its first or last moment to the minute, where the minutes show it."""
    first, *rest = rise.bursts
    whole = [replace(first, start=start or first.start), *rest]
    whole[-1] = replace(whole[-1], end=end or whole[-1].end)
    return Rise(tuple(whole))
