"""Sends on to Datadog what its browser SDK sent to us, unchanged, so that a page needs no second recorder.

Every delivery is stored before it is answered and deleted when Datadog has it. So Datadog being slow or down costs the
page nothing and loses nothing. Whoever took a delivery tries to send it at once; what still waits then is sent by the
one process that has the duty, whoever took it, after a restart too, until it is a day old.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp
import msgspec
from yarl import URL

from bot.files.file_store import FileStore
from bot.kernel.errors import Missing, Upstream

SENT_AT_ONCE = 4
TIMEOUT_S = 30.0
KEPT_S = 24 * 3600.0
MOST_BYTES = 1_000_000_000
"""What may wait altogether; past it, deliveries are stored for us alone and the log says so."""
WAITING = ".waiting"
# Where the SDK wants a delivery to go. Anything else could lead to another host, or elsewhere at Datadog.
_FORWARD = re.compile(r"/api/v2/(rum|replay|logs|profile|spans|debugger|exposures|flagevaluation)(\?[!-~]*)?")
_log = logging.getLogger(__name__)


class ForwardedHeaders(msgspec.Struct, frozen=True):
    """What goes along with a body: path and query at Datadog, and what Datadog is to know of the sender."""

    forward: str
    content_type: str
    user_agent: str
    sender: str
    """Its address; Datadog finds the country by it (X-Forwarded-For)."""


def forwarded_headers(forward: str, content_type: str, user_agent: str, sender: str) -> ForwardedHeaders:
    """Headers of strangers, with nothing in them that a header may not hold."""
    return ForwardedHeaders(
        forward, *("".join(filter(str.isprintable, it))[:500] for it in (content_type, user_agent, sender))
    )


def may_go(forward: str) -> bool:
    return _FORWARD.fullmatch(forward) is not None


@dataclass(frozen=True, slots=True)
class Pauses:
    """In seconds: between attempts, doubled from the first to the longest; and between looks at what waits.

    Whoever took a delivery begins no attempt at an age past `fresh_s`, and nobody else one before `left_s`: an attempt
    takes TIMEOUT_S, and clocks differ.
    """

    first_s: float = 0.5
    longest_s: float = 60.0
    fresh_s: float = 15.0
    left_s: float = 60.0
    look_s: float = 15.0


Duty = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]
"""Runs work that one process at a time does, for as long as this is the one."""


async def always(work: Callable[[], Awaitable[None]]) -> None:
    """The duty of a process that is alone."""
    await work()


class Tee:
    """Use `Tee.opened`. `base` is the address of the intake, without a path."""

    def __init__(self, store: FileStore, base: str, session: aiohttp.ClientSession, pauses: Pauses) -> None:
        self._store = store
        self._base = base.rstrip("/")
        self._session = session
        self._pauses = pauses
        self._fresh: asyncio.Queue[str] = asyncio.Queue()
        self._own: set[str] = set()
        self._deleting: set[asyncio.Task[None]] = set()
        self._bytes = 0
        self._full = False

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, store: FileStore, base: str, pauses: Pauses | None = None, duty: Duty = always
    ) -> AsyncIterator[Tee]:
        """Sends for as long as the body lasts; what is left then waits in the store for the next time."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
            tee = cls(store, base, session, pauses or Pauses())
            works = (*(tee._sending() for _ in range(SENT_AT_ONCE)), tee._measuring(), duty(tee._sweeping))
            tasks = [asyncio.ensure_future(work) for work in works]
            try:
                yield tee
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.gather(*tee._deleting, return_exceptions=True)

    async def take(self, headers: ForwardedHeaders, body: bytes) -> bool:
        """Keep a delivery to be sent. Never raises: False (and a line in the log) when it can't be kept."""
        if not may_go(headers.forward):
            return False
        if self._bytes + len(body) > MOST_BYTES:
            if not self._full:
                _log.error("Datadog's intake is away for so long that new deliveries aren't kept for it any more.")
            self._full = True
            return False
        key = f"{time.time_ns():020d}-{secrets.token_hex(8)}{WAITING}"
        self._own.add(key)
        try:
            await self._store.put(key, msgspec.json.encode(headers) + b"\n" + body)
        except Upstream as error:
            self._own.discard(key)
            _log.error("A delivery can't be kept for Datadog's intake: %s", error)
            return False
        self._bytes += len(body)
        self._fresh.put_nowait(key)
        return True

    async def _sending(self) -> None:
        """Sends what this process took. What can't be sent soon is left to whoever has the duty."""
        while True:
            key = await self._fresh.get()
            pause = self._pauses.first_s
            while _age_s(key) < self._pauses.fresh_s and not await self._attempt(key):
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._pauses.longest_s)
            self._own.discard(key)

    async def _sweeping(self) -> None:
        """Sends what was left, by whichever process, oldest first. One that is never taken holds up no other."""
        pause = self._pauses.first_s
        while True:
            waiting = [key async for key, _ in self._waiting() if _age_s(key) >= self._pauses.left_s]
            left = [key for key in waiting if key not in self._own]
            for first in range(0, len(left), SENT_AT_ONCE):
                if any(await asyncio.gather(*map(self._attempt, left[first : first + SENT_AT_ONCE]))):
                    pause = self._pauses.first_s
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, self._pauses.longest_s)
            await asyncio.sleep(self._pauses.look_s)

    async def _measuring(self) -> None:
        """What waits altogether is known by looking: other processes add to it and take from it."""
        while True:
            self._bytes = sum([size async for _, size in self._waiting()])
            await asyncio.sleep(self._pauses.look_s)

    async def _waiting(self) -> AsyncIterator[tuple[str, int]]:
        """Yields keys and sizes in bytes, oldest first; none while the store is away."""
        try:
            async for file in self._store.list():
                if file.key.endswith(WAITING):
                    yield file.key, file.size
        except Upstream as error:
            _log.warning("What waits for Datadog's intake can't be read: %s", error)

    async def _attempt(self, key: str) -> bool:
        """Whether nothing is left to do: it was sent, refused for good, or can't be read or sent any more."""
        try:
            head, _, body = (await self._store.get(key)).partition(b"\n")
            if not await self._sent(msgspec.json.decode(head, type=ForwardedHeaders), body):
                if _age_s(key) < KEPT_S:
                    return False
                _log.error("A delivery couldn't be sent to Datadog's intake for a day and is dropped.")
        except Missing:
            return True  # somebody else was faster
        except Upstream:
            return False
        except (ValueError, msgspec.DecodeError) as error:
            _log.error("A delivery for Datadog's intake can't be read: %s", error)
        await self._delete(key, len(body))
        return True

    async def _delete(self, key: str, size: int) -> None:
        """At once, also while the process stops: a delivery that is left behind would be sent twice."""
        self._bytes = max(0, self._bytes - size)
        self._full = False
        deletion = asyncio.ensure_future(self._deleted(key))
        self._deleting.add(deletion)
        deletion.add_done_callback(self._deleting.discard)
        await asyncio.shield(deletion)

    async def _deleted(self, key: str) -> None:
        try:
            await self._store.delete([key])
        except Upstream as error:
            _log.error("A delivery that Datadog's intake has can't be deleted, and will be sent again: %s", error)

    async def _sent(self, forwarded: ForwardedHeaders, body: bytes) -> bool:
        """Whether Datadog took it, or refused it for good."""
        headers = {
            "Content-Type": forwarded.content_type,
            "User-Agent": forwarded.user_agent,
            "X-Forwarded-For": forwarded.sender,
        }
        url = URL(self._base + forwarded.forward, encoded=True)
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            known = {name: value for name, value in headers.items() if value}
            async with self._session.post(url, data=body, headers=known, allow_redirects=False) as answer:
                if answer.status in (408, 429) or answer.status >= 500:
                    return False
                if answer.status >= 300:
                    _log.warning("Datadog's intake refused a delivery with status %s.", answer.status)
                return True
        return False


def _age_s(key: str) -> float:
    """Keys begin with the time at which a delivery was taken, in nanoseconds."""
    begins = key.partition("-")[0]
    return time.time() - int(begins) / 1e9 if begins.isdigit() else KEPT_S
