"""What was asked, parsed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


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


class GroupBy(StrEnum):
    BROWSER = "browser"
    COUNTRY = "country"
    DEVICE = "device"
    VERSION = "version"
    VIEW = "view"
    TARGET = "target"
    SIGNAL = "signal"
    HOUR = "hour"
    DAY = "day"
    ERROR = "error"
    """The message of the error that happened in the click."""


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

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Every facet that is asked for, with its values."""
        return {facet: (value,) for facet, value in self.filters.items()} | self.either

    def ending(self, end: datetime) -> Question:
        return replace(self, period=Period(self.period.start, end))
