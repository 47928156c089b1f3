"""conversations.*: channels, who is in them, direct messages."""

from __future__ import annotations

from typing import Any

from standins.slack import message_posting
from standins.slack.api.args import Args
from standins.slack.api.cursors import page
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam, kind_of

Json = dict[str, Any]
TYPES = {"channel": "public_channel", "group": "private_channel", "im": "im"}


async def list_channels(team: WorkspaceTeam, args: Args) -> Json:
    types = _types(args)
    known = [
        c for c in team.channels() if TYPES[kind_of(c)] in types and (_is_member(team, c) or kind_of(c) == "channel")
    ]
    channels, more = page(team, known, args, default=100)
    return {"channels": [view(team, channel) for channel in channels], **more}


async def of_person(team: WorkspaceTeam, args: Args) -> Json:
    """The channels of a person that the bot may know of; without a `user`, its own."""
    user = team.person(args.text("user", team.bot.id)).id
    types = _types(args)
    known = [
        channel
        for channel in team.channels()
        if TYPES[kind_of(channel)] in types
        and user in channel["members"]
        and (_is_member(team, channel) or kind_of(channel) == "channel")
    ]
    channels, more = page(team, known, args, default=100)
    return {"channels": [view(team, channel) for channel in channels], **more}


async def info(team: WorkspaceTeam, args: Args) -> Json:
    channel = visible(team, args)
    shown = view(team, channel)
    if args.flag("include_num_members"):
        shown["num_members"] = len(channel["members"])
    return {"channel": shown}


async def members(team: WorkspaceTeam, args: Args) -> Json:
    people, more = page(team, visible(team, args)["members"], args, default=100)
    return {"members": people, **more}


async def join(team: WorkspaceTeam, args: Args) -> Json:
    channel = visible(team, args)
    if kind_of(channel) != "channel":
        raise WorkspaceRefused("method_not_supported_for_channel_type")
    if team.join(channel, team.bot.id):
        return {"channel": view(team, channel)}
    warning = "already_in_channel"
    return {"channel": view(team, channel), "warning": warning, "response_metadata": {"warnings": [warning]}}


async def open_direct(team: WorkspaceTeam, args: Args) -> Json:
    if args.text("channel"):
        channel = visible(team, args)
    else:
        users = args.required("users").split(",")
        if len(users) != 1:
            raise WorkspaceRefused("not_implemented", "[ERROR] group conversations are not part of the local workspace")
        channel = team.direct_channel(users[0].strip(), team.bot.id)
    full = args.flag("return_im")
    return {"channel": view(team, channel) if full else {"id": channel["id"]}}


async def set_topic(team: WorkspaceTeam, args: Args) -> Json:
    channel = visible(team, args)
    if not _is_member(team, channel):
        raise WorkspaceRefused("not_in_channel")
    topic = args.text("topic")
    if len(topic) > 250:
        raise WorkspaceRefused("too_long")
    message_posting.set_topic(team, channel, team.bot.id, topic)
    return {"channel": view(team, channel)}


def visible(team: WorkspaceTeam, args: Args) -> Json:
    """Returns a channel that the bot may know of: a public one, or one that it is in."""
    channel = team.channel(args.required("channel"))
    if kind_of(channel) != "channel" and not _is_member(team, channel):
        raise WorkspaceRefused("channel_not_found")
    return channel


def view(team: WorkspaceTeam, channel: Json) -> Json:
    """Returns the channel as Slack shows it to the bot."""
    kind = kind_of(channel)
    common = {
        "id": channel["id"],
        "created": channel["created"],
        "is_archived": bool(channel.get("is_archived")),
        "is_org_shared": False,
    }
    if kind == "im":
        other = next((user for user in channel["members"] if user != team.bot.id), team.bot.id)
        return {**common, "is_im": True, "user": other, "is_user_deleted": False, "priority": 0}
    return {
        **common,
        "name": channel["name"],
        "name_normalized": channel["name"],
        "is_channel": kind == "channel",
        "is_group": kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": kind == "group",
        "is_ext_shared": any(seed.id == channel["id"] and seed.is_ext_shared for seed in team.seed.channels),
        "is_pending_ext_shared": False,
        "is_general": channel["name"] == "general",
        "is_member": _is_member(team, channel),
        "creator": channel["members"][0] if channel["members"] else "",
        "topic": {"value": channel["topic"], "creator": "", "last_set": 0},
        "purpose": {"value": channel["purpose"], "creator": "", "last_set": 0},
    }


def _types(args: Args) -> set[str]:
    types = set(args.text("types", "public_channel").replace(" ", "").split(","))
    if unknown := types - {*TYPES.values(), "mpim"}:
        raise WorkspaceRefused("invalid_types", f"[ERROR] unknown types: {','.join(sorted(unknown))}")
    return types


def _is_member(team: WorkspaceTeam, channel: Json) -> bool:
    return team.bot.id in channel["members"]
