"""Memory that bodies of requests may take together, in the whole process."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext

from aiohttp import web

from bot.web.access.route_rules import address_of

ALL_BODIES = 128_000_000
"""Bytes of all bodies as they came."""
WAIT_S = 10.0
RETRY_AFTER_S = 10
"""When a sender may try again that can't be served now; long enough for a server that starts again."""
MOST_BYTES = 8 * 1024 * 1024
"""Of a body that is no delivery of events: a form, a question, something from Slack."""
BODY_S = 30.0
"""Seconds in which a body has to come; deliveries of events and webhooks have limits of their own."""
SMALL = 64 * 1024
"""Bodies that aren't worth counting; so many of them are bounded by the connections."""
TOO_MUCH = "Too much is arriving at once; send it again in a few seconds."
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BudgetSpent(Exception):
    """There was no room within the time."""


class ByteBudget:
    """Bytes that are handed out and come back. Who waits is served in order, so that a large one gets its turn."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def take(self, size: int) -> bool:
        """Whether there was room; it is given back with `give`. Doesn't wait, and passes nobody who does."""
        if self._waiting or self._held + size > self.limit:
            return False
        self._held += size
        return True

    def give(self, size: int) -> None:
        self._held -= size
        while self._waiting:
            wanted, turn = self._waiting[0]
            if not turn.done():
                if self._held + wanted > self.limit:
                    return
                self._held += wanted
                turn.set_result(None)
            self._waiting.popleft()

    @asynccontextmanager
    async def reserved(self, size: int, seconds: float) -> AsyncIterator[None]:
        """Room for so many bytes, for as long as the body lasts; for more than there is at all, all of it.

        Raises BudgetSpent when there is none within so many seconds.
        """
        size = min(size, self.limit)
        if not self.take(size):
            await self._turn(size, seconds)
        try:
            yield
        finally:
            self.give(size)

    async def _turn(self, size: int, seconds: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.give(size)  # it came just when we left
            else:
                turn.cancel()
                self.give(0)  # whoever stands behind may fit
            if isinstance(error, TimeoutError):
                raise BudgetSpent from None
            raise


BODIES = web.AppKey("bodies", ByteBudget)
"""The budget of the process, in the application that listens."""


@web.middleware
async def within_budget(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets a large body be read when there is room, and answers 503 when there is none for a while.

    It stands before whatever reads one, the gate too, which takes a form before it knows whose it is. A body that
    doesn't come to its end keeps its room no longer than BODY_S. Deliveries of events count theirs themselves, as they
    come.
    """
    length = request.content_length
    size = MOST_BYTES if length is None else min(length, MOST_BYTES)
    if not request.can_read_body or (address_of(request) or "").startswith("/intake/"):
        return await handler(request)
    try:
        room = request.app[BODIES].reserved(size, WAIT_S) if size > SMALL else nullcontext()
        async with room, _in_time(request):  # whoever waited for room has all of the time
            return await handler(request)
    except BudgetSpent:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        response = web.Response(
            status=503, text=json.dumps({"error": TOO_MUCH}), content_type="application/json", headers=headers
        )
        response.force_close()
        return response


@asynccontextmanager
async def _in_time(request: web.Request) -> AsyncIterator[None]:
    """Ends the connection when the body isn't there in time: whoever reads it meets what a sender that left leaves."""

    def give_up() -> None:
        if not request.content.is_eof() and request.transport is not None:
            request.transport.close()

    timer = asyncio.get_running_loop().call_later(BODY_S, give_up)
    try:
        yield
    finally:
        timer.cancel()
