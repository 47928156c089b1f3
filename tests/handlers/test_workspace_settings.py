"""Workspaces choose their own source, tracker, owners and language in the whole bot; only their admins do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.settings import Secret
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.github.github_settings import GitHubSettings
from bot.services.teams import change_team_settings as changing
from bot.services.teams.team_settings import TeamSettings
from standins.datadog.datadog_server import running
from standins.github.github_server import running_github
from standins.github.github_world import GitHubWorld
from standins.slack.seed import ERIK, JISOO
from tests.handlers.datadog import CHANGE, Shop
from tests.handlers.house import INCIDENT, MINA, House, Json, has, until
from tests.handlers.killing import RedisProcess
from tests.handlers.many_teams import PARTNER, ManyTeams, many_teams
from tests.handlers.replicas import replicas
from tests.handlers.test_installs import HARBOR, NORDIC, ask

NORA, THEIRS = "U0NORAHARBOR", "C0INCHARBOR"
OWNERS = """features:
- name: Buying
  engineering: U0ERIKSTRM
  product: U0JISOOHAN
  aliases: [buy, buy button]
"""


async def opened(house: House, user: str, channel: str) -> Json:
    await house.say("/replay settings workspace", user=user, channel=channel)
    return await house.modal(user=user)


def chosen(**values: str) -> Json:
    return {name: {name: value} for name, value in values.items()}


async def sent_in(house: House, user: str, view: Json, **values: str) -> Json:
    """What the modal is answered with. What isn't named stays as the modal shows it."""
    return await house.submit(view, chosen(**values), user=user)


async def confirmed(house: House, user: str) -> str:
    """The newest message of the bot to this person alone."""

    async def found() -> str | None:
        directs = [it for it in (await house.look("state", user=user))["channels"] if it["id"].startswith("D")]
        texts = [it["text"] for each in directs for it in await house.messages(user=user, channel=each["id"])]
        return next((text for text in texts if "settings of this workspace" in text or "워크스페이스" in text), None)

    return str(await until(found))


async def feature_of(there: ManyTeams, team: str, answer: Json) -> str:
    """The feature that the answer's target belongs to, in the owners of its workspace."""
    id = json.loads(answer["blocks"][-2]["elements"][0]["value"])["id"]
    return (await there.services.questions.records.get(team, id)).feature


async def noted(there: ManyTeams) -> list[tuple[str, str, str, str]]:
    now, log = there.clock(), there.services.access.audit
    found = [entry async for entry in log.entries(now - timedelta(hours=1), now + timedelta(hours=1))]
    return [(it.team, it.user, it.outcome, it.reason) for it in found if it.action == "workspace_settings.changed"]


async def test_two_workspaces_have_sources_trackers_owners_and_languages_of_their_own(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, shop: Shop
) -> None:
    world, issues = shop(), GitHubWorld(clock=clock)
    async with running(world) as datadog_url, running_github(issues) as github_url:
        providers = (
            DatadogSettings(api_key=Secret(world.api_key), app_key=Secret(world.app_key), url=datadog_url),
            GitHubSettings(token=Secret(issues.token), repo="acme/shop", url=f"{github_url}/api/v3"),
        )
        own: dict[str, Any] = {"source": "local", "notebooks": "local", "tracker": "local", "providers": providers}
        async with many_teams(tmp_path, sample, redis_server, clock, **own) as there:
            for team in (NORDIC, HARBOR):
                await there.install(team)
            nordic, harbor = there.house(NORDIC), there.house(HARBOR)
            view = await opened(nordic, ERIK.id, INCIDENT)
            assert "Datadog" in str(view["blocks"])
            done = await sent_in(
                nordic, ERIK.id, view, source="datadog", tracker="github", owners=OWNERS, language="ko"
            )
            assert done == {"ok": True}
            assert "질문에 답하는 데이터: Datadog" in await confirmed(nordic, ERIK.id)
            ours, theirs = await ask(there, NORDIC, MINA.id, INCIDENT), await ask(there, HARBOR, NORA, THEIRS)
            assert "Datadog" in str(ours["blocks"])
            assert "불만 신호" in str(ours["blocks"])
            assert "Datadog" not in str(theirs["blocks"])
            assert "Asked by" in str(theirs["blocks"])
            assert (await feature_of(there, NORDIC, ours), await feature_of(there, HARBOR, theirs)) == (
                "Buying",
                "Buy button",
            )
            await nordic.press(ours, "backlog.ask")
            request = await nordic.reply(ours["ts"], lambda it: has(it, "backlog.in_backlog"))
            assert JISOO.id in str(request["blocks"])
            [kept] = await until(lambda: there.services.requests.records.open(NORDIC))
            assert (kept.tracker, kept.feature) == ("github", "Buying")
            again = await opened(harbor, NORA, THEIRS)
            assert "Buying" not in str(again["blocks"])
            assert await noted(there) == [(NORDIC, ERIK.id, "success", "source, tracker, owners, language")]
            assert await nordic.refused() == []
            assert await harbor.refused() == []


