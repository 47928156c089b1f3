"""The HTTP client: who asks, time-outs, limits, and retries that never repeat a create."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from bot.kernel.clock import Clock
from bot.kernel.errors import Phrase, Unauthorized, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most
from bot.providers.github.github_auth import AppAuthorization, Authorization, InstallationToken
from bot.providers.github.github_errors import LostAnswer, error_for, rate_limited
from bot.providers.github.github_limits import ContentLimits
from bot.state.locks import fence

T = TypeVar("T")
VERSION = "2026-03-10"
MOST_BYTES = 20_000_000
PATIENCE = CallPatience(answer_s=20.0)
"""A longer wait for a limit is left to whoever asked."""
MOVED = frozenset({301, 302, 307, 308})
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION, "User-Agent": "replaybook"}


class GitHubClient:
    """Use `GitHubClient.opened`. `what` in its methods completes "GitHub has no …"."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str,
        authorization: Authorization,
        limits: ContentLimits | None,
        clock: Clock,
    ) -> None:
        self._session = session
        self._base = base
        self._authorization = authorization
        self._limits = limits
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        base: str,
        authorization: Authorization,
        clock: Clock,
        limits: ContentLimits | None = None,
        answer_s: float = PATIENCE.answer_s,
    ) -> AsyncIterator[GitHubClient]:
        async with session_for(answer_s) as session:
            yield cls(session, base.rstrip("/"), authorization, limits, clock)

    async def read(self, path: str, kind: type[T], what: Phrase, query: Mapping[str, str] | None = None) -> T:
        """GETs JSON, from where it was moved to if it was, and again where the connection or GitHub failed."""
        return decoded(await self._repeated("GET", path, what, query=query), kind)

    async def change(self, method: str, path: str, body: object, kind: type[T], what: Phrase) -> T:
        """Sends what says how things shall be, and so may be sent again."""
        return decoded(await self._repeated(method, path, what, body=body), kind)

    async def there(self, path: str, what: Phrase) -> None:
        """GETs something of which only its being there matters. Raises Missing."""
        await self._repeated("GET", path, what)

    async def create(self, path: str, body: object, kind: type[T], what: Phrase) -> T:
        """Sends it once. Raises LostAnswer where it may have been done, and RateLimited, also before it is sent."""
        if self._limits and (wait := await self._limits.take()):
            raise rate_limited(wait)
        try:
            return decoded(await self._exchange("POST", path, what, body=body), kind)
        except Unavailable as error:
            raise LostAnswer(error.message, **error.values) from error

    async def _repeated(
        self, method: str, path: str, what: Phrase, *, query: Mapping[str, str] | None = None, body: object = None
    ) -> bytes:
        exchange = partial(self._exchange, method, path, what, query=query, body=body)
        return await patiently(exchange, PATIENCE, lambda _: True)

    async def _exchange(
        self, method: str, path: str, what: Phrase, *, query: Mapping[str, str] | None = None, body: object = None
    ) -> bytes:
        status, headers, data = await self._sent(method, self._base + path, query, body)
        if status == 401:
            self._authorization.forget()
            status, headers, data = await self._sent(method, self._base + path, query, body)
        if status in MOVED:
            status, headers, data = await self._sent(method, self._address(headers), query, body)
        if 200 <= status < 300:
            return data
        raise error_for(status, headers, data, what, self._clock().timestamp())

    def _address(self, headers: Mapping[str, str]) -> str:
        """Where something was moved to. The token goes to the same server and to nobody else."""
        wanted, own = urlsplit(headers.get("Location", "")), urlsplit(self._base)
        if (wanted.scheme, wanted.netloc) != (own.scheme, own.netloc):
            raise Unavailable("GitHub’s address points elsewhere; check REPLAYBOOK_GITHUB_URL.")
        return wanted.geturl()

    async def _sent(
        self, method: str, address: str, query: Mapping[str, str] | None, body: object
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Authorization": await self._authorization.header()}
        return await exchanged(self._session, method, address, headers, query, body)


def session_for(answer_s: float) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=answer_s, sock_connect=PATIENCE.connect_s)
    return aiohttp.ClientSession(timeout=timeout, headers=HEADERS, trace_configs=[fence()])


async def exchanged(
    session: aiohttp.ClientSession,
    method: str,
    address: str,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    body: object = None,
) -> tuple[int, Mapping[str, str], bytes]:
    """Returns status, headers and body. Raises Unavailable."""
    too_long = Unavailable("GitHub’s answer is too long.")
    sent: dict[str, Any] = {"params": query, "headers": dict(headers), "allow_redirects": False}
    if body is not None:
        sent["data"] = msgspec.json.encode(body)
        sent["headers"]["Content-Type"] = "application/json"
    try:
        async with session.request(method, address, **sent) as response:
            return (
                response.status,
                response.headers,
                await read_at_most(response.content.iter_any(), MOST_BYTES, too_long),
            )
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable("GitHub can’t be reached (%(kind)s).", kind=type(error).__name__) from error


def installed(
    session: aiohttp.ClientSession, base: str, app: str, key: bytes, number: str, clock: Clock
) -> Authorization:
    """Returns the authorization of an App's installation."""

    async def exchange(jwt: str) -> InstallationToken:
        address = f"{base.rstrip('/')}/app/installations/{number}/access_tokens"
        status, headers, data = await exchanged(session, "POST", address, {"Authorization": f"Bearer {jwt}"}, body={})
        if status == 404:
            raise Unauthorized("GitHub knows no installation %(number)s of this App.", number=number)
        if status != 201:
            raise error_for(status, headers, data, Phrase("a token of the App"), clock().timestamp())
        return decoded(data, InstallationToken)

    return AppAuthorization(app, key, exchange, clock)


def decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unavailable("GitHub’s answer can’t be read.") from None
