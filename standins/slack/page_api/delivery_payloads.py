"""Payloads of commands and interactions, as Slack sends them."""

from __future__ import annotations

from typing import Any

from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


def common(team: WorkspaceTeam, kind: str, user: str, trigger: str) -> Json:
    """Of an org-wide app there is no team. Of a partner's modal it is the partner's, as the modal is their own."""
    person, organization = team.person(user), team.organization
    home = person.home or team.seed.team_id
    theirs = home if kind in {"view_submission", "view_closed"} else team.seed.team_id
    domain = team.seed.team_name.lower().replace(" ", "-") if theirs == team.seed.team_id else "partner"
    return {
        "type": kind,
        "team": None if organization else {"id": theirs, "domain": domain},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": home},
        "api_app_id": team.seed.app_id,
        "token": "",
        "enterprise": {"id": organization.id, "name": organization.name} if organization else None,
        "is_enterprise_install": organization is not None,
        "trigger_id": trigger,
    }


def channel_reference(channel: Json) -> Json:
    return {"id": channel["id"], "name": "directmessage" if channel["is_im"] else channel["name"]}


def response_url(team: WorkspaceTeam, channel: str, user: str, ts: str | None = None, thread: str | None = None) -> str:
    return f"{team.config.root}/response/{team.triggers.new_response(channel, user, ts, thread)}"


def command(team: WorkspaceTeam, channel: Json, user: str, name: str, text: str) -> Json:
    """Returns the form of a slash command."""
    reference, organization = channel_reference(channel), team.organization
    enterprise = {"enterprise_id": organization.id, "enterprise_name": organization.name} if organization else {}
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
        "is_enterprise_install": "true" if organization else "false",
        **enterprise,
        "response_url": response_url(team, channel["id"], user),
        "trigger_id": team.triggers.new(user),
    }
