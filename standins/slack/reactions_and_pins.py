"""Reactions and pins on messages."""

from __future__ import annotations

import re
from typing import Any

from standins.slack.message_posting import save
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]
EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def react(team: WorkspaceTeam, channel: Json, message: Json, user: str, name: str) -> None:
    if not EMOJI.fullmatch(name):
        raise WorkspaceRefused("invalid_name")
    reactions = {one["name"]: list(one["users"]) for one in message.get("reactions", [])}
    users = reactions.setdefault(name, [])
    if user in users:
        raise WorkspaceRefused("already_reacted")
    users.append(user)
    _put_reactions(team, channel, message, reactions)
    _notify_of_reaction(team, channel, message, {"type": "reaction_added", "user": user, "reaction": name})


def unreact(team: WorkspaceTeam, channel: Json, message: Json, user: str, name: str) -> None:
    reactions = {one["name"]: list(one["users"]) for one in message.get("reactions", [])}
    if user not in reactions.get(name, []):
        raise WorkspaceRefused("no_reaction")
    reactions[name].remove(user)
    _put_reactions(team, channel, message, reactions)
    _notify_of_reaction(team, channel, message, {"type": "reaction_removed", "user": user, "reaction": name})


def pin(team: WorkspaceTeam, channel: Json, message: Json, user: str) -> None:
    if message.get("pinned_to"):
        raise WorkspaceRefused("already_pinned")
    created = int(team.config.clock())
    record = {
        "channel": channel["id"],
        "ts": message["ts"],
        "created": created,
        "created_by": user,
        "at": team.store.next_ts(),
    }
    team.store.put("pin", f"{channel['id']}:{message['ts']}", record)
    info = {"channel": channel["id"], "pinned_by": user, "pinned_ts": created}
    pinned = {**message, "pinned_to": [channel["id"]], "pinned_info": info}
    save(team, channel, pinned)
    _notify_of_pin(team, channel, pinned, user, "pin_added")


def unpin(team: WorkspaceTeam, channel: Json, message: Json, user: str) -> None:
    if not message.get("pinned_to"):
        raise WorkspaceRefused("no_pin")
    team.store.remove("pin", f"{channel['id']}:{message['ts']}")
    save(team, channel, {k: v for k, v in message.items() if k not in {"pinned_to", "pinned_info"}})
    _notify_of_pin(team, channel, message, user, "pin_removed")


def pins(team: WorkspaceTeam, channel: Json) -> list[Json]:
    """Returns `{type, channel, created, created_by, message}` for each pin, the newest first."""
    records = [record for record in team.store.all("pin") if record["channel"] == channel["id"]]
    items = []
    for record in sorted(records, key=lambda record: str(record["at"]), reverse=True):
        if message := team.store.message(channel["id"], record["ts"]):
            message["permalink"] = team.permalink(channel["id"], message)
            kept = {name: record[name] for name in ("channel", "created", "created_by")}
            items.append({"type": "message", **kept, "message": message})
    return items


def _put_reactions(team: WorkspaceTeam, channel: Json, message: Json, reactions: dict[str, list[str]]) -> None:
    listed = [{"name": name, "users": users, "count": len(users)} for name, users in reactions.items() if users]
    rest = {name: value for name, value in message.items() if name != "reactions"}
    save(team, channel, {**rest, "reactions": listed} if listed else rest)


def _notify_of_reaction(team: WorkspaceTeam, channel: Json, message: Json, event: Json) -> None:
    item = {"type": "message", "channel": channel["id"], "ts": message["ts"]}
    team.notify(channel, {**event, "item": item, "item_user": message.get("user", "")})


def _notify_of_pin(team: WorkspaceTeam, channel: Json, message: Json, user: str, kind: str) -> None:
    item = {
        "type": "message",
        "channel": channel["id"],
        "message": {**message, "permalink": team.permalink(channel["id"], message)},
        "created": int(team.config.clock()),
        "created_by": user,
    }
    count = len(pins(team, channel))
    event = {
        "type": kind,
        "user": user,
        "channel_id": channel["id"],
        "item": item,
        "item_user": message.get("user", ""),
    }
    team.notify(channel, {**event, "pin_count": count, "has_pins": count > 0})