async def test_what_is_chosen_at_one_of_two_bots_holds_at_both_from_the_next_question_on(
    tmp_path: Path, shop: Shop
) -> None:
    """Each is a process of its own, and they are asked in turns."""
    (tmp_path / "server").mkdir()
    server = RedisProcess(tmp_path / "server")
    server.start()
    try:
        async with replicas(tmp_path / "all", server.emptied(0), shop(CHANGE), bots=2, workers=0) as here:
            for language, words in (("ko", "불만 신호"), ("en", "Asked by")):
                view = await opened(here, ERIK.id, INCIDENT)
                assert await sent_in(here, ERIK.id, view, language=language) == {"ok": True}
                for days in (3, 4, 5, 6):
                    answer = await here.ask(f"frustration signals on buy button in the last {days} days")
                    assert words in str(answer["blocks"]), (language, days)
    finally:
        server.kill()


async def test_nobody_but_an_admin_gets_to_them_and_what_cant_be_chosen_stays_in_the_modal(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, None, redis_server, clock) as there:
        await there.install(NORDIC)
        house = there.house(NORDIC)
        services = there.services
        await house.say("/replay settings workspace")
        assert "Only admins and owners" in await house.whispered()
        with pytest.raises(Misunderstood, match="Only admins and owners"):
            await changing.admin(services.access, NORDIC, PARTNER.id)
        first = await opened(house, ERIK.id, INCIDENT)
        for text, words in (
            ("features: [", "not YAML"),
            ("[" * 3000, "nested too deeply"),
            ("features:\n- name: Cart\n  engineering: nobody", "owners, line 2"),
            ("x", "owners, line 1"),
            ("# nothing", "no feature"),
        ):
            answer = await sent_in(house, ERIK.id, first, owners=text)
            assert words in answer["errors"]["owners"], (text, answer)
        for name, value in (
            ("source", "datadog"),
            ("tracker", "../../etc/passwd"),
            ("language", "xx"),
            ("language", "\ud800"),
            ("retention_days", "-1"),
            ("retention_days", "٣٠"),
            ("retention_days", "181"),
        ):
            change = changing.TeamChange(NORDIC, ERIK.id, {name: value}, 0)
            with pytest.raises(changing.Refused, match="can’t be chosen"):
                await changing.save(services.teams, services.access, services.slack, change)
        assert await services.teams.records.to_edit(NORDIC) == (TeamSettings(), 0)
        assert await noted(there) == [(NORDIC, user, "failure", "not an admin") for user in (MINA.id, PARTNER.id)]
        second = await opened(house, ERIK.id, INCIDENT)
        assert await sent_in(house, ERIK.id, second, language="ko") == {"ok": True}
        stale = changing.TeamChange(NORDIC, ERIK.id, {"language": "en"}, 0)
        with pytest.raises(Conflict):
            await changing.save(services.teams, services.access, services.slack, stale)
        assert (await services.slack.people.get(NORDIC, MINA.id)).tag == "ko"
        assert (await services.slack.people.get(HARBOR, MINA.id)).tag != "ko"


async def test_what_the_file_says_wins_and_the_modal_says_so(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    file = tmp_path / "workspaces.yaml"
    file.write_text(f"default: {{retention_days: 30}}\nteams:\n  {HARBOR}: {{language: ko, tracker: local}}\n")
    async with many_teams(tmp_path, None, redis_server, clock, team_settings=file) as there:
        await there.install(HARBOR)
        house = there.house(HARBOR)
        view = await opened(house, NORA, THEIRS)
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        assert inputs == {"source", "owners"}
        assert str(view["blocks"]).count("봇 운영자가 정함") == 3
        held = await there.services.teams.settings(HARBOR)
        assert (held["language"].value, held["retention_days"].value) == ("ko", 30)
