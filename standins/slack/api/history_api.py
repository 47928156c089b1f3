"""conversations.history and conversations.replies."""

from __future__ import annotations

from typing import Any

from standins.slack import message_posting
from standins.slack.api.args import Args
from standins.slack.api.conversations_api import visible
from standins.slack.api.cursors import page
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_store import LATEST
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
NO_LIMIT = 1_000_000


async def history(team: WorkspaceTeam, args: Args) -> Json:
    channel = _readable_channel(team, args)
    oldest, latest = args.ts("oldest", "0"), args.ts("latest", LATEST)
    messages = team.store.history(channel["id"], oldest, latest, NO_LIMIT)
    return _answer(team, _bounded(messages, args, oldest, latest), args)


async def replies(team: WorkspaceTeam, args: Args) -> Json:
    channel = _readable_channel(team, args)
    ts = args.ts("ts") or args.required("ts")
    message = team.store.message(channel["id"], ts)
    if message is None:
        raise WorkspaceRefused("thread_not_found")
    if message.get("thread_ts", ts) != ts:
        return _answer(team, [message], args)  # Slack gives a reply alone where its own ts is asked for
    oldest, latest = args.ts("oldest", "0"), args.ts("latest", LATEST)
    below = team.store.replies(channel["id"], ts, oldest, latest, NO_LIMIT)
    return _answer(team, [message_posting.message_at(team, channel, ts), *_bounded(below, args, oldest, latest)], args)


def _readable_channel(team: WorkspaceTeam, args: Args) -> Json:
    channel = visible(team, args)
    if team.bot.id not in channel["members"]:
        raise WorkspaceRefused("not_in_channel")
    return channel


def _bounded(messages: list[Json], args: Args, oldest: str, latest: str) -> list[Json]:
    """Returns the messages without the two ends, unless `inclusive`."""
    return messages if args.flag("inclusive") else [m for m in messages if m["ts"] not in {oldest, latest}]


def _answer(team: WorkspaceTeam, messages: list[Json], args: Args) -> Json:
    some, more = page(team, messages, args, default=100)
    if not args.flag("include_all_metadata"):
        some = [{name: value for name, value in message.items() if name != "metadata"} for message in some]
    cursor = more["response_metadata"]["next_cursor"]
    return {"messages": some, "has_more": bool(cursor), **(more if cursor else {})}
