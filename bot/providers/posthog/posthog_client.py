"""The HTTP client: the key, time-outs, retries, rate limits and the circuit, for every request to PostHog."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import aiohttp
import msgspec

from bot.kernel.circuit import Circuit, CircuitOpen
from bot.kernel.errors import Phrase, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most
from bot.providers.posthog.posthog_calls import PostHogCall
from bot.providers.posthog.posthog_errors import PostHogTooSlow, PostHogUnreadable, error_for_answer, rate_limited
from bot.providers.posthog.provider import TITLE
from bot.state.call_limits import OwnLimits, RateLimits, seconds_to_reset
from bot.state.locks import fence

T = TypeVar("T")
MOST_BYTES = 100_000_000
"""No answer may be larger; recordings have the same limit."""
AT_ONCE = 3
"""Requests; PostHog lets a project run about five queries at once."""
PATIENCE = CallPatience(answer_s=60.0, limit_s=20.0)


class PostHogClient:
    """Use `opened`. `posthog_errors.error_for_answer` says which errors are raised. Every request is a read."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        project: str,
        limits: RateLimits,
        patience: CallPatience,
    ) -> None:
        self.calls = 0
        """Requests sent so far."""
        self._session = session
        self._project = project
        self._limits = limits
        self._patience = patience
        self._circuit = Circuit(TITLE)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        url: str,
        project: str,
        key: str,
        limits: RateLimits | None = None,
        patience: CallPatience = PATIENCE,
    ) -> AsyncIterator[PostHogClient]:
        timeout = aiohttp.ClientTimeout(total=patience.answer_s, sock_connect=patience.connect_s)
        headers = {"Authorization": f"Bearer {key}", "User-Agent": "replaybook", "Accept": "*/*"}
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(
            headers=headers, timeout=timeout, connector=connector, trace_configs=[fence()]
        ) as session:
            address = f"{url.rstrip('/')}/api/projects/{project}/"
            yield cls(session, address, limits or OwnLimits(), patience)

    async def send(self, call: PostHogCall, kind: type[T]) -> T:
        """Sends a request and reads its JSON as `kind`."""
        body = await self.body(call)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise PostHogUnreadable(
                "PostHog’s answer can’t be read when asked for %(what)s: %(why)s.",
                what=Phrase(call.what),
                why=str(error)[:100],
            ) from None

    async def body(self, call: PostHogCall) -> bytes:
        """Sends a request, again where that may help, and returns its answer as it came."""
        return await patiently(partial(self._attempt, call), self._patience, _repeatable)

    async def _attempt(self, call: PostHogCall) -> bytes:
        if wait := await self._limits.take(call.group):
            raise rate_limited(call, wait)
        number = self._circuit.enter()
        try:
            status, headers, body = await self._exchange(call)
        except Unavailable:
            self._circuit.failed(number)
            raise
        if status >= 500:
            self._circuit.failed(number)
        else:
            self._circuit.worked()
        if status == 429:
            await self._limits.announce(call.group, 0, seconds_to_reset(headers))
        if 200 <= status < 300:
            return body
        raise error_for_answer(call, status, headers, body)

    async def _exchange(self, call: PostHogCall) -> tuple[int, Mapping[str, str], bytes]:
        """Returns status, headers and body. Raises Unavailable."""
        self.calls += 1
        too_long = PostHogUnreadable("PostHog’s answer is larger than %(most)s bytes.", most=f"{MOST_BYTES:,}")
        data = None if call.body is None else msgspec.json.encode(call.body)
        try:
            async with self._session.request(
                "GET" if data is None else "POST",
                self._project + call.path,
                params=call.query,
                data=data,
                headers={} if data is None else {"Content-Type": "application/json"},
                allow_redirects=False,  # the key goes to nobody else
            ) as response:
                body = await read_at_most(response.content.iter_any(), MOST_BYTES, too_long)
                return response.status, response.headers, body
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise Unavailable("PostHog can’t be reached; check REPLAYBOOK_POSTHOG_URL.") from error
        except TimeoutError as error:
            raise PostHogTooSlow(
                "PostHog took too long to answer when asked for %(what)s.", what=Phrase(call.what)
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable("The connection to PostHog broke off: %(kind)s.", kind=type(error).__name__) from error


def _repeatable(error: Unavailable) -> bool:
    """A query that took too long goes on there: another one beside it would take longer still."""
    return not isinstance(error, CircuitOpen | PostHogUnreadable | PostHogTooSlow)
