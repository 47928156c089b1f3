"""An outbox before a Slack, and a message to send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bot.slack.clients import Clients
from bot.slack.outbox import Outbox
from tests.slack.fake_slack import FakeSlack


def words(text: str) -> dict[str, object]:
    return {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


@asynccontextmanager
async def opened(redis: Redis, slack: FakeSlack, token: str = "xoxb-test", **options: object) -> AsyncIterator[Outbox]:
    async with Clients.opened(lambda _: token, slack.url) as clients:
        yield Outbox(redis, clients, **options)  # type: ignore[arg-type]
