"""The port through which signals and recordings come in. Each provider of RUM data implements it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.signals.answer import Answer, Day, Definition, FirstSeen, TargetMatch, Tops
from bot.signals.question import Period, Question, Signal


@dataclass(frozen=True, slots=True)
class SeenTarget:
    """A target as it was seen in a period, with how often it was clicked."""

    name: str
    selector: str
    actions: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One action with signals in a session that has a replay: a candidate for a clip.

    `at` is the first click of the action. `clicks` counts the clicks it merges, 0 where the source doesn't tell;
    `seconds_in` is the time from the start of the session. `complete` says that the recording covers the moment from
    a full snapshot on.
    """

    session_id: str
    view_id: str
    at: datetime
    signals: tuple[Signal, ...]
    target: str
    clicks: int = 1
    seconds_in: float = 0.0
    complete: bool = True
    error: str = ""
    browser: str = ""
    country: str = ""
    device: str = ""
    person: str = ""
    """An opaque id, never a name or an e-mail address."""
    sample: bool = False


class Source(Protocol):
    """Where signals and recordings come from."""

    name: str
    definition: Definition

    async def seen(self, period: Period) -> Sequence[SeenTarget]:
        """Targets clicked in the period, most clicked first."""

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        """The numbers for the question over these targets (all targets when the question names none)."""

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Candidates for a clip, newest first. Only sessions that have a replay."""

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The stored pieces of a session's recording, in order, as the sender sent them.

        Raises Missing when there is none (any more).
        """


@runtime_checkable
class Daily(Protocol):
    """A source that also tells the days before, for when something began."""

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        """Signals a day over the four weeks before the period and the period: days of the period's zone, none left out,
        oldest first. Days from before the oldest data are not told; the last may still go on."""


@runtime_checkable
class Versioned(Protocol):
    """A source that knows the application's versions."""

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        """Versions seen in the period, by when they were first seen at all, oldest first."""


@runtime_checkable
class Placed(Protocol):
    """A source that tells on which views and in which versions the signals were."""

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        """The top views and versions of the period."""


@runtime_checkable
class Fresh(Protocol):
    """A source that knows when data last arrived: an answer from before that isn't good any more."""

    def newest(self) -> datetime | None:
        """None while nothing has."""
