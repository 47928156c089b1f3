"""reactions.* and pins.*."""

from __future__ import annotations

from typing import Any

from standins.slack import message_posting, reactions_and_pins
from standins.slack.api.args import Args
from standins.slack.api.conversations_api import visible
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def react(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    reactions_and_pins.react(team, channel, message, team.bot.id, args.required("name").strip(":"))
    return {}


async def unreact(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    reactions_and_pins.unreact(team, channel, message, team.bot.id, args.required("name").strip(":"))
    return {}


async def reactions(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    shown = {**message, "permalink": team.permalink(channel["id"], message)}
    return {"type": "message", "channel": channel["id"], "message": shown}


async def pin(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    if team.bot.id not in channel["members"]:
        raise WorkspaceRefused("not_in_channel")
    reactions_and_pins.pin(team, channel, message, team.bot.id)
    return {}


async def unpin(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    reactions_and_pins.unpin(team, channel, message, team.bot.id)
    return {}


async def pins(team: WorkspaceTeam, args: Args) -> Json:
    return {"items": reactions_and_pins.pins(team, visible(team, args))}


def _item(team: WorkspaceTeam, args: Args) -> tuple[Json, Json]:
    channel, ts = visible(team, args), args.ts("timestamp")
    if not ts:
        raise WorkspaceRefused("no_item_specified")
    return channel, message_posting.message_at(team, channel, ts)
