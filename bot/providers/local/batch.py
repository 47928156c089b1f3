"""Rows on their way into the store.

A batch is what one delivery holds. Batches that wait together are written together, so a batch can take in another.
Rows are kept by id: a repeated event is the same row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.providers.local import schema

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where something ran, as far as the sender says. `country` is a two-letter code."""

    application: str = ""
    service: str = ""
    env: str = ""
    version: str = ""
    browser: str = ""
    os: str = ""
    device: str = ""
    country: str = ""

    @property
    def row(self) -> Row:
        return (
            self.application,
            self.service,
            self.env,
            self.version,
            self.browser,
            self.os,
            self.device,
            self.country,
        )

    def over(self, below: Surroundings) -> Surroundings:
        """Returns these values, and those of `below` where there are none."""
        return Surroundings(*(mine or theirs for mine, theirs in zip(self.row, below.row, strict=True)))


@dataclass(slots=True)
class SessionSeen:
    """What a batch says about a session. Times are in epoch milliseconds, `received` by our own clock."""

    id: str
    person: str
    surroundings: Surroundings
    first: float
    last: float
    received: float
    attributes: str = "{}"
    sample: bool = False
    nameless: bool = False
    sample_rate: float = 100.0

    def widen(self, moment: float) -> None:
        """Takes in another event of which nothing else is new."""
        if moment < self.first:
            self.first = moment
        elif moment > self.last:
            self.last = moment

    def merge(self, later: SessionSeen) -> None:
        self.first, self.last = min(self.first, later.first), max(self.last, later.last)
        self.received = max(self.received, later.received)
        if later.person:
            self.person, self.nameless = later.person, later.nameless
        self.sample_rate = min(self.sample_rate, later.sample_rate)
        if later.surroundings is not self.surroundings:
            self.surroundings = later.surroundings.over(self.surroundings)
        if later.attributes != "{}":
            self.attributes = later.attributes

    @property
    def row(self) -> Row:
        times = (self.first, self.last, self.received)
        marks = (self.sample, self.nameless, self.sample_rate)
        return (self.id, self.person, *self.surroundings.row, *times, self.attributes, *marks)


_DOCUMENT = list(schema.ACTIONS.columns).index("document")


def _state(action: Row) -> tuple[int, float]:
    return action[_DOCUMENT], action[1]


@dataclass(slots=True)
class Batch:
    """Rows by table, in the column order of `schema`."""

    actions: dict[str, Row] = field(default_factory=dict)
    errors: dict[tuple[str, str], Row] = field(default_factory=dict)
    views: dict[str, Row] = field(default_factory=dict)
    others: dict[str, Row] = field(default_factory=dict)
    segments: dict[str, Row] = field(default_factory=dict)
    sessions: dict[str, SessionSeen] = field(default_factory=dict)
    searched: dict[str, int] = field(default_factory=dict)
    """Sessions whose derived actions and errors these replace, with the number of pieces that were searched."""

    def session(self, seen: SessionSeen) -> None:
        known = self.sessions.get(seen.id)
        if known is None:
            self.sessions[seen.id] = seen
        else:
            known.merge(seen)

    def action(self, key: str, row: Row) -> None:
        """Keeps the newest state: of the highest document version, then of the latest time (the second column).

        Senders that count no versions only ever add to an action, so two states of one time are put together.
        """
        known = self.actions.get(key)
        if known is None or _state(row) > _state(known):
            self.actions[key] = row
        elif _state(row) == _state(known):
            self.actions[key] = tuple(map(max, known, row))

    def view(self, row: Row) -> None:
        """Keeps the highest document version (the third column)."""
        known = self.views.get(row[0])
        if known is None or row[2] > known[2]:
            self.views[row[0]] = row

    def take(self, other: Batch) -> None:
        for key, action in other.actions.items():
            self.action(key, action)
        self.errors.update(other.errors)
        self.others.update(other.others)
        self.segments.update(other.segments)
        self.searched.update(other.searched)
        for row in other.views.values():
            self.view(row)
        for seen in other.sessions.values():
            self.session(seen)

    @property
    def size(self) -> int:
        tables: Iterable[dict[Any, Any]] = (self.actions, self.errors, self.views, self.others, self.segments)
        return sum(len(table) for table in tables)
