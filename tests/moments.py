"""Moments at which tests have failed elsewhere, and the zones of the machines that they run on.

The tests know one time: that of the run's moment. `make test` takes one moment, by the date; `--every-day` runs what
may depend on the day at all of them (see CONTRIBUTING.md).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.kernel.clock import Clock, clock_ahead, system_clock

BERLIN, NEW_YORK, SEOUL = "Europe/Berlin", "America/New_York", "Asia/Seoul"
ZONES = ("UTC", NEW_YORK, SEOUL)
RECORDED = datetime(2026, 11, 30)
"""By then all of tests/recordings had been recorded; moments come later, so that nothing lies in the future."""


@dataclass(frozen=True, slots=True)
class Instant:
    """`local` is the time of `place`, or of wherever the machine is. On days when clocks change it is just after."""

    name: str
    local: datetime
    place: str = ""


INSTANTS = (
    Instant("monday-00:03", datetime(2027, 1, 4, 0, 3)),
    Instant("wednesday-12:00", datetime(2027, 6, 16, 12, 0)),
    Instant("saturday-22:30", datetime(2027, 11, 27, 22, 30)),
    Instant("sunday-23:59", datetime(2027, 9, 5, 23, 59)),
    Instant("december-31-23:58", datetime(2027, 12, 31, 23, 58)),
    Instant("february-29", datetime(2028, 2, 29, 9, 17)),
    Instant("new-york-forward", datetime(2027, 3, 14, 3, 10), NEW_YORK),
    Instant("new-york-back", datetime(2027, 11, 7, 1, 30, fold=1), NEW_YORK),
    Instant("berlin-forward", datetime(2027, 3, 28, 3, 10), BERLIN),
    Instant("berlin-back", datetime(2027, 10, 31, 2, 30, fold=1), BERLIN),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on a machine in a zone."""

    instant: Instant
    zone: str

    def __str__(self) -> str:
        return f"{self.instant.name}@{self.zone}"

    @property
    def slug(self) -> str:
        """As a part of a file's name."""
        return str(self).replace("/", "-").replace(":", "-")

    @property
    def now(self) -> datetime:
        """Aware, in the zone of the machine."""
        here = ZoneInfo(self.zone)
        there = ZoneInfo(self.instant.place) if self.instant.place else here
        return self.instant.local.replace(tzinfo=there).astimezone(here)

    @contextmanager
    def zone_set(self) -> Iterator[None]:
        """The process, and those that it starts, are in the zone for the length of the body."""
        before = os.environ.get("TZ")
        _set_zone(self.zone)
        try:
            yield
        finally:
            _set_zone(before)


def _set_zone(zone: str | None) -> None:
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    time.tzset()


EVERY = tuple(Moment(instant, zone) for instant in INSTANTS for zone in ZONES)
EACH_ONCE = tuple(Moment(instant, ZONES[number % len(ZONES)]) for number, instant in enumerate(INSTANTS))
"""Every instant, and every zone at least three times: for suites that take minutes."""
EACH_ZONE = EVERY[: len(ZONES)]
"""For tests that know no time of their own: only the zone of the machine could matter to them."""


def starting_at(moment: datetime) -> Clock:
    """Returns a clock that shows the moment now, and goes on at real speed."""
    return clock_ahead((moment - system_clock()).total_seconds())


def ahead_of(clock: Clock) -> float:
    """Returns by how many seconds the clock is ahead of the system's, for other processes to have the same."""
    return round((clock() - system_clock()).total_seconds(), 3)


def of_the_day(day: date) -> Moment:
    """Returns the moment of a plain run; over thirty days all have had their turn."""
    return EVERY[day.toordinal() % len(EVERY)]


def named(name: str) -> Moment:
    """Raises KeyError for a moment that there is not."""
    return {str(moment): moment for moment in EVERY}[name]
