"""Whoever waits for a message hears when Slack refuses it, and once when Slack makes it wait.

A placeholder that nothing will take the place of becomes the sentence that says so; where it can't, and where nothing
was posted at all, the sentence goes to the person alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import Context
from typing import Any

import msgspec
import structlog
from redis.exceptions import RedisError
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.clock import jittered
from bot.kernel.errors import RateLimited, ReplaybookError, Unavailable
from bot.slack.outbox import models
from bot.slack.outbox.models import Message, OutboxUpdate, Post, ServedChannel, Teller, Undelivered, Update
from bot.slack.outbox.send import delete_message, update_message
from bot.slack.outbox.store import OutboxStore
from bot.slack.web_api import SlackRefused
from bot.state.locks import LockLost

LONG_WAIT_S = 10.0
TELLING_S = 5.0  # how long a channel is held up while somebody is told
TRIES, PAUSE_S = 3, 0.5  # at putting a sentence in the place of a placeholder

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Telling:
    """`teller` speaks to people; without one the log alone hears of it."""

    def __init__(self, store: OutboxStore) -> None:
        self.teller: Teller | None = None
        self._store = store
        self._tasks: set[asyncio.Task[None]] = set()

    async def post_refused(self, served: ServedChannel, post: Post, error: ReplaybookError, reference: str) -> None:
        if self.teller and post.waits:
            about, message = f"{post.key}:{post.asked}", post.message if post.private else None
            undelivered = Undelivered(about, served.channel, post.waits, error, reference, message)
            await self._soon(self.teller.refused(undelivered))

    async def update_refused(
        self,
        served: ServedChannel,
        content: OutboxUpdate,
        address: tuple[str, str] | None,
        client: AsyncWebClient,
        error: ReplaybookError,
        reference: str,
    ) -> bool:
        """What had content before keeps it: then only the person hears that nothing newer is shown.

        Returns whether nothing is left of the message, because a placeholder could only be taken away.
        """
        if not self.teller or not content.waits or content.placeholder or address is None:
            return False  # whoever waits was told when the message itself was refused
        about = f"{content.key or address[1]}:{content.asked}"
        undelivered = Undelivered(about, served.channel, content.waits, error, reference)
        delivery = await self._store.delivery(served.team, content.key) if content.key else None
        gone = False
        if delivery and delivery.placeholder:
            sentence = await self.teller.in_place(undelivered)
            await self._store.filled(served.team, content.key)
            if await _put_in_place(client, address, content, sentence):
                return False
            gone = await _is_taken_away(client, address)  # it promises what won't come
        await self._soon(self.teller.refused(undelivered))
        return gone

    @asynccontextmanager
    async def while_sending(self, served: ServedChannel, asked: float) -> AsyncIterator[None]:
        """A call that Slack doesn't answer for long is a wait, too. `asked`: when the message was, as Unix time."""
        patience = min(LONG_WAIT_S, max(asked + LONG_WAIT_S - time.time(), 0.0)) if asked else LONG_WAIT_S
        slow = Unavailable("Slack is slow.")
        watching = asyncio.create_task(self._after(patience, served, slow), context=Context())
        try:
            yield
        finally:
            watching.cancel()

    async def delayed(self, served: ServedChannel, error: ReplaybookError, pause: float) -> None:
        """Tell those whose messages will have waited for long when the pause of so many seconds is over."""
        if self.teller is None:
            return
        over = time.time() + pause - LONG_WAIT_S
        async for about, content in self._contents(served):
            if content.waits and content.asked and content.asked < over:
                undelivered = Undelivered(about, served.channel, content.waits, error)
                await self._soon(self.teller.delayed(undelivered), wait=0)

    async def close(self) -> None:
        if self._tasks:
            _, busy = await asyncio.wait(self._tasks, timeout=TELLING_S)
            for task in busy:
                task.cancel()

    async def _after(self, seconds: float, served: ServedChannel, error: ReplaybookError) -> None:
        await asyncio.sleep(seconds)
        with suppress(RedisError, OSError), surviving():  # the call itself goes on
            await self.delayed(served, error, 0.0)

    async def _contents(self, served: ServedChannel) -> AsyncIterator[tuple[str, Post | OutboxUpdate]]:
        """What waits for the channel, but for private messages and those that only show progress."""
        for raw in await self._store.waiting(served.team, served.channel):
            with suppress(msgspec.DecodeError):
                item = models.read_item(raw)
                if isinstance(item, Update):
                    newest = await self._store.newest(served.team, served.channel, item.target)
                    content = models.read_update(newest) if newest else None
                    if content and not content.placeholder:
                        yield content.key or item.target, content
                elif not item.private:
                    yield item.key, item

    async def _soon(self, telling: Coroutine[Any, Any, None], wait: float = TELLING_S) -> None:
        """It goes on beside the channel's other messages when it takes long, and without the channel's lock."""
        task = asyncio.create_task(telling, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if wait:
            await asyncio.wait({task}, timeout=wait)


@contextmanager
def surviving() -> Iterator[None]:
    """An edge: whatever goes wrong while somebody is told of a failure must not hold up other messages.

    Without Redis the message itself is tried again, so that is raised.
    """
    try:
        yield
    except (RedisError, OSError, LockLost):
        raise
    except Exception:  # an edge, as said above
        log.exception("whoever waits for a message couldn't be told that it won't come")


async def _put_in_place(
    client: AsyncWebClient, address: tuple[str, str], content: OutboxUpdate, sentence: Message
) -> bool:
    """Whether Slack took the sentence, with what the message says beside its files or alone."""
    for message in _versions(content, sentence):
        for _ in range(TRIES):
            try:
                await update_message(client, *address, message)
            except (RateLimited, Unavailable) as error:
                log.info("a placeholder stays for now", why=error.sentence)
                await asyncio.sleep(jittered(PAUSE_S))
            except ReplaybookError as error:
                log.info("a placeholder can't be replaced", why=error.sentence)
                break
            else:
                return True
    return False


async def _is_taken_away(client: AsyncWebClient, address: tuple[str, str]) -> bool:
    """Takes a message away. Returns whether it isn't there now, whoever did it."""
    try:
        await delete_message(client, *address)
    except SlackRefused as refused:
        return refused.code == "message_not_found"
    except ReplaybookError:
        return False
    return True


def _versions(content: OutboxUpdate, sentence: Message) -> Iterator[Message]:
    if content.files:
        rest = [block for block in content.message.get("blocks", ()) if block["type"] != "image"]
        yield {**sentence, "blocks": [*sentence["blocks"], *rest]}
    yield sentence
