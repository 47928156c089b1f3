"""What is usual: the share of people who ran into signals, by the hour of the day and of the week.

An hour is held against the same hour of the earlier days, so that a nightly batch or a weekly one is nothing new, and
against all earlier hours, whichever is higher: a few lucky hours make nothing that follows them an incident.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log

LEAST_RATE, MOST_RATE = 0.002, 0.9
"""Nobody is known to be that good or that bad: rates of no signals at all say little of the next person."""
PRIOR = 20.0  # people of all hours that stand beside those of the same hour
WEEKS_NEEDED = 2  # of the same hour of the week, before it says more than the hour of the day
LEAST_USED = 50  # people
LEAST_HOURS = 24
SMALLEST_RISE, LEAST_RATIO = 0.05, 2.0
"""What counts as a rise: twice as many, and at least five in a hundred people more."""


@dataclass(frozen=True, slots=True)
class Slice:
    """People in one slice of time: `hit` of the `used` ran into signals. `start` is aware, in the zone of its hours."""

    start: datetime
    hit: int
    used: int
    signals: int = 0

    @property
    def rate(self) -> float:
        return self.hit / self.used if self.used else 0.0


def risen(usual: float) -> float:
    """Returns the lowest rate that is clearly above the usual one."""
    return min(0.95, max(LEAST_RATIO * usual, usual + SMALLEST_RISE))


def broken(usual: float) -> float:
    """Returns the rate of something that hardly works any more."""
    return min(0.95, max(0.6, (1 + usual) / 2))


def evidence(each: Slice, against: float, rate: float) -> float:
    """Returns by how much a slice speaks for `rate` and not `against`: the logarithm of their likelihood ratio."""
    hit, calm = min(each.hit, each.used), max(each.used - each.hit, 0)
    return hit * log(rate / against) + calm * log((1 - rate) / (1 - against))


def split(slices: Sequence[Slice], before: float, after: float) -> int:
    """Returns how many slices come before the change of one rate to the other, wherever that is most likely."""
    best, most, so_far = 0, 0.0, 0.0
    for at, each in enumerate(slices):
        so_far += evidence(each, after, before)
        if so_far > most:
            best, most = at + 1, so_far
    return best


def bounded(rate: float) -> float:
    return min(max(rate, LEAST_RATE), MOST_RATE)


@dataclass(slots=True)
class _Sums:
    """Of some hours. They are kept, not counted anew: rates are asked for at every hour of weeks."""

    hit: int = 0
    used: int = 0
    hours: int = 0  # in which there was anybody

    def add(self, each: Slice, times: int = 1) -> None:
        """Once more, or with -1 once less."""
        self.hit += times * min(each.hit, each.used)
        self.used += times * each.used
        self.hours += times * (each.used > 0)

    def shrunk(self, overall: float) -> float:
        return (self.hit + PRIOR * overall) / (self.used + PRIOR)


@dataclass(slots=True)
class UsualRates:
    """The calm hours so far, oldest first."""

    slices: list[Slice] = field(default_factory=list)
    _all: _Sums = field(default_factory=_Sums)
    _by_hour: defaultdict[object, _Sums] = field(default_factory=lambda: defaultdict(_Sums))

    def add(self, each: Slice) -> None:
        self.slices.append(each)
        for sums in self._sums_with(each):
            sums.add(each)

    def take_back(self, count: int) -> None:
        """Forgets the newest, which were not calm after all."""
        for _ in range(min(count, len(self.slices))):
            each = self.slices.pop()
            for sums in self._sums_with(each):
                sums.add(each, -1)

    def _sums_with(self, each: Slice) -> list[_Sums]:
        return [self._all, *(self._by_hour[key] for key in _hours(each.start))]

    @property
    def seen(self) -> float:
        """The share of people in all of these hours."""
        return self._all.hit / self._all.used if self._all.used else 0.0

    def at(self, moment: datetime) -> float | None:
        """Returns the usual rate in the hour of that moment; None while too little is known."""
        if self._all.used < LEAST_USED or self._all.hours < LEAST_HOURS:
            return None
        overall = (self._all.hit + 0.5) / (self._all.used + 10)
        day, week = (self._by_hour.get(key, _Sums()) for key in _hours(moment))
        rates = [day.shrunk(overall)] + ([week.shrunk(overall)] if week.hours >= WEEKS_NEEDED else [])
        return bounded(max(overall, *rates))


def _hours(moment: datetime) -> tuple[object, object]:
    return moment.hour, (moment.weekday(), moment.hour)
