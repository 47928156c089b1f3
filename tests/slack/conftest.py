"""An outbox before Slack's stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.slack.outbox import Outbox
from tests.slack.slack_workspace import SlackWorkspace, open_outbox, slack_workspace


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackWorkspace]:
    async with slack_workspace(tmp_path) as workspace:
        yield workspace


@pytest.fixture
async def outbox(redis: Redis, slack: SlackWorkspace) -> AsyncIterator[Outbox]:
    async with open_outbox(redis, slack) as outbox, outbox.running():
        yield outbox
