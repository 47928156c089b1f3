"""Sends on to Datadog what its browser SDK sent to us, unchanged, so that a page needs no second recorder.

Every delivery is put into a folder before it is answered and taken out when Datadog has it. So Datadog being slow or
down costs the page nothing and loses nothing: what waits is sent later, after a restart too, until it is a day old.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec
from yarl import URL

SENT_AT_ONCE = 4
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
TIMEOUT_S = 30.0
KEPT_S = 24 * 3600.0
MOST_BYTES = 1_000_000_000
"""What may wait altogether; past it, deliveries are stored for us alone and the log says so."""
# Where the SDK wants a delivery to go. Anything else could lead to another host, or elsewhere at Datadog.
_FORWARD = re.compile(r"/api/v2/(rum|replay|logs|profile|spans|debugger|exposures|flagevaluation)(\?[!-~]*)?")
_log = logging.getLogger(__name__)


class Letter(msgspec.Struct, frozen=True):
    """What goes along with a body: path and query at Datadog, and what Datadog is to know of the sender."""

    forward: str
    content_type: str
    user_agent: str
    sender: str
    """Its address; Datadog finds the country by it (X-Forwarded-For)."""


def letter(forward: str, content_type: str, user_agent: str, sender: str) -> Letter:
    """Headers of strangers, with nothing in them that a header may not hold."""
    return Letter(forward, *("".join(filter(str.isprintable, it))[:500] for it in (content_type, user_agent, sender)))


def may_go(forward: str) -> bool:
    return _FORWARD.fullmatch(forward) is not None


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between attempts: doubled from the first to the longest."""

    first_s: float = FIRST_PAUSE_S
    longest_s: float = LONGEST_PAUSE_S


class Tee:
    """Use `Tee.opened`. `base` is the address of the intake, without a path."""

    def __init__(self, folder: Path, base: str, session: aiohttp.ClientSession, pauses: Pauses) -> None:
        self._folder = folder
        self._base = base.rstrip("/")
        self._session = session
        self._pauses = pauses
        self._waiting: asyncio.Queue[Path] = asyncio.Queue()
        self._numbers = itertools.count()
        self._bytes = 0
        self._full = False

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path, base: str, pauses: Pauses | None = None) -> AsyncIterator[Tee]:
        """Sends for as long as the body lasts; what is left then waits in the folder for the next time."""
        left = await asyncio.to_thread(_left, folder)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
            tee = cls(folder, base, session, pauses or Pauses())
            for path, size in left:
                tee._put(path, size)
            senders = [asyncio.create_task(tee._sending()) for _ in range(SENT_AT_ONCE)]
            try:
                yield tee
            finally:
                for sender in senders:
                    sender.cancel()
                await asyncio.gather(*senders, return_exceptions=True)

    async def take(self, letter: Letter, body: bytes) -> bool:
        """Keep a delivery to be sent. Never raises: False (and a line in the log) when it can't be kept."""
        if not may_go(letter.forward):
            return False
        if self._bytes + len(body) > MOST_BYTES:
            if not self._full:
                _log.error("Datadog's intake is away for so long that new deliveries aren't kept for it any more.")
            self._full = True
            return False
        path = self._folder / f"{time.time_ns():020d}-{next(self._numbers)}.waiting"
        try:
            await asyncio.to_thread(_write, path, msgspec.json.encode(letter) + b"\n" + body)
        except (OSError, ValueError) as error:
            _log.error("A delivery can't be kept for Datadog's intake: %s", error)
            return False
        self._put(path, len(body))
        return True

    def _put(self, path: Path, size: int) -> None:
        self._bytes += size
        self._waiting.put_nowait(path)

    async def _sending(self) -> None:
        while True:
            path = await self._waiting.get()
            try:
                data = await asyncio.to_thread(path.read_bytes)
                head, _, body = data.partition(b"\n")
                await self._until_sent(path, msgspec.json.decode(head, type=Letter), body)
            except (OSError, ValueError, msgspec.DecodeError) as error:
                _log.error("A delivery for Datadog's intake can't be read: %s", error)
            path.unlink(missing_ok=True)  # at once: a stop in between would send it twice

    async def _until_sent(self, path: Path, letter: Letter, body: bytes) -> None:
        pause = self._pauses.first_s
        born = int(path.name.split("-")[0]) / 1e9
        while not await self._sent(letter, body):
            if time.time() - born > KEPT_S:
                _log.error("A delivery couldn't be sent to Datadog's intake for a day and is dropped.")
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._pauses.longest_s)
        self._bytes -= len(body)
        self._full = False

    async def _sent(self, letter: Letter, body: bytes) -> bool:
        """Whether Datadog took it, or refused it for good."""
        headers = {
            "Content-Type": letter.content_type,
            "User-Agent": letter.user_agent,
            "X-Forwarded-For": letter.sender,
        }
        url = URL(self._base + letter.forward, encoded=True)
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            known = {name: value for name, value in headers.items() if value}
            async with self._session.post(url, data=body, headers=known, allow_redirects=False) as answer:
                if answer.status in (408, 429) or answer.status >= 500:
                    return False
                if answer.status >= 300:
                    _log.warning("Datadog's intake refused a delivery with status %s.", answer.status)
                return True
        return False


def _left(folder: Path) -> list[tuple[Path, int]]:
    """What waits from before, oldest first, with sizes."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [(path, path.stat().st_size) for path in sorted(folder.glob("*.waiting"))]


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a half-written file has another name."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(data)
    draft.replace(path)
