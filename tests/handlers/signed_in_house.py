"""The whole bot with sign-in, and one of each page, in a private channel that some of the workspace's people are in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import aiohttp
import msgspec
from aiohttp import web
from multidict import CIMultiDict

from bot.app import serve
from bot.app.serve import serving
from bot.backlog.ticket import NewTicket
from bot.kernel.clock import Clock, seconds_of
from bot.kernel.settings import Secret, Settings
from bot.notebook.facts import add_clip
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.services.services import Services
from bot.state.connection import connected
from bot.web import listening
from bot.web.access.sessions import SESSION, Session
from bot.web.access.signed_values import SignedValues
from standins.slack.seed import BOT, ERIK, JISOO, MINA, demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import Seed, SeedChannel, SeedPerson, WorkspaceConfig
from tests.backlog.examples import NEW
from tests.free_ports import free_port
from tests.handlers.house import SECRET, TOKEN, UNHURRIED, living
from tests.messages.scenes import LANGUAGES
from tests.messages.scenes.answers import answered
from tests.moments import ahead_of
from tests.notebook.examples import CLIP, EVERYTHING, opened

TEAM, CLOSED_CHANNEL, OPEN_CHANNEL = "T0NORDIC01", "C0CLOSED01", "C0INC142CK"
PARTNER = "U0PARTNER1"
"""Somebody of another workspace, in a channel that both share."""
GUEST = SeedPerson("U0GUEST001", "gus", "Gus Guest", is_guest=True)
CLIENT_ID, CLIENT_SECRET, KEY = "25259531569.11152291", "client-secret-for-tests", "k" * 40
CSRF = re.compile(r'name="csrf" value="([\w-]+)"')


def seed_with_a_closed_channel() -> Seed:
    """Mina and a partner are in the private channel, Jisoo and Erik are not; the order makes Mina come last."""
    crowd = tuple(f"U0CROWD{n:03}" for n in range(7))
    closed = SeedChannel(CLOSED_CHANNEL, "inc-closed", (*crowd, PARTNER, BOT.id, MINA.id), is_private=True)
    seed = demo_seed()
    return replace(seed, people=(*seed.people, GUEST), channels=(*seed.channels, closed), messages=())


@dataclass
class SignedInHouse:
    """`who` in its methods is a user's id, or None for a browser without a session."""

    base: str
    root: str
    settings: Settings
    services: Services
    workspace: Workspace
    http: aiohttp.ClientSession
    routes: list[web.RouteDef]
    clock: Clock
    notebook: Notebook
    file: str
    ticket: str
    answer: str

    def session(self, user: str, team: str = TEAM, name: str = "Somebody", **more: Any) -> Session:
        return Session(team, user, name, f"session-of-{user}", self.clock().timestamp(), **more)

    def signed(self, session: Session, *, key: str = KEY, lasts: timedelta = timedelta(hours=1)) -> str:
        return SignedValues([key], self.clock).sign(SESSION, session, lasts)

    def csrf(self, user: str, team: str = TEAM) -> str:
        session = self.session(user, team)
        return SignedValues([KEY], self.clock).token("csrf", f"{session.team} {session.user} {session.id}")

    async def ask(
        self, method: str, path: str, who: str | None = None, *, team: str = TEAM, **more: Any
    ) -> tuple[int, str, CIMultiDict[str]]:
        headers = dict(more.pop("headers", {}))
        if who:
            headers["Cookie"] = f"replaybook-session={self.signed(self.session(who, team))}"
        url = path if "://" in path else self.base + path
        async with self.http.request(method, url, headers=headers, allow_redirects=False, **more) as answer:
            body = await answer.read()
            return answer.status, body.decode("utf-8", "replace"), CIMultiDict(answer.headers)

    async def get(self, path: str, who: str | None = None, **more: Any) -> tuple[int, str]:
        return (await self.ask("GET", path, who, **more))[:2]

    async def send(self, path: str, who: str, **form: str) -> tuple[int, str]:
        """As the form of a page of theirs does."""
        return (await self.ask("POST", path, who, data={"csrf": self.csrf(who), **form}))[:2]

    def calls(self, method: str) -> int:
        return len(self.workspace.team.journal.entries(0, "api", method))

    async def forget(self) -> None:
        """As if a minute had passed since Slack was asked."""
        async with connected(str(self.settings.redis_url)) as redis:
            for pattern in ("*channel-members*", "*person-channels*", "*person-standing*", "*searched*"):
                for key in await redis.keys(pattern):
                    await redis.delete(key)

    async def set_members(self, channel: str, *members: str) -> None:
        team = self.workspace.team
        team.store.put("channel", channel, {**team.channel(channel), "members": list(members)})
        await self.forget()


