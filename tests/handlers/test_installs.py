"""Workspaces and organizations install the app by OAuth, use it each with a token of their own, and leave."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from tests.handlers.house import INCIDENT, MINA, Json, has, until
from tests.handlers.many_teams import CLIENT_SECRET, GRID, KEYS, ManyTeams, many_teams
from tests.handlers.test_deliveries import FORM, deliver, signed
from tests.handlers.walking import quiet

NORDIC, HARBOR = "T0NORDIC01", "T0HARBOR01"
QUESTION = "frustration signals on buy button this week"


async def everything_kept(redis: Redis) -> str:
    """Every key with its value, as one text."""
    texts = []
    async for key in redis.scan_iter():
        texts.append(f"{key!r} {await redis.dump(key)!r}")
    return "\n".join(texts)


async def ask(there: ManyTeams, team: str, user: str, channel: str) -> Json:
    house = there.house(team)
    await house.say(f"/replay {QUESTION}", user=user, channel=channel)

    async def answered() -> Json | None:
        found = await house.messages(user=user, channel=channel)
        return next((it for it in found if has(it, "signals.refine")), None)

    answer: Json = await until(answered)
    return answer


async def test_two_workspaces_install_it_and_each_is_answered_with_a_token_of_its_own(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with many_teams(tmp_path, sample, redis_server, clock) as there:
            for team in (NORDIC, HARBOR):
                status, page = await there.install(team)
                assert (status, there.workspaces[team].team.seed.team_name in page) == (200, True)
            await ask(there, NORDIC, MINA.id, INCIDENT)
            await ask(there, HARBOR, "U0NORAHARBOR", "C0INCHARBOR")
            tokens = [there.grants.of_team(team).token for team in (NORDIC, HARBOR)]
            kept = await everything_kept(there.redis)
            for secret in (*tokens, CLIENT_SECRET, *KEYS):
                assert secret not in kept
                assert secret not in caplog.text
            for team in (NORDIC, HARBOR):
                assert await there.house(team).refused() == []


async def test_the_install_page_takes_nobody_back_whom_it_did_not_send(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, None, redis_server, clock, install_teams=(HARBOR,)) as there:
        address, cookie = await there.begin()
        back = await there.decide(address, HARBOR)
        assert (await there.come_back(back))[0] == 400  # another browser
        assert (await there.come_back(back.replace("state=", "state=x"), cookie))[0] == 400
        status, page = await there.come_back(back, cookie)
        assert (status, "Harbor Foods" in page) == (200, True)
        assert (await there.come_back(back, cookie))[0] == 401  # a second time
        address, cookie = await there.begin()
        status, page = await there.come_back(await there.decide(address, HARBOR, "cancel"), cookie)
        assert (status, "nothing was changed" in page) == (200, True)
        status, page = await there.come_back(f"{there.bot}/slack/oauth_redirect?error=<script>alert(1)</script>")
        assert "<script>alert" not in page
        status, page = await there.install(NORDIC)
        assert (status, "can’t be installed" in page) == (400, True)
        assert there.grants.of_team(NORDIC) is None  # its token was given back
        address, cookie = await there.begin(**{"Accept-Language": "ko"})
        status, page = await there.come_back(back, cookie, **{"Accept-Language": "ko"})
        assert "다시 시작" in page


async def test_who_uninstalls_it_is_forgotten_and_a_workspace_without_it_is_told_in_a_sentence(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, sample, redis_server, clock) as there:
        assert (await command(there, HARBOR, "early"))["text"].startswith("The bot isn’t installed in this workspace.")
        await there.install(HARBOR)
        await ask(there, HARBOR, "U0NORAHARBOR", "C0INCHARBOR")
        first = await there.services.installs.installations.find(HARBOR)
        async with there.session.post(f"{there.house(HARBOR).root}/_test/uninstall") as answer:
            assert (await answer.json())["ok"]
        await until(lambda: gone(there, HARBOR))
        assert f"{there.bot}/slack/install" in (await command(there, HARBOR, "late"))["text"]
        await there.install(HARBOR)
        events = await there.journal(HARBOR, way="delivery", name="app_uninstalled")
        late = json.dumps({**events[0]["body"], "event_id": "EvLATE"}).encode()
        assert await deliver(there.house(HARBOR), late, signed(late)) == 200
        await quiet(there.redis)
        again = await there.services.installs.installations.find(HARBOR)
        assert first
        assert again
        assert again[0].encrypted != first[0].encrypted
        assert await there.house(HARBOR).say("/replay help", user="U0NORAHARBOR", channel="C0INCHARBOR")


async def test_the_pages_of_a_workspace_without_the_app_are_closed_like_those_that_never_were(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    nora, channel = "U0NORAHARBOR", "C0INCHARBOR"
    async with many_teams(tmp_path, None, redis_server, clock, signs_in=HARBOR) as there:
        await there.install(HARBOR)
        cookie, store = {"Cookie": await there.sign_in(HARBOR, nora)}, there.services.postmortems.notebooks
        await there.house(HARBOR).say("/postmortem open", user=nora, channel=channel)
        notebook = await until(lambda: store.find(HARBOR, channel))
        await quiet(there.redis)

        async def closed(path: str) -> bool:
            async with there.session.get(f"{there.bot}{path}", headers=cookie) as answer:
                assert answer.status in {200, 403}, path
                return answer.status == 403

        assert not await closed(notebook.path)
        async with there.session.post(f"{there.house(HARBOR).root}/_test/uninstall") as answer:
            assert (await answer.json())["ok"]
        await until(lambda: gone(there, HARBOR))
        for key in [*await redis.keys("*channel-members*"), *await redis.keys("*person-channels*")]:
            await redis.delete(key)
        for path in (notebook.path, f"{notebook.path}.pdf", f"{notebook.path}/version", "/notebooks/no-such-one"):
            assert await closed(path), path
        assert not await closed("/notebooks")


async def gone(there: ManyTeams, team: str) -> bool:
    return await there.services.installs.installations.find(team) is None


async def command(there: ManyTeams, team: str, trigger: str) -> Json:
    """The answer to a command that Slack delivers, whatever the bot knows of the workspace."""
    body = urlencode({
        "command": "/replay", "text": "help", "team_id": team, "channel_id": "C1", "user_id": "U1",
        "trigger_id": f"1.{trigger}", "response_url": f"{there.bot}/none", "is_enterprise_install": "false",
    }).encode()  # fmt: skip
    async with there.session.post(
        f"{there.bot}/slack/events", data=body, headers={"Content-Type": FORM, **signed(body)}
    ) as answer:
        assert answer.status == 200
        told: Json = await answer.json() if answer.content_length else {}
        return told


async def test_an_organization_installs_it_once_for_all_its_workspaces(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, sample, redis_server, clock) as there:
        assert (await there.install(GRID.id))[0] == 200
        for mark, team in zip(("FJORD1", "FJORD2"), GRID.teams, strict=True):
            user, channel, house = f"U0NORA{mark}", f"C0INC{mark}", there.house(team)
            answer = await ask(there, team, user, channel)
            where = {"channel": channel, "ts": answer["ts"], "block_id": "answer"}
            await house.human("press", user=user, action_id="signals.refine", **where)
            view = await house.modal(user=user)
            pressed = (await there.journal(team, way="delivery", name="block_actions"))[-1]
            assert "%22team%22%3A+null" in pressed["body"]
            assert await house.submit(view, {}, user=user) is not None
            assert await house.refused() == []
        found = await there.services.installs.installations.find(GRID.id)
        assert found
        assert (found[0].org_wide, found[0].team) == (True, "")


@pytest.mark.parametrize("org_wide", [True, False])
async def test_people_sign_in_as_the_organization_where_that_has_the_app_as_a_whole(
    org_wide: bool, tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    user, channel = "U0NORAFJORD1", "C0INCFJORD1"
    async with many_teams(tmp_path, None, redis_server, clock, signs_in=GRID.teams[0]) as there:
        tenant = GRID.id if org_wide else GRID.teams[0]
        assert (await there.install(tenant))[0] == 200
        house, store = there.house(GRID.teams[0]), there.services.postmortems.notebooks
        await house.say("/postmortem open", user=user, channel=channel)
        notebook = await until(lambda: store.find(tenant, channel))
        await quiet(there.redis)
        cookie = {"Cookie": await there.sign_in(GRID.teams[0], user)}
        for path in ("/notebooks", f"/notebooks/{notebook.id}"):
            async with there.session.get(there.bot + path, headers=cookie) as answer:
                assert (answer.status, notebook.title in await answer.text()) == (200, True)
        people = there.services.slack.people
        assert await people.groups(tenant) == {}
        assert not (await people.get(tenant, user)).guest
        assert await house.refused() == []


async def hear(there: ManyTeams, team: str, id: str, **event: object) -> None:
    """Slack delivers an event of a workspace that has installed the app by itself."""
    body = {
        "type": "event_callback", "team_id": team, "api_app_id": "A0RPLAYBK1", "event_id": id,
        "event_time": int(there.clock().timestamp()), "event": event,
        "authorizations": [{"team_id": team, "enterprise_id": None, "is_enterprise_install": False, "is_bot": True}],
    }  # fmt: skip
    sent = json.dumps(body).encode()
    assert await deliver(there.house(team), sent, signed(sent)) == 200


async def test_what_comes_twice_late_or_is_about_others_uninstalls_nothing_and_greets_nobody(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    nora, channel = "U0NORAHARBOR", "C0INCHARBOR"
    async with many_teams(tmp_path, None, redis_server, clock) as there:
        installations = there.services.installs.installations
        assert installations
        for _ in range(2):
            await there.install(HARBOR)
            await hear(there, HARBOR, "Ev1", type="tokens_revoked", tokens={"oauth": [nora], "bot": []})
            await hear(there, HARBOR, "Ev2", type="tokens_revoked", tokens={"oauth": [], "bot": ["U0SOMEBODY"]})
            await hear(there, HARBOR, "Ev3", type="app_uninstalled")
            await hear(there, HARBOR, "Ev4", type="member_joined_channel", user=nora, channel=channel, inviter=nora)
            await hear(there, HARBOR, "Ev5", type="member_joined_channel", user="U0BOTHARBOR", channel=channel)
            await hear(there, HARBOR, "Ev6", type="channel_rename", channel={"id": "C0UNKNOWN1", "name": "x" * 200})
            await hear(there, HARBOR, "Ev7", type="channel_archive", channel="C0UNKNOWN1", event_ts="17.1")
            await quiet(there.redis)
            assert await installations.find(HARBOR)
            assert not [
                it for it in await there.house(HARBOR).messages(user=nora, channel=channel) if "Hello" in it["text"]
            ]
            async with there.session.post(f"{there.house(HARBOR).root}/_test/uninstall") as answer:
                assert (await answer.json())["ok"]
            await until(lambda: gone(there, HARBOR))
            for id in ("Ev8", "Ev9"):
                await hear(there, HARBOR, id, type="app_uninstalled")
                await hear(there, HARBOR, f"{id}x", type="tokens_revoked", tokens={"bot": ["U0BOTHARBOR"]})
            await quiet(there.redis)


async def test_a_code_that_was_used_installs_nothing_whatever_state_comes_with_it(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    async with many_teams(tmp_path, None, redis_server, clock) as there:
        installations = there.services.installs.installations
        assert installations
        address, cookie = await there.begin()
        used = await there.decide(address, HARBOR)
        assert (await there.come_back(used, cookie))[0] == 200
        kept = await installations.find(HARBOR)
        query = dict(parse_qsl(urlsplit(used).query))
        for state in ("fresh", "", "\ud800", "x" * 5000, "none"):
            address, cookie = await there.begin()
            fresh = dict(parse_qsl(urlsplit(address).query))["state"]
            given = {"code": query["code"], "state": fresh if state == "fresh" else state}
            back = f"{there.bot}/slack/oauth_redirect?{urlencode(given, errors='surrogatepass')}"
            status, page = await there.come_back(back, cookie)
            assert status in {400, 401}, page
            assert "<pre" not in page
            assert query["code"] not in page
        assert await installations.find(HARBOR) == kept
