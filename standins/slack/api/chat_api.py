"""chat.*: the bot's messages."""

from __future__ import annotations

from typing import Any

from standins.slack import message_posting, unfurl_previews
from standins.slack.api.args import Args
from standins.slack.api.message_content import MOST_SENT_TEXT, MOST_UPDATED_TEXT, draft_from
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def post_message(team: WorkspaceTeam, args: Args) -> Json:
    channel = postable_channel(team, args.required("channel"))
    message = message_posting.post(team, channel, team.bot.id, draft_from(team, args))
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


async def update(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _own_message(team, args, "cant_update_message")
    draft = draft_from(team, args, MOST_UPDATED_TEXT)
    content = {"blocks": None, "attachments": None, **draft.content()}
    if "blocks" not in args and "text" not in args:
        del content["blocks"]
    changed = message_posting.edit(team, channel, message, team.bot.id, content)
    return {"channel": channel["id"], "ts": changed["ts"], "text": changed["text"], "message": changed}


async def delete(team: WorkspaceTeam, args: Args) -> Json:
    channel, message = _own_message(team, args, "cant_delete_message")
    message_posting.remove(team, channel, message)
    return {"channel": channel["id"], "ts": message["ts"]}


async def post_ephemeral(team: WorkspaceTeam, args: Args) -> Json:
    channel = postable_channel(team, args.required("channel"))
    user = args.required("user")
    if user not in channel["members"]:
        raise WorkspaceRefused("user_not_in_channel")
    message = message_posting.post_ephemeral(team, channel["id"], user, draft_from(team, args, MOST_SENT_TEXT))
    return {"message_ts": message["ts"]}


async def permalink(team: WorkspaceTeam, args: Args) -> Json:
    channel = team.channel(args.required("channel"))
    message = message_posting.message_at(team, channel, args.ts("message_ts"))
    return {"channel": channel["id"], "permalink": team.permalink(channel["id"], message)}


async def unfurl(team: WorkspaceTeam, args: Args) -> Json:
    """Shows previews under a message, or in the composer of whoever is still writing it."""
    unfurls: Json | None = args.json("unfurls", dict, "invalid_unfurls_format")
    if unfurls is None:
        raise WorkspaceRefused("missing_unfurls")
    if args.text("unfurl_id") or args.text("source"):
        return unfurl_previews.show_in_composer(team, args.text("unfurl_id"), args.text("source"), unfurls)
    for name in ("channel", "ts"):
        if not args.text(name):
            raise WorkspaceRefused(f"missing_{name}")
    unfurl_previews.show(team, args.text("channel"), args.text("ts"), unfurls)
    return {}


def postable_channel(team: WorkspaceTeam, name: str) -> Json:
    """Returns a channel the bot may post to, by id or #name; a person's id means their direct messages."""
    channel = team.direct_channel(name, team.bot.id) if name in team.people else team.channel(name)
    if team.bot.id not in channel["members"]:
        raise WorkspaceRefused("not_in_channel" if not channel.get("is_private") else "channel_not_found")
    if channel.get("is_archived"):
        raise WorkspaceRefused("is_archived")
    return channel


def _own_message(team: WorkspaceTeam, args: Args, code: str) -> tuple[Json, Json]:
    channel = team.channel(args.required("channel"))
    message = message_posting.message_at(team, channel, args.ts("ts") or args.required("ts"))
    if message.get("user") != team.bot.id:
        raise WorkspaceRefused(code)
    return channel, message
