"""An outbox before a Slack that can be told to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.slack.outbox import Outbox
from tests.slack.boxes import opened
from tests.slack.fake_slack import FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().running() as fake:
        yield fake


@pytest.fixture
async def outbox(redis: Redis, slack: FakeSlack) -> AsyncIterator[Outbox]:
    async with opened(redis, slack) as box, box.running():
        yield box
