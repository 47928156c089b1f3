"""Records that people's work depends on: versioned, changed by compare-and-set, kept for the lifetime of their kind.

A new kind needs a row in `LIFETIMES` before it can be written. Records lie in a `RecordStore`: the Redis of the bot
(redis_records.py), or Postgres (postgres/).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import msgspec

from bot.kernel.errors import Conflict

HALF_A_YEAR = timedelta(days=180)
PINNED = None  # until whoever wrote it deletes it

LIFETIMES: dict[str, timedelta | None] = {
    # A question and what hangs on it. An open request keeps its question alive (`Records.touch`).
    "asked": HALF_A_YEAR,
    "page": HALF_A_YEAR,
    "shown": HALF_A_YEAR,
    "recent-clips": HALF_A_YEAR,
    # What somebody's home tab shows: it is brought up to date for a while after it was opened.
    "home": timedelta(days=2),
    "clips": HALF_A_YEAR,
    "moments": HALF_A_YEAR,
    "request": HALF_A_YEAR,
    # A watch lasts for 90 days at most, and its history is counted anew every few hours.
    "watch": HALF_A_YEAR,
    "watches": HALF_A_YEAR,
    "watch-history": timedelta(days=7),
    "live": timedelta(days=7),
    "digest": HALF_A_YEAR,
    "ticket-request": HALF_A_YEAR,
    "ticket-requests": HALF_A_YEAR,
    # What a ticket shows of a request, so that nothing is sent again while no number has changed.
    "ticket-shown": HALF_A_YEAR,
    "channel-tickets": timedelta(days=90),
    # Answered once for a project, as people expect it to stay; one small record.
    "ticket-fields": PINNED,
    # Names a question, so it must end before the question does.
    "thread": timedelta(days=90),
    "channel-thread": timedelta(days=90),
    # When what was asked in a channel, in one small record.
    "channel-asked": HALF_A_YEAR,
    # People chose these once and expect them to stay; one small record for each channel.
    "channel": PINNED,
    "policy": PINNED,
    # The same for each workspace.
    "team-settings": PINNED,
    # Entries of the audit log end when its retention says so, which is a setting.
    "audit": PINNED,
    # Documents that people write, and nobody else keeps; they end when somebody deletes them.
    "notebook": PINNED,
    "notebook-team": PINNED,
    "notebooks": PINNED,
    "channel-notebook": PINNED,
    # How far its owner shares a notebook, as long as it.
    "notebook-share": PINNED,
    # Since when somebody is signed out; sessions from before end sooner.
    "signed-out": timedelta(days=31),
    # The embedded tracker is the only place where its tickets are.
    "ticket": PINNED,
    # Whose the ticket is, as long as it.
    "ticket-channel": PINNED,
    "project": PINNED,
    "projects": PINNED,
    # What was written to a notebook's page in Confluence: as below.
    "confluence-page": PINNED,
    # What Datadog showed of a notebook last: without it, people's changes there can't be told from ours.
    "datadog-notebook": PINNED,
    "datadog-notebook-team": PINNED,
    "datadog-notebooks": PINNED,
    "datadog-channel-notebook": PINNED,
    # Which case or comment was made for a meaning: longer than anything that would make it again.
    "datadog-case": timedelta(days=400),
    "datadog-case-comment": timedelta(days=400),
    "jira-issue": timedelta(days=400),
    "jira-comment": timedelta(days=400),
    "github-issue": timedelta(days=400),
    # The document that Datadog made of a post-mortem: it can't be changed, so another one must not be made.
    "datadog-postmortem": PINNED,
    # What is left to do of an erasure that began, so that it is completed.
    "erasure": timedelta(days=30),
    # Which files are ours to delete.
    "files-mark": PINNED,
    # That a backup is being restored.
    "restore": PINNED,
    # Who has installed the app by OAuth, until it is uninstalled; tokens are encrypted in it.
    "installation": PINNED,
    # From the install page to Slack and back.
    "install-state": timedelta(minutes=10),
    # A channel's incident; afterwards Datadog is asked again.
    "datadog-incident": HALF_A_YEAR,
}


def kind_of(key: str) -> str:
    """The kind of the record that lies under a key of `keys.record` or `keys.page`."""
    parts = key.split(":")
    return parts[2] if parts[1] == "record" else parts[1]


def lifetime_ms(key: str) -> int:
    """Milliseconds; 0 for a record that is kept. Raises KeyError for a kind without a row."""
    lifetime = LIFETIMES[kind_of(key)]
    return 0 if lifetime is None else int(lifetime.total_seconds() * 1000)


T = TypeVar("T")
ABSENT = 0  # the version of a record that does not exist
TRIES = 30
PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.2  # a loser waits a random part of it, twice as long each time


class RecordStore(Protocol):
    """Where records and their indexes lie. Every method does one thing at once, or nothing.

    A record whose lifetime is over is absent everywhere. What goes wrong with an engine of its own is `Upstream`.
    """

    async def read(self, key: str) -> tuple[bytes, int] | None:
        """The data and the version."""

    async def version(self, key: str) -> int:
        """The version alone; 0 where there is none."""

    async def write(self, key: str, data: bytes, expected: int) -> int | None:
        """Write over version `expected` and begin the lifetime; the new version, or None when somebody was faster."""

    async def delete(self, key: str, expected: int) -> bool:
        """Whether the record was at this version, and is gone."""

    async def touch(self, key: str) -> None:
        """Begin the record's lifetime anew."""

    async def schedule(self, index: str, team: str, id: str, when: datetime, *, anew: bool) -> None:
        """Note when the clock looks at something. Without `anew`, what is noted already stays."""

    async def unschedule(self, index: str, team: str, id: str) -> None:
        """Take it out of the index."""

    async def due(self, index: str, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(team, id) of what is noted for `now` or earlier: by time, then team and id."""

    async def scheduled(self, index: str, team: str) -> list[str]:
        """Every id of the team's, by time and id."""

    async def scheduled_between(self, index: str, since: datetime, until: datetime) -> list[tuple[str, str]]:
        """(team, id) of what is noted for [since, until): by time, then team and id."""

    async def append(self, kind: str, team: str, id: str, most: int) -> None:
        """Put an id at the end of the team's order and of everybody's, unless it has a place; keep the last `most`."""

    async def newest(self, kind: str, team: str, limit: int, skip: int) -> list[str]:
        """The last ids of an order, the last one first; that of `EVERY_TEAM` has all."""

    def names(self) -> AsyncIterator[str]:
        """Yields the key of every record, in any order."""

    def every(self) -> AsyncIterator[bytes]:
        """Yields the data of every record, in any order. Of one that changes meanwhile, what it was or what it is."""

    async def ready(self) -> None:
        """Raises Upstream when the store can't be used."""


EVERY_TEAM = "all"
"""Stands for all teams together in an order of creation."""


CHANGED = "Someone changed this in the meantime."


class Records(Generic[T]):
    """Records of one type, kept as JSON: `Records(store, Request)`. The type is anything msgspec reads."""

    def __init__(self, store: RecordStore, type: type[T]) -> None:
        self._store = store
        self._decoder = msgspec.json.Decoder(type)

    async def get(self, key: str) -> tuple[T, int] | None:
        """The record and its version, or None."""
        record = await self._store.read(key)
        return None if record is None else (self._decoder.decode(record[0]), record[1])

    async def version(self, key: str) -> int:
        """The version alone, also of a record that can't be read any more; 0 where there is none."""
        return await self._store.version(key)

    async def put(self, key: str, value: T, expected: int = ABSENT) -> int:
        """Write over version `expected` (0: there must be none) and return the new version. Raises Conflict."""
        written = await self._store.write(key, msgspec.json.encode(value), expected)
        if written is None:
            raise Conflict(CHANGED)
        return written

    async def delete(self, key: str, expected: int) -> None:
        """Raises Conflict if the record changed since version `expected`."""
        if not await self._store.delete(key, expected):
            raise Conflict(CHANGED)

    async def change(self, key: str, fn: Callable[[T | None], T]) -> T:
        """Replace the record by `fn(record)` (None where there is none), again if someone was faster in between.

        `fn` must be repeatable; returning its argument changes nothing. Raises Conflict after 30 lost races.
        """
        for tried in range(TRIES):
            before, version = await self.get(key) or (None, ABSENT)
            after = fn(before)
            if after is before:
                return after
            try:
                await self.put(key, after, version)
            except Conflict:
                await asyncio.sleep(random.random() * min(PAUSE_S * 2**tried, LONGEST_PAUSE_S))  # noqa: S311
                continue
            return after
        raise Conflict("Too many people are changing this at once; try again in a moment.")

    async def touch(self, key: str) -> None:
        """Begin the record's lifetime anew, because something else still needs it."""
        if lifetime_ms(key):
            await self._store.touch(key)
