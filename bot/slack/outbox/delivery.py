"""Delivers one item of the outbox: decides what a failure means, and records what became of it.

A process may also stall between writing a post to the socket and reading the answer. If Slack was slow as well, whoever
took over found nothing there and posted the message itself. The one that wakes up takes its own copy back.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

import msgspec
import structlog
from redis.exceptions import RedisError
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.clock import jittered
from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.metrics import Metrics
from bot.kernel.origin import Origin, working_for
from bot.kernel.telemetry import current_reference, reference
from bot.kernel.tracing import span
from bot.slack.outbox import models
from bot.slack.outbox.models import BY_TS, Delivery, DeliveryState, Message, OutboxItem, Post, ServedChannel, Update
from bot.slack.outbox.send import MessageSender, delete_message, find_message, post_message, update_message
from bot.slack.outbox.store import OutboxStore
from bot.slack.outbox.telling import Telling, surviving
from bot.slack.web_api import Clients, SlackInternalError, SlackRefused
from bot.state.locks import LockLost

PATIENCE = 7  # tries before a file's processing, or an error of Slack's own, counts as final (about 30 s)
LONGEST_PAUSE_S = 60.0
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
    """Posts that Slack took from a process whose channel another one served by then."""

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


class ItemDelivery:
    def __init__(self, store: OutboxStore, sender: MessageSender, clients: Clients, metrics: Metrics) -> None:
        self._store = store
        self._sender = sender
        self._clients = clients
        self._metrics = metrics
        self._tries: Counter[bytes] = Counter()
        self.late_posts = LatePosts(store, clients)
        self.telling = Telling(store)

    async def deliver(self, served: ServedChannel, raw: bytes) -> float:
        """Deliver the channel's head. Gives the seconds to wait before trying it again, or 0 when it is done with.

        Raises LockLost when somebody else may serve the channel by now.
        """
        item = models.read_item(raw)
        origin = item.origin or Origin(reference=reference())
        origin = msgspec.structs.replace(origin, team=served.team, channel=served.channel)
        with working_for(origin), span(f"slack {_method(item)}", kind="client", parent=origin.trace):
            return await self._deliver(served, raw, item)

    async def _deliver(self, served: ServedChannel, raw: bytes, item: OutboxItem) -> float:
        try:
            asked = item.asked if isinstance(item, Post) else 0.0
            async with self.telling.while_sending(served, asked):
                if isinstance(item, Post):
                    await self._post(served, raw, item)
                else:
                    await self._update(served, raw, item)
        except LockLost:
            raise
        except ReplaybookError as error:
            if pause := self._pause(raw, error):
                why, channel = error.sentence, served.channel
                log.info("Slack will be tried again", team=served.team, channel=channel, why=why, seconds=pause)
                with surviving():
                    await self.telling.delayed(served, error, pause)
                return pause
            await self.give_up(served, raw, error)
        self._tries.pop(raw, None)
        return 0

    async def give_up(self, served: ServedChannel, raw: bytes, error: ReplaybookError) -> str:
        """Tell whoever waits for an item, and record that it won't be delivered, so that the next one can be.

        Gives the reference id. Raises LockLost when somebody else serves the channel by now, and decides.
        """
        item, number, why = _readable(raw), current_reference(), error.sentence
        if isinstance(item, Post):
            with surviving():
                await self.telling.post_refused(served, item, error, number)
            what = item.key
            fields = {"state": DeliveryState.FAILED.value, "why": why, "reference": number}
            recorded = await self._store.end_post(served, raw, what, **fields)
        else:
            with surviving():
                await self._update_refused(served, item, error, number)
            what = item.target if item else "unreadable"
            recorded = await self._store.end_update(served, raw, what, b"")
        if not recorded:
            raise LockLost
        log.error(
            "not sent to Slack", team=served.team, channel=served.channel, what=what, why=why, reference=number
        )  # fmt: skip
        return number

    async def _post(self, served: ServedChannel, raw: bytes, post: Post) -> None:
        waiting = Delivery(DeliveryState.WAITING, served.channel)
        delivery = await self._store.delivery(served.team, post.key) or waiting
        address = (delivery.channel, delivery.ts) if delivery.state is DeliveryState.POSTED else None
        if delivery.state is DeliveryState.SENDING:
            address = await self._search(served, post, delivery.since)
        with self.late_posts.attempt(served.team, post.key) as attempt:
            if address is None:
                address = await self._send(served, raw, post, attempt)
            if address[1]:
                await self._store.remember_place(served.team, post.key, *address)
            fields = {"state": DeliveryState.POSTED.value, "in": address[0], "ts": address[1]}
            attempt.recorded = await self._store.end_post(served, raw, post.key, **fields)
            if not attempt.recorded:
                raise LockLost
        self._metrics.outbox_seconds.observe(time.time() - post.asked)

    async def _send(self, served: ServedChannel, raw: bytes, post: Post, attempt: PostAttempt) -> Address:
        """Post it. The mark is made before, and taken back only when Slack says that it took nothing."""
        client = self._clients.for_team(served.team)

        async def send(message: Message) -> Address:
            await self._store.mark(served, post.key, DeliveryState.SENDING)
            try:
                if post.share:
                    return await attempt.send(self._sender.share(client, served.team, served.channel, post))
                return await attempt.send(post_message(client, served.channel, post, message))
            except (Unavailable, LockLost):
                raise
            except ReplaybookError:
                await self._store.mark(served, post.key, DeliveryState.WAITING)
                raise

        patient = self._patient(raw)
        return await self._sender.send(client, served.team, post.message, post.files, send, patient=patient)

    async def _search(self, served: ServedChannel, post: Post, since: float) -> Address | None:
        """Where the message is if an earlier try got through, though its answer got lost."""
        team, channel = served.team, served.channel
        client = self._clients.for_team(team)
        try:
            if post.share:
                return await self._sender.find_shared(client, team, channel, post, since)
            return await find_message(client, channel, post, since)
        except (SlackRefused, Unauthorized) as error:  # we may write but not read; a message twice is better than none
            log.warning("can't look whether a message is there", team=team, channel=channel, why=error.sentence)
            return None

    async def _update(self, served: ServedChannel, raw: bytes, update: Update) -> None:
        newest = await self._store.newest(served.team, served.channel, update.target)
        address = await self._address(served.team, served.channel, update.target)
        if newest is not None and address is not None:
            content, client = models.read_update(newest), self._clients.for_team(served.team)

            async def send(message: Message) -> None:
                await update_message(client, *address, message)

            patient = self._patient(raw)
            await self._sender.send(client, served.team, content.message, content.files, send, patient=patient)
            if content.key and not content.placeholder:
                await self._store.filled(served.team, content.key)
        if not await self._store.end_update(served, raw, update.target, newest or b""):
            raise LockLost

    async def _update_refused(
        self, served: ServedChannel, update: Update | None, error: ReplaybookError, number: str
    ) -> None:
        newest = await self._store.newest(served.team, served.channel, update.target) if update else None
        if update is not None and newest is not None:
            content, client = models.read_update(newest), self._clients.for_team(served.team)
            address = await self._address(served.team, served.channel, update.target)
            gone = await self.telling.update_refused(served, content, address, client, error, number)
            if content.key and not content.placeholder:
                await self._store.lacks(served.team, content.key, gone=gone)

    async def _address(self, team: str, channel: str, target: str) -> Address | None:
        """(channel, ts) of the message to update; None when it was never posted."""
        name = target.partition(":")[2]
        if target.startswith(BY_TS):
            return channel, name
        delivery = await self._store.delivery(team, name)
        return (delivery.channel, delivery.ts) if delivery and delivery.state is DeliveryState.POSTED else None

    def _patient(self, raw: bytes) -> bool:
        """Whether it is worth waiting once more until Slack has processed a file."""
        return self._tries[raw] < PATIENCE - 1

    def _pause(self, raw: bytes, error: ReplaybookError) -> float:
        """How long to wait after this error; 0 when waiting won't help."""
        if isinstance(error, RateLimited):
            return max(error.retry_after, 0.05)
        self._tries[raw] += 1
        final = isinstance(error, SlackInternalError) and self._tries[raw] >= PATIENCE
        if not isinstance(error, Unavailable) or final:
            return 0
        return jittered(min(0.25 * 2.0 ** self._tries[raw], LONGEST_PAUSE_S))


def _method(item: OutboxItem) -> str:
    if isinstance(item, Post):
        return "files.completeUploadExternal" if item.share else "chat.postMessage"
    return "chat.update"


def _readable(raw: bytes) -> OutboxItem | None:
    try:
        item: OutboxItem = models.read_item(raw)
    except msgspec.DecodeError:
        return None
    return item
