"""Opens Jira as the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.providers.jira.jira_client import JiraClient
from bot.providers.jira.jira_projects import JiraProjects
from bot.providers.jira.jira_settings import JiraSettings
from bot.providers.jira.jira_tracker import JiraTracker
from bot.providers.jira.new_issue import NewIssues
from bot.providers.provider import Parts, Setup
from bot.state.rate_budgets import RateBudgets


@asynccontextmanager
async def open_jira(setup: Setup) -> AsyncIterator[Parts]:
    """Nothing is sent yet. Raises Misunderstood naming the variable that isn't set."""
    settings, redis, records = setup.settings.of(JiraSettings), setup.redis, setup.records
    async with open_client(settings, redis) as client:
        projects = JiraProjects(client, setup.settings.tracker_project, settings.issue_type)
        new_issues = NewIssues(client, projects, redis, records, setup.clock)
        app = (settings.app_url or client.base).rstrip("/")
        yield Parts(tracker=JiraTracker(client, new_issues, redis, records, app=app, not_fixed=settings.not_fixed))


@asynccontextmanager
async def open_client(settings: JiraSettings, redis: Redis | None = None) -> AsyncIterator[JiraClient]:
    """With `redis`, limits are shared with every other process that asks this site. Raises Misunderstood."""
    for name in ("url", "token"):
        if not getattr(settings, name):
            variable = settings.variable(name)
            raise Misunderstood("Jira needs %(variable)s, too; it isn’t set.", at=variable, variable=variable)
    site = urlsplit(str(settings.url)).netloc
    async with JiraClient.opened(
        str(settings.url), settings.email, str(settings.token), RateBudgets(redis, "jira", site)
    ) as client:
        yield client
