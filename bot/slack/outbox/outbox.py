"""The outbox as the rest of the code sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from bot.kernel.errors import Missing, RateLimited
from bot.kernel.metrics import Metrics
from bot.kernel.origin import handed_on
from bot.kernel.reply_address import who_waits
from bot.slack.outbox.delivery import ItemDelivery
from bot.slack.outbox.models import BY_KEY, BY_TS, Delivery, DeliveryState, Message, OutboxUpdate, Post, Teller
from bot.slack.outbox.outbox_worker import OnWait, OutboxWorker, log_wait
from bot.slack.outbox.send import BlockSupport, MessageSender
from bot.slack.outbox.store import OutboxStore
from bot.slack.outbox.uploads import UploadFile, UploadStore
from bot.slack.web_api import Clients

STOP_S = 10.0  # for what is being delivered when the process ends
AGAIN_S = 5.0  # after which a job comes back for a message that Slack has not taken yet


class Outbox:
    """Hands messages over from any process; whichever process has `running()` entered delivers them.

    `on_wait(team, channel, seconds)` is called when Slack makes a channel wait for long; the default logs it.
    """

    def __init__(
        self, redis: Redis, clients: Clients, *, metrics: Metrics | None = None, on_wait: OnWait = log_wait
    ) -> None:
        self._store = OutboxStore(redis)
        self._files = UploadStore(redis)
        self._clients = clients
        self._metrics = metrics or Metrics()
        self._block_support = BlockSupport(redis)
        sender = MessageSender(self._files, self._block_support)
        self._delivery = ItemDelivery(self._store, sender, clients, self._metrics)
        self._worker = OutboxWorker(self._store, self._delivery, on_wait)

    async def uploaded(self, team: str, channel: str, files: Mapping[str, UploadFile]) -> dict[str, str]:
        """placeholder -> the id at Slack of a file for this channel, uploaded once. Raises like `called`."""
        kept = await self._files.keep(team, channel, files)
        sent = await self._files.uploaded(self._clients.for_team(team), team, kept)
        return {name: file.id for name, file in sent.items()}

    async def post(  # noqa: PLR0913 - what chat.postMessage needs to know
        self,
        key: str,
        *,
        team: str,
        channel: str,
        message: Message,
        reply_to: str | None = None,
        broadcast: bool = False,
        files: Mapping[str, UploadFile] | None = None,
        share: UploadFile | None = None,
        placeholder: bool = False,
        private: bool = False,
    ) -> bool:
        """Post `message` ({"text", "blocks"}) to a channel, or to a person by their user id; once for each `key`.

        The key says what the message means ("C1:1700.1:clip"), so that asking again does nothing: False then. Only a
        post that failed for good, or was taken away for want of its content, may be asked for again. `reply_to`: ts of
        the thread. `files`: what blocks such as {"type": "image", "slack_file": {"id": "<placeholder>"}, "alt_text": …}
        refer to, and what `address` stands for.
        A message may say what to show instead of blocks that the workspace refuses; see `send.py`.
        `share`: a file that Slack shows by itself, as it does a video; of the message only its text counts then.
        Whoever triggered it is told if Slack refuses it or makes it wait for long; not where it is `private`, the last
        of the ways in which people are told something. `placeholder`: an update will put something else in its place.
        """
        kept, shared = {}, ""
        if (files or share) and await self._fresh(team, key):
            kept = await self._files.keep(team, channel, files or {})
            shared = await self._files.keep_one(team, channel, share) if share else ""
        waits, origin = who_waits(), handed_on()
        post = Post(key, message, time.time(), reply_to, broadcast, kept, shared, waits, placeholder, private, origin)
        added = await self._store.add_post(team, channel, post)
        if not added:
            self._metrics.duplicates.labels("message").inc()
        self._worker.wake(team)
        return added

    async def update(
        self,
        target: str | tuple[str, str],
        message: Message,
        *,
        team: str,
        files: Mapping[str, UploadFile] | None = None,
        placeholder: bool = False,
    ) -> None:
        """Replace a message: one posted here, by its key, or any of ours, by (channel, ts).

        The newest wins: what is still waiting for the same message is replaced. Raises Missing for an unknown key.
        `placeholder`: another update follows. It changes nothing where that one is there already.
        """
        delivery = await self._known(team, target)
        channel, name = _named(target, delivery)
        kept = await self._files.keep(team, channel, files) if files else {}
        waits = who_waits() or (delivery.waits if delivery else None)
        key = target if isinstance(target, str) else ""
        content = OutboxUpdate(message, kept, key, time.time(), waits, placeholder)
        if not await self._store.add_update(team, channel, name, content):
            self._metrics.outbox_joined.inc()
        self._worker.wake(team)

    async def wait_for_ts(self, key: str, *, team: str, timeout: float = 30.0) -> tuple[str, str]:  # noqa: ASYNC109 - gives a sentence
        """(channel, ts) of a post, waiting for it.

        Raises Missing if it was never asked for or failed for good, RateLimited if it takes longer than `timeout` s:
        a job comes back for it later, as often as Slack's patience with us takes.
        """
        pause = 0.01
        deadline = time.monotonic() + timeout
        while True:
            delivery = await self._store.delivery(team, key)
            if delivery is None:
                raise Missing("There is no such message.")
            if delivery.state is DeliveryState.POSTED:
                return delivery.channel, delivery.ts
            if delivery.state is DeliveryState.FAILED:
                raise Missing(
                    "Slack didn’t take the message: %(why)s (reference %(reference)s)",
                    why=delivery.why,
                    reference=delivery.reference,
                )
            if time.monotonic() + pause > deadline:
                raise RateLimited("Slack hasn’t taken the message yet.", retry_after=AGAIN_S)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    async def ts(self, key: str, *, team: str, timeout: float = 30.0) -> str:  # noqa: ASYNC109
        """The ts of a post; see `wait_for_ts`."""
        return (await self.wait_for_ts(key, team=team, timeout=timeout))[1]

    async def measure(self, metrics: Metrics) -> None:
        """Sets the gauges of what waits. Raises RedisError and OSError."""
        messages, asked = await self._store.load()
        metrics.outbox_messages.set(messages)
        metrics.outbox_oldest.set(max(time.time() - asked, 0.0) if asked else 0.0)

    async def posted_ts(self, key: str, *, team: str) -> str:
        """The ts of a post that Slack has taken; empty where it hasn't, or that isn't known any more."""
        delivery = await self._store.delivery(team, key)
        return delivery.ts if delivery and delivery.state is DeliveryState.POSTED else ""

    async def knows(self, key: str, *, team: str) -> bool:
        """Whether a post was handed over, whatever became of it."""
        return await self._store.delivery(team, key) is not None

    async def lacks(self, key: str, *, team: str) -> bool:
        """Whether a post was refused, or what should have taken its place: then it may be asked for again."""
        delivery = await self._store.delivery(team, key)
        return bool(delivery and (delivery.state is DeliveryState.FAILED or delivery.lacking))

    async def reopen(self, key: str, *, team: str) -> None:
        """What takes the place of a post is on its way again."""
        await self._store.reopened(team, key)

    async def key_at(self, team: str, channel: str, ts: str) -> str:
        """The key of the post that Slack put there within the last day; else empty."""
        return await self._store.key_at(team, channel, ts)

    async def takes(self, team: str, kind: str) -> bool | None:
        """Whether the workspace takes blocks of this type; None while that isn't known. See `send.py`."""
        return await self._block_support.takes(team, kind)

    def tells(self, teller: Teller) -> None:
        """From now on `teller` speaks to whoever waits for a message that Slack refuses or delays."""
        self._delivery.telling.teller = teller

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Outbox]:
        """Deliver what is handed over here or anywhere, for the length of the body. Items in hand are finished."""
        working = asyncio.create_task(self._worker.run())
        try:
            yield self
        finally:
            self._worker.stop()
            with suppress(TimeoutError):
                await asyncio.wait_for(working, STOP_S)
            await self._delivery.late_posts.close()
            await self._delivery.telling.close()

    async def _fresh(self, team: str, key: str) -> bool:
        delivery = await self._store.delivery(team, key)
        return delivery is None or delivery.gone or delivery.state is DeliveryState.FAILED

    async def _known(self, team: str, target: str | tuple[str, str]) -> Delivery | None:
        """What became of the post that an update is for; None for a message named by its ts. Raises Missing."""
        if isinstance(target, tuple):
            return None
        delivery = await self._store.delivery(team, target)
        if delivery is None:
            raise Missing("There is no such message to update.")
        return delivery


def _named(target: str | tuple[str, str], delivery: Delivery | None) -> tuple[str, str]:
    """(channel, name) of what an update is for: by ts as soon as there is one, so that all updates meet there."""
    if isinstance(target, tuple):
        return target[0], f"{BY_TS}{target[1]}"
    if delivery is None:
        raise Missing("There is no such message to update.")
    by_ts = delivery.state is DeliveryState.POSTED
    return delivery.channel, f"{BY_TS}{delivery.ts}" if by_ts else f"{BY_KEY}{target}"