@asynccontextmanager
async def signed_in_house(folder: Path, redis_url: str, clock: Clock, **more: Any) -> AsyncIterator[SignedInHouse]:
    page, port = free_port(), free_port()
    root = f"http://127.0.0.1:{page}"
    base = more.pop("public_url", f"http://127.0.0.1:{port}")
    values: dict[str, Any] = {
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": Secret(CLIENT_SECRET),
        "session_keys": (Secret(KEY),),
        "metrics_token": Secret("for-metrics"),
        **more,
    }
    settings = Settings(
        data=folder, redis_url=Secret(redis_url), port=port, public_url=base, slack_api_url=f"{root}/api/",
        slack_bot_token=Secret(TOKEN), slack_signing_secret=Secret(SECRET), clock_ahead_s=ahead_of(clock), **values,
    )  # fmt: skip
    config = WorkspaceConfig(
        folder / "workspace", root, f"{base}/slack/events", TOKEN, SECRET, seed_with_a_closed_channel(),
        clock=seconds_of(clock), page_limit=3, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        redirect_urls=(f"{base}/signin/slack",), **UNHURRIED,
    )  # fmt: skip
    workspace, routes = Workspace(config), list[web.RouteDef]()

    def heard(host: str, port: int, known: list[web.RouteDef], *rest: Any, **more: Any) -> Any:
        routes.extend(known)
        return listening.listening(host, port, known, *rest, **more)

    async with AsyncExitStack() as stack:
        async with connected(redis_url) as redis:
            await redis.flushall()
        await stack.enter_async_context(living(workspace, page))
        stack.enter_context(mock.patch.object(serve, "listening", heard))
        services = await stack.enter_async_context(serving(settings, clock=clock))
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        pages = await _pages(services)
        yield SignedInHouse(base, root, settings, services, workspace, http, routes, clock, *pages)


async def _pages(services: Services) -> tuple[Notebook, str, str, str]:
    """A notebook with a clip, a ticket and an answer of the closed channel."""
    postmortems, requests = services.postmortems, services.requests
    file = await postmortems.files.put(b"GIF89a of a clip", "gif")
    empty = msgspec.structs.replace(opened(postmortems.text), team=TEAM, channel=CLOSED_CHANNEL)
    changes = (*EVERYTHING, add_clip("1700.9", msgspec.structs.replace(CLIP, file=file)))
    notebook = await postmortems.notebooks.create(merge(empty, changes, postmortems.text.for_notebook(empty)))
    wanted = NewTicket(project="SHOP", title="Buy does nothing", description="A secret", meaning="m1")
    ticket = await requests.trackers.of("local").create(wanted)
    request = msgspec.structs.replace(NEW, team=TEAM, channel=CLOSED_CHANNEL, ticket=ticket.key)
    await requests.records.add(request)
    await requests.records.note_ticket(request, "local")
    questions = services.questions.records
    asked = msgspec.structs.replace(
        answered(str, LANGUAGES["en"]), id="Q0ACCESS", team=TEAM, channel=CLOSED_CHANNEL, user=MINA.id
    )
    page = await questions.page(asked)
    await questions.add(msgspec.structs.replace(asked, page=page.secret))
    return notebook, file, ticket.key, page.secret


__all__ = ["ERIK", "JISOO", "MINA", "SignedInHouse", "signed_in_house"]
