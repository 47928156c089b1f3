"""One client a workspace; and every failure of Slack's has a meaning."""

from __future__ import annotations

from typing import Any

import pytest

from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.slack.web_api import Clients, NotInstalled, SlackInternalError, SlackRefused, called, everywhere
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
    async with Clients.opened(everywhere(TOKEN), slack.url) as clients:
        with pytest.raises(meaning, match=sentence) as caught:
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
    assert type(caught.value) is meaning
    assert (slack.count("chat.postMessage"), slack.texts("C1")) == (1, [])


@pytest.mark.parametrize(("kind", "posted"), [("lost_request", []), ("lost_response", ["x"]), ("cut_response", ["x"])])
async def test_a_lost_connection_is_not_repeated_behind_our_back(
    slack: SlackWorkspace, kind: str, posted: list[str]
) -> None:
    slack.fault(kind)
    async with Clients.opened(everywhere(TOKEN), slack.url) as clients:
        with pytest.raises(Unavailable):
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
    assert (slack.count("chat.postMessage"), slack.texts("C1")) == (1, posted)


class TokenTable:
    """Tokens by workspace, and what follows a token that Slack refuses."""

    def __init__(self, tokens: dict[str, str], newer: str | None = None) -> None:
        self.tokens = tokens
        self.newer = newer
        self.refused: list[tuple[str, str]] = []

    async def token(self, team: str, /) -> str:
        if team not in self.tokens:
            raise NotInstalled(team)
        return self.tokens[team]

    async def after_refusal(self, team: str, refused: str, /) -> str | None:
        self.refused.append((team, refused))
        return self.newer


async def test_a_workspace_has_one_client_which_looks_for_its_token_at_each_call(slack: SlackWorkspace) -> None:
    table = TokenTable({"T1": TOKEN, "T2": "xoxb-other"})
    async with Clients.opened(table, slack.url.rstrip("/")) as clients:
        first = clients.for_team("T1")
        assert clients.for_team("T1") is first
        assert clients.for_team("T2") is not first
        await called("auth.test", first.auth_test())
        assert (first.token, await clients.for_team("T2").current_token()) == (TOKEN, "xoxb-other")
        table.tokens["T1"] = "xoxb-rotated"
        assert await first.current_token() == "xoxb-rotated"
        with pytest.raises(NotInstalled, match="T3"):
            await called("auth.test", clients.for_team("T3").auth_test())


async def test_a_token_that_slack_refuses_is_replaced_once_and_the_call_made_again(slack: SlackWorkspace) -> None:
    table = TokenTable({"T1": "xoxb-old"}, newer=TOKEN)
    async with Clients.opened(table, slack.url) as clients:
        slack.fault("error", error="token_expired")
        await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="x"))
        assert (table.refused, slack.texts("C1"), slack.count("chat.postMessage")) == ([("T1", "xoxb-old")], ["x"], 2)
        slack.fault("error", error="missing_scope")
        with pytest.raises(Unauthorized, match="missing_scope"):
            await called("chat.postMessage", clients.for_team("T1").chat_postMessage(channel="C1", text="y"))
        assert len(table.refused) == 1
