"""Whether guests are in a channel is found out with few calls to Slack; what isn't told is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Upstream
from bot.slack import channel_guests
from bot.slack.channel_guests import ChannelGuests, GuestsThere
from bot.slack.people import People
from bot.slack.person import is_guest, is_partner
from bot.slack.web_api import Clients, everywhere
from standins.slack import Workspace, WorkspaceConfig
from standins.slack.seed import BOT, INCIDENT, MINA, demo_seed
from standins.slack.slack_faults import SlackFault
from standins.slack.workspace_config import SeedPerson
from tests.free_ports import free_port
from tests.standins.slack.house import serving

TEAM = "T0NORDIC01"
GUEST = SeedPerson("U0GUEST001", "gus", "Gus Guest", role="single-channel guest")
PARTNER = SeedPerson("U0PARTNER1", "pia", "Pia Partner", home="T0PARTNER1", role="guest")


def crowd(size: int) -> tuple[SeedPerson, ...]:
    return tuple(SeedPerson(f"U0CROWD{n:04}", f"crowd{n}", f"Crowd {n}") for n in range(size))


@asynccontextmanager
async def channel_of(
    people: tuple[SeedPerson, ...], folder: Path, redis: Redis
) -> AsyncIterator[tuple[Workspace, ChannelGuests]]:
    """A workspace in which everybody is in the incident's channel."""
    demo, root = demo_seed(), f"http://127.0.0.1:{free_port()}"
    members = tuple(each.id for each in (*people, BOT))
    channels = tuple(replace(each, members=members if each.id == INCIDENT else (BOT.id,)) for each in demo.channels)
    seed = replace(demo, people=people, channels=channels, messages=())
    workspace = Workspace(WorkspaceConfig(folder / "slack", root, "", "xoxb-test", "secret", seed))
    async with (
        serving(workspace.application(), int(root.rpartition(":")[2])),
        Clients.opened(everywhere("xoxb-test"), f"{root}/api/") as clients,
    ):
        yield workspace, ChannelGuests(redis, clients, People(redis, clients))


def calls(workspace: Workspace) -> Counter[str]:
    return Counter(entry["name"] for entry in workspace.team.journal.entries() if entry["way"] == "api")


@pytest.mark.parametrize(
    ("others", "expected"),
    [((), GuestsThere.NONE), ((GUEST,), GuestsThere.SOME), ((PARTNER,), GuestsThere.NONE)],
    ids=["nobody else", "a guest", "a guest of another organization"],
)
async def test_a_guest_among_few_people_is_found(
    tmp_path: Path, redis: Redis, others: tuple[SeedPerson, ...], expected: GuestsThere
) -> None:
    async with channel_of((MINA, *others), tmp_path, redis) as (workspace, guests):
        assert await guests.of(TEAM, INCIDENT) is expected
        before = calls(workspace)
        assert await guests.of(TEAM, INCIDENT) is expected
        assert calls(workspace) == before, "a minute's memory"
        assert await guests.of(TEAM, "D0SOMEBODY") is GuestsThere.NONE


@pytest.mark.parametrize("with_guest", [False, True])
async def test_of_many_people_the_workspaces_list_is_read_and_nobody_is_asked_for_alone(
    tmp_path: Path, redis: Redis, with_guest: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_guests, "PAGE", 40)
    people = (*crowd(120), *((GUEST,) if with_guest else ()))
    async with channel_of(people, tmp_path, redis) as (workspace, guests):
        assert await guests.of(TEAM, INCIDENT) is (GuestsThere.SOME if with_guest else GuestsThere.NONE)
        made = calls(workspace)
        assert made["users.list"] == 4
        assert made["users.info"] == 0
        await guests.forget(TEAM, INCIDENT)
        assert await guests.of(TEAM, INCIDENT) is (GuestsThere.SOME if with_guest else GuestsThere.NONE)
        assert calls(workspace)["users.list"] == 4, "who is a guest is remembered longer than who is in a channel"


async def test_whoever_joins_is_looked_at_at_once(tmp_path: Path, redis: Redis) -> None:
    async with channel_of((MINA, GUEST), tmp_path, redis) as (workspace, guests):
        channel = workspace.team.channel(INCIDENT)
        workspace.team.store.put("channel", INCIDENT, {**channel, "members": [MINA.id, BOT.id]})
        assert await guests.of(TEAM, INCIDENT) is GuestsThere.NONE
        workspace.team.store.put("channel", INCIDENT, channel)
        assert await guests.of(TEAM, INCIDENT) is GuestsThere.NONE, "until Slack tells of it, or a minute is over"
        await guests.forget(TEAM, INCIDENT)
        assert await guests.of(TEAM, INCIDENT) is GuestsThere.SOME


@pytest.mark.parametrize("limits", [{"MOST_MEMBERS": 20, "PAGE": 10}, {"MOST_LISTED": 20, "PAGE": 10, "MOST_ASKED": 5}])
async def test_beyond_the_bound_it_is_unknown(
    tmp_path: Path, redis: Redis, limits: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(channel_guests, name, value)
    async with channel_of(crowd(60), tmp_path, redis) as (workspace, guests):
        assert await guests.of(TEAM, INCIDENT) is GuestsThere.UNKNOWN
        assert sum(calls(workspace).values()) <= 16


@pytest.mark.parametrize("error", ["channel_not_found", "missing_scope"])
async def test_where_slack_refuses_to_tell_it_is_unknown(tmp_path: Path, redis: Redis, error: str) -> None:
    async with channel_of((MINA,), tmp_path, redis) as (workspace, guests):
        fault = {"kind": "error", "method": "conversations.members", "error": error, "times": 5}
        workspace.team.faults.add(SlackFault.from_json(fault))
        assert await guests.of(TEAM, INCIDENT) is GuestsThere.UNKNOWN


@pytest.mark.parametrize("method", ["conversations.members", "users.info"])
async def test_while_slack_is_away_nothing_is_said(tmp_path: Path, redis: Redis, method: str) -> None:
    async with channel_of((MINA,), tmp_path, redis) as (workspace, guests):
        fault = {"kind": "http", "method": method, "status": 503, "body": "away", "times": 50}
        workspace.team.faults.add(SlackFault.from_json(fault))
        with pytest.raises(Upstream):
            await guests.of(TEAM, INCIDENT)
        workspace.team.faults.clear()
        assert await guests.of(TEAM, INCIDENT) is GuestsThere.NONE


@pytest.mark.parametrize(
    ("user", "guest", "partner"),
    [
        ({"team_id": TEAM}, False, False),
        ({"team_id": TEAM, "is_ultra_restricted": True, "is_restricted": True}, True, False),
        ({"team_id": "T2"}, False, True),
        ({"team_id": TEAM, "is_stranger": True}, False, True),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2", TEAM]}}, False, False),
        ({}, False, False),
    ],
)
def test_guests_and_partners_are_told_apart(user: dict[str, object], guest: bool, partner: bool) -> None:
    assert (is_guest(user), is_partner(TEAM, user)) == (guest, partner)
