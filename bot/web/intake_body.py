"""Bodies that strangers send: read within limits, unpacked within limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientPayloadError, web

from bot.kernel.errors import Unfilmable
from bot.replay.formats.unpack import unpack

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "content-type, content-encoding, x-intake-key",
    "Access-Control-Expose-Headers": "retry-after",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "86400",
}
"""Any page may send; no answer holds anything and no cookie is read, so there is nothing to protect from a page."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes of one body as sent, bytes once unpacked, bytes of all bodies being read, seconds to send one."""

    body: int = 16_000_000
    unpacked: int = 32_000_000
    all_bodies: int = 128_000_000
    seconds: float = 30.0


RETRY_AFTER_S = 10
"""When a sender may try again that can't be served now; long enough for a server that starts again."""


def answer(status: int, **told: object) -> web.Response:
    """A refusal closes the connection: the rest of its body may be long, or damaged."""
    headers = CORS | ({"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {})
    response = web.Response(status=status, text=json.dumps(told), content_type="application/json", headers=headers)
    if status >= 400:
        response.force_close()
    return response


class IntakeRejected(Exception):
    """The delivery is not taken; `status` and the sentence go to the sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Bodies:
    """Reads bodies; what all of them hold together stays below the limit, so that memory is bounded."""

    def __init__(self, limits: BodyLimits) -> None:
        self.limits = limits
        self._held = 0

    @asynccontextmanager
    async def whole(self, request: web.Request) -> AsyncIterator[bytes]:
        """The body of a request. Raises Refused: 413 too large, 408 too slow, 400 damaged, 503 no room right now."""
        data = bytearray()
        try:
            await self._read(request.content.iter_any(), data)
            yield bytes(data)
        finally:
            self._held -= len(data)

    async def _read(self, chunks: AsyncIterator[bytes], data: bytearray) -> None:
        try:
            async with asyncio.timeout(self.limits.seconds):
                async for chunk in chunks:
                    data += chunk
                    self._held += len(chunk)
                    self._check(len(data))
        except TimeoutError:
            raise IntakeRejected(408, "The body took too long to arrive; send it again.") from None
        except (web.RequestPayloadError, ClientPayloadError, ValueError) as error:
            raise IntakeRejected(400, "The body is damaged.") from error

    def _check(self, held: int) -> None:
        if held > self.limits.body:
            raise IntakeRejected(413, f"A body may have {self.limits.body:,} bytes at most.")
        if self._held > self.limits.all_bodies:
            raise IntakeRejected(503, "Too much is arriving at once; send it again in a few seconds.")

    def unpacked(self, data: bytes) -> bytes:
        """Plain, gzip and zlib bodies as text. Blocking. Raises Refused."""
        try:
            return unpack(data, self.limits.unpacked)
        except Unfilmable:
            raise IntakeRejected(
                413, f"The body is damaged, or holds more than {self.limits.unpacked:,} bytes."
            ) from None
