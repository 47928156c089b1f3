"""GitHub's stand-in, a client that waits for nothing, and the tracker on both."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.patient_calls import CallPatience
from bot.providers.github import github_client
from bot.providers.github.github_auth import TokenAuthorization
from bot.providers.github.github_client import GitHubClient
from bot.providers.github.github_issues import GitHubIssues
from bot.providers.github.github_settings import GitHubSettings
from bot.state.redis_records import RedisRecords
from standins.github.github_server import running_github
from standins.github.github_world import GitHubWorld

SETTINGS = GitHubSettings(repo="acme/shop", people=("jisoo@example.com=jisoo-k", "gone@example.com=left-us"))


@pytest.fixture
async def world(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GitHubWorld]:
    monkeypatch.setattr(github_client, "PATIENCE", CallPatience(pause_s=0.0))
    known = GitHubWorld(clock=clock)
    async with running_github(known):
        yield known


@pytest.fixture
async def client(world: GitHubWorld) -> AsyncIterator[GitHubClient]:
    async with GitHubClient.opened(world.api, TokenAuthorization(world.token), world.clock) as opened:
        yield opened


@pytest.fixture
def tracker(client: GitHubClient, redis: Redis) -> GitHubIssues:
    return GitHubIssues(client, redis, RedisRecords(redis), SETTINGS)
