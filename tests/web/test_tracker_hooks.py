"""What trackers send is signed, small and complete, or nothing comes of it; what comes of it is heard once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from bot.cli.hook_check import hook_checks
from bot.kernel.clock import Clock
from bot.kernel.errors import Missing, Unavailable
from bot.kernel.settings import Secret, Settings
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.hooks import HookHint
from bot.providers.registry import all_hooks
from bot.web.listening import up
from bot.web.tracker_hooks import MOST_BYTES, hook_routes

SECRET = "a long random text"
SETTINGS = Settings().with_provider(GitHubSettings(token=Secret("t"), hook_secret=Secret(SECRET)))
BODY = b'{"action":"closed","issue":{"number":7},"repository":{"full_name":"acme/shop"}}'
Heard = list[tuple[str, str, HookHint]]


@asynccontextmanager
async def listening(
    heard: Heard, clock: Clock, settings: Settings = SETTINGS, seconds: float = 8
) -> AsyncIterator[str]:
    async def hear(provider: str, connection: str, hint: HookHint) -> None:
        if hint.id == "00000000-away":
            raise Unavailable("Redis is away.")
        heard.append((provider, connection, hint))

    app = web.Application()
    app.add_routes(hook_routes(SETTINGS, all_hooks(), hear, clock, seconds))
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    async with up(runner, "127.0.0.1", 0):
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"


def headers(body: bytes, id: str = "72d3162e-cc78") -> dict[str, str]:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Delivery": id, "X-GitHub-Event": "issues"}


async def send(url: str, body: bytes, sent: dict[str, str]) -> int:
    """The status of the answer. Written by hand: a client sends neither other bytes nor an encoding that isn't one."""
    host, port = url.removeprefix("http://").split("/")[0].split(":")
    path = url.removeprefix("http://").partition("/")[2]
    lines = [f"POST /{path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in sent.items()]
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join([*lines, "", ""]).encode(errors="surrogateescape") + body)
    with suppress(ConnectionError):
        await writer.drain()
    answer = await reader.read()
    writer.close()
    status = int(answer.split()[1])
    assert b"error" in answer or status in {200, 404}
    return status


async def test_a_signed_webhook_is_heard_with_its_connection(clock: Clock) -> None:
    heard: Heard = []
    async with listening(heard, clock) as url:
        assert await send(f"{url}/hooks/github/main", BODY, headers(BODY)) == 200
    assert heard == [("github", "main", HookHint("72d3162e-cc78", ("acme/shop#7",)))]


@pytest.mark.parametrize(
    ("path", "body", "sent", "status"),
    [
        ("/hooks/github/main", BODY, {"X-GitHub-Event": "issues"}, 401),
        ("/hooks/github/main", BODY + b" ", headers(BODY), 401),
        ("/hooks/github/main", BODY, headers(BODY) | {"X-Hub-Signature-256": "sha256=\udcff"}, 401),
        ("/hooks/github/main", BODY, headers(BODY, "\udcff72d3162e"), 400),
        ("/hooks/github/main", BODY, headers(BODY) | {"Content-Encoding": "gzip"}, 400),
        ("/hooks/github/main", b"no json", headers(b"no json"), 400),
        ("/hooks/nobody/main", BODY, headers(BODY), 404),
        ("/hooks/local/main", BODY, headers(BODY), 404),
        ("/hooks/github/a%2Fb", BODY, headers(BODY), 404),
        ("/hooks/github/main", BODY, headers(BODY, "00000000-away"), 503),
        ("/hooks/github/main", b" " * (MOST_BYTES + 1), headers(b" " * (MOST_BYTES + 1)), 400),
    ],
)
async def test_anything_else_is_refused_and_heard_by_nobody(
    clock: Clock, path: str, body: bytes, sent: dict[str, str], status: int
) -> None:
    heard: Heard = []
    async with listening(heard, clock) as url:
        assert await send(url + path, body, sent) == status
        assert await send(f"{url}/hooks/github/main", BODY, headers(BODY)) == 200
    assert len(heard) == 1


async def test_a_body_that_never_ends_is_given_up(clock: Clock) -> None:
    heard: Heard = []
    async with listening(heard, clock, seconds=0.05) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /hooks/github/main HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert b" 400 " in await reader.readline()
        writer.close()
    assert heard == []


async def test_the_doctor_sends_one_and_says_what_came_of_it(clock: Clock) -> None:
    other = Settings().with_provider(GitHubSettings(token=Secret("t"), hook_secret=Secret("another")))
    async with listening([], clock) as url:
        assert url in await hook_checks(SETTINGS, url)["GitHub webhooks"]()
        with pytest.raises(Missing, match="status 401"):
            await hook_checks(other, url)["GitHub webhooks"]()
    with pytest.raises(Unavailable, match="got no answer"):
        await hook_checks(SETTINGS, url)["GitHub webhooks"]()
    assert hook_checks(Settings(), url) == {}
