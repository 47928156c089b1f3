"""What a Jira project requires for a new issue is asked for once and remembered; issues are put under their parent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.settings import Settings
from standins.jira import jira_changes
from standins.jira.jira_server import running_jira
from standins.jira.jira_world import JiraField, JiraType, JiraUser, JiraWorld
from tests.handlers.house import JISOO, House, has, open_house, until
from tests.providers.jira.jira_house import settings_of

Json = dict[str, Any]
TEAM = JiraField("customfield_10050", "Team", "option", True, "select", {"1": "Web", "2": "Checkout"})
SINCE = JiraField("customfield_10054", "Broken since", "date", True, "datepicker")
APPROVER = JiraField("customfield_10055", "Approver", "user", True, "userpicker")


@pytest.fixture
def world(clock: Clock) -> JiraWorld:
    known = JiraWorld(clock=clock)
    known.users.append(JiraUser("account-jisoo", JISOO.name, JISOO.email))
    bug = known.projects[0].types[1]
    bug.fields += [TEAM, SINCE, JiraField("parent", "Parent", "issuelink")]
    fields = {"project": {"key": "SHOP"}, "issuetype": {"id": "10001"}, "summary": "The shop works"}
    jira_changes.created(known, fields, {}).type = JiraType("10000", "Epic", epic=True)
    return known


@pytest.fixture
async def house(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, world: JiraWorld
) -> AsyncIterator[House]:
    async with running_jira(world) as url:
        owners = tmp_path / "owners.yaml"
        buy, checkout, rest = Settings().owners.read_text(encoding="utf-8").split("    tracker: SHOP\n")
        parents = [f"    tracker: SHOP\n    parent: {key}\n" for key in ("SHOP-1", "SHOP-99")]
        owners.write_text(f"{buy}{parents[0]}{checkout}{parents[1]}{rest}", encoding="utf-8")
        more: dict[str, Any] = {"tracker": "jira", "owners": owners, "providers": (settings_of(world, url),)}
        async with open_house(tmp_path, sample, redis_server, clock, **more) as opened:
            yield opened


async def asked(house: House, question: str) -> tuple[Json, Json, Json]:
    """The answer's message, the request to the owner, and the form that the owner opens."""
    said = await house.ask(question)
    await house.press(said, "backlog.ask")
    request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    return said, request, await house.modal(user=JISOO.id)


def fields_of(view: Json) -> dict[str, str]:
    """Ids of the inputs by the names of the fields."""
    custom = [each for each in view["blocks"] if str(each.get("block_id")).startswith("custom-")]
    return {each["label"]["text"]: each["element"]["action_id"] for each in custom}


async def test_what_the_project_requires_is_asked_once_and_what_cannot_be_is_refused_by_its_name(
    house: House, world: JiraWorld
) -> None:
    said, request, view = await asked(house, "frustration signals on buy button this week")
    assert fields_of(view) == {"Team": f"custom:{TEAM.id}", "Broken since": f"custom:{SINCE.id}"}
    lacking = await house.submit(view, {}, user=JISOO.id)
    assert "Team" in str(lacking["errors"])
    entered = {"custom-1": {f"custom:{TEAM.id}": "2"}, "custom-2": {f"custom:{SINCE.id}": "soon"}}
    wrong = await house.submit(view, entered, user=JISOO.id)
    assert "soon" in str(wrong["errors"])
    entered["custom-2"] = {f"custom:{SINCE.id}": "2026-12-01"}
    world.projects[0].types[1].fields.append(APPROVER)
    refused = await house.submit(view, entered, user=JISOO.id)
    assert "Approver" in str(refused["errors"])
    assert len(world.issues) == 1
    world.projects[0].types[1].fields.remove(APPROVER)
    assert await house.submit(view, entered, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: "SHOP-2" in it["text"] and it["ts"] != request["ts"])

    said, request, view = await asked(house, "frustration signals on checkout this week")
    assert fields_of(view) == {}, "remembered for the project"
    world.projects[0].types[1].fields[0] = JiraField(TEAM.id, TEAM.name, TEAM.type, True, TEAM.custom, {"1": "Web"})
    await house.press(request, "backlog.in_backlog", user=JISOO.id)

    async def opened() -> Json | None:
        view = await house.modal(user=JISOO.id)
        return view if fields_of(view) else None

    again = await until(opened)
    assert list(fields_of(again)) == ["Team"], "what was chosen is gone"
    assert await house.submit(again, {"custom-1": {f"custom:{TEAM.id}": "1"}}, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: "SHOP-3" in it["text"] and it["ts"] != request["ts"])
    since = {SINCE.id: "2026-12-01"}
    buy, checkout = world.issues[1:]
    assert [buy.custom, checkout.custom] == [{TEAM.id: "2", **since}, {TEAM.id: "1", **since}]
    assert (buy.parent, checkout.parent) == ("SHOP-1", ""), "as owners.yaml says, where that is there"
