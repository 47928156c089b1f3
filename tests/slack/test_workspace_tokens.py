"""Tokens by workspace: kept encrypted in either store, renewed in time by one process, and no other's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.oauth.installation_store import Installation

from bot.kernel.errors import Conflict, Misunderstood, Unauthorized
from bot.slack.installs.bolt_stores import RecordedInstallations, RecordedStates
from bot.slack.installs.installations import Installations, Installed
from bot.slack.installs.tenants import tenant_of
from bot.slack.installs.token_cipher import BotTokens, TokenCipher
from bot.slack.installs.workspace_tokens import OAuthClient, OwnToken, WorkspaceTokens
from bot.slack.web_api import Clients, NotInstalled, called, slack_session
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords
from standins.slack import Workspace, WorkspaceConfig
from standins.slack.app_grants import AppGrants, OAuthApp
from standins.slack.workspace_config import SCOPES
from tests.free_ports import free_port
from tests.slack.slack_workspace import SEED
from tests.standins.slack.house import serving

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
LIFE_S = 43_200.0
BACK = "http://127.0.0.1/back"


class SetClock:
    """A clock that stands still until it is set ahead."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def ahead(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Scene:
    workspace: Workspace
    installations: Installations
    tokens: WorkspaceTokens
    oauth: OAuthClient
    clock: SetClock
    redis: Redis

    def another_process(self) -> WorkspaceTokens:
        return WorkspaceTokens(self.redis, self.installations, self.oauth, self.clock)

    async def install(self) -> None:
        code = self.workspace.team.grants.code("T1", "U7", SCOPES, BACK)
        answer = await called("oauth.v2.access", self.oauth.web.oauth_v2_access(
            client_id="1.2", client_secret="s3", code=code, redirect_uri=BACK
        ))  # fmt: skip
        installation = Installation(
            app_id="A1", team_id="T1", team_name="Team", user_id="U7", bot_id="B1", bot_user_id="U0BOT",
            bot_token=answer["access_token"], bot_refresh_token=answer.get("refresh_token"),
            bot_token_expires_in=answer.get("expires_in"), bot_scopes=answer["scope"],
        )  # fmt: skip
        await RecordedInstallations(self.installations, self.clock).async_save(installation)

    def renewals(self) -> int:
        calls = self.workspace.team.journal.entries(way="api", name="oauth.v2.access")
        return len([it for it in calls if it["args"].get("grant_type") == "refresh_token"])


@asynccontextmanager
async def scene(folder: Path, redis: Redis, *, life: float = LIFE_S) -> AsyncIterator[Scene]:
    clock = SetClock()
    port = free_port()
    grants = AppGrants(lambda: clock().timestamp(), OAuthApp("1.2", "s3", (BACK,), life))
    config = WorkspaceConfig(
        folder, f"http://127.0.0.1:{port}", "http://127.0.0.1:1/none", "", "secret", SEED,
        clock=lambda: clock().timestamp(), grants=grants,
    )  # fmt: skip
    workspace = Workspace(config)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(workspace.application(), port))
        session = await stack.enter_async_context(slack_session())
        oauth = OAuthClient(session, f"{config.root}/api/", "1.2", "s3")
        installations = Installations(RedisRecords(redis), TokenCipher((NEW,)))
        yield Scene(workspace, installations, WorkspaceTokens(redis, installations, oauth, clock), oauth, clock, redis)


async def test_a_token_is_renewed_once_before_it_expires_whoever_asks(tmp_path: Path, redis: Redis) -> None:
    async with scene(tmp_path, redis) as it:
        await it.install()
        first = await it.tokens.token("T1")
        it.clock.ahead(hours=9)
        assert (await it.tokens.token("T1"), it.renewals()) == (first, 0)
        it.clock.ahead(hours=2)
        processes = [it.tokens, *(it.another_process() for _ in range(5))]
        seen = set(await asyncio.gather(*(each.token("T1") for each in processes)))
        assert (len(seen), first in seen, it.renewals()) == (1, False, 1)
        it.clock.ahead(hours=30)  # nobody spoke while it expired
        async with Clients.opened(it.tokens, it.oauth.web.base_url) as clients:
            who = await called("auth.test", clients.for_team("T1").auth_test())
        assert (who["team_id"], it.renewals()) == ("T1", 2)


async def test_while_slack_cannot_renew_it_a_token_is_used_as_long_as_it_is_good(tmp_path: Path, redis: Redis) -> None:
    async with scene(tmp_path, redis) as it:
        await it.install()
        first = await it.tokens.token("T1")
        dead = await it.installations.find("T1")
        assert dead
        await it.installations.renew(*dead, BotTokens("T1", first, "xoxe-1-used"), dead[0].expires_at)
        it.clock.ahead(hours=11)
        assert await it.tokens.token("T1") == first
        it.clock.ahead(hours=2)
        with pytest.raises(Unauthorized, match="T1"):
            await it.tokens.token("T1")


