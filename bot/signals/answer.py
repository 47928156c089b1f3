"""What a source returned for a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from bot.signals.question import Period, Question, Signal


@dataclass(frozen=True, slots=True)
class Counts:
    """Signals, actions, people and sessions, each counted for itself."""

    by_signal: dict[Signal, int] = field(default_factory=dict)
    actions: int = 0
    people: int = 0
    sessions: int = 0

    @property
    def signals(self) -> int:
        return sum(self.by_signal.values())


@dataclass(frozen=True, slots=True)
class TargetMatch:
    """A recorded name that the asker's target stands for. `score` is 0 to 100; `actions` are those of the period."""

    name: str
    selector: str = ""
    score: float = 100.0
    actions: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """Signals in one slice of time; `start` is aware."""

    start: datetime
    by_signal: dict[Signal, int]


@dataclass(frozen=True, slots=True)
class TopError:
    message: str
    actions: int


@dataclass(frozen=True, slots=True)
class Top:
    """A view or a version with how many of the actions happened there."""

    label: str
    actions: int


@dataclass(frozen=True, slots=True)
class Tops:
    """Where most of the actions with signals happened, most first."""

    views: tuple[Top, ...] = ()
    versions: tuple[Top, ...] = ()
    services: tuple[Top, ...] = ()
    """Shown to nobody: the owner of the service may own the target."""


@dataclass(frozen=True, slots=True)
class Day:
    """Signals on one day, from `start` (midnight in the asker's zone, aware)."""

    start: datetime
    signals: int


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """When a version of the application was first seen; `at` is aware."""

    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a grouped answer."""

    label: str
    counts: Counts
    exposed: Counts | None = None
    """Everyone who used the target in this group, the base of its rate; None where the source doesn't count them."""
    usual: Counts | None = None
    """The group in the period that a share is compared with, and everyone in it then; None where that isn't asked."""
    usual_exposed: Counts | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """Whose rule counted. `key` names a text in the catalogs; `name` is short ("Datadog browser SDK rules")."""

    key: str
    name: str


class CaveatKind(StrEnum):
    """What may be wrong with numbers."""

    TIMED_OUT = "timed_out"  # the source gave up, so the numbers are too low
    FORGOTTEN = "forgotten"  # the source keeps so many days, and the question reaches further back
    NOTHING_YET = "nothing_yet"  # nothing was ever recorded
    BEFORE_DATA = "before_data"  # the period, or the one that it is held against, begins before the oldest data
    SAMPLED = "sampled"  # the page sends a part of all sessions
    NEWEST_ERRORS = "newest_errors"  # the top errors are of so many actions, the newest ones
    SEARCHING = "searching"  # recordings are still being searched for signals
    LIVE = "live"  # sessions are still going on
    DEAD_UNSEEN = "dead_unseen"  # the source has no dead click at all, which it counts only where that is switched on
    RULE_CHANGED = "rule_changed"  # the sender changed the rule of a signal meanwhile, so a trend tells nothing
    CUT = "cut"  # the source gave no more rows, so the smallest groups, slices and errors are missing
    NAMELESS = "nameless"  # somebody is counted for whom the sender names no user


class Caveat(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reason why numbers are incomplete, or what they count; `bot.signals.answer_text` words it.

    `source` is the title of the source, `number` how many days or actions, for the kinds that need them.
    """

    kind: CaveatKind
    source: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its numbers, the definition and the query used, and what limits them."""

    question: Question
    source: str
    """The name of the provider."""
    definition: Definition
    query: str
    counts: Counts
    before: Counts | None
    before_period: Period | None
    exposed: Counts
    """Everyone who used the target in the period, frustrated or not: the base of the shares."""
    targets: tuple[TargetMatch, ...] = ()
    alternatives: tuple[TargetMatch, ...] = ()
    series: tuple[Bucket, ...] = ()
    errors: tuple[TopError, ...] = ()
    groups: tuple[Group, ...] = ()
    tops: Tops = Tops()
    daily: tuple[Day, ...] = ()
    """The four weeks before and the period, day by day, as far as data is kept; the last day may not be over."""
    first_seen: tuple[FirstSeen, ...] = ()
    """Versions first seen in those weeks."""
    source_title: str = ""
    """What people call the source: a text of the catalogs, or a proper name."""
    link: str = ""
    """Deep link to the same question at the provider."""
    sample: bool = False
    """True when generated sample data is part of the numbers."""
    caveats: tuple[Caveat, ...] = ()
    """Why the numbers are incomplete, the gravest reason first, then what they count where that needs a word."""
    kept_from: datetime | None = None
    """When the oldest data were recorded, where the period or the span before begins earlier."""
    asked_at: datetime | None = None
