"""Bodies that strangers send: read within limits, unpacked within limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from math import ceil

from aiohttp import ClientPayloadError, web

from bot.kernel.errors import Unfilmable
from bot.replay.formats.size_limits import TooLarge
from bot.replay.formats.unpack import unpack_whole, unpacked_size
from bot.web.body_budget import ALL_BODIES, BODIES, RETRY_AFTER_S, TOO_MUCH, BudgetSpent, ByteBudget

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "content-type, content-encoding, x-intake-key",
    "Access-Control-Expose-Headers": "retry-after",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "86400",
}
"""Any page may send, unless its sender's are listed; no answer holds anything and no cookie is read."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes of one body as sent, bytes and lines once unpacked, bytes of all bodies being read, seconds to send one.

    `decoding` is the memory for all that is being taken apart, as far as it can be foreseen; who finds no room within
    `wait_s` is asked to come again. A body that is cut off or damaged is refused whole.
    """

    body: int = 16_000_000
    unpacked: int = 32_000_000
    lines: int = 100_000
    all_bodies: int = ALL_BODIES
    decoding: int = 256_000_000
    seconds: float = 30.0
    wait_s: float = 20.0


CUT_OFF = "The body is cut off or damaged."
# What a delivery becomes while it is taken apart: its text a few times over, and objects for each line.
_OF_A_BYTE, _OF_A_LINE = 4, 2_000


def answer(status: int, *, retry_after: float | None = None, **fields: object) -> web.Response:
    """A refusal closes the connection: the rest of its body may be long, or damaged. `retry_after` is in seconds."""
    seconds = retry_after or (RETRY_AFTER_S if status == 503 else 0)
    headers = {"Retry-After": str(ceil(seconds))} if seconds else {}
    response = web.Response(status=status, text=json.dumps(fields), content_type="application/json", headers=headers)
    if status >= 400:
        response.force_close()
    return response


class IntakeRejected(Exception):
    """The delivery is not taken; `status` and the sentence go to the sender."""

    def __init__(self, status: int, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


class Damaged(IntakeRejected):
    """What came is not what was sent."""

    def __init__(self) -> None:
        super().__init__(400, CUT_OFF)


class Bodies:
    """Reads bodies; what all of them hold together stays below the limit, so that memory is bounded."""

    def __init__(self, limits: BodyLimits) -> None:
        self.limits = limits
        self._own = ByteBudget(limits.all_bodies)
        self._decoding = ByteBudget(limits.decoding)

    @asynccontextmanager
    async def whole(self, request: web.Request) -> AsyncIterator[bytes]:
        """The body of a request. Raises IntakeRejected: 413 too large, 408 too slow, 400 damaged, 503 no room now."""
        data, budget = bytearray(), request.app.get(BODIES) or self._own
        if (request.content_length or 0) > self.limits.body:
            raise self._too_large()
        try:
            await self._read(request.content.iter_any(), data, budget)
            yield bytes(data)
        finally:
            budget.give(len(data))

    async def _read(self, chunks: AsyncIterator[bytes], data: bytearray, budget: ByteBudget) -> None:
        try:
            async with asyncio.timeout(self.limits.seconds):
                async for chunk in chunks:
                    if len(data) + len(chunk) > self.limits.body:
                        raise self._too_large()
                    if not budget.take(len(chunk)):
                        raise IntakeRejected(503, TOO_MUCH)
                    data += chunk
        except TimeoutError:
            raise IntakeRejected(408, "The body took too long to arrive; send it again.") from None
        except (web.RequestPayloadError, ClientPayloadError, ValueError) as error:
            raise Damaged from error

    def _too_large(self) -> IntakeRejected:
        return IntakeRejected(413, f"A body may have {self.limits.body:,} bytes at most.")

    @asynccontextmanager
    async def taking_apart(self, data: bytes, *, by_line: bool = False) -> AsyncIterator[None]:
        """Room in memory to unpack and decode a body, for as long as the body of this lasts.

        Raises IntakeRejected: 413 for too much in it, 400 for what is cut off, 503 when there is no room for a while.
        """
        size, lines = await asyncio.to_thread(self._measured, data)
        if not by_line:
            lines = 0
        if lines > self.limits.lines:
            raise IntakeRejected(413, f"A body may have {self.limits.lines:,} lines at most.")
        try:
            async with self._decoding.reserved(size * _OF_A_BYTE + lines * _OF_A_LINE, self.limits.wait_s):
                yield
        except BudgetSpent:
            raise IntakeRejected(503, TOO_MUCH) from None

    def _measured(self, data: bytes) -> tuple[int, int]:
        """Blocking."""
        with _refusals(self.limits.unpacked):
            return unpacked_size(data, self.limits.unpacked)

    def check(self, data: bytes) -> None:
        """What can't be unpacked now can't be later. Blocking. Raises IntakeRejected."""
        self._measured(data)

    def unpacked(self, data: bytes) -> bytes:
        """Plain, gzip and zlib bodies as text. Blocking. Raises IntakeRejected."""
        with _refusals(self.limits.unpacked):
            return unpack_whole(data, self.limits.unpacked)


@contextmanager
def _refusals(room: int) -> Iterator[None]:
    try:
        yield
    except TooLarge:
        raise IntakeRejected(413, f"The body holds more than {room:,} bytes.") from None
    except Unfilmable:
        raise Damaged from None
