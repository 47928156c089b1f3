"""What a person may read: the team, channels with unread counts, histories, threads, pins; and the live feed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from functools import partial
from typing import Any

from aiohttp import web

from standins.slack import modals, reactions_and_pins
from standins.slack.api.bookmarks_api import bookmarks_of
from standins.slack.page_api.page_request import acting_user, joined_channel
from standins.slack.page_api.text import to_plain_text
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_store import LATEST
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
PAGE_MESSAGES = 200
HEARTBEAT_S = 15.0
RECONNECTED = "Last-Event-ID"  # browsers send it when they reconnect; the ids mean nothing else


async def state(team: WorkspaceTeam, body: Json) -> Json:
    user = acting_user(team, body)
    mine = [channel for channel in team.channels() if user in channel["members"]]
    channels = [_channel(team, channel, user) for channel in sorted(mine, key=partial(_order, team))]
    people = [_person(team, person.id) for person in team.seed.everyone]
    return {
        "team": {"id": team.seed.team_id, "name": team.seed.team_name},
        "app": {"id": team.seed.app_id, "name": team.seed.app_name, "user": team.bot.id},
        "me": user,
        "people": people,
        "groups": [{"id": g.id, "handle": g.handle, "members": list(g.members)} for g in team.seed.groups],
        "channels": channels,
        "commands": [{"name": c.name, "usage": c.usage, "description": c.description} for c in team.seed.commands],
        "shortcuts": [{"callback_id": s.callback_id, "name": s.name} for s in team.seed.shortcuts],
        "links": [{"label": link.label, "url": link.url} for link in team.config.links],
        "views": team.stacks.get(user, []),
        "home": team.store.get("home", user),
    }


async def history(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel, before?}`: the newest messages, oldest first, with those for this person alone."""
    channel, user = joined_channel(team, body), acting_user(team, body)
    latest = str(body.get("before") or LATEST)
    newest = team.store.history(channel["id"], latest=latest, limit=PAGE_MESSAGES + 1)
    messages = [message for message in reversed(newest[:PAGE_MESSAGES]) if message["ts"] != latest]
    if latest == LATEST:
        messages += _ephemeral_messages(team, user, channel["id"], None)
        messages.sort(key=lambda message: str(message["ts"]))
    return {"messages": messages, "more": len(newest) > PAGE_MESSAGES, "last_read": _last_read(team, user, channel)}


async def thread(team: WorkspaceTeam, body: Json) -> Json:
    channel, user, ts = joined_channel(team, body), acting_user(team, body), str(body.get("ts", ""))
    parent = team.store.message(channel["id"], ts)
    if parent is None:
        raise WorkspaceRefused("thread_not_found")
    replies = [*team.store.replies(channel["id"], ts), *_ephemeral_messages(team, user, channel["id"], ts)]
    return {"parent": parent, "replies": sorted(replies, key=lambda m: str(m["ts"]))}


async def pins(team: WorkspaceTeam, body: Json) -> Json:
    return {"items": reactions_and_pins.pins(team, joined_channel(team, body))}


async def source(team: WorkspaceTeam, body: Json) -> Json:
    """Returns a message's text as the person entered it, to edit it."""
    channel = joined_channel(team, body)
    message = team.store.message(channel["id"], str(body.get("ts", "")))
    if message is None:
        raise WorkspaceRefused("message_not_found")
    return {"text": to_plain_text(team, message["text"])}


async def mark_read(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel}`: marks every message of the channel as read."""
    channel, user = joined_channel(team, body), acting_user(team, body)
    team.store.put("read", f"{user}:{channel['id']}", {"ts": team.store.newest(channel["id"])})
    return {}


async def feed(team: WorkspaceTeam, request: web.Request) -> web.StreamResponse:
    """Server-sent events, each a JSON object `{kind, …}`; the kinds are those that `Feed.publish` is called with."""
    user = str(request.query.get("user", ""))
    if user not in team.people:
        raise web.HTTPNotFound
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    # A new page begins without the modals of one that was closed.
    is_first = RECONNECTED not in request.headers and not team.feed.has_reader(user)
    with suppress(ConnectionResetError), team.feed.subscribed(user, partial(_is_connected, request)) as queue:
        if is_first:
            modals.close_all(team, user)
        await response.prepare(request)
        await response.write(b"id: 1\n: hello\n\n")
        while not team.feed.closed:
            try:
                event = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event["kind"] != "end":
                await response.write(f"id: 1\ndata: {json.dumps(event)}\n\n".encode())
    if not team.feed.has_reader(user):
        modals.close_all(team, user)
    return response


def _is_connected(request: web.Request) -> bool:
    """Returns whether the page at the other end is still open."""
    return request.transport is not None and not request.transport.is_closing()


def _channel(team: WorkspaceTeam, channel: Json, user: str) -> Json:
    last_read = _last_read(team, user, channel)
    newer = [m for m in team.store.since(channel["id"], last_read) if m.get("user") != user]
    mentions = [m for m in newer if channel["is_im"] or f"<@{user}>" in m.get("text", "")]
    unread = [m for m in newer if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("subtype") == "thread_broadcast"]
    return {
        **channel,
        "unread": len(unread),
        "mentions": len(mentions),
        "last_read": last_read,
        "bookmarks": bookmarks_of(team, channel["id"]),
        "pins": len(reactions_and_pins.pins(team, channel)),
    }


def _order(team: WorkspaceTeam, channel: Json) -> tuple[bool, int, str]:
    """Sorts the seed's channels first, in its order, then newer ones, then direct messages."""
    seeded = [known.id for known in team.seed.channels]
    return channel["is_im"], seeded.index(channel["id"]) if channel["id"] in seeded else len(seeded), channel["id"]


def _last_read(team: WorkspaceTeam, user: str, channel: Json) -> str:
    """Returns the ts up to which the person has read; what the seed brought counts as read."""
    record = team.store.get("read", f"{user}:{channel['id']}") or team.store.get("meta", "seeded")
    return str(record.get("ts") or f"{record['at']:.6f}") if record else "0"


def _person(team: WorkspaceTeam, user: str) -> Json:
    person = team.person(user)
    profile = {"title": person.title, "zone": person.zone, "locale": person.locale, "colour": person.colour}
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        **profile,
        "is_bot": user == team.bot.id,
    }


def _ephemeral_messages(team: WorkspaceTeam, user: str, channel: str, thread: str | None) -> list[Json]:
    mine = team.ephemeral.get(user, {}).values()
    return [m for m in mine if m["channel"] == channel and m.get("thread_ts") == thread]
