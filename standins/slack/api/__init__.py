"""The Web API: the routing table. One line a method: the function, and the scopes of which one is enough.

A method is `async (team, args) -> dict`; `{"ok": true}` is added, and Refused becomes Slack's error body.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from standins.slack.api import (
    bookmarks,
    chat,
    conversations,
    files_api,
    history_api,
    marks_api,
    meta,
    users_api,
    views_api,
)
from standins.slack.api.args import Args
from standins.slack.team import WorkspaceTeam

OPEN = "no token"
HISTORY = "channels:history groups:history im:history mpim:history"
READ = "channels:read groups:read im:read mpim:read"


class Method(NamedTuple):
    call: Callable[[WorkspaceTeam, Args], Awaitable[dict[str, Any]]]
    scopes: str = ""


METHODS: dict[str, Method] = {
    "api.test": Method(meta.api_test, OPEN),
    "auth.test": Method(meta.auth_test),
    "blocks.validate": Method(meta.blocks_validate, OPEN),
    "bookmarks.add": Method(bookmarks.add, "bookmarks:write"),
    "bookmarks.list": Method(bookmarks.listed, "bookmarks:read"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(history_api.history, HISTORY),
    "conversations.info": Method(conversations.info, READ),
    "conversations.join": Method(conversations.join, "channels:join"),
    "conversations.list": Method(conversations.listed, READ),
    "conversations.members": Method(conversations.members, READ),
    "conversations.open": Method(conversations.open_direct, "im:write mpim:write groups:write channels:manage"),
    "conversations.replies": Method(history_api.replies, HISTORY),
    "conversations.setTopic": Method(conversations.set_topic, "channels:manage groups:write im:write mpim:write"),
    "files.completeUploadExternal": Method(files_api.complete, "files:write"),
    "files.delete": Method(files_api.delete, "files:write"),
    "files.getUploadURLExternal": Method(files_api.upload_url, "files:write"),
    "files.info": Method(files_api.info, "files:read"),
    "pins.add": Method(marks_api.pin, "pins:write"),
    "pins.list": Method(marks_api.pins, "pins:read"),
    "pins.remove": Method(marks_api.unpin, "pins:write"),
    "reactions.add": Method(marks_api.react, "reactions:write"),
    "reactions.get": Method(marks_api.reactions, "reactions:read"),
    "reactions.remove": Method(marks_api.unreact, "reactions:write"),
    "team.info": Method(meta.team_info, "team:read users:read"),
    "usergroups.list": Method(users_api.groups, "usergroups:read"),
    "usergroups.users.list": Method(users_api.group_members, "usergroups:read"),
    "users.info": Method(users_api.info, "users:read"),
    "users.list": Method(users_api.listed, "users:read"),
    "users.lookupByEmail": Method(users_api.by_email, "users:read.email"),
    "views.open": Method(views_api.open_view),
    "views.publish": Method(views_api.publish),
    "views.push": Method(views_api.push),
    "views.update": Method(views_api.update),
}
