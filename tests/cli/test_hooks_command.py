"""`replaybook hooks`, as an operator calls it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Replaybook

JIRA = {"URL": "https://acme.atlassian.net", "EMAIL": "bot@acme.example", "TOKEN": "secret-one"}


def test_with_no_tracker_it_says_where_to_begin(replaybook: Replaybook) -> None:
    said = replaybook("hooks")
    assert said.code == 0
    for name in ("Jira", "Linear", "GitHub"):
        assert f"docs/{name.lower()}.md" in said.out


@pytest.mark.parametrize(
    ("more", "there", "absent"),
    [
        ({}, ["also set as REPLAYBOOK_JIRA_WEBHOOK_SECRET", "AUTOMATION_TOKEN to a long"], []),
        ({"WEBHOOK_SECRET": "hush-two"}, ["the value of REPLAYBOOK_JIRA_WEBHOOK_SECRET"], ["hush-two"]),
        ({"AUTOMATION_TOKEN": "rule-two"}, ["the value of REPLAYBOOK_JIRA_AUTOMATION_TOKEN"], ["Secret:", "rule-two"]),
        (
            {"WEBHOOK_SECRET": "hush-two", "AUTOMATION_TOKEN": "rule-two"},
            ["value of REPLAYBOOK_JIRA_WEBHOOK_SECRET", "value of REPLAYBOOK_JIRA_AUTOMATION_TOKEN"],
            [],
        ),
    ],
)
def test_it_prints_what_to_enter_and_what_is_still_to_be_set_and_no_secret(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch, more: dict[str, str], there: list[str], absent: list[str]
) -> None:
    for name, value in (JIRA | more).items():
        monkeypatch.setenv(f"REPLAYBOOK_JIRA_{name}", value)
    monkeypatch.setenv("REPLAYBOOK_PUBLIC_URL", "https://bot.example.org")
    said = replaybook("hooks")
    for text in ("https://bot.example.org/hooks/jira/main", "replaybook doctor", *there):
        assert text in said.out
    for text in ("secret-one", "isn't set, so", *absent):
        assert text not in said.out


def test_without_a_public_address_it_says_that_trackers_must_reach_it(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAR_API_KEY", "secret-one")
    monkeypatch.setenv("REPLAYBOOK_GITHUB_TOKEN", "secret-two")
    said = replaybook("hooks")
    assert said.out.index("Linear\n") < said.out.index("GitHub\n")
    assert "REPLAYBOOK_PUBLIC_URL isn't set" in said.out
    assert "secret" not in said.out.replace("SECRET", "").replace("signing secret", "").replace("Secret", "")
