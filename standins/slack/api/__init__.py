"""The Web API's routing table: for each method the function, and the scopes of which one is enough.

A method is `async (team, args) -> dict`; `{"ok": true}` is added, and WorkspaceRefused becomes Slack's error body.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from standins.slack.api import (
    bookmarks_api,
    chat_api,
    conversations_api,
    files_api,
    history_api,
    meta_api,
    oauth_api,
    openid_api,
    reactions_and_pins_api,
    users_api,
    views_api,
)
from standins.slack.api.args import Args
from standins.slack.workspace_team import WorkspaceTeam

OPEN, APP_LEVEL = "no token", "app-level token"
OWN_KEYS = "no token of the bot's"
HISTORY = "channels:history groups:history im:history mpim:history"
READ = "channels:read groups:read im:read mpim:read"


class Method(NamedTuple):
    call: Callable[[WorkspaceTeam, Args], Awaitable[dict[str, Any]]]
    scopes: str = ""


METHODS: dict[str, Method] = {
    "api.test": Method(meta_api.api_test, OPEN),
    "apps.uninstall": Method(oauth_api.uninstall),
    "auth.revoke": Method(oauth_api.revoke),
    "apps.connections.open": Method(meta_api.open_connection, APP_LEVEL),
    "auth.teams.list": Method(meta_api.teams_list),
    "auth.test": Method(meta_api.auth_test),
    "blocks.validate": Method(meta_api.blocks_validate, OPEN),
    "bookmarks.add": Method(bookmarks_api.add, "bookmarks:write"),
    "bookmarks.list": Method(bookmarks_api.list_bookmarks, "bookmarks:read"),
    "chat.delete": Method(chat_api.delete, "chat:write"),
    "chat.getPermalink": Method(chat_api.permalink),
    "chat.postEphemeral": Method(chat_api.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat_api.post_message, "chat:write"),
    "chat.unfurl": Method(chat_api.unfurl, "links:write"),
    "chat.update": Method(chat_api.update, "chat:write"),
    "conversations.history": Method(history_api.history, HISTORY),
    "conversations.info": Method(conversations_api.info, READ),
    "conversations.join": Method(conversations_api.join, "channels:join"),
    "conversations.list": Method(conversations_api.list_channels, READ),
    "conversations.members": Method(conversations_api.members, READ),
    "conversations.open": Method(conversations_api.open_direct, "im:write mpim:write groups:write channels:manage"),
    "conversations.replies": Method(history_api.replies, HISTORY),
    "conversations.setTopic": Method(conversations_api.set_topic, "channels:manage groups:write im:write mpim:write"),
    "files.completeUploadExternal": Method(files_api.complete, "files:write"),
    "files.delete": Method(files_api.delete, "files:write"),
    "files.getUploadURLExternal": Method(files_api.upload_url, "files:write"),
    "files.info": Method(files_api.info, "files:read"),
    "oauth.v2.access": Method(oauth_api.access, OWN_KEYS),
    "openid.connect.token": Method(openid_api.token, OWN_KEYS),
    "openid.connect.userInfo": Method(openid_api.user_info, OWN_KEYS),
    "pins.add": Method(reactions_and_pins_api.pin, "pins:write"),
    "pins.list": Method(reactions_and_pins_api.pins, "pins:read"),
    "pins.remove": Method(reactions_and_pins_api.unpin, "pins:write"),
    "reactions.add": Method(reactions_and_pins_api.react, "reactions:write"),
    "reactions.get": Method(reactions_and_pins_api.reactions, "reactions:read"),
    "reactions.remove": Method(reactions_and_pins_api.unreact, "reactions:write"),
    "team.info": Method(meta_api.team_info, "team:read users:read"),
    "usergroups.list": Method(users_api.groups, "usergroups:read"),
    "usergroups.users.list": Method(users_api.group_members, "usergroups:read"),
    "users.conversations": Method(conversations_api.of_person, READ),
    "users.info": Method(users_api.info, "users:read"),
    "users.list": Method(users_api.list_users, "users:read"),
    "users.lookupByEmail": Method(users_api.by_email, "users:read.email"),
    "views.open": Method(views_api.open_view),
    "views.publish": Method(views_api.publish),
    "views.push": Method(views_api.push),
    "views.update": Method(views_api.update),
}
