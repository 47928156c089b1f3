"""As whom requests are made: a token, or an App's installation, whose tokens last for an hour."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pkgutil import resolve_name
from typing import Any, Protocol

import msgspec

from bot.kernel.clock import Clock
from bot.kernel.extras import missing_extra

JWT_LASTS = timedelta(minutes=9)
AHEAD = timedelta(seconds=60)
"""A JWT is dated back by so much, since clocks differ; a token is renewed so long before it ends."""


class Authorization(Protocol):
    async def header(self) -> str:
        """The value of the Authorization header. Raises Unauthorized and Unavailable."""

    def forget(self) -> None:
        """After a 401: the next header is a new one, if there can be one."""


class TokenAuthorization:
    def __init__(self, token: str) -> None:
        self._token = token

    async def header(self) -> str:
        return f"Bearer {self._token}"

    def forget(self) -> None:
        """A token stays what it is."""


class InstallationToken(msgspec.Struct):
    token: str
    expires_at: datetime


class AppAuthorization:
    """`exchange` gets a JWT and gives an installation's token. Several that ask at once get the same one."""

    def __init__(
        self, app: str, key: bytes, exchange: Callable[[str], Awaitable[InstallationToken]], clock: Clock
    ) -> None:
        self._app = app
        self._key = key
        self._exchange = exchange
        self._clock = clock
        self._token: InstallationToken | None = None
        self._turn = asyncio.Lock()

    async def header(self) -> str:
        async with self._turn:
            if self._token is None or self._token.expires_at - AHEAD <= self._clock():
                self._token = await self._exchange(app_jwt(self._app, self._key, self._clock()))
            return f"Bearer {self._token.token}"

    def forget(self) -> None:
        self._token = None


def app_jwt(app: str, key: bytes, now: datetime) -> str:
    """Returns what an App proves itself with. Raises Misunderstood for what is no private key, or without the extra."""
    try:
        sign: Callable[[bytes, bytes], bytes] = resolve_name("bot.providers.github.github_signature:rs256")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("cryptography"):
            raise
        raise missing_extra("github-app", "REPLAYBOOK_GITHUB_APP_KEY") from None
    claims = {"iat": int((now - AHEAD).timestamp()), "exp": int((now + JWT_LASTS).timestamp()), "iss": app}
    text = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{text}.{_encoded(sign(key, text.encode()))}"


def _part(value: dict[str, Any]) -> str:
    return _encoded(msgspec.json.encode(value))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
