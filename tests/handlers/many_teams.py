"""One bot that several workspaces install by OAuth, over HTTP on loopback: what an administrator does goes in."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from cryptography.fernet import Fernet

from bot.app.serve import serving
from bot.kernel.clock import Clock, seconds_of
from bot.kernel.settings import Secret, Settings
from bot.services.services import Services
from bot.state.connection import connected
from standins.slack.app_grants import AppGrants, OAuthApp, Organization
from standins.slack.seed import demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import Seed, SeedChannel, SeedPerson, WorkspaceConfig
from tests.free_ports import free_port
from tests.handlers.house import SECRET, SMALL_CLIPS, UNHURRIED, House, Json, living
from tests.moments import ahead_of

KEYS = (Fernet.generate_key().decode(), Fernet.generate_key().decode())
CLIENT, CLIENT_SECRET = "10.20", "client-secret-for-tests"
GRID = Organization("E0GRID0001", "Fjord Group", ("T0FJORDONE", "T0FJORDTWO"))
PARTNER = SeedPerson("U0PARTNER1", "pia", "Pia Partner", zone="Europe/Oslo", home="T0ELSEWHERE")
COMMANDS = demo_seed().commands


GRID_BOT = SeedPerson("U0BOTGRID", "replaybook", "Replaybook")


def seed_of(team: str, name: str, mark: str, bot: SeedPerson | None = None) -> Seed:
    """A workspace with one person, a channel with the bot in it, and one without."""
    bot = bot or SeedPerson(f"U0BOT{mark}", "replaybook", "Replaybook")
    person = SeedPerson(f"U0NORA{mark}", "nora", f"Nora {mark}", email=f"nora.{mark.lower()}@example.com", role="owner")
    channels = (
        SeedChannel(f"C0INC{mark}", f"inc-{mark.lower()}", (person.id, bot.id)),
        SeedChannel(f"C0NEW{mark}", f"new-{mark.lower()}", (person.id,)),
    )
    return Seed(team, name, "A0RPLAYBK1", "Replaybook", "B0RPLAYBK1", bot, (person,), channels, commands=COMMANDS)


def nordic() -> Seed:
    """The demo's workspace, with a partner from elsewhere in the incident's channel."""
    seed = demo_seed()
    first, *others = seed.channels
    shared = replace(first, members=(*first.members, PARTNER.id))
    return replace(seed, people=(*seed.people, PARTNER), channels=(shared, *others))


@dataclass
class ManyTeams:
    """`await there.install("T0NORDIC01")` walks through the install page; `there.house(…)` is that team's."""

    bot: str
    services: Services
    settings: Settings
    session: aiohttp.ClientSession
    redis: Any
    clock: Clock
    workspaces: dict[str, Workspace]
    grants: AppGrants

    def house(self, team: str) -> House:
        root = self.workspaces[team].config.root
        return House(root, self.services, self.settings, self.session, self.redis, self.clock)

    async def begin(self, **headers: str) -> tuple[str, str]:
        """The address that the install page leads to, and the cookie it gives."""
        async with self.session.get(f"{self.bot}/slack/install", headers=headers) as answer:
            assert answer.status == 200
            link = re.search(r'href="([^"]*oauth/v2/authorize[^"]*)"', await answer.text())
            assert link
            return unescape(link[1]), f"replaybook-install={answer.cookies['replaybook-install'].value}"

    async def decide(self, address: str, target: str, decision: str = "allow") -> str:
        """The address that Slack sends the administrator's browser back to."""
        form = {**dict(parse_qsl(urlsplit(address).query)), "target": target, "decision": decision}
        async with self.session.get(address) as answer:
            assert answer.status == 200, await answer.text()
        place = address.partition("?")[0]
        async with self.session.post(place, data=form, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def come_back(self, address: str, cookie: str = "", **headers: str) -> tuple[int, str]:
        headers = {**headers, **({"Cookie": cookie} if cookie else {})}
        async with self.session.get(address, headers=headers, allow_redirects=False) as answer:
            return answer.status, unescape(await answer.text())

    async def install(self, target: str) -> tuple[int, str]:
        address, cookie = await self.begin()
        return await self.come_back(await self.decide(address, target), cookie)

    async def sign_in(self, team: str, user: str) -> str:
        """The cookies of somebody's browser who has signed in with Slack."""
        async with self.session.get(f"{self.bot}/signin/start", allow_redirects=False) as answer:
            address, binding = answer.headers["Location"], answer.cookies["replaybook-signin"]
        async with self.session.get(address) as answer:
            [request] = set(re.findall(r"request=([\w-]+)", await answer.text()))
        place = f"{self.workspaces[team].config.root}/openid/connect/decide?request={request}&user={user}"
        async with self.session.get(place, allow_redirects=False) as answer:
            back = answer.headers["Location"]
        headers = {"Cookie": f"replaybook-signin={binding.value}"}
        async with self.session.get(back, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            return f"replaybook-session={answer.cookies['replaybook-session'].value}"

    async def journal(self, team: str, **what: Any) -> list[Json]:
        return await self.house(team).journal(**what)


@asynccontextmanager
async def many_teams(
    folder: Path,
    sample: Path | None,
    redis_url: str,
    clock: Clock,
    *,
    token_life: float = 0.0,
    signs_in: str = "T0NORDIC01",
    **more: Any,
) -> AsyncIterator[ManyTeams]:
    """Two workspaces and an organization of two; nobody has installed anything. People of one workspace can sign in."""
    port = free_port()
    bot = f"http://127.0.0.1:{port}"
    app = OAuthApp(CLIENT, CLIENT_SECRET, (f"{bot}/slack/oauth_redirect",), token_life, (GRID,))
    grants = AppGrants(seconds_of(clock), app)
    if sample:
        shutil.copytree(sample, folder / "rum")
    seeds = (
        nordic(),
        seed_of("T0HARBOR01", "Harbor Foods", "HARBOR"),
        seed_of(GRID.teams[0], "Fjord One", "FJORD1", GRID_BOT),
        seed_of(GRID.teams[1], "Fjord Two", "FJORD2", GRID_BOT),
    )
    async with AsyncExitStack() as stack:
        workspaces = {}
        for seed in seeds:
            page = free_port()
            config = WorkspaceConfig(
                folder / seed.team_id, f"http://127.0.0.1:{page}", f"{bot}/slack/events", "", SECRET, seed,
                clock=seconds_of(clock), retry_delays=(0.0, 0.1, 0.2), grants=grants,
                client_id=CLIENT, client_secret=CLIENT_SECRET, redirect_urls=(f"{bot}/signin/slack",), **UNHURRIED,
            )  # fmt: skip
            workspaces[seed.team_id] = Workspace(config)
            await stack.enter_async_context(living(workspaces[seed.team_id], page))
        settings = Settings(**{
            **SMALL_CLIPS, "data": folder, "redis_url": Secret(redis_url), "port": port,
            "slack_api_url": f"{workspaces[signs_in].config.root}/api/", "slack_signing_secret": Secret(SECRET),
            "slack_client_id": CLIENT, "slack_client_secret": Secret(CLIENT_SECRET), "token_keys": (Secret(KEYS[0]),),
            "clock_ahead_s": ahead_of(clock), **more,
        })  # fmt: skip
        services = await stack.enter_async_context(serving(settings, clock=clock))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        redis = await stack.enter_async_context(connected(redis_url))
        yield ManyTeams(bot, services, settings, session, redis, clock, workspaces, grants)
