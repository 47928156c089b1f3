"""What a person sees: the team, channels with what is unread, histories, threads, pins; and the live feed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from functools import partial
from typing import Any

from aiohttp import web

from standins.slack import message_marks, modals
from standins.slack.api.bookmarks import bookmarks_of
from standins.slack.page_api.request import acting, inside
from standins.slack.page_api.text import as_typed
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_store import ALWAYS

Json = dict[str, Any]
SHOWN = 200
HEARTBEAT = 15.0
RECONNECTED = "Last-Event-ID"  # browsers send it when a page takes up a feed that broke; the ids say nothing else


async def state(team: WorkspaceTeam, asked: Json) -> Json:
    user = acting(team, asked)
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


async def history(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, channel, before?}`: the newest messages, oldest first, with what is for this person alone."""
    channel, user = inside(team, asked), acting(team, asked)
    latest = str(asked.get("before") or ALWAYS)
    found = team.store.history(channel["id"], latest=latest, limit=SHOWN + 1)
    messages = [message for message in reversed(found[:SHOWN]) if message["ts"] != latest]
    if latest == ALWAYS:
        messages = sorted([*messages, *_whispers(team, user, channel["id"], None)], key=lambda m: str(m["ts"]))
    return {"messages": messages, "more": len(found) > SHOWN, "last_read": _last_read(team, user, channel)}


async def thread(team: WorkspaceTeam, asked: Json) -> Json:
    channel, user, ts = inside(team, asked), acting(team, asked), str(asked.get("ts", ""))
    parent = team.store.message(channel["id"], ts)
    if parent is None:
        raise WorkspaceRefused("thread_not_found")
    replies = [*team.store.replies(channel["id"], ts), *_whispers(team, user, channel["id"], ts)]
    return {"parent": parent, "replies": sorted(replies, key=lambda m: str(m["ts"]))}


async def pins(team: WorkspaceTeam, asked: Json) -> Json:
    return {"items": message_marks.pins(team, inside(team, asked))}


async def source(team: WorkspaceTeam, asked: Json) -> Json:
    """A message's text as it was typed, to edit it."""
    channel = inside(team, asked)
    message = team.store.message(channel["id"], str(asked.get("ts", "")))
    if message is None:
        raise WorkspaceRefused("message_not_found")
    return {"text": as_typed(team, message["text"])}


async def read(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, channel}`: everything there is has been seen."""
    channel, user = inside(team, asked), acting(team, asked)
    team.store.put("read", f"{user}:{channel['id']}", {"ts": team.store.newest(channel["id"])})
    return {}


async def feed(team: WorkspaceTeam, request: web.Request) -> web.StreamResponse:
    """Server-sent events: one JSON object an event, `{kind, …}`; kinds are in `standins.slack.feed`'s callers."""
    user = str(request.query.get("user", ""))
    if user not in team.people:
        raise web.HTTPNotFound
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    # A new page begins without what was open on one that is closed.
    first = RECONNECTED not in request.headers and not team.feed.read_by(user)
    with suppress(ConnectionResetError), team.feed.reading(user, partial(_there, request)) as queue:
        if first:
            modals.forget(team, user)
        await response.prepare(request)
        await response.write(b"id: 1\n: hello\n\n")
        while not team.feed.closed:
            try:
                news = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if news["kind"] != "end":
                await response.write(f"id: 1\ndata: {json.dumps(news)}\n\n".encode())
    if not team.feed.read_by(user):
        modals.forget(team, user)
    return response


def _there(request: web.Request) -> bool:
    """Whether the page at the other end is still open."""
    return request.transport is not None and not request.transport.is_closing()


def _channel(team: WorkspaceTeam, channel: Json, user: str) -> Json:
    seen = _last_read(team, user, channel)
    newer = [m for m in team.store.since(channel["id"], seen) if m.get("user") != user]
    mentions = [m for m in newer if channel["is_im"] or f"<@{user}>" in m.get("text", "")]
    unread = [m for m in newer if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("subtype") == "thread_broadcast"]
    shown = {**channel, "unread": len(unread), "mentions": len(mentions), "last_read": seen}
    return {**shown, "bookmarks": bookmarks_of(team, channel["id"]), "pins": len(message_marks.pins(team, channel))}


def _order(team: WorkspaceTeam, channel: Json) -> tuple[bool, int, str]:
    """The seed's channels first and in its order, then those made since, then direct messages."""
    seeded = [one.id for one in team.seed.channels]
    return channel["is_im"], seeded.index(channel["id"]) if channel["id"] in seeded else len(seeded), channel["id"]


def _last_read(team: WorkspaceTeam, user: str, channel: Json) -> str:
    """What was there in the beginning counts as seen."""
    record = team.store.get("read", f"{user}:{channel['id']}") or team.store.get("meta", "seeded")
    return str(record.get("ts") or f"{record['at']:.6f}") if record else "0"


def _person(team: WorkspaceTeam, user: str) -> Json:
    person = team.person(user)
    about = {"title": person.title, "zone": person.zone, "locale": person.locale, "colour": person.colour}
    return {"id": person.id, "name": person.name, "real_name": person.real_name, **about, "is_bot": user == team.bot.id}


def _whispers(team: WorkspaceTeam, user: str, channel: str, thread: str | None) -> list[Json]:
    mine = team.ephemeral.get(user, {}).values()
    return [m for m in mine if m["channel"] == channel and m.get("thread_ts") == thread]
