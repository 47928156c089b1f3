"""What was asked, parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

Values = Mapping[str, tuple[str, ...]]
"""Values by facet."""


class Signal(StrEnum):
    """A frustration signal. One action may carry several, so signals ≥ actions."""

    RAGE = "rage_click"
    DEAD = "dead_click"
    ERROR = "error_click"


ALL_SIGNALS: tuple[Signal, ...] = tuple(Signal)


class Metric(StrEnum):
    SIGNALS = "signals"
    ACTIONS = "actions"
    PEOPLE = "people"
    SESSIONS = "sessions"
    RATE = "rate"
    """The share of actions; the shares below are of people and sessions."""
    PEOPLE_SHARE = "people_share"
    SESSIONS_SHARE = "sessions_share"


SHARED = {Metric.RATE: Metric.ACTIONS, Metric.PEOPLE_SHARE: Metric.PEOPLE, Metric.SESSIONS_SHARE: Metric.SESSIONS}
"""Each share, and what it is a share of: of all that used the target. Groups without signals are then told as 0 %."""


class GroupBy(StrEnum):
    BROWSER = "browser"
    COUNTRY = "country"
    DEVICE = "device"
    VERSION = "version"
    OS = "os"
    ENV = "env"
    VIEW = "view"
    TARGET = "target"
    SIGNAL = "signal"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    ERROR = "error"
    """The message of the error that happened in the click."""


SLICES = frozenset({GroupBy.MINUTE, GroupBy.HOUR, GroupBy.DAY})
"""What a period can be cut into."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open interval of time. Both ends are aware and in the asker's zone."""

    start: datetime
    end: datetime
    unit: str = field(default="", compare=False)
    """The calendar unit that it is one of or the beginning of ("day", "week", …); empty for any other stretch."""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs a time zone")
        if self.end.timestamp() <= self.start.timestamp():
            raise ValueError("a period must end after it starts")

    @property
    def span(self) -> timedelta:
        """Elapsed time, over daylight-saving changes too."""
        return timedelta(seconds=self.end.timestamp() - self.start.timestamp())


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood. `target` and `view` are the asker's words, not yet matched to names."""

    period: Period
    signals: tuple[Signal, ...] = ALL_SIGNALS
    target: str | None = None
    view: str | None = None
    metric: Metric = Metric.SIGNALS
    compare: Period | None = None
    group_by: GroupBy | None = None
    top: int | None = None
    filters: dict[str, str] = field(default_factory=dict)
    text: str = ""
    exact: bool = False
    """The target was quoted: only that very name is meant."""
    assumed: tuple[str, ...] = ()
    """What the asker left open and how it was filled in, as sentences that go with the answer."""
    either: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Facets with several values, any of which may hold; `filters` has those with one."""
    without: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of facets that are left out."""
    suspect: str = ""
    """The value of the grouping of which was asked whether it is the only one ("is it only Safari?")."""

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Every facet that is asked for, with its values."""
        return {facet: (value,) for facet, value in self.filters.items()} | self.either

    def with_wanted(self, wanted: Values, *, without: Values | None = None) -> Question:
        """Returns the question with these values asked for, and these left out."""
        return replace(
            self,
            filters={facet: values[0] for facet, values in wanted.items() if len(values) == 1},
            either={facet: values for facet, values in wanted.items() if len(values) > 1},
            without=self.without if without is None else dict(without),
        )

    def ending(self, end: datetime) -> Question:
        return replace(self, period=Period(self.period.start, end))
