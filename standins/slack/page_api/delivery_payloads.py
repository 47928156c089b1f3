"""Payloads of commands and interactions, as Slack sends them."""

from __future__ import annotations

from typing import Any

from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


def common(team: WorkspaceTeam, kind: str, user: str, trigger: str) -> Json:
    person = team.person(user)
    domain = team.seed.team_name.lower().replace(" ", "-")
    return {
        "type": kind,
        "team": {"id": team.seed.team_id, "domain": domain},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": team.seed.team_id},
        "api_app_id": team.seed.app_id,
        "token": "",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger,
    }


def channel_reference(channel: Json) -> Json:
    return {"id": channel["id"], "name": "directmessage" if channel["is_im"] else channel["name"]}


def response_url(team: WorkspaceTeam, channel: str, user: str, ts: str | None = None, thread: str | None = None) -> str:
    return f"{team.config.root}/response/{team.triggers.new_response(channel, user, ts, thread)}"


def command(team: WorkspaceTeam, channel: Json, user: str, name: str, text: str) -> Json:
    """Returns the form of a slash command."""
    reference = channel_reference(channel)
    return {
        "token": "",
        "team_id": team.seed.team_id,
        "team_domain": team.seed.team_name.lower().replace(" ", "-"),
        "channel_id": reference["id"],
        "channel_name": reference["name"],
        "user_id": user,
        "user_name": team.person(user).name,
        "command": name,
        "text": text,
        "api_app_id": team.seed.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(team, channel["id"], user),
        "trigger_id": team.triggers.new(user),
    }
