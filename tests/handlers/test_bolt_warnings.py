"""The log of a start that goes well has nothing to worry about."""

from __future__ import annotations

import logging

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from handlers.measured_app import MeasuredApp


async def _authorize() -> AuthorizeResult | None:
    return None


def test_a_token_in_the_environment_is_nothing_to_warn_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with caplog.at_level(logging.WARNING):
        MeasuredApp(name="replaybook", client=AsyncWebClient(), signing_secret="s", authorize=_authorize)
    assert caplog.messages == []
