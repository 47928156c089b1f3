"""One client a workspace; and every failure of Slack's has a meaning."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.slack import not_set_up
from bot.slack.app_manifest import FEATURES, scopes_of
from bot.slack.not_set_up import NotSetUp
from bot.slack.web_api import Clients, NotInstalled, SlackInternalError, SlackRefused, called, everywhere
from tests.slack.slack_workspace import TOKEN, SlackWorkspace


@pytest.mark.parametrize(
    ("fault", "meaning", "sentence"),
    [
        ({"kind": "error", "error": "channel_not_found"}, SlackRefused, "channel_not_found"),
        ({"kind": "error", "error": "invalid_auth"}, Unauthorized, "invalid_auth"),
        ({"kind": "error", "error": "missing_scope"}, NotSetUp, "missing_scope"),
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


async def lacking(method: str, needed: str, provided: str) -> NotSetUp:
    """Slack's refusal of a call for want of a scope, as we read it."""
    answer = {"ok": False, "error": "missing_scope", "needed": needed, "provided": provided}
    response = SimpleNamespace(status_code=200, data=answer, headers={})

    async def call() -> None:
        raise SlackApiError("missing_scope", response)  # type: ignore[no-untyped-call]

    with pytest.raises(NotSetUp) as caught:
        await called(method, call())
    return caught.value


async def test_a_scope_that_lacks_is_an_error_in_the_log_once_and_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(not_set_up, "_told", set())
    installed = ",".join(scope for scope in scopes_of(FEATURES) if scope not in {"pins:read", "usergroups:read"})
    with capture_logs() as logs:
        for _ in range(3):
            assert (await lacking("pins.list", "pins:read", installed)).lacks == ("pins:read",)
        await lacking("users.info", "users:read", "chat:write")
        await lacking("usergroups.list", "usergroups:read", installed)
    told = [(it["log_level"], it["lacks"], it["method"]) for it in logs]
    assert told == [
        ("error", "pins:read", "pins.list"),
        ("error", "users:read", "users.info"),
        ("info", "usergroups:read", "usergroups.list"),  # the feature was left out as a whole
    ]
