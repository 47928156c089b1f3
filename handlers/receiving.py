"""The address that Slack delivers to. Nothing that Slack didn't sign is read for long, taken apart, or logged."""

from __future__ import annotations

import hashlib
import hmac
import time
import traceback
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

MOST_BYTES = 1024 * 1024
"""Slack's largest payloads (a modal with its state, a message with its blocks) are far below."""
SKEW_S = 300
SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"
BROKEN = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError, msgspec.MsgspecError)
"""What code raises that takes apart something of another shape than Slack's."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


def slack_routes(app: AsyncApp, signing_secret: str) -> list[web.RouteDef]:
    """Answers 401 to what isn't signed or is too old, 413 to what is too large, 400 to what can't be read."""

    async def receive(request: web.Request) -> web.StreamResponse:
        if not _looks_signed(request, signing_secret):
            return _refused(request, 401)
        body = await _read(request)
        if body is None:
            return _refused(request, 413)
        if not _is_signed(request, body, signing_secret):
            return web.Response(status=401)
        return await _answered(app, request, body)

    return [web.post("/slack/events", receive)]


def _looks_signed(request: web.Request, signing_secret: str) -> bool:
    """As far as can be told before the body is read: both headers are there, and the time is now."""
    stamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12 and signing_secret):
        return False
    fresh = abs(time.time() - int(stamp)) <= SKEW_S
    return fresh and signature.startswith("v0=") and len(signature) == len("v0=") + 64


async def _read(request: web.Request) -> bytes | None:
    """Returns None for a body that is too large, whatever its headers say of it."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _is_signed(request: web.Request, body: bytes, signing_secret: str) -> bool:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    base = b"v0:" + request.headers[TIMESTAMP].encode() + b":" + body
    right = "v0=" + hmac.new(signing_secret.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), request.headers[SIGNATURE].encode("utf-8", "replace"))


async def _answered(app: AsyncApp, request: web.Request, body: bytes) -> web.StreamResponse:
    try:
        parsed = _parsed(body, request.content_type)
        # In this mode Bolt takes what is parsed already, and doesn't parse it once more.
        bolt_request = AsyncBoltRequest(
            body=parsed, query=request.query_string, headers=dict(request.headers.items()), mode="socket_mode"
        )
        answer = await app.async_dispatch(bolt_request)
    except BROKEN as error:
        answer = await misshapen(error)
    return await to_aiohttp_response(answer)


async def misshapen(error: Exception) -> BoltResponse:
    """Returns the answer to what broke Bolt or a middleware. The log says where, and nothing of what was delivered."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{place.name} in {place.filename.rpartition('/')[2]}:{place.lineno}"
    if isinstance(error, BROKEN):
        log.warning("a delivery isn't shaped like one of Slack's", kind=type(error).__name__, where=where)
        return BoltResponse(status=400, body="")
    log.error("a delivery can't be taken in", kind=type(error).__name__, where=where)
    return BoltResponse(status=500, body="")


def _parsed(body: bytes, content_type: str) -> dict[str, Any]:
    """Raises ValueError unless it is an object, or a form whose payload, if it has one, is an object."""
    if content_type == "application/json":
        return msgspec.json.decode(body, type=dict[str, Any])
    form: dict[str, Any] = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if not form:
        raise ValueError("empty")
    return msgspec.json.decode(form["payload"], type=dict[str, Any]) if "payload" in form else form


def _refused(request: web.Request, status: int) -> web.Response:
    """The rest of the body is not read, so the connection can't be used again."""
    response = web.Response(status=status)
    if request.can_read_body:
        response.force_close()
    return response
