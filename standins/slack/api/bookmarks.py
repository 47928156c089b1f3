"""bookmarks.*: links at the top of a channel."""

from __future__ import annotations

import secrets
from typing import Any

from standins.slack.api.args import Args
from standins.slack.api.chat import where
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]
MOST = 100


async def add(team: WorkspaceTeam, args: Args) -> Json:
    channel = where(team, args.need("channel_id"))
    title, kind, link = args.need("title"), args.need("type"), args.text("link")
    if kind != "link":
        raise WorkspaceRefused("invalid_bookmark_type")
    if not link.startswith(("https://", "http://")):
        raise WorkspaceRefused("invalid_link")
    if len(bookmarks_of(team, channel["id"])) >= MOST:
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
    team.feed.tell("channels")
    return {"bookmark": bookmark}


async def listed(team: WorkspaceTeam, args: Args) -> Json:
    return {"bookmarks": bookmarks_of(team, where(team, args.need("channel_id"))["id"])}


def bookmarks_of(team: WorkspaceTeam, channel: str) -> list[Json]:
    found = [bookmark for bookmark in team.store.all("bookmark") if bookmark["channel_id"] == channel]
    return sorted(found, key=lambda bookmark: bookmark["date_created"])
