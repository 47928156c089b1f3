"""Posts that Slack took from a process whose channel another one served by then.

A process may stall between writing a post to the socket and reading the answer. If Slack was slow as well, whoever took
over found nothing there and posted the message itself. The one that wakes up takes its own copy back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

import structlog
from redis.exceptions import RedisError
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.errors import ReplaybookError
from bot.slack.outbox.models import DeliveryState
from bot.slack.outbox.send import delete_message
from bot.slack.outbox.store import OutboxStore
from bot.slack.web_api import Clients

TRIES, PAUSE_S = 60, 1.0  # how long whoever took over may be busy with the same message
CLOSE_S = 3.0

Address = tuple[str, str]  # channel, ts

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class PostAttempt:
    """A post on its way. Whoever writes down where it landed sets `recorded`."""

    def __init__(self) -> None:
        self.recorded = False
        self._posting: asyncio.Task[Address] | None = None

    async def send(self, post: Coroutine[Any, Any, Address]) -> Address:
        """What `post` gives. It goes on when the caller is cancelled, because its bytes may be on their way."""
        self._posting = asyncio.create_task(post)
        return await asyncio.shield(self._posting)

    def unrecorded(self) -> asyncio.Task[Address] | None:
        """The call that Slack may have taken, though nobody wrote it down."""
        posting = self._posting
        failed = posting is not None and posting.done() and (posting.cancelled() or posting.exception())
        return None if self.recorded or failed else posting


class LatePosts:
    def __init__(self, store: OutboxStore, clients: Clients) -> None:
        self._store = store
        self._clients = clients
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def attempt(self, team: str, key: str) -> Iterator[PostAttempt]:
        """See that the message is there once, if the body ends before the post is written down."""
        attempt = PostAttempt()
        try:
            yield attempt
        finally:
            if posting := attempt.unrecorded():
                task = asyncio.create_task(self._settle(team, key, posting), context=Context())  # without the lost lock
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Finish what can be finished now."""
        if self._tasks:
            _, busy = await asyncio.wait(self._tasks, timeout=CLOSE_S)
            for task in busy:
                task.cancel()

    async def _settle(self, team: str, key: str, posting: asyncio.Task[Address]) -> None:
        try:
            address = await posting
        except ReplaybookError as error:  # Slack didn't take it, or nobody knows: then the next one searches for it
            log.info("a post without an answer is left to whoever took over", team=team, key=key, why=error.sentence)
            return
        for _ in range(TRIES):
            try:
                delivery = await self._store.delivery(team, key)
            except (RedisError, OSError) as error:
                log.warning("the outbox lost Redis", why=str(error), team=team)
            else:
                if delivery is None or delivery.state is DeliveryState.FAILED:
                    return
                if delivery.state is DeliveryState.POSTED:
                    if address[1] and (delivery.channel, delivery.ts) != address:
                        await self._take_back(self._clients.patient(team), team, key, address)
                    return
            await asyncio.sleep(PAUSE_S)

    async def _take_back(self, client: AsyncWebClient, team: str, key: str, address: Address) -> None:
        try:
            await delete_message(client, *address)
        except ReplaybookError as error:
            log.warning("a message is there twice", team=team, key=key, channel=address[0], why=error.sentence)
        else:
            log.warning("a stalled process posted what another one had posted, and took it back", team=team, key=key)
