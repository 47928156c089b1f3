"""The scopes that the app asks for where it is installed; `manifest.json` names the same."""

from __future__ import annotations

BOT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "pins:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
