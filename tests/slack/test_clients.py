"""One client a workspace; and every failure of Slack's has a meaning."""

from __future__ import annotations

from typing import Any

import pytest

from bot.kernel.errors import Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.slack.web_api import Clients, SlackInternalError, SlackRefused, called
from tests.slack.slack_workspace import TOKEN, SlackWorkspace


@pytest.mark.parametrize(
    ("fault", "meaning", "sentence"),
    [
        ({"kind": "error", "error": "channel_not_found"}, SlackRefused, "channel_not_found"),
        ({"kind": "error", "error": "invalid_auth"}, Unauthorized, "invalid_auth"),
        ({"kind": "error", "error": "missing_scope"}, Unauthorized, "missing_scope"),
        ({"kind": "error", "error": "internal_error"}, SlackInternalError, "internal_error"),
        ({"kind": "ratelimit", "retry_after": 7}, RateLimited, "wait 7 s"),
        ({"kind": "ratelimit", "retry_after": None}, RateLimited, "wait 1 s"),
        ({"kind": "error", "error": "x", "status": 503}, Unavailable, "503"),
        ({"kind": "http", "status": 502}, Unavailable, "502"),
        ({"kind": "http", "status": 200}, Unavailable, "200"),
    ],
)
async def test_every_failure_has_a_meaning(
    slack: SlackWorkspace, fault: dict[str, Any], meaning: type[ReplaybookError], sentence: str
) -> None:
    slack.fault(**fault)
    async with Clients.opened(lambda _: TOKEN, slack.url) as clients:
        with pytest.raises(meaning, match=sentence) as caught:
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
    assert type(caught.value) is meaning
    assert (slack.count("chat.postMessage"), slack.texts("C1")) == (1, [])


@pytest.mark.parametrize(("kind", "posted"), [("lost_request", []), ("lost_response", ["x"]), ("cut_response", ["x"])])
async def test_a_lost_connection_is_not_repeated_behind_our_back(
    slack: SlackWorkspace, kind: str, posted: list[str]
) -> None:
    slack.fault(kind)
    async with Clients.opened(lambda _: TOKEN, slack.url) as clients:
        with pytest.raises(Unavailable):
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
    assert (slack.count("chat.postMessage"), slack.texts("C1")) == (1, posted)


async def test_a_workspace_keeps_its_client_until_its_token_changes(slack: SlackWorkspace) -> None:
    tokens = {"T1": TOKEN, "T2": "xoxb-other"}
    async with Clients.opened(tokens.get, slack.url.rstrip("/")) as clients:
        first = clients.for_team("T1")
        assert clients.for_team("T1") is first
        assert clients.for_team("T2").token == "xoxb-other"
        tokens["T1"] = "xoxb-rotated"
        assert clients.for_team("T1").token == "xoxb-rotated"
        with pytest.raises(Missing, match="T3"):
            clients.for_team("T3")
