"""Working hours: when a person may be reminded."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec


class WorkingHours(msgspec.Struct, frozen=True):
    """Hours of the owner's zone, from `start` until before `end`, on `weekdays` (0 is Monday)."""

    zone: str = "UTC"
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(18)

    def __post_init__(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise ValueError("working hours need weekdays from 0 (Monday) to 6")
        if self.start >= self.end:
            raise ValueError("working hours must end after they start")

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def open(self, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.weekday() in self.weekdays and self.start <= local.time() < self.end

    def from_(self, moment: datetime) -> datetime:
        """The first moment at or after this one that lies in working hours. Aware, in the zone."""
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone)
        if self.open(local):
            return local
        day = local.date() if local.time() < self.start else local.date() + timedelta(days=1)
        while day.weekday() not in self.weekdays:
            day += timedelta(days=1)
        opening = datetime.combine(day, self.start, zone)
        # An opening that daylight saving skips doesn't exist: going through UTC gives the moment the clocks show next.
        return opening.astimezone(ZoneInfo("UTC")).astimezone(zone)
