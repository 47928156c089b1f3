"""The HTTP client: keys, time-outs, retries, rate limits and the circuit, for every request to Datadog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import aiohttp
import msgspec

from bot.kernel.circuit import Circuit, CircuitOpen
from bot.kernel.clock import jittered
from bot.kernel.errors import Phrase, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most
from bot.providers.datadog.http.api_call import Call, CallKind
from bot.providers.datadog.http.error_answers import (
    NotSent,
    Unreadable,
    UnsureOutcome,
    after_sending,
    error_for_status,
    rate_limited,
)
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.provider import TITLE
from bot.state.call_limits import OwnLimits, RateLimits, remaining_of
from bot.state.locks import fence

T = TypeVar("T")
MOST_BYTES = 100_000_000
"""No answer may be larger; recordings have the same limit."""
AT_ONCE = 8


PATIENCE = CallPatience(limit_s=20.0)


@dataclass(frozen=True, slots=True)
class Body:
    """An answer as it came. `kind` is its content type with its parameters."""

    kind: str
    data: bytes


class Client:
    """Use `Client.opened`. `error_answers.error_for_status` says which errors are raised."""

    def __init__(
        self, session: aiohttp.ClientSession, site: Site, limits: RateLimits, patience: CallPatience, circuit: Circuit
    ) -> None:
        self.site = site
        self.calls = 0
        """Requests sent so far, for benchmarks."""
        self._session = session
        self._limits = limits
        self._patience = patience
        self._circuit = circuit

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        site: Site,
        api_key: str,
        app_key: str,
        limits: RateLimits | None = None,
        patience: CallPatience | None = None,
        circuit: Circuit | None = None,
    ) -> AsyncIterator[Client]:
        patience = patience or PATIENCE
        timeout = aiohttp.ClientTimeout(total=patience.answer_s, sock_connect=patience.connect_s)
        headers = {"DD-API-KEY": api_key, "DD-APPLICATION-KEY": app_key, "User-Agent": "replaybook"}
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(
            headers=headers, timeout=timeout, connector=connector, trace_configs=[fence()]
        ) as session:
            yield cls(session, site, limits or OwnLimits(), patience, circuit or Circuit(TITLE))

    async def send(self, call: Call, kind: type[T]) -> T:
        """Sends a request and reads its JSON as `kind`. Raises UnsureOutcome for a create whose answer is lost."""
        body = await self.body(call)
        try:
            return msgspec.json.decode(body.data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            unreadable = Unreadable(f"Datadog’s answer can’t be read when asked for {call.what}: {str(error)[:100]}.")
            raise after_sending(call, unreadable) from None

    async def create(self, call: Call, kind: type[T], trace: Callable[[], Awaitable[T | None]]) -> T:
        """Sends a create, and again if its answer was lost and `trace` doesn't find what it would have made."""
        for _ in range(self._patience.attempts - 1):
            try:
                return await self.send(call, kind)
            except UnsureOutcome:
                await asyncio.sleep(jittered(self._patience.pause_s))
                if (made := await trace()) is not None:
                    return made
        return await self.send(call, kind)

    async def body(self, call: Call) -> Body:
        """Sends a request, again where that is harmless, and returns its answer as it came."""
        try:
            return await patiently(partial(self._attempt, call), self._patience, partial(_repeatable, call))
        except Unavailable as error:
            raise after_sending(call, error) from error

    async def _attempt(self, call: Call) -> Body:
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
        await self._note_limits(call, status, headers)
        if 200 <= status < 300:
            return Body(headers.get("Content-Type", ""), body)
        raise error_for_status(call, status, headers, body, self.site.name)

    async def _note_limits(self, call: Call, status: int, headers: Mapping[str, str]) -> None:
        remaining = remaining_of(headers)
        if remaining:
            await self._limits.announce(call.group, 0 if status == 429 else remaining[0], remaining[1])

    async def _exchange(self, call: Call) -> tuple[int, Mapping[str, str], bytes]:
        """Returns status, headers and body. Raises Unavailable, as NotSent when nobody was reached."""
        self.calls += 1
        too_long = Unreadable(f"Datadog’s answer is larger than {MOST_BYTES:,} bytes.")
        data = None if call.body is None else msgspec.json.encode(call.body)
        headers = {"Accept": "*/*"} | ({} if data is None else {"Content-Type": "application/json"})
        try:
            async with self._session.request(
                call.method,
                self.site.api + call.path,
                params=call.query,
                data=data,
                headers=headers,
                allow_redirects=False,  # the keys go to nobody else
            ) as response:
                body = await read_at_most(response.content.iter_any(), MOST_BYTES, too_long)
                return response.status, response.headers, body
        except aiohttp.ClientConnectorError as error:
            raise NotSent(f"Datadog can’t be reached at {self.site.api}.") from error
        except TimeoutError as error:
            raise Unavailable(
                "Datadog took too long to answer when asked for %(what)s.", what=Phrase(call.what)
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable("The connection to Datadog broke off: %(kind)s.", kind=type(error).__name__) from error


def _repeatable(call: Call, error: Unavailable) -> bool:
    if isinstance(error, CircuitOpen | Unreadable):
        return False
    return call.kind is not CallKind.CREATE or isinstance(error, NotSent)
