"""The client against a server that refuses, limits, fails and answers with garbage."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from redis.asyncio import Redis

from bot.kernel.circuit import OPENS_AFTER, CircuitOpen
from bot.kernel.errors import Missing, Misunderstood, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.settings import Secret
from bot.providers.posthog import posthog_client
from bot.providers.posthog.open_posthog import open_client
from bot.providers.posthog.posthog_calls import (
    ProjectAnswer,
    QueryRows,
    project_call,
    query_call,
    snapshots_call,
)
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_errors import PostHogRefused, PostHogUnreadable
from bot.providers.posthog.posthog_settings import PostHogSettings
from bot.state.call_limits import SharedLimits
from standins.http_faults import HttpFault
from standins.posthog.posthog_world import PostHogRate, PostHogWorld
from tests.providers.posthog.conftest import QUICK

ONE = query_call("SELECT count() AS n FROM events LIMIT 1", {})
QUERY = "POST /api/projects/1/query/"


async def test_a_read_is_tried_again_after_a_failure_and_after_a_lost_answer(
    client: PostHogClient, world: PostHogWorld
) -> None:
    world.faults.add(HttpFault(QUERY, 1, 503))
    world.faults.add(HttpFault(QUERY, 1, drop=True, after=True))
    assert (await client.send(ONE, QueryRows)).results == [[0]]
    assert client.calls == 3


async def test_a_key_that_is_wrong_is_told_from_a_scope_that_is_missing(url: str, world: PostHogWorld) -> None:
    async with PostHogClient.opened(url, "1", "phx_other", patience=QUICK) as other:
        with pytest.raises(Unauthorized, match="doesn’t know this key"):
            await other.send(ONE, QueryRows)
        assert other.calls == 1
    world.scopes = frozenset({"query:read"})
    async with PostHogClient.opened(url, "1", world.key, patience=QUICK) as client:
        assert (await client.send(ONE, QueryRows)).results == [[0]]
        with pytest.raises(Unauthorized, match="needs the scope “session_recording:read”"):
            await client.body(snapshots_call("s-1"))
        with pytest.raises(Unauthorized, match="“project:read”"):
            await client.send(project_call(), ProjectAnswer)


async def test_another_project_and_an_unknown_session_are_missing(url: str, world: PostHogWorld) -> None:
    async with PostHogClient.opened(url, "2", world.key, patience=QUICK) as client:
        with pytest.raises(Missing, match="didn’t find the project"):
            await client.send(project_call(), ProjectAnswer)
    async with PostHogClient.opened(url, "1", world.key, patience=QUICK) as client:
        with pytest.raises(Missing, match="didn’t find the recording"):
            await client.body(snapshots_call("../../projects"))


async def test_a_query_that_is_refused_is_told_in_posthogs_words_and_not_repeated(client: PostHogClient) -> None:
    with pytest.raises(PostHogRefused, match=r"status 400: Unsupported function call 'sleep\(\.\.\.\)'"):
        await client.send(query_call("SELECT sleep(3) AS n", {}), QueryRows)
    assert client.calls == 1


async def test_a_limit_is_told_with_its_time_and_nobody_asks_again_before(
    redis: Redis, url: str, world: PostHogWorld
) -> None:
    """What one process was told holds for all of them, and for that group of requests alone."""
    world.rates["query"] = PostHogRate(limit=1, period_s=100.0)
    limits = SharedLimits(redis, "posthog", "here")
    async with (
        PostHogClient.opened(url, "1", world.key, limits, QUICK) as one,
        PostHogClient.opened(url, "1", world.key, limits, QUICK) as other,
    ):
        await one.send(ONE, QueryRows)
        with pytest.raises(RateLimited, match="limits how often numbers may be asked for: wait") as limited:
            await one.send(ONE, QueryRows)
        assert 0 < limited.value.retry_after <= 100
        with pytest.raises(RateLimited):
            await other.send(ONE, QueryRows)
        assert other.calls == 0
        assert (await other.send(project_call(), ProjectAnswer)).name == "Shop"
    assert [request.status for request in world.requests] == [200, 429, 200]


async def test_a_short_limit_is_waited_for(url: str, world: PostHogWorld) -> None:
    world.faults.add(HttpFault(QUERY, 1, 429, {"Retry-After": "0.01"}))
    async with PostHogClient.opened(url, "1", world.key, patience=replace(QUICK, limit_s=60.0)) as client:
        assert (await client.send(ONE, QueryRows)).results == [[0]]
        assert client.calls == 2


async def test_after_failures_in_a_row_nothing_is_sent(client: PostHogClient, world: PostHogWorld) -> None:
    world.faults.add(HttpFault(QUERY, 100, 500))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await client.send(ONE, QueryRows)
    assert client.calls == OPENS_AFTER
    with pytest.raises(CircuitOpen, match="PostHog failed 5 times in a row"):
        await client.send(ONE, QueryRows)


async def test_nobody_there_is_one_sentence() -> None:
    async with PostHogClient.opened(f"http://127.0.0.1:{unused_port()}", "1", "k", patience=QUICK) as client:
        with pytest.raises(Unavailable, match="can’t be reached"):
            await client.send(ONE, QueryRows)
        assert client.calls == QUICK.attempts


async def test_an_answer_that_never_comes_is_given_up(url: str, world: PostHogWorld) -> None:
    world.faults.add(HttpFault(QUERY, 100, delay_s=3600))
    patience = replace(QUICK, answer_s=0.05, attempts=2)
    async with PostHogClient.opened(url, "1", world.key, patience=patience) as client:
        with pytest.raises(Unavailable, match="took too long to answer when asked for numbers"):
            await client.send(ONE, QueryRows)
        assert client.calls == 1, "the query still runs there, and another one would run beside it"


async def test_an_answer_without_end_is_not_read_on(
    client: PostHogClient, world: PostHogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posthog_client, "MOST_BYTES", 10)
    with pytest.raises(PostHogUnreadable, match="larger than 10 bytes"):
        await client.send(ONE, QueryRows)
    assert client.calls == 1


@pytest.mark.parametrize("text", ["<html>", "{", '{"results": 1}', "[" * 100_000])
async def test_an_answer_of_another_form_is_unreadable_and_not_asked_for_again(text: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text)

    app = web.Application()
    app.router.add_post("/api/projects/1/query/", answer)
    async with (
        TestServer(app) as server,
        PostHogClient.opened(str(server.make_url("")), "1", "k", patience=QUICK) as client,
    ):
        with pytest.raises(PostHogUnreadable, match="can’t be read when asked for numbers"):
            await client.send(ONE, QueryRows)
        assert client.calls == 1


async def test_the_key_follows_no_redirect_and_is_in_no_error_and_no_log() -> None:
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.path)
        raise web.HTTPFound("/other")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", elsewhere)
    with structlog.testing.capture_logs() as logs:
        async with (
            TestServer(app) as server,
            PostHogClient.opened(str(server.make_url("")), "1", "phx_very_secret", patience=QUICK) as client,
        ):
            with pytest.raises(Unavailable, match="points elsewhere") as raised:
                await client.send(ONE, QueryRows)
    assert set(seen) == {"/api/projects/1/query/"}
    assert "phx_very_secret" not in f"{raised.value!r} {raised.value} {logs} {vars(client)}"
    settings = PostHogSettings(key=Secret("phx_very_secret"))
    assert "phx_very_secret" not in repr(settings)
    assert settings.secrets == ("phx_very_secret",)


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (PostHogSettings(key=Secret("phx_x")), "REPLAYBOOK_POSTHOG_PROJECT"),
        (PostHogSettings(project="1"), "REPLAYBOOK_POSTHOG_KEY"),
    ],
)
async def test_opening_says_what_is_not_set(settings: PostHogSettings, missing: str) -> None:
    assert settings.configured
    with pytest.raises(Misunderstood, match=f"{missing} isn’t set"):
        async with open_client(settings):
            pass


@pytest.mark.parametrize(
    ("url", "key", "sentence"),
    [
        ("https://", "phx_x", "isn’t an address"),
        ("https://us.posthog.com:abc", "phx_x", "isn’t an address"),
        ("https://[::1", "phx_x", "isn’t an address"),
        (f"https://{'a' * 300}.com", "phx_x", "isn’t an address"),
        ("https://a b", "phx_x", "isn’t an address"),
        ("https://name:phx_secret@us.posthog.com", "phx_x", "isn’t an address"),
        ("https://us.posthog.com/?key=phx_secret", "phx_x", "isn’t an address"),
        ("https://eu.i.posthog.com/", "phx_x", "people open that PostHog at https://eu.posthog.com"),
        ("https://us.posthog.com", "phc_x", "make a personal API key"),
    ],
)
async def test_opening_says_what_is_set_by_mistake(url: str, key: str, sentence: str) -> None:
    settings = PostHogSettings(key=Secret(key), project="1", url=url)
    with pytest.raises(Misunderstood, match=sentence) as raised:
        async with open_client(settings):
            pass
    assert "secret" not in str(raised.value)
    assert key not in str(raised.value)


@pytest.mark.parametrize("url", ["https://eu.posthog.com", "http://127.0.0.1:8000/", "https://[::1]:8/posthog"])
async def test_addresses_that_can_be_asked_are_taken(url: str) -> None:
    async with open_client(PostHogSettings(key=Secret("phx_x"), project="1", url=url)) as client:
        assert client.calls == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROJECT", "12/../13"),
        ("PROJECT", "shop"),
        ("URL", "us.posthog.com"),
        ("VERSION_PROPERTY", "x`) or 1 --"),
        ("ENV_PROPERTY", "a b"),
    ],
)
def test_settings_that_could_not_be_put_into_an_address_or_a_query_are_refused(name: str, value: str) -> None:
    with pytest.raises(ReplaybookError, match=f"REPLAYBOOK_POSTHOG_{name}"):
        PostHogSettings.from_env({f"REPLAYBOOK_POSTHOG_{name}": value})
