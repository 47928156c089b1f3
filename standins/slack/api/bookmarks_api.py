"""bookmarks.*: links at the top of a channel."""

from __future__ import annotations

import secrets
from typing import Any

from standins.slack.api.args import Args
from standins.slack.api.chat_api import postable_channel
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
MOST_BOOKMARKS = 100


async def add(team: WorkspaceTeam, args: Args) -> Json:
    channel = postable_channel(team, args.required("channel_id"))
    title, kind, link = args.required("title"), args.required("type"), args.text("link")
    if kind != "link":
        raise WorkspaceRefused("invalid_bookmark_type")
    if not link.startswith(("https://", "http://")):
        raise WorkspaceRefused("invalid_link")
    if len(bookmarks_of(team, channel["id"])) >= MOST_BOOKMARKS:
        raise WorkspaceRefused("too_many_bookmarks")
    bookmark = {
        "id": f"Bk{secrets.token_hex(5).upper()}",
        "channel_id": channel["id"],
        "title": title,
        "link": link,
        "emoji": args.text("emoji"),
        "type": "link",
        "date_created": int(team.config.clock()),
        "date_updated": 0,
    }
    team.store.put("bookmark", bookmark["id"], bookmark)
    team.feed.publish("channels")
    return {"bookmark": bookmark}


async def list_bookmarks(team: WorkspaceTeam, args: Args) -> Json:
    return {"bookmarks": bookmarks_of(team, postable_channel(team, args.required("channel_id"))["id"])}


def bookmarks_of(team: WorkspaceTeam, channel: str) -> list[Json]:
    bookmarks = [bookmark for bookmark in team.store.all("bookmark") if bookmark["channel_id"] == channel]
    return sorted(bookmarks, key=lambda bookmark: bookmark["date_created"])
