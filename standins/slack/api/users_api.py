"""users.* and usergroups.*."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from standins.slack.api.args import Args
from standins.slack.api.cursors import page
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_config import SeedGroup, SeedPerson
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def info(team: WorkspaceTeam, args: Args) -> Json:
    return {"user": view(team, team.person(args.required("user")), locale=args.flag("include_locale"))}


async def list_users(team: WorkspaceTeam, args: Args) -> Json:
    people, more = page(team, team.seed.everyone, args, default=1000)
    locale = args.flag("include_locale")
    members = [view(team, person, locale=locale) for person in people]
    return {"members": members, "cache_ts": int(team.config.clock()), **more}


async def by_email(team: WorkspaceTeam, args: Args) -> Json:
    email = args.required("email").casefold()
    for person in team.seed.people:
        if person.email.casefold() == email:
            return {"user": view(team, person)}
    raise WorkspaceRefused("users_not_found")


async def groups(team: WorkspaceTeam, args: Args) -> Json:
    return {"usergroups": [_group(team, group, args.flag("include_users")) for group in team.seed.groups]}


async def group_members(team: WorkspaceTeam, args: Args) -> Json:
    id_ = args.required("usergroup")
    for group in team.seed.groups:
        if group.id == id_:
            return {"users": list(group.members)}
    raise WorkspaceRefused("no_such_subteam")


def view(team: WorkspaceTeam, person: SeedPerson, *, locale: bool = False) -> Json:
    now = datetime.fromtimestamp(team.config.clock(), ZoneInfo(person.zone))
    offset = now.utcoffset()
    shown = {
        "id": person.id,
        "team_id": person.home or team.seed.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "color": person.colour.lstrip("#"),
        "tz": person.zone,
        "tz_label": now.tzname() or person.zone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        **_enterprise(team, person),
        "is_admin": person.role in {"admin", "owner"},
        "is_owner": person.role == "owner",
        "is_bot": person.id == team.bot.id,
        **({"is_stranger": True} if person.home and not _shares(team, person) else {}),
        "is_app_user": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest or person.role in {"guest", "single-channel guest"},
        "is_ultra_restricted": person.role == "single-channel guest",
        "updated": 0,
        "profile": _profile(team, person),
    }
    return {**shown, "locale": person.locale} if locale else shown


def _enterprise(team: WorkspaceTeam, person: SeedPerson) -> Json:
    """What Slack adds where the workspace belongs to an organization."""
    organization = team.grants.organization_of(team.seed.team_id)
    if organization is None or person.home:
        return {}
    known = {"id": person.id, "enterprise_id": organization.id, "enterprise_name": organization.name}
    return {"enterprise_user": {**known, "is_admin": False, "is_owner": False, "teams": [team.seed.team_id]}}


def _shares(team: WorkspaceTeam, person: SeedPerson) -> bool:
    """Whether somebody of another workspace is in a channel with the bot: Slack calls only the others strangers."""
    return any({person.id, team.bot.id} <= set(channel.members) for channel in team.seed.channels)


def _profile(team: WorkspaceTeam, person: SeedPerson) -> Json:
    profile: Json = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.real_name,
        "display_name_normalized": person.real_name,
        "team": team.seed.team_id,
    }
    if person.id == team.bot.id:
        profile |= {"bot_id": team.seed.bot_id, "api_app_id": team.seed.app_id}
    elif "users:read.email" in team.granted and not person.home:
        profile["email"] = person.email
    return profile


def _group(team: WorkspaceTeam, group: SeedGroup, users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": team.seed.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "date_delete": 0,
        "user_count": len(group.members),
    }
    return {**shown, "users": list(group.members)} if users else shown
