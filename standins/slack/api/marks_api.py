"""reactions.* and pins.*."""

from __future__ import annotations

from typing import Any

from standins.slack import message_marks, posting
from standins.slack.api.args import Args
from standins.slack.api.conversations import visible
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]


async def react(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    message_marks.react(team, channel, message, team.bot.id, args.need("name").strip(":"))
    return {}


async def unreact(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    message_marks.unreact(team, channel, message, team.bot.id, args.need("name").strip(":"))
    return {}


async def reactions(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    shown = {**message, "permalink": team.permalink(channel["id"], message)}
    return {"type": "message", "channel": channel["id"], "message": shown}


async def pin(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    if team.bot.id not in channel["members"]:
        raise WorkspaceRefused("not_in_channel")
    message_marks.pin(team, channel, message, team.bot.id)
    return {}


async def unpin(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _item(team, args)
    message_marks.unpin(team, channel, message, team.bot.id)
    return {}


async def pins(team: WorkspaceTeam, args: Args) -> Json:
    return {"items": message_marks.pins(team, visible(team, args))}


def _item(team: WorkspaceTeam, args: Args) -> tuple[Json, Json]:
    channel, ts = visible(team, args), args.ts("timestamp")
    if not ts:
        raise WorkspaceRefused("no_item_specified")
    return channel, posting.find(team, channel, ts)
