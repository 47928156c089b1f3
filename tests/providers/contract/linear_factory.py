"""Linear, on its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.settings import Settings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.linear import issue_changes
from standins.linear.linear_server import running_linear
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared
from tests.providers.linear.linear_house import a_world, settings_of

STATES = {"finish": "completed", "close": "canceled", "reopen": "unstarted"}


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    world = a_world()
    world.app_url = "https://linear.app"
    person = world.users[1]

    async def by_hand(key: str, what: str) -> None:
        issue = world.issue(key)
        if what in STATES:
            issue_changes.set_state(world, issue, STATES[what], person)
        elif what == "move":
            issue_changes.move_to_team(world, issue, world.teams[1], person)
        elif what == "hide":
            issue.team.visible = False
        else:
            assert what in {"archive", "delete"}
            issue_changes.archive(world, issue, person, trash=what == "delete")

    async with running_linear(world) as url:
        settings = Settings(data=folder).with_provider(settings_of(world, url))
        yield Prepared(Setup(settings, redis, RedisRecords(redis), PUBLIC_URL, clock=world.clock), by_hand)
