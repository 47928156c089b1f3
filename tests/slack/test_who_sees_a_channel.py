"""Who may know what is in a channel: its people, and of a public one every member of the workspace, but no guest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.slack.people import People
from bot.slack.web_api import Clients, everywhere
from standins.slack import Workspace, WorkspaceConfig
from standins.slack.seed import BOT, GENERAL, INCIDENT, MINA, demo_seed
from standins.slack.slack_faults import SlackFault
from tests.free_ports import free_port
from tests.slack.test_channel_guests import GUEST, PARTNER, TEAM
from tests.standins.slack.house import serving


@asynccontextmanager
async def people_of(folder: Path, redis: Redis) -> AsyncIterator[tuple[Workspace, People]]:
    """A guest and a partner are in one public channel; in the other nobody is but the bot."""
    demo, root = demo_seed(), f"http://127.0.0.1:{free_port()}"
    first, second = demo.channels
    shared = replace(first, members=(*first.members, GUEST.id, PARTNER.id))
    public = replace(second, members=(BOT.id,))
    seed = replace(demo, people=(*demo.people, GUEST, PARTNER), channels=(shared, public), messages=())
    workspace = Workspace(WorkspaceConfig(folder / "slack", root, "", "xoxb-test", "secret", seed))
    async with (
        serving(workspace.application(), int(root.rpartition(":")[2])),
        Clients.opened(everywhere("xoxb-test"), f"{root}/api/") as clients,
    ):
        yield workspace, People(redis, clients)


@pytest.mark.parametrize("user", [GUEST.id, PARTNER.id, "U0NOBODY01"])
async def test_a_public_channel_is_none_of_a_guests_who_is_not_in_it(user: str, redis: Redis, tmp_path: Path) -> None:
    async with people_of(tmp_path, redis) as (_, people):
        assert not await people.sees(TEAM, user, GENERAL)
        assert await people.sees(TEAM, user, INCIDENT) is (user != "U0NOBODY01")
        assert await people.sees(TEAM, MINA.id, GENERAL)


async def test_while_slack_does_not_say_who_somebody_is_it_is_not_remembered(redis: Redis, tmp_path: Path) -> None:
    async with people_of(tmp_path, redis) as (workspace, people):
        fault = {"kind": "error", "method": "users.info", "error": "missing_scope"}
        workspace.team.faults.add(SlackFault.from_json(fault))
        assert not await people.sees(TEAM, MINA.id, GENERAL)
        assert await people.sees(TEAM, MINA.id, GENERAL)
