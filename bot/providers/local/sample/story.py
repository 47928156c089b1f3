"""When things happen in the sample: a deploy in this week, quieter weeks before it.

The rule, for any moment the sample is first loaded (`anchor`): the deploy lies `span` before it, where span is seven
tenths of what has passed of the week, at most a day. The people of the demo live in different zones, so it is the week
that began last in any of them. So the deploy is in everyone's week on a Sunday evening and on a Monday at half past
midnight, and the same span before that week is from before the deploy. What happens between deploy and anchor does not
depend on span: a fixed crowd meets the broken button, so "this week" always has its 3,000 signals. Early on a Monday
that is a rush, and in the first hour people are in a hurry too (`pace`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKS_BEFORE = 4
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(days=1)
MONDAY, SUNDAY = 0, 6
HOMES = (("Asia/Seoul", MONDAY), ("America/New_York", SUNDAY))
"""Zones of the people of the demo, with the day on which their weeks begin."""


def week_start(moment: datetime, first_weekday: int = MONDAY) -> datetime:
    """Midnight of the first day of the week, in the zone of the moment."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=(moment.weekday() - first_weekday) % 7)


@dataclass(frozen=True, slots=True)
class Story:
    """`anchor` is aware; its zone says when the week began."""

    anchor: datetime

    @property
    def monday(self) -> datetime:
        return week_start(self.anchor)

    @property
    def deploy(self) -> datetime:
        begun = [week_start(self.anchor.astimezone(ZoneInfo(zone)), first) for zone, first in HOMES]
        # In UTC, because an hour of the zone's clocks may come twice, or not at all.
        now, last = self.anchor.astimezone(UTC), max(start.astimezone(UTC) for start in (self.monday, *begun))
        return (now - min(max((now - last) * 0.7, SHORTEST), LONGEST)).astimezone(self.anchor.tzinfo)

    @property
    def pace(self) -> float:
        """By how much the crowd's visits are shorter than usual, so that they fit between deploy and anchor."""
        return min(1.0, (self.anchor.astimezone(UTC) - self.deploy.astimezone(UTC)) / timedelta(hours=1))

    @property
    def start(self) -> datetime:
        return self.monday - timedelta(weeks=WEEKS_BEFORE)

    def same_week(self, now: datetime) -> bool:
        return Story(now.astimezone(self.anchor.tzinfo)).monday == self.monday
