"""Frustration signals of senders that only record: found in the recording, a moment after its last piece.

The complete session is searched each time and its derived rows are replaced, so it may be searched any number of times.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.kernel.errors import Missing, ReplaybookError, Upstream
from bot.providers.local.batch import Batch, Row, Surroundings
from bot.providers.local.rows import cut, url_path
from bot.providers.local.segment_files import LocalRecordings
from bot.replay.detect.detector import detect
from bot.replay.model import DetectedAction
from bot.replay.read_recording import read
from bot.signals.question import Signal

QUIET_S = 1.5
"""How long the next piece is waited for. A rage click is complete a second after its last click."""
LATEST_S = 15.0
"""How often a session is searched at least while pieces keep coming."""
AGAIN_S = 15.0
"""After how long a search is tried again that found the files or the database away."""
_IDLE = 10
"""How many times as long as a search the pause after it is, so that a long session doesn't keep a core busy."""
_MOST_TIMED = 1000
LARGEST = 64 * 1024 * 1024
"""Stored bytes of a session; a longer one is kept and can be watched, but is not searched."""
# A recording is hostile input: an error in the search costs that session its signals and nothing else.
_NONSENSE = (ReplaybookError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

Query = Callable[[str, dict[str, Any]], Awaitable[list[Row]]]


@dataclass(frozen=True, slots=True)
class SearchStatements:
    """What is asked of the store, in the SQL of its engine: a session by its id, and sessions still to be searched."""

    session: str
    unsearched: str


class Deriver:
    """`soon` plans a search, `settle` does the planned ones now."""

    def __init__(
        self,
        recordings: LocalRecordings,
        query: Query,
        write: Callable[[Batch], Awaitable[None]],
        statements: SearchStatements | None = None,
    ) -> None:
        """Without `statements` those of the embedded store are asked."""
        self._recordings, self._query, self._write = recordings, query, write
        self._ask = statements or SearchStatements(_SESSION, _UNSEARCHED)
        self._since: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._took: dict[str, float] = {}
        self._failed: set[str] = set()
        self._closed = False
        self._few = asyncio.Semaphore(2)

    async def resume(self) -> None:
        """Plans the searches that a process before this one accepted and did not finish."""
        for (session_id,) in await self._query(self._ask.unsearched, {}):
            self.soon(session_id)

    def soon(self, session_id: str) -> None:
        now = time.monotonic()
        since = self._since.setdefault(session_id, now)
        if timer := self._timers.pop(session_id, None):
            timer.cancel()
        took = self._took.get(session_id, 0.0)
        quiet, latest = max(QUIET_S, took * _IDLE), max(LATEST_S, took * 2 * _IDLE)
        wait = max(0.0, min(quiet, since + latest - now))
        self._timers[session_id] = asyncio.get_running_loop().call_later(wait, self._start, session_id)

    async def settle(self, within: float | None = None) -> bool:
        """Searches the sessions that wait, the latest first. Returns whether all are stored within `within` seconds.

        They aren't either where files were away at the last search.
        """
        for session_id in reversed(list(self._timers)):
            self._start(session_id)
        waiting = set(self._running.values())
        if waiting:
            _, waiting = await asyncio.wait(waiting, timeout=within)
        return not waiting and not self._failed

    async def close(self) -> None:
        """Does the planned searches. What arrives meanwhile, or fails, is planned again by the next process."""
        self._closed = True
        await self.settle()

    def _start(self, session_id: str) -> None:
        """Starts the search unless one runs; then it will be followed by another."""
        if timer := self._timers.pop(session_id, None):
            timer.cancel()
        self._since.pop(session_id, None)
        before = self._running.get(session_id)
        task = asyncio.create_task(self._after(before, session_id), name="signals of a recording")
        self._running[session_id] = task
        task.add_done_callback(lambda done: self._finished(session_id, done))

    def _finished(self, session_id: str, task: asyncio.Task[None]) -> None:
        if self._running.get(session_id) is task:
            del self._running[session_id]
        self._failed.discard(session_id)
        if not task.cancelled() and (error := task.exception()):
            structlog.get_logger().error("signals of a recording were not stored", reason=str(error))
            if isinstance(error, Upstream):
                self._failed.add(session_id)
                self._again(session_id)

    def _again(self, session_id: str) -> None:
        """The files or the database were away: the search is for later, unless another one is planned."""
        if not self._closed and session_id not in self._timers:
            later = asyncio.get_running_loop().call_later(AGAIN_S, self._start, session_id)
            self._timers[session_id] = later

    async def _after(self, before: asyncio.Task[None] | None, session_id: str) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self.search(session_id)

    async def search(self, session_id: str) -> None:
        async with self._few:
            begun = time.monotonic()
            pieces, actions = await self._detected(session_id)
            self._took[session_id] = time.monotonic() - begun
        if len(self._took) > _MOST_TIMED:
            self._took.clear()
        rows = await self._query(self._ask.session, {"id": session_id})
        if rows:
            await self._write(derived(session_id, rows[0], actions, pieces))

    async def _detected(self, session_id: str) -> tuple[int, list[DetectedAction]]:
        """Returns how many pieces there are, and the actions found in them. Raises Upstream, when nothing is known."""
        count, size = await self._recordings.size(session_id)
        if size > LARGEST:
            return count, []
        try:
            pieces = await self._recordings.recording(session_id)
        except Missing:
            return count, []
        try:
            return len(pieces), await asyncio.to_thread(lambda: detect(read(pieces)))
        except _NONSENSE as error:
            structlog.get_logger().warning("a recording could not be searched", kind=type(error).__name__)
            return count, []


_SESSION = """
SELECT person, application, service, env, version, browser, os, device, country, sample, nameless,
  (SELECT list((epoch_ms(moment), view_id) ORDER BY moment) FROM segments WHERE session_id = $id)
FROM sessions WHERE id = $id
"""
_UNSEARCHED = """
SELECT segments.session_id FROM segments LEFT JOIN searched USING (session_id)
WHERE format = 'rrweb' GROUP BY segments.session_id HAVING count(*) != coalesce(any_value(pieces), 0)
"""


def derived(session_id: str, session: Row, actions: list[DetectedAction], pieces: int) -> Batch:
    """Returns the rows that replace those derived from this session before. `session` is a row of `_SESSION`."""
    batch = Batch(searched={session_id: pieces})
    where = Surroundings(*(value or "" for value in session[1:9]))
    known = _Known(session_id, session[0], where, session[9], session[10], session[11] or [])
    for action in actions:
        key = f"{session_id}/{action.epoch_ms}/{action.selector}"
        batch.actions[key] = known.action(key, action)
        if action.error:
            batch.errors[(key, key)] = known.error(key, action)
    return batch


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store knows about the session. `views` are (start in epoch ms, view id), in order."""

    id: str
    person: str
    where: Surroundings
    sample: bool
    nameless: bool
    views: list[tuple[int, str]]

    def view(self, moment_ms: int) -> str:
        return next((view for start, view in reversed(self.views) if start <= moment_ms), "")

    def action(self, key: str, action: DetectedAction) -> Row:
        signals = tuple(signal in action.types for signal in (Signal.RAGE, Signal.DEAD, Signal.ERROR))
        return (
            *(key, action.epoch_ms, self.id, self.view(action.epoch_ms), self.person),
            *(cut(action.name, "name"), cut(action.selector, "selector")),
            *signals,
            *(action.clicks, int(bool(action.error)), action.x, action.y),
            *(url_path(action.view_href), ""),
            *self.where.row,
            *(self.sample, True, 0, self.nameless),
        )

    def error(self, key: str, action: DetectedAction) -> Row:
        kind = action.error.partition(":")[0] if ":" in action.error else ""
        return (
            *(f"{key}/error", key, action.epoch_ms, self.id, self.view(action.epoch_ms)),
            *(cut(action.error, "message"), cut(kind, "label"), "recording"),
            *(url_path(action.view_href), self.where.version),
            *(self.sample, True),
        )
