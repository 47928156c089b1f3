"""One client a workspace; and every failure of Slack's has a meaning."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.kernel.errors import Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.slack.clients import Clients, SlackInternalError, SlackRefused, called
from tests.slack.fake_slack import FakeSlack, Fault, error


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().running() as fake:
        yield fake


def html(status: int) -> Fault:
    async def answer(_: dict[str, object]) -> web.Response:
        return web.Response(text="<h1>proxy</h1>", content_type="text/html", status=status)

    return answer


@pytest.mark.parametrize(
    ("fault", "meaning", "words"),
    [
        (error("channel_not_found"), SlackRefused, "channel_not_found"),
        (error("invalid_auth"), Unauthorized, "invalid_auth"),
        (error("missing_scope"), Unauthorized, "missing_scope"),
        (error("internal_error"), SlackInternalError, "internal_error"),
        (error("ratelimited", 429, Retry_After="7"), RateLimited, "wait 7 s"),
        (error("ratelimited", 429), RateLimited, "wait 1 s"),
        (error("x", 503), Unavailable, "503"),
        (html(502), Unavailable, "502"),
        (html(200), Unavailable, "200"),
    ],
)
async def test_every_failure_has_a_meaning(
    slack: FakeSlack, fault: Fault, meaning: type[ReplaybookError], words: str
) -> None:
    slack.faults["chat.postMessage"] = [fault]
    async with Clients.opened(lambda _: "xoxb-test", slack.url) as clients:
        with pytest.raises(meaning, match=words) as caught:
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
    assert type(caught.value) is meaning
    assert slack.count("chat.postMessage") == 1


async def test_a_lost_connection_is_not_repeated_behind_our_back(slack: FakeSlack) -> None:
    slack.hang_up["chat.postMessage"] = 1
    async with Clients.opened(lambda _: "xoxb-test", slack.url) as clients:
        with pytest.raises(Unavailable):
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
    assert slack.texts("C1") == ["x"]


async def test_a_workspace_keeps_its_client_until_its_token_changes(slack: FakeSlack) -> None:
    tokens = {"T1": "xoxb-test", "T2": "xoxb-other"}
    async with Clients.opened(tokens.get, slack.url.rstrip("/")) as clients:
        first = clients.for_team("T1")
        assert clients.for_team("T1") is first
        assert clients.for_team("T2").token == "xoxb-other"
        tokens["T1"] = "xoxb-rotated"
        assert clients.for_team("T1").token == "xoxb-rotated"
        with pytest.raises(Missing, match="T3"):
            clients.for_team("T3")
