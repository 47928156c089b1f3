"""Jira Cloud, on its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.settings import Settings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.jira import jira_changes
from standins.jira.jira_server import running_jira
from standins.jira.jira_world import STEPS
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared
from tests.providers.jira.jira_house import a_world, settings_of

BY_NAME = {step.name: step for step in STEPS}
HAND = {"finish": ("Done", "10000"), "close": ("Won't do", ""), "reopen": ("To Do", "")}


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    world = a_world()
    world.app_url = "https://acme.atlassian.net"
    person = world.users[1]

    async def by_hand(key: str, what: str) -> None:
        issue = world.issue(key)
        if what in HAND:
            name, resolution = HAND[what]
            jira_changes.moved_to(world, issue, BY_NAME[name], person, resolution)
        elif what == "move":
            jira_changes.moved_project(world, issue, world.projects[1], person)
        elif what == "hide":
            issue.project.visible = False
        elif what == "archive":
            jira_changes.archived(world, issue, person)
        else:
            assert what == "delete"
            jira_changes.deleted(world, issue)

    async with running_jira(world) as url:
        settings = Settings(data=folder).with_provider(settings_of(world, url))
        yield Prepared(Setup(settings, redis, RedisRecords(redis), PUBLIC_URL, clock=world.clock), by_hand)
