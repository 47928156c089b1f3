"""chat.*: what the bot says."""

from __future__ import annotations

from typing import Any

from standins.slack import posting
from standins.slack.api.args import Args
from standins.slack.api.content import TEXT_CHANGED, TEXT_SENT, draft_from
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]


async def post_message(team: WorkspaceTeam, args: Args) -> Json:
    channel = where(team, args.need("channel"))
    message = posting.post(team, channel, team.bot.id, draft_from(team, args))
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


async def update(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _own(team, args, "cant_update_message")
    draft = draft_from(team, args, TEXT_CHANGED)
    content = {"blocks": None, "attachments": None, **draft.content()}
    if "blocks" not in args and "text" not in args:
        del content["blocks"]
    changed = posting.edit(team, channel, message, team.bot.id, content)
    return {"channel": channel["id"], "ts": changed["ts"], "text": changed["text"], "message": changed}


async def delete(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _own(team, args, "cant_delete_message")
    posting.remove(team, channel, message)
    return {"channel": channel["id"], "ts": message["ts"]}


async def post_ephemeral(team: WorkspaceTeam, args: Args) -> Json:
    channel = where(team, args.need("channel"))
    user = args.need("user")
    if user not in channel["members"]:
        raise WorkspaceRefused("user_not_in_channel")
    message = posting.whisper(team, channel["id"], user, draft_from(team, args, TEXT_SENT))
    return {"message_ts": message["ts"]}


async def permalink(team: WorkspaceTeam, args: Args) -> Json:
    channel = team.channel(args.need("channel"))
    message = posting.find(team, channel, args.ts("message_ts"))
    return {"channel": channel["id"], "permalink": team.permalink(channel["id"], message)}


def where(team: WorkspaceTeam, name: str) -> Json:
    """A channel the bot may post to, by id or #name; a person's id is their direct messages."""
    channel = team.direct(name, team.bot.id) if name in team.people else team.channel(name)
    if team.bot.id not in channel["members"]:
        raise WorkspaceRefused("not_in_channel" if not channel.get("is_private") else "channel_not_found")
    return channel


def _own(team: WorkspaceTeam, args: Args, code: str) -> tuple[Json, Json]:
    channel = team.channel(args.need("channel"))
    message = posting.find(team, channel, args.ts("ts") or args.need("ts"))
    if message.get("user") != team.bot.id:
        raise WorkspaceRefused(code)
    return channel, message
