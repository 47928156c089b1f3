"""The port through which signals and recordings come in. Each provider of RUM data implements it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.kernel.errors import Missing
from bot.signals.answer import Answer, Day, Definition, FirstSeen, TargetMatch, Tops
from bot.signals.question import Period, Question, Signal


@dataclass(frozen=True, slots=True)
class SeenTarget:
    """A target as it was seen in a period, with how often it was clicked."""

    name: str
    selector: str
    actions: int


VIEW = "view"
"""Stands for the page where a facet is named; its values are paths."""


SESSION, PERSON, EMAIL = "session.id", "usr.id", "usr.email"
"""Facets that name one session, or one person as the sender of the events does. No question in words has them."""


@dataclass(frozen=True, slots=True)
class SeenValue:
    """A value of a facet, or the path of a page, with how many events were seen with it."""

    value: str
    events: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One action with signals in a session that has a replay: a candidate for a clip.

    `at` is the first click of the action. `clicks` counts the clicks it merges, 0 where the source doesn't know;
    `seconds_in` is the time from the start of the session. `complete`: the recording covers the moment from a full
    snapshot on. `view`, `version` and `error` are spelled as in the tops and errors of an answer, empty for none.
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
    view: str = ""
    version: str = ""
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
        """Returns the targets clicked in the period, most clicked first."""

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        """Returns the numbers for the question over these targets (all targets when the question names none)."""

    async def moments(self, question: Question, targets: Sequence[TargetMatch], limit: int = 50) -> Sequence[Moment]:
        """Returns candidates for a clip: the worst moment of each session that has a replay, newest first.

        What is worse says `bot.replay.script.choice`.
        """

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """Returns the stored pieces of a session's recording, in order, as the sender sent them.

        Raises Missing when there is none (any more).
        """


@runtime_checkable
class Daily(Protocol):
    """A source that also counts the days before, by which to see when something began."""

    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        """Returns signals a day over the four weeks before the period and the period, oldest first.

        Days are those of the period's zone, all of them since the oldest data; the last may not be over.
        """


@runtime_checkable
class Calm(Protocol):
    """A source that also names sessions in which nothing went wrong."""

    async def calm_moments(
        self, question: Question, targets: Sequence[TargetMatch], limit: int = 50
    ) -> Sequence[Moment]:
        """Returns a click on these targets of each session that has a replay and met no signal at all on them in the
        period, newest first. The signals asked for don't matter; those of the moments are empty.
        """


@runtime_checkable
class Versioned(Protocol):
    """A source that knows the application's versions."""

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        """Returns the versions seen in the period, by when they were first seen at all, oldest first."""


@runtime_checkable
class Placed(Protocol):
    """A source that knows on which views and in which versions the signals were."""

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        """Returns the top views and versions of the period."""


@runtime_checkable
class NamedEvents(Protocol):
    """A source that counts who did something else than click in vain, such as placing an order."""

    async def people_who_did(self, event: str, period: Period) -> int:
        """Returns how many people did it in the period: a custom action, or a click, of exactly that name."""


@runtime_checkable
class Inventory(Protocol):
    """A source that knows which values of facets, and which pages, are anywhere in the data that it keeps."""

    async def has_value(self, facet: str, value: str) -> bool:
        """Tells whether anything kept, of whatever time, has the value as `answer` reads it (VIEW: words or a path)."""

    async def seen_values(self, facet: str) -> Sequence[SeenValue]:
        """Returns the values, most seen first, as many as the source can list; none where it can't."""


@runtime_checkable
class Fresh(Protocol):
    """A source that knows when data last arrived, since when older answers are out of date."""

    def newest(self) -> datetime | None:
        """Returns when data last arrived; None while none has."""


class Recordings(Protocol):
    """Where sessions' recordings are kept."""

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """The stored pieces of a session's recording, in order. Raises Missing."""


class FirstOf:
    """Recordings of the first place that has them."""

    def __init__(self, *places: Recordings | None) -> None:
        """At least one place must be there; None stands for one that isn't in this process."""
        self._places = [place for place in places if place is not None]

    async def recording(self, session_id: str) -> Sequence[bytes]:
        *earlier, last = self._places
        for place in earlier:
            with suppress(Missing):
                return await place.recording(session_id)
        return await last.recording(session_id)
