"""openid.connect.*: the app shows its client secret, or the token of whoever signed in; a bot's token is of no use."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from aiohttp import web

from standins.slack.api.args import Args
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def token(team: WorkspaceTeam, args: Args) -> Json:
    names = ("client_id", "client_secret", "code", "redirect_uri", "grant_type")
    return team.openid.exchange({name: args.text(name) for name in names if name in args}, team.people)


async def user_info(team: WorkspaceTeam, args: Args) -> Json:
    return team.openid.user_info(args.text("token"), team.people)


def credentials(request: web.Request) -> dict[str, str]:
    """What the Authorization header holds: a client's id and secret (Basic), or a token (Bearer)."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return {"token": value.strip()}
    try:
        id, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return {}
    return {"client_id": id, "client_secret": secret} if kind.lower() == "basic" and colon else {}
