"""`replaybook manifest`, as an operator calls it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Replaybook


def test_it_has_the_public_address(replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYBOOK_PUBLIC_URL", "https://bot.example.org/replaybook/")
    made = replaybook("manifest").json
    address = "https://bot.example.org/replaybook/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address
    assert {command["url"] for command in made["features"]["slash_commands"]} == {address}


def test_without_an_address_it_says_what_to_do(replaybook: Replaybook) -> None:
    said = replaybook("manifest")
    assert said.code == 1
    assert said.sentence.startswith("REPLAYBOOK_PUBLIC_URL isn’t set")
    assert "--socket" in said.sentence


def test_socket_mode_needs_no_address(replaybook: Replaybook) -> None:
    made = replaybook("manifest", "--socket").json
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in made["settings"]["event_subscriptions"]


def test_what_is_left_out_with_another_feature_is_said(replaybook: Replaybook) -> None:
    said = replaybook("manifest", "--socket", "--without", "timeline", "--without", "home")
    assert "pictures is left out, too" in said.err
    assert said.json["features"]["app_home"]["home_tab_enabled"] is False
    assert "pins:read" not in said.json["oauth_config"]["scopes"]["bot"]


def test_a_feature_that_is_none_is_a_mistake_of_whoever_typed_it(replaybook: Replaybook) -> None:
    said = replaybook("manifest", "--socket", "--without", "pinz")
    assert (said.code, "no feature “pinz”" in said.sentence) == (1, True)


def test_the_features_are_listed_with_their_scopes(replaybook: Replaybook) -> None:
    said = replaybook("manifest", "--features")
    assert "pictures" in said.out
    assert "(files:read)" in said.out
