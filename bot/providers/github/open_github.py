"""Opens GitHub as the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.providers.github.github_auth import TokenAuthorization
from bot.providers.github.github_client import GitHubClient, installed, session_for
from bot.providers.github.github_issues import GitHubIssues
from bot.providers.github.github_limits import ContentLimits
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.provider import Parts, Setup

ANSWER_S = 20.0


@asynccontextmanager
async def open_github(setup: Setup) -> AsyncIterator[Parts]:
    """Nothing is sent yet. Raises Misunderstood naming the variable that isn't set."""
    settings = setup.settings.of(GitHubSettings)
    async with open_client(settings, setup.clock, setup.redis) as client:
        yield Parts(tracker=GitHubIssues(client, setup.redis, setup.records, settings))


@asynccontextmanager
async def open_client(
    settings: GitHubSettings, clock: Clock, redis: Redis | None = None
) -> AsyncIterator[GitHubClient]:
    """With `redis`, limits on content are shared by all replicas. Raises Misunderstood without a token or an App."""
    limits = ContentLimits(redis, urlsplit(settings.url).netloc) if redis else None
    if settings.token:
        async with GitHubClient.opened(settings.url, TokenAuthorization(settings.token), clock, limits) as client:
            yield client
        return
    for name in ("app_id", "app_installation", "app_key"):
        if not getattr(settings, name):
            variable = settings.variable(name)
            raise Misunderstood(
                "GitHub needs REPLAYBOOK_GITHUB_TOKEN, or an App, of which %(variable)s isn’t set.",
                at=variable,
                variable=variable,
            )
    async with session_for(ANSWER_S) as session:
        app = installed(
            session, settings.url, settings.app_id, _key(settings.app_key), settings.app_installation, clock
        )
        async with GitHubClient.opened(settings.url, app, clock, limits) as client:
            yield client


def _key(path: Path | None) -> bytes:
    try:
        return path.read_bytes() if path else b""
    except OSError:
        raise Misunderstood(
            "The file that REPLAYBOOK_GITHUB_APP_KEY names can’t be read: %(path)s.", path=path
        ) from None
