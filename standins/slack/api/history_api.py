"""conversations.history and conversations.replies."""

from __future__ import annotations

from typing import Any

from standins.slack import posting
from standins.slack.api.args import Args
from standins.slack.api.conversations import visible
from standins.slack.api.cursors import page
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_store import ALWAYS

Json = dict[str, Any]
EVERYTHING = 1_000_000


async def history(team: WorkspaceTeam, args: Args) -> Json:
    channel = _inside(team, args)
    oldest, latest = args.ts("oldest", "0"), args.ts("latest", ALWAYS)
    found = team.store.history(channel["id"], oldest, latest, EVERYTHING)
    return _answer(_bounded(found, args, oldest, latest), args)


async def replies(team: WorkspaceTeam, args: Args) -> Json:
    channel = _inside(team, args)
    ts = args.ts("ts") or args.need("ts")
    asked = team.store.message(channel["id"], ts)
    if asked is None:
        raise WorkspaceRefused("thread_not_found")
    if asked.get("thread_ts", ts) != ts:
        return _answer([asked], args)  # Slack gives a reply alone when it is asked for by its own ts
    oldest, latest = args.ts("oldest", "0"), args.ts("latest", ALWAYS)
    below = team.store.replies(channel["id"], ts, oldest, latest, EVERYTHING)
    return _answer([posting.find(team, channel, ts), *_bounded(below, args, oldest, latest)], args)


def _inside(team: WorkspaceTeam, args: Args) -> Json:
    channel = visible(team, args)
    if team.bot.id not in channel["members"]:
        raise WorkspaceRefused("not_in_channel")
    return channel


def _bounded(messages: list[Json], args: Args, oldest: str, latest: str) -> list[Json]:
    """Without the two ends, unless `inclusive`."""
    return messages if args.flag("inclusive") else [m for m in messages if m["ts"] not in {oldest, latest}]


def _answer(messages: list[Json], args: Args) -> Json:
    some, more = page(messages, args, default=100)
    if not args.flag("include_all_metadata"):
        some = [{name: value for name, value in message.items() if name != "metadata"} for message in some]
    cursor = more["response_metadata"]["next_cursor"]
    return {"messages": some, "has_more": bool(cursor), **(more if cursor else {})}
