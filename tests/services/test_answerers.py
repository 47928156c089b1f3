"""Who may answer a request: the owner, its group, a deputy, whom it was handed to; nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from redis.asyncio import Redis

from bot.backlog.feature import Contact, Feature, Owner
from bot.backlog.owners import Owners
from bot.backlog.request import FollowUpPlan, Party, Request, RequestAction, RequestState
from bot.services.requests.answerers import may_answer
from bot.services.requests.context import RequestContext
from bot.services.requests.notify import person_of
from bot.slack.people import People
from bot.slack.web_api import Clients, everywhere
from standins.slack import Workspace, WorkspaceConfig
from standins.slack.seed import ERIK, JISOO, MINA, demo_seed
from standins.slack.slack_faults import SlackFault
from tests.backlog.examples import NEW, after
from tests.free_ports import free_port
from tests.standins.slack.house import serving

TEAM, GROUP = "T0NORDIC01", "S0CHECKOUT"
PEOPLE = {MINA.id, JISOO.id, ERIK.id}
OWNER = Owner(Contact.USER, JISOO.id)


@pytest.fixture
async def slack(tmp_path: Path, redis: Redis) -> AsyncIterator[tuple[Workspace, People]]:
    root = f"http://127.0.0.1:{free_port()}"
    workspace = Workspace(WorkspaceConfig(tmp_path / "slack", root, "", "xoxb-test", "secret", demo_seed()))
    async with (
        serving(workspace.application(), int(root.rpartition(":")[2])),
        Clients.opened(everywhere("xoxb-test"), f"{root}/api/") as clients,
    ):
        yield workspace, People(redis, clients)


async def answerers(people: People, request: Request, **feature: object) -> set[str]:
    owned = Feature(request.feature, OWNER, OWNER, **feature)  # type: ignore[arg-type]

    async def feature_of(_team: str, name: str) -> Feature | None:
        return Owners((owned,)).named(name)

    made = SimpleNamespace(slack=SimpleNamespace(people=people), feature=feature_of)
    context = cast(RequestContext, made)
    return {id for id in PEOPLE if await may_answer(context, request, await people.get(TEAM, id))}


def to(party: str, request: Request = NEW, **more: object) -> Request:
    return msgspec.structs.replace(request, team=TEAM, owner=Party(party, "Somebody"), **more)


async def test_the_owner_answers_by_slack_id_or_by_address(slack: tuple[Workspace, People]) -> None:
    _, people = slack
    assert await answerers(people, to(JISOO.id)) == {JISOO.id}
    assert await answerers(people, to(JISOO.email)) == {JISOO.id}
    assert await answerers(people, to("nobody@example.com")) == set()


async def test_a_group_answers_by_its_members_who_are_kept_and_nobody_answers_for_one_that_is_unknown(
    slack: tuple[Workspace, People],
) -> None:
    workspace, people = slack
    assert await answerers(people, to(GROUP)) == {MINA.id, JISOO.id}
    assert len(workspace.team.journal.entries(way="api", name="usergroups.users.list")) == 1
    fault = {"kind": "error", "method": "usergroups.users.list", "error": "no_such_subteam"}
    workspace.team.faults.add(SlackFault.from_json(fault))
    assert await answerers(people, to("S0UNKNOWN")) == set()


@pytest.mark.parametrize(
    ("deputy", "expected"),
    [
        (Owner(Contact.EMAIL, ERIK.email.upper()), {JISOO.id, ERIK.id}),
        (Owner(Contact.USER, ERIK.id), {JISOO.id, ERIK.id}),
        (Owner(Contact.GROUP, GROUP), {JISOO.id, MINA.id}),
    ],
)
async def test_a_deputy_answers_for_the_owner(
    slack: tuple[Workspace, People], deputy: Owner, expected: set[str]
) -> None:
    assert await answerers(slack[1], to(JISOO.id), deputies=(deputy,)) == expected


async def test_who_hears_of_an_escalation_answers_after_it_and_not_before(slack: tuple[Workspace, People]) -> None:
    boss = {"escalation": Owner(Contact.EMAIL, ERIK.email)}
    assert await answerers(slack[1], to(JISOO.id), **boss) == {JISOO.id}
    assert await answerers(slack[1], to(JISOO.id, escalated=True), **boss) == {JISOO.id, ERIK.id}


async def test_both_ends_of_a_hand_over_and_the_person_of_a_follow_up_answer(slack: tuple[Workspace, People]) -> None:
    _, people = slack
    handed = to(JISOO.id, state=RequestState.HANDED_OVER, to=Party(MINA.id, "Mina"))
    assert await answerers(people, handed) == {JISOO.id, MINA.id}
    promised = to(JISOO.id, after(RequestAction.IN_BACKLOG), plan=FollowUpPlan(Party(ERIK.id, "Erik")))
    assert await answerers(people, promised) == {JISOO.id, ERIK.id}


async def test_a_group_that_is_asked_is_named_by_its_handle(slack: tuple[Workspace, People]) -> None:
    """In the post-mortem, the history and the forms, which mention nobody."""
    workspace, people = slack
    context = cast(RequestContext, SimpleNamespace(slack=SimpleNamespace(people=people)))
    group = Owner(Contact.GROUP, GROUP)
    assert await person_of(context, TEAM, group) == Party(GROUP, "@checkout-team")
    fault = {"kind": "error", "method": "usergroups.list", "error": "missing_scope"}
    workspace.team.faults.add(SlackFault.from_json(fault))
    assert await person_of(context, TEAM, group) == Party(GROUP, f"@{GROUP}"), "Slack doesn’t tell it"
