"""apps.connections.open, auth.test, api.test, team.info and blocks.validate."""

from __future__ import annotations

from typing import Any

from standins.slack.api.args import Args
from standins.slack.blocks import check_message, check_view
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def api_test(_team: WorkspaceTeam, args: Args) -> Json:
    if error := args.text("error"):
        raise WorkspaceRefused(error, args=args.without_token())
    return {"args": args.without_token()}


async def open_connection(team: WorkspaceTeam, _args: Args) -> Json:
    return {"url": team.deliveries.sockets.new_link()}


async def auth_test(team: WorkspaceTeam, args: Args) -> Json:
    seed, organization = team.seed, args.granted.organization
    if organization:
        return {
            "url": f"{team.config.root}/",
            "team": organization.name,
            "user": seed.bot_user.name,
            "team_id": organization.id,
            "user_id": seed.bot_user.id,
            "bot_id": seed.bot_id,
            "enterprise_id": organization.id,
            "is_enterprise_install": True,
        }
    return {
        "url": f"{team.config.root}/",
        "team": seed.team_name,
        "user": seed.bot_user.name,
        "team_id": seed.team_id,
        "user_id": seed.bot_user.id,
        "bot_id": seed.bot_id,
        "is_enterprise_install": False,
    }


async def teams_list(team: WorkspaceTeam, args: Args) -> Json:
    teams = args.granted.teams if args.granted.organization else (team,)
    return {"teams": [{"id": each.seed.team_id, "name": each.seed.team_name} for each in teams]}


async def team_info(team: WorkspaceTeam, _args: Args) -> Json:
    domain = team.seed.team_name.lower().replace(" ", "-")
    return {"team": {"id": team.seed.team_id, "name": team.seed.team_name, "domain": domain}}


async def blocks_validate(_team: WorkspaceTeam, args: Args) -> Json:
    names = [name for name in ("blocks", "message", "view") if name in args]
    if len(names) != 1:
        raise WorkspaceRefused("invalid_arguments", "must provide exactly one of `blocks`, `view`, or `message`")
    name = names[0]
    value = args.json(name, list if name == "blocks" else dict, "invalid_arguments")
    message = {"blocks": value} if name == "blocks" else value
    problems = check_view(value) if name == "view" else check_message(message)
    if problems:
        cut = len("/blocks") if name == "blocks" else 0
        raise WorkspaceRefused(f"invalid_{name}", errors=[{**p.json(), "pointer": p.pointer[cut:]} for p in problems])
    return {}