async def test_a_token_that_was_replaced_elsewhere_is_read_again_and_a_revoked_one_is_not_asked_for_ever(
    tmp_path: Path, redis: Redis
) -> None:
    async with scene(tmp_path, redis, life=0) as it:
        await it.install()
        first = await it.tokens.token("T1")
        await it.install()
        assert await it.tokens.after_refusal("T1", first) == await it.tokens.token("T1") != first
        assert await it.tokens.after_refusal("T1", await it.tokens.token("T1")) is None
        await it.installations.remove("T1")
        with pytest.raises(NotInstalled):
            await it.tokens.token("T1")
        assert await it.tokens.after_refusal("T1", first) is None


async def test_the_token_of_the_setting_serves_its_own_workspace_alone(tmp_path: Path, redis: Redis) -> None:
    async with scene(tmp_path, redis, life=0) as it:
        await it.install()
        own = OwnToken(await it.tokens.token("T1"), it.oauth.web)
        await it.installations.remove("T1")
        tokens = WorkspaceTokens(it.redis, it.installations, it.oauth, it.clock, own)
        assert await tokens.token("T1") == own.token
        for stranger in ("T2", "E1", ""):
            with pytest.raises(NotInstalled):
                await tokens.token(stranger)


async def test_keys_are_changed_by_a_new_one_before_the_old(records: RecordStore) -> None:
    before = Installations(records, TokenCipher((OLD,)))
    for team in ("T1", "T2"):
        await before.save(Installed(team, ""), BotTokens(team, f"xoxb-{team}"))
    both, after = Installations(records, TokenCipher((NEW, OLD))), Installations(records, TokenCipher((NEW,)))
    found = await after.find("T1")
    assert found
    with pytest.raises(Unauthorized, match="installed again"):
        after.tokens(found[0])
    assert (await both.encrypt_again(), await both.encrypt_again()) == (2, 0)
    for team in ("T1", "T2"):
        found = await after.find(team)
        assert found
        assert after.tokens(found[0]).access == f"xoxb-{team}"
    assert [it.tenant async for it in after.every()] == ["T2", "T1"]


async def test_a_token_in_another_ones_place_opens_for_nobody(records: RecordStore) -> None:
    installations = Installations(records, TokenCipher((NEW,)))
    await installations.save(Installed("T1", ""), BotTokens("T1", "xoxb-secret"))
    found = await installations.find("T1")
    assert found
    assert "xoxb-secret" not in msgspec.json.encode(found[0]).decode()
    with pytest.raises(Unauthorized):
        installations.tokens(msgspec.structs.replace(found[0], tenant="T2"))


async def test_a_state_is_good_once_and_nowhere_to_be_read(records: RecordStore) -> None:
    states = RecordedStates(records)
    state = await states.async_issue()
    assert await states.async_consume("made-up") is False
    taken = await asyncio.gather(*(states.async_consume(state) for _ in range(5)))
    assert sorted(taken) == [False, False, False, False, True]


async def test_who_was_faster_stays(records: RecordStore) -> None:
    installations = Installations(records, TokenCipher((NEW,)))
    await installations.save(Installed("T1", ""), BotTokens("T1", "xoxb-1"))
    found = await installations.find("T1")
    assert found
    await installations.save(Installed("T1", ""), BotTokens("T1", "xoxb-2"))
    with pytest.raises(Conflict):
        await installations.renew(*found, BotTokens("T1", "xoxb-3"), 0.0)
    with pytest.raises(Conflict):
        await installations.remove("T1", found[1])


@pytest.mark.parametrize("keys", [("short",), ("",), (NEW, "x" * 44), ("é" * 44,)])
def test_a_key_that_is_none_is_said_to_be_none(keys: tuple[str, ...]) -> None:
    with pytest.raises(Misunderstood, match="token-key") as caught:
        TokenCipher(keys)
    assert keys[-1] not in str(caught.value) or not keys[-1]


@pytest.mark.parametrize(
    ("body", "tenant"),
    [
        ({"team_id": "T1", "command": "/replay", "is_enterprise_install": "false"}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True, "user": {"team_id": "T2"}}, "E1"),
        ({"team": {"id": "T1"}, "user": {"id": "U9", "team_id": "T9"}}, "T1"),
        (
            {
                "type": "view_submission",
                "team": {"id": "T9"},
                "user": {"team_id": "T9"},
                "view": {"app_installed_team_id": "T1"},
            },
            "T1",
        ),
        (
            {
                "team_id": "T9",
                "event": {"type": "message"},
                "authorizations": [{"team_id": "T1", "enterprise_id": None, "is_enterprise_install": False}],
            },
            "T1",
        ),
        (
            {
                "team_id": "T1",
                "event": {"type": "message"},
                "authorizations": [{"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": True}],
            },
            "E1",
        ),
        ({"type": "url_verification"}, ""),
    ],
)
def test_a_delivery_belongs_to_whom_bolt_says(body: dict[str, object], tenant: str) -> None:
    assert tenant_of(AsyncBoltRequest(body=body, mode="socket_mode").context) == tenant


async def test_a_wrong_secret_gets_nothing_and_no_secret_is_in_the_journal(tmp_path: Path, redis: Redis) -> None:
    async with scene(tmp_path, redis) as it:
        await it.install()
        url = f"{it.workspace.config.root}/api/oauth.v2.access"
        async with aiohttp.ClientSession() as session, session.post(url, data={"client_id": "1.2"}) as answer:
            assert (await answer.json())["error"] == "bad_client_secret"
        assert await it.tokens.token("T1") not in str(it.workspace.team.journal.entries())
