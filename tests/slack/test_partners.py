"""Who is of another organization, as Slack describes people: of workspaces, of Grid, of partners."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.person import is_partner

GRID: dict[str, Any] = {"enterprise_user": {"enterprise_id": "E1", "teams": ["T1", "T2"]}}


@pytest.mark.parametrize(
    ("team", "user", "expected"),
    [
        ("T1", {"team_id": "T1"}, False),
        ("T1", {}, False),
        ("T1", {"team_id": "T9"}, True),
        ("T1", {"team_id": "T9", "is_admin": True, "enterprise_user": None}, True),
        ("T1", {"team_id": "T2", **GRID}, False),
        ("T3", {"team_id": "T2", **GRID}, True),
        ("T1", {"team_id": "E1", **GRID}, False),
        ("T1", {"team_id": "E9"}, True),
        ("E1", {"team_id": "T2", **GRID}, False),
        ("E9", {"team_id": "T2", **GRID}, True),
        ("E1", {"team_id": "T9", "is_stranger": True}, True),
        ("T1", {"team_id": "T1", "enterprise_user": "no object"}, False),
    ],
)
def test_who_is_of_another_organization(team: str, user: dict[str, Any], expected: bool) -> None:
    assert is_partner(team, user) is expected
