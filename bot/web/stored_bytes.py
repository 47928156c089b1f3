"""Files of the store on their way to a browser, whole or in the parts that players ask for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import web

from bot.kernel.errors import ReplaybookError

Stream = Callable[[int, int], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """A file of `size` bytes, which are passed on as they are read."""

    size: int
    kind: str
    headers: dict[str, str]

    async def response(self, request: web.Request, stream: Stream) -> web.StreamResponse:
        """The bytes that were asked for (RFC 9110, 14.2): players jump in a video by them, Safari plays none without.

        A range that can't be read is no range; one that begins after the end is answered with 416.
        """
        headers = {**self.headers, "Accept-Ranges": "bytes"}
        try:
            asked = request.http_range
        except ValueError:
            asked = slice(None)
        first, stop, _ = asked.indices(self.size)
        is_part = (asked.start, asked.stop) != (None, None)
        if is_part and first >= stop:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{self.size}"})
        if is_part:
            headers["Content-Range"] = f"bytes {first}-{stop - 1}/{self.size}"
        response = web.StreamResponse(status=206 if is_part else 200, headers=headers)
        response.content_type, response.content_length = self.kind, stop - first
        async with aclosing(cast(AsyncGenerator[bytes], stream(first, stop))) as pieces:
            await _passed_on(request, response, pieces)
        return response


async def _passed_on(request: web.Request, response: web.StreamResponse, pieces: AsyncIterator[bytes]) -> None:
    """Raises what reading the first piece raises; after it nothing can be said any more, and the connection ends."""
    piece = b"" if request.method == "HEAD" else await anext(pieces, b"")
    await response.prepare(request)
    try:
        while piece:
            await response.write(piece)
            piece = await anext(pieces, b"")
    except ReplaybookError as error:
        structlog.get_logger().warning("a file broke off while it was sent", reason=error.sentence)
        if request.transport:
            request.transport.abort()
        return
    await response.write_eof()
