"""Jira's stand-in with a tracker on it, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.settings import Secret, Settings
from bot.providers.jira.jira_client import JiraPatience
from bot.providers.jira.jira_settings import JiraSettings
from bot.providers.jira.jira_tracker import JiraTracker
from bot.providers.jira.open_jira import open_jira
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.jira.jira_server import running_jira
from standins.jira.jira_world import JiraUser, JiraWorld
from tests.moments import starting_at

NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
JISOO = "jisoo@example.com"


def a_world(*, cloud: bool = True) -> JiraWorld:
    world = JiraWorld(cloud=cloud, clock=starting_at(NOON), writes_in=(1000, 2.0))
    world.users.append(JiraUser("5b10ac8d82e05b22cc7d4ef5" if cloud else "jkim", "Jisoo Kim", JISOO))
    return world


def settings_of(world: JiraWorld, url: str) -> JiraSettings:
    return JiraSettings(
        url=url, email=world.email if world.cloud else "", token=Secret(world.token), app_url=world.app_url or None
    )


def hurried(tracker: JiraTracker) -> JiraTracker:
    """Without the pauses that spare Jira."""
    tracker._client._patience = JiraPatience(pause_s=0.0, apart_s=0.0)
    tracker._new_issues.looks = (0.0, 0.0, 0.0)
    return tracker


@asynccontextmanager
async def jira_tracker(world: JiraWorld, redis: Redis, folder: Path) -> AsyncIterator[JiraTracker]:
    async with running_jira(world) as url:
        settings = Settings(data=folder).with_provider(settings_of(world, url))
        setup = Setup(settings, redis, RedisRecords(redis), "https://bot.example", clock=world.clock)
        async with open_jira(setup) as parts:
            assert isinstance(parts.tracker, JiraTracker)
            yield hurried(parts.tracker)
