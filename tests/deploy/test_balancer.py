"""The balancer's configuration, in the balancer itself: what reaches a bot, unchanged, and what never does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, web
from slack_sdk.signature import SignatureVerifier
from yarl import URL

from bot.kernel import child_process
from bot.web.intake_body import BodyLimits
from tests.free_ports import free_port
from tests.http_server import answering
from tests.polling import until

CADDY = Path(sys.executable).with_name("caddy")
CONFIGURATION = Path("deploy/Caddyfile")
SECRET = "a-signing-secret"
INSIDE = ("/metrics", "/healthz", "/livez", "/readyz", "/api/ask")


@dataclass
class Replica:
    """A server in the place of a bot or an intake. It remembers what came."""

    name: str
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        body = b"".join([piece async for piece in request.content.iter_any()])
        self.seen.append((request.path, dict(request.headers), body))
        return web.Response(text=self.name)


@dataclass
class Site:
    """A balancer that runs, with two bots and an intake behind it."""

    client: ClientSession
    address: str
    bots: list[Replica]
    intake: Replica

    async def ask(
        self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        url = URL(self.address + path, encoded=True)
        async with self.client.request(method, url, data=data, headers=headers) as answer:
            return answer.status, await answer.text()

    @property
    def seen(self) -> list[tuple[str, dict[str, str], bytes]]:
        return [each for replica in (*self.bots, self.intake) for each in replica.seen]

    def reached(self) -> list[str]:
        return [path for path, _, _ in self.seen]


def adapted(upstreams: dict[str, list[str]], address: str, below: str) -> Any:
    """The configuration as Caddy reads it; names that only a network of containers knows become addresses."""
    known = {"REPLAYBOOK_DOMAIN": address, "REPLAYBOOK_PATH": below}
    command = (CADDY, "adapt", "--config", CONFIGURATION, "--adapter", "caddyfile")
    written = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **known}).stdout

    def with_addresses(part: Any) -> Any:
        if isinstance(part, list):
            return [with_addresses(each) for each in part]
        if not isinstance(part, dict):
            return part
        inner = {name: with_addresses(each) for name, each in part.items()}
        if source := inner.pop("dynamic_upstreams", None):
            assert (source["source"], source["port"]) == ("a", "8400")
            inner["upstreams"] = [{"dial": each} for each in upstreams[source["name"]]]
        return inner

    return with_addresses(json.loads(written))


@asynccontextmanager
async def balanced(*, dead: int = 0, below: str = "") -> AsyncIterator[Site]:
    """With `dead` more bots that nobody reaches any more, `below` a path of the host."""
    replicas, port = [Replica("bot-1"), Replica("bot-2"), Replica("intake")], free_port("127.0.0.1")
    address = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(answering(each.answer)) for each in replicas]
        places = [url.removeprefix("http://") for url in urls]
        gone = [f"127.0.0.1:{free_port('127.0.0.1')}" for _ in range(dead)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        configuration = adapted({"bot": [*gone, *places[:2]], "intake": places[2:]}, address, below)
        (folder / "caddy.json").write_text(json.dumps(configuration))
        homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = await asyncio.create_subprocess_exec(
            # It ends with us, however we end.
            sys.executable, "-I", "-S", child_process.__file__, str(os.getpid()),
            CADDY, "run", "--config", folder / "caddy.json",
            stderr=asyncio.subprocess.DEVNULL, env={**os.environ, **homes},
        )  # fmt: skip
        try:
            client = await stack.enter_async_context(ClientSession(auto_decompress=False))
            await until(lambda: _up(client, address))
            yield Site(client, address, replicas[:2], replicas[2])
        finally:
            process.kill()
            await process.wait()


async def _up(client: ClientSession, address: str) -> bool:
    try:
        async with client.get(address):
            return True
    except ClientError:
        return False


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with balanced() as running:
        yield running


async def test_slacks_signature_holds_behind_it(site: Site) -> None:
    """It is over every byte of the body, as sent."""
    body = b"payload=%7B%22text%22%3A+%22%EA%B5%AC%EB%A7%A4%22%7D&x= \t\r\n&y=%20+"
    stamp = "1700000000"
    signature = "v0=" + hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    signed = {
        "X-Slack-Signature": signature, "X-Slack-Request-Timestamp": stamp,
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    for _ in range(8):
        assert (await site.ask("POST", "/slack/events", body, signed))[0] == 200
    assert all(bot.seen for bot in site.bots), "one bot got everything"
    verifier = SignatureVerifier(SECRET, clock=type("Then", (), {"now": staticmethod(lambda: float(stamp))})())
    for _, headers, received in site.seen:
        assert received == body
        assert verifier.is_valid(received, headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"])


async def test_what_only_a_proxy_may_tell_is_not_taken_from_a_client(site: Site) -> None:
    lies = {"X-Forwarded-For": "127.0.0.9", "X-Forwarded-Host": "evil.example"}
    lies |= {"CF-IPCountry": "KR", "X-Country-Code": "KR"}
    assert (await site.ask("POST", "/intake/rrweb?key=k", b"{}", lies))[0] == 200
    [(_, headers, _)] = site.intake.seen
    assert headers["X-Forwarded-For"] == "127.0.0.1"  # where the client is, here
    assert headers["X-Forwarded-Host"] == site.address.removeprefix("http://")
    assert not {name.lower() for name in headers} & {"cf-ipcountry", "x-country-code"}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_for_the_inside_is_not_reached_from_outside(site: Site, method: str) -> None:
    detours = ("/slack/..", "/hooks/..", "/notebooks/..", "/files/%2e%2e", "/pages/x/../..", "/files/..%2f..", "/")
    for inside in INSIDE:
        tried = [inside, inside.replace("e", "%65"), inside + "/", *(detour + inside for detour in detours)]
        for path in tried:
            await site.ask(method, path)
    assert all(path.startswith("/files/") for path in site.reached()), site.reached()
    assert (await site.ask(method, "/"))[0] == 404
    assert (await site.ask("GET", "/slack/events"))[0] == 404


async def test_the_pages_are_the_bots_who_is_asked_by_the_name_that_people_use(site: Site) -> None:
    """It asks who somebody is itself, and takes no request by another name."""
    for path in ("/notebooks", "/notebooks/a1", "/files/a.gif", "/tickets", "/tickets/T-1", "/answers/x", "/pages/p",
                 "/signin", "/signin/slack"):  # fmt: skip
        assert await site.ask("GET", path, headers={"Cookie": "a=b"}) in [(200, "bot-1"), (200, "bot-2")]
    assert (await site.ask("POST", "/signout", b"csrf=x"))[0] == 200
    for _, headers, _ in site.seen:
        assert headers["Host"] == site.address.removeprefix("http://")


async def test_webhooks_and_the_install_page_are_the_bots(site: Site) -> None:
    for path in ("/hooks/github/main", "/hooks/jira/main"):
        assert await site.ask("POST", path, b"{}", {"X-Hub-Signature-256": "sha256=1"}) in [
            (200, "bot-1"),
            (200, "bot-2"),
        ]
        assert (await site.ask("GET", path))[0] == 404
    for path in ("/slack/install", "/slack/oauth_redirect?code=c&state=s"):
        assert await site.ask("GET", path) in [(200, "bot-1"), (200, "bot-2")]
    assert (await site.ask("POST", "/hooks/github/main", b"x" * 4_100_000))[0] == 413


async def test_bodies_have_the_limits_of_whoever_gets_them(site: Site) -> None:
    assert (await site.ask("POST", "/slack/events", b"x" * 4_100_000))[0] == 413
    longest = BodyLimits().body
    assert await site.ask("POST", "/intake/datadog?ddforward=x", b"x" * (longest + 1)) == (200, "intake")
    assert len(site.intake.seen[-1][2]) == longest + 1
    assert (await site.ask("POST", "/intake/datadog?ddforward=x", b"x" * (longest + 2_000_000)))[0] == 413


async def test_a_bot_that_is_gone_is_not_noticed() -> None:
    async with balanced(dead=1) as site:
        answers = [await site.ask("POST", "/slack/events", b"{}") for _ in range(20)]
        assert {status for status, _ in answers} == {200}
        assert sum(len(bot.seen) for bot in site.bots) == 20


async def test_below_a_path_addresses_are_passed_on_with_it_and_none_without() -> None:
    async with balanced(below="/replaybook") as site:
        for method, path in (("GET", "/notebooks"), ("GET", "/signin/slack"), ("POST", "/slack/events")):
            assert (await site.ask(method, f"/replaybook{path}"))[0] == 200
            assert (await site.ask(method, path))[0] == 404
        assert await site.ask("POST", "/replaybook/intake/rrweb", b"{}") == (200, "intake")
        for inside in INSIDE:
            assert (await site.ask("GET", f"/replaybook{inside}"))[0] == 404
        assert all(path.startswith("/replaybook/") for path in site.reached()), site.reached()
