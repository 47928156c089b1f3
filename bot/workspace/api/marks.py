"""reactions.* and pins.*."""

from __future__ import annotations

from typing import Any

from bot.workspace import marks, posting
from bot.workspace.api.args import Args
from bot.workspace.api.conversations import visible
from bot.workspace.errors import Refused
from bot.workspace.team import Team

Json = dict[str, Any]


async def react(team: Team, args: Args) -> Json:
    channel, message = _item(team, args)
    marks.react(team, channel, message, team.bot.id, args.need("name").strip(":"))
    return {}


async def unreact(team: Team, args: Args) -> Json:
    channel, message = _item(team, args)
    marks.unreact(team, channel, message, team.bot.id, args.need("name").strip(":"))
    return {}


async def reactions(team: Team, args: Args) -> Json:
    channel, message = _item(team, args)
    shown = {**message, "permalink": team.permalink(channel["id"], message)}
    return {"type": "message", "channel": channel["id"], "message": shown}


async def pin(team: Team, args: Args) -> Json:
    channel, message = _item(team, args)
    if team.bot.id not in channel["members"]:
        raise Refused("not_in_channel")
    marks.pin(team, channel, message, team.bot.id)
    return {}


async def unpin(team: Team, args: Args) -> Json:
    channel, message = _item(team, args)
    marks.unpin(team, channel, message, team.bot.id)
    return {}


async def pins(team: Team, args: Args) -> Json:
    return {"items": marks.pins(team, visible(team, args))}


def _item(team: Team, args: Args) -> tuple[Json, Json]:
    channel, ts = visible(team, args), args.ts("timestamp")
    if not ts:
        raise Refused("no_item_specified")
    return channel, posting.find(team, channel, ts)
