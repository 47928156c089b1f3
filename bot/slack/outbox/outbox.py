"""The outbox as the rest of the code sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from bot.kernel.errors import Missing, RateLimited
from bot.kernel.telemetry import Metrics
from bot.slack.clients import Clients
from bot.slack.outbox.delivery import ItemDelivery
from bot.slack.outbox.fallback_blocks import BlockSupport
from bot.slack.outbox.models import DeliveryState, Message, OutboxUpdate, Post
from bot.slack.outbox.send import MessageSender
from bot.slack.outbox.store import OutboxStore
from bot.slack.outbox.uploads import UploadFile, UploadStore
from bot.slack.outbox.worker import OnWait, OutboxWorker, log_wait

STOP_S = 10.0
AGAIN_S = 5.0


class Outbox:
    """Hands messages over from any process; whichever process has `running()` entered delivers them.

    `on_wait(team, channel, seconds)` is called when Slack makes a channel wait for long; the default logs it.
    """

    def __init__(
        self, redis: Redis, clients: Clients, *, metrics: Metrics | None = None, on_wait: OnWait = log_wait
    ) -> None:
        self._shelf = OutboxStore(redis)
        self._files = UploadStore(redis)
        self._metrics = metrics or Metrics()
        self._taste = BlockSupport(redis)
        fitting = MessageSender(self._files, self._taste)
        self._drain = OutboxWorker(self._shelf, ItemDelivery(self._shelf, fitting, clients, self._metrics), on_wait)

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
    ) -> bool:
        """Post `message` ({"text", "blocks"}) to a channel, or to a person by their user id; once for each `key`.

        The key says what the message means ("C1:1700.1:clip"), so that asking again does nothing: False then. Only a
        post that failed for good may be asked for again. `reply_to`: ts of the thread. `files`: what blocks such as
        {"type": "image", "slack_file": {"id": "<placeholder>"}, "alt_text": …} refer to, and what `address` stands for.
        A message may say what to show instead of blocks that the workspace refuses; see `instead.py`.
        """
        kept = await self._files.keep(team, channel, files) if files and await self._fresh(team, key) else {}
        post = Post(key, message, time.time(), reply_to, broadcast, kept)
        added = await self._shelf.add_post(team, channel, post)
        self._drain.wake()
        return added

    async def update(
        self,
        target: str | tuple[str, str],
        message: Message,
        *,
        team: str,
        files: Mapping[str, UploadFile] | None = None,
    ) -> None:
        """Replace a message: one posted here, by its key, or any of ours, by (channel, ts).

        The newest wins: what is still waiting for the same message is replaced. Raises Missing for an unknown key.
        """
        channel, name = await self._named(team, target)
        kept = await self._files.keep(team, channel, files) if files else {}
        if not await self._shelf.add_update(team, channel, name, OutboxUpdate(message, kept)):
            self._metrics.outbox_joined.inc()
        self._drain.wake()

    async def place(self, key: str, *, team: str, timeout: float = 30.0) -> tuple[str, str]:  # noqa: ASYNC109 - gives a sentence
        """(channel, ts) of a post, waiting for it.

        Raises Missing if it was never asked for or failed for good, RateLimited if it takes longer than `timeout` s:
        a job comes back for it later, as often as Slack's patience with us takes.
        """
        pause = 0.01
        deadline = time.monotonic() + timeout
        while True:
            effect = await self._shelf.effect(team, key)
            if effect is None:
                raise Missing("There is no such message.")
            if effect.state is DeliveryState.POSTED:
                return effect.channel, effect.ts
            if effect.state is DeliveryState.FAILED:
                raise Missing(f"Slack didn't take the message: {effect.why} (reference {effect.reference})")
            if time.monotonic() + pause > deadline:
                raise RateLimited("Slack hasn't taken the message yet.", retry_after=AGAIN_S)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    async def ts(self, key: str, *, team: str, timeout: float = 30.0) -> str:  # noqa: ASYNC109
        """The ts of a post; see `place`."""
        return (await self.place(key, team=team, timeout=timeout))[1]

    async def takes(self, team: str, kind: str) -> bool | None:
        """Whether the workspace takes blocks of this type; None while that isn't known. See `instead.py`."""
        return await self._taste.takes(team, kind)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Outbox]:
        """Deliver what is handed over here or anywhere, for the length of the body. Letters in hand are finished."""
        draining = asyncio.create_task(self._drain.run())
        try:
            yield self
        finally:
            self._drain.stop()
            with suppress(TimeoutError):
                await asyncio.wait_for(draining, STOP_S)

    async def _fresh(self, team: str, key: str) -> bool:
        effect = await self._shelf.effect(team, key)
        return effect is None or effect.state is DeliveryState.FAILED

    async def _named(self, team: str, target: str | tuple[str, str]) -> tuple[str, str]:
        """(channel, name) of what an update is for: by ts as soon as there is one, so that all updates meet there."""
        if isinstance(target, tuple):
            return target[0], f"ts:{target[1]}"
        effect = await self._shelf.effect(team, target)
        if effect is None:
            raise Missing("There is no such message to update.")
        by_ts = effect.state is DeliveryState.POSTED
        return effect.channel, f"ts:{effect.ts}" if by_ts else f"key:{target}"
