"""Delivers one letter: decides what a failure means, and records what became of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import structlog

from bot.kernel.errors import RateLimited, ReplaybookError, Unavailable
from bot.kernel.telemetry import Metrics, reference
from bot.slack.clients import Clients, SlackRefused, Stumbled
from bot.slack.outbox import models, slack_calls
from bot.slack.outbox.models import Delivery, DeliveryState, Message, OutboxItem, Post, Update
from bot.slack.outbox.send import MessageSender
from bot.slack.outbox.store import OutboxStore

PATIENCE = 7  # tries before a file's processing, or an error of Slack's own, counts as final (about 30 s)
LONGEST_PAUSE_S = 60.0

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class ItemDelivery:
    def __init__(self, shelf: OutboxStore, fitting: MessageSender, clients: Clients, metrics: Metrics) -> None:
        self._shelf = shelf
        self._fitting = fitting
        self._clients = clients
        self._metrics = metrics
        self._tries: Counter[bytes] = Counter()

    async def deliver(self, team: str, channel: str, raw: bytes) -> float:
        """Deliver the channel's head. Gives the seconds to wait before trying it again, or 0 when it is done with."""
        letter = models.read_letter(raw)
        try:
            with self._counted(letter):
                if isinstance(letter, Post):
                    await self._post(team, channel, raw, letter)
                else:
                    await self._update(team, channel, raw, letter)
        except ReplaybookError as error:
            if pause := self._pause(raw, error):
                log.info("Slack will be tried again", team=team, channel=channel, why=error.sentence, seconds=pause)
                return pause
            await self.give_up(team, channel, raw, error.sentence)
        self._tries.pop(raw, None)
        return 0

    async def give_up(self, team: str, channel: str, raw: bytes, why: str) -> str:
        """Record that a letter will never be delivered, so that the next one can be. Gives the reference id."""
        letter, number = _readable(raw), reference()
        if isinstance(letter, Post):
            fields = {"state": DeliveryState.FAILED.value, "why": why, "reference": number}
            await self._shelf.end_post(team, channel, raw, letter.key, **fields)
            what = letter.key
        else:
            what = letter.target if letter else "unreadable"
            await self._shelf.end_update(team, channel, raw, what, b"")
        log.error("not sent to Slack", team=team, channel=channel, what=what, why=why, reference=number)
        return number

    async def _post(self, team: str, channel: str, raw: bytes, letter: Post) -> None:
        effect = await self._shelf.effect(team, letter.key) or Delivery(DeliveryState.WAITING, channel)
        where = (effect.channel, effect.ts) if effect.state is DeliveryState.POSTED else None
        if effect.state is DeliveryState.SENDING:
            where = await self._found(team, channel, letter, effect.since)
        if where is None:
            where = await self._sent(team, channel, raw, letter)
        fields = {"state": DeliveryState.POSTED.value, "in": where[0], "ts": where[1]}
        await self._shelf.end_post(team, channel, raw, letter.key, **fields)
        self._metrics.outbox_seconds.observe(time.time() - letter.asked)

    async def _sent(self, team: str, channel: str, raw: bytes, letter: Post) -> tuple[str, str]:
        """Post it. The mark is made before, and taken back only when Slack says that it took nothing."""
        client = self._clients.for_team(team)

        async def post(message: Message) -> tuple[str, str]:
            await self._shelf.mark(team, letter.key, DeliveryState.SENDING)
            try:
                return await slack_calls.post(client, channel, letter, message)
            except Unavailable:
                raise
            except ReplaybookError:
                await self._shelf.mark(team, letter.key, DeliveryState.WAITING)
                raise

        patient = self._patient(raw)
        return await self._fitting.send(client, team, letter.message, letter.files, post, patient=patient)

    async def _found(self, team: str, channel: str, letter: Post, since: float) -> tuple[str, str] | None:
        """Where the message is if an earlier try got through, though its answer got lost."""
        try:
            return await slack_calls.find(self._clients.for_team(team), channel, letter, since)
        except SlackRefused as error:  # we may write here but not read; a message twice is better than none
            log.warning("can't look whether a message is there", team=team, channel=channel, why=error.sentence)
            return None

    async def _update(self, team: str, channel: str, raw: bytes, letter: Update) -> None:
        change = await self._shelf.newest(team, channel, letter.target)
        where = await self._place(team, channel, letter.target)
        if change is not None and where is not None:
            newest, client, patient = models.read_change(change), self._clients.for_team(team), self._patient(raw)

            async def update(message: Message) -> None:
                await slack_calls.update(client, *where, message)

            await self._fitting.send(client, team, newest.message, newest.files, update, patient=patient)
        await self._shelf.end_update(team, channel, raw, letter.target, change or b"")

    async def _place(self, team: str, channel: str, target: str) -> tuple[str, str] | None:
        """(channel, ts) of the message to update; None when it was never posted."""
        kind, _, name = target.partition(":")
        if kind == "ts":
            return channel, name
        effect = await self._shelf.effect(team, name)
        return (effect.channel, effect.ts) if effect and effect.state is DeliveryState.POSTED else None

    def _patient(self, raw: bytes) -> bool:
        """Whether it is worth waiting once more until Slack has processed a file."""
        return self._tries[raw] < PATIENCE - 1

    def _pause(self, raw: bytes, error: ReplaybookError) -> float:
        """How long to wait after this error; 0 when waiting won't help."""
        if isinstance(error, RateLimited):
            return max(error.retry_after, 0.05)
        self._tries[raw] += 1
        final = isinstance(error, Stumbled) and self._tries[raw] >= PATIENCE
        if not isinstance(error, Unavailable) or final:
            return 0
        return float(min(0.25 * 2.0 ** self._tries[raw], LONGEST_PAUSE_S))

    @contextmanager
    def _counted(self, letter: OutboxItem) -> Iterator[None]:
        method, outcome = "chat.postMessage" if isinstance(letter, Post) else "chat.update", "bug"
        try:
            yield
            outcome = "ok"
        except ReplaybookError as error:
            outcome = type(error).__name__.lower()
            raise
        finally:
            self._metrics.slack_calls.labels(method, outcome).inc()


def _readable(raw: bytes) -> OutboxItem | None:
    try:
        letter: OutboxItem = models.read_letter(raw)
    except msgspec.DecodeError:
        return None
    return letter
