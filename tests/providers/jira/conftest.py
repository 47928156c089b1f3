from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.providers.jira.jira_tracker import JiraTracker
from standins.jira.jira_world import JiraWorld
from tests.providers.jira.jira_house import a_world, jira_tracker


@pytest.fixture(params=["cloud", "data center"])
def world(request: pytest.FixtureRequest) -> JiraWorld:
    return a_world(cloud=request.param == "cloud")


@pytest.fixture
async def tracker(world: JiraWorld, redis: Redis, tmp_path: Path) -> AsyncIterator[JiraTracker]:
    async with jira_tracker(world, redis, tmp_path) as tracker:
        yield tracker
