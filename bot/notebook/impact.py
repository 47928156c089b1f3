"""The impact in numbers, for exactly the time from the impact's start to its end, or up to now."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from bot.notebook.cell_kind import CellData
from bot.signals.answer import Caveat
from bot.signals.periods import SHORTEST_DAY


class SignalsThen(msgspec.Struct, frozen=True):
    """Signals in one slice of time, by kind."""

    start: datetime
    by_signal: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_signal.values())


class ImpactPart(msgspec.Struct, frozen=True):
    """A version, a page or an error with the actions that had signals there."""

    label: str
    actions: int


class SpanPeople(msgspec.Struct, frozen=True):
    """People in a span: `hit` of the `used` ran into signals. `used` is 0 where the source doesn't count it."""

    start: datetime
    end: datetime
    hit: int
    used: int = 0

    @property
    def share(self) -> float | None:
        return self.hit / self.used if self.used >= self.hit and self.used else None

    @property
    def hours(self) -> float:
        return (self.end - self.start).total_seconds() / 3600

    @property
    def an_hour(self) -> float:
        return self.hit / self.hours if self.hours else 0.0


class BusinessRate(msgspec.Struct, frozen=True):
    """A second event, such as an order: how many people did it in the same span before, during and after the impact.

    `hit` are who did it, `used` who used the target. `event` is the name by which it is recorded.
    """

    event: str
    before: SpanPeople | None
    during: SpanPeople
    after: SpanPeople | None = None


class Impact(CellData, frozen=True, tag="impact"):
    """Counts of one span and one question. `over` says that the end is known; otherwise it is when it was counted."""

    marker: ClassVar[str] = "impact"

    start: datetime
    end: datetime
    over: bool
    counted_at: datetime
    by_signal: dict[str, int]
    actions: int
    people: SpanPeople
    sessions: int
    used_sessions: int = 0
    before: SpanPeople | None = None
    """The same span right before; None where no data of it are kept."""
    bars: tuple[SignalsThen, ...] = ()
    bar_s: int = 0
    zone: str = ""
    release: str = ""
    """The version that was first seen at `released`, marked in the chart."""
    released: datetime | None = None
    versions: tuple[ImpactPart, ...] = ()
    pages: tuple[ImpactPart, ...] = ()
    errors: tuple[ImpactPart, ...] = ()
    delay: SpanPeople | None = None
    """People who ran into it for the first time between its detection and the fix, or the end of the span."""
    delay_fixed: bool = False
    """Whether that time ends with the fix."""
    business: BusinessRate | None = None
    what: str = ""
    """The target or the page, in the asker's words."""
    signals_asked: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    source: str = ""
    source_title: str = ""
    definition: str = ""
    query: str = ""
    link: str = ""
    caveats: tuple[Caveat, ...] = ()
    kept_from: datetime | None = None
    sample: bool = False

    @property
    def signals(self) -> int:
        return sum(self.by_signal.values())

    @property
    def daily(self) -> bool:
        """Whether a bar is a day; as of a chart."""
        return self.bar_s >= SHORTEST_DAY.total_seconds()

    @property
    def sessions_share(self) -> float | None:
        return (
            self.sessions / self.used_sessions if self.used_sessions >= self.sessions and self.used_sessions else None
        )

    def says_as_much(self, other: Impact) -> bool:
        """Whether nobody would read anything new: the same signals, though more time has passed without any."""
        if self.over or other.over:
            return self == msgspec.structs.replace(other, counted_at=self.counted_at)
        shares = [round(each.people.share or 0, 2) for each in (self, other)]
        same = ("start", "by_signal", "actions", "sessions", "release", "what", "targets", "business", "delay_fixed")
        facts = [tuple(getattr(each, name) for name in same) for each in (self, other)]
        return facts[0] == facts[1] and self.people.hit == other.people.hit and shares[0] == shares[1]


class DraftedSummary(CellData, frozen=True, tag="summary"):
    """Sentences drafted from the facts, in the notebook's language. `polished`: a model worded them."""

    marker: ClassVar[str] = "summary"

    text: str
    draft: str = ""
    """What the facts say, where `text` is that polished."""

    @property
    def polished(self) -> bool:
        return bool(self.draft)
