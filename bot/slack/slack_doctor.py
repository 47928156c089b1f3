"""What `replaybook doctor` says of Slack: who the bot is, what each feature may do, and whether Slack reaches it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.base_path import STRIPPED
from bot.kernel.errors import Missing, ReplaybookError, Unauthorized
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Settings
from bot.slack.app_manifest import FEATURES, scopes_of, scopes_standing
from bot.slack.web_api import Clients, called, everywhere

PATIENCE_S = 10.0


async def connected_as(settings: Settings) -> str:
    """The workspace and the bot's name. Raises Missing for keys that are missing or refused."""
    if not settings.slack_bot_token:
        return "not connected; `replaybook demo` needs no Slack"
    if not settings.slack_signing_secret and not settings.slack_app_token:
        raise Missing("SLACK_SIGNING_SECRET (events over HTTP) or SLACK_APP_TOKEN (Socket Mode) is needed, too.")
    who = await _who(settings)
    return f"{who['team']}, as {who['user']}"


async def examined_scopes(settings: Settings) -> str:
    """What is installed, from the header `x-oauth-scopes`. Raises Missing where a feature has some of its scopes."""
    header = (await _who(settings)).headers.get("x-oauth-scopes", "")
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    if not granted:
        return "Slack doesn't tell which ones are installed"
    off, broken = scopes_standing(granted)
    if broken:
        raise Missing(
            "Scopes are missing: %(missing)s. Add them at api.slack.com/apps and install the app again.",
            missing=_listed(broken),
        )
    unused = sorted(granted - set(scopes_of(FEATURES)))
    beyond = f"; not used: {', '.join(unused)}" if unused else ""
    return f"all features{f' but {_listed(off)}' if off else ''}{beyond}"


async def examined_socket(settings: Settings) -> str:
    """Opens a connection, waits for Slack's hello, and closes it. Raises Missing where any of it fails."""
    async with _client(settings) as client:
        try:
            opened = await called("apps.connections.open", client.apps_connections_open(app_token=_app_token(settings)))
            hello = await _hello(str(opened["url"]))
        except ReplaybookError as error:
            raise Missing("Socket Mode doesn’t work with SLACK_APP_TOKEN: %(why)s", why=error) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Missing("Slack’s socket doesn’t answer: %(kind)s.", kind=type(error).__name__) from error
    return f"connected; {hello.get('num_connections', 1) - 1} other connections (Slack allows 10)"


async def examined_events(settings: Settings) -> str:
    """Sends the bot what Slack sends to prove an address, and looks for its answer. Raises Missing where none comes."""
    base = settings.public_url or http_address(settings.host, settings.port)
    address, challenge = f"{base.rstrip('/')}/slack/events", secrets.token_urlsafe(16)
    body = msgspec.json.encode({"type": "url_verification", "token": "", "challenge": challenge})
    headers = {"Content-Type": "application/json", **_signature(settings.slack_signing_secret or "", body)}
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status, text = answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Missing(
            "No bot answers at %(address)s (%(kind)s); is it running, and does the way there lead to it?",
            address=address,
            kind=type(error).__name__,
        ) from error
    if status == 401:
        raise Missing("%(address)s refuses what is signed with SLACK_SIGNING_SECRET.", address=address)
    if status == STRIPPED:
        raise Missing(
            "The proxy at %(address)s takes the path away; the bot needs it as it came: docs/deploy.md.",
            address=base,
        )
    if status != 200 or challenge not in text:
        raise Missing("%(address)s answers %(status)s, and not as the bot does.", address=address, status=status)
    here = "" if settings.public_url else "; whether Slack gets there, REPLAYBOOK_PUBLIC_URL would tell"
    return f"{address} answers{here}"


async def _hello(url: str) -> Mapping[str, Any]:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.ws_connect(url) as socket:
        async with asyncio.timeout(PATIENCE_S):
            hello: Mapping[str, Any] = msgspec.json.decode(await socket.receive_str(), type=dict)
        if hello.get("type") != "hello":
            raise ValueError("no hello")
        return hello


@asynccontextmanager
async def _client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    async with Clients.opened(everywhere(settings.slack_bot_token or ""), settings.slack_api_url) as clients:
        yield clients.for_team("")


async def _who(settings: Settings) -> Any:
    """Slack's answer to auth.test, with its headers. Raises Missing for a token that it refuses, and Upstream."""
    async with _client(settings) as client:
        try:
            return await called("auth.test", client.auth_test())
        except Unauthorized as error:
            raise Missing("Slack doesn’t take the token: %(why)s", why=error) from error


def _app_token(settings: Settings) -> str:
    return settings.slack_app_token or ""


def _listed(lacking: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{name} (lacks {', '.join(scopes)})" for name, scopes in lacking.items())


def _signature(secret: str, body: bytes) -> dict[str, str]:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    at = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}
