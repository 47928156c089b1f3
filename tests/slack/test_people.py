"""People as Slack tells of them: what they are called, and who may know what is in a channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Unavailable
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


async def test_for_what_is_kept_a_name_is_waited_for_and_an_id_is_all_that_slack_refuses_to_tell(
    redis: Redis, tmp_path: Path
) -> None:
    async with people_of(tmp_path, redis) as (workspace, people):
        away = SlackFault.from_json({"kind": "http", "method": "users.info", "status": 503, "times": 1000})
        workspace.team.faults.add(away)
        with pytest.raises(Unavailable):
            await people.name(TEAM, MINA.id)
        assert (await people.get(TEAM, MINA.id)).unknown
        assert await people.speakers(TEAM, INCIDENT) == []
        workspace.team.faults.clear()
        workspace.team.faults.add(
            SlackFault.from_json({"kind": "error", "method": "users.info", "error": "missing_scope"})
        )
        assert await people.name(TEAM, MINA.id) == MINA.id
        assert await people.name(TEAM, MINA.id) == MINA.real_name


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("\u202eMina\u2066  Park\x07",), "Mina Park"),
        (("\u2066\u2069 ", "Mina Park"), "Mina Park"),
        (("", "", "mina"), "mina"),
        (("", "", ""), "U1"),
        ((None, None, None), "U1"),
        (("<!channel> *한지수*",), "<!channel> *한지수*"),
    ],
)
async def test_a_name_turns_the_direction_of_nothing_and_is_never_empty(
    names: tuple[str | None, ...], shown: str, redis: Redis
) -> None:
    display, real, handle = (*names, None, None)[:3]
    answer = {"user": {"id": "U1", "profile": {"display_name": display}, "real_name": real, "name": handle}}

    class Answer(dict[str, Any]):
        @property
        def data(self) -> dict[str, Any]:
            return self

    class Client:
        async def users_info(self, **_: object) -> Answer:
            return Answer(answer)

    class Clients:
        def patient(self, _team: str) -> Any:
            return Client()

    assert await People(redis, Clients()).name(TEAM, "U1") == shown
