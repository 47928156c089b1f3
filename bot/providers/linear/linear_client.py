"""The HTTP client: the key, time-outs, retries that never repeat a create, and both of Linear's budgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import aiohttp
import msgspec

from bot.kernel.clock import Clock, jittered
from bot.kernel.errors import Missing, Phrase, RateLimited, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most
from bot.providers.linear.linear_documents import LinearDocument
from bot.providers.linear.linear_errors import (
    LinearNotSent,
    LinearRefused,
    LinearUnsure,
    after_sending,
    budget_of,
    error_of,
    rate_limited,
    seconds_to_wait,
)
from bot.state.locks import fence
from bot.state.rate_budgets import RateBudgets

T = TypeVar("T")
API = "https://api.linear.app"
MOST_BYTES = 20_000_000
UPLOAD_S = 120.0
BUDGETS = ("Requests", "Complexity")
REMEMBERED_S = 60.0
"""How long an answer's budget is believed: it fills up all the time."""


class _Answer(msgspec.Struct, Generic[T]):
    data: T


class LinearClient:
    """Use `LinearClient.opened`. `linear_errors` says which errors are raised."""

    def __init__(self, session: aiohttp.ClientSession, base: str, key: str, budgets: RateBudgets, now: Clock) -> None:
        self.base = base
        self._session = session
        self._key = key
        self._budgets = budgets
        self._now = now
        self._patience = CallPatience()

    @classmethod
    @asynccontextmanager
    async def opened(cls, base: str | None, key: str, budgets: RateBudgets, now: Clock) -> AsyncIterator[LinearClient]:
        patience = CallPatience()
        timeout = aiohttp.ClientTimeout(total=patience.answer_s, sock_connect=patience.connect_s)
        async with aiohttp.ClientSession(
            timeout=timeout, headers={"User-Agent": "replaybook"}, trace_configs=[fence()]
        ) as session:
            yield cls(session, (base or API).rstrip("/"), key, budgets, now)

    async def run(self, document: LinearDocument, kind: type[T], **variables: Any) -> T:
        """Sends it, again where that is harmless. Raises LinearUnsure for a create whose answer is lost."""

        def may_repeat(error: Unavailable) -> bool:
            return not document.creates or isinstance(error, LinearNotSent)

        try:
            return await patiently(lambda: self._attempt(document, kind, variables), self._patience, may_repeat)
        except Unavailable as error:
            raise after_sending(document, error) from error

    async def create(
        self, document: LinearDocument, kind: type[T], known: Callable[[], Awaitable[T]], **variables: Any
    ) -> T:
        """Sends a create that has an id of ours. Where its answer was lost or it is refused, `known` reads it.

        `known` raises Missing where there is none; then, and only then, a lost create is sent again.
        """
        for _ in range(self._patience.attempts - 1):
            try:
                return await self.run(document, kind, **variables)
            except LinearUnsure:
                await asyncio.sleep(jittered(self._patience.pause_s))
                try:
                    return await known()
                except Missing:
                    continue
            except LinearRefused:
                try:
                    return await known()
                except Missing:
                    pass
                raise
        return await self.run(document, kind, **variables)

    async def put(self, address: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Sends a file to a signed address, which is not Linear's API: the key stays here."""
        timeout = aiohttp.ClientTimeout(total=UPLOAD_S)
        for attempt in range(1, self._patience.attempts + 1):
            try:
                async with self._session.put(
                    address, data=data, headers=headers, timeout=timeout, allow_redirects=False
                ) as response:
                    if 200 <= response.status < 300:
                        return
                    status = response.status
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if attempt == self._patience.attempts:
                    raise Unavailable(
                        "Linear’s store of files can’t be reached (%(kind)s).", kind=type(error).__name__
                    ) from error
            else:
                if status < 500 or attempt == self._patience.attempts:
                    raise Unavailable(
                        "Linear’s store of files answered with status %(status_code)s.", status_code=status
                    )
            await asyncio.sleep(jittered(self._patience.pause_s * 2**attempt))

    async def _attempt(self, document: LinearDocument, kind: type[T], variables: Mapping[str, Any]) -> T:
        for budget, amount in zip(BUDGETS, (1, document.cost(variables)), strict=True):
            if wait := await self._budgets.take(budget, amount):
                raise rate_limited(document, wait)
        status, headers, body = await self._exchange(document, variables)
        wait = seconds_to_wait(headers, self._now_ms())
        error = error_of(document, status, body, wait)
        await self._note(headers, wait if isinstance(error, RateLimited) else None)
        if error is not None:
            raise error
        try:
            return msgspec.json.decode(body, type=_Answer[kind]).data  # type: ignore[valid-type]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as unreadable:
            raise Unavailable(
                "Linear’s answer can’t be read when asked for %(what)s.", what=Phrase(document.what)
            ) from unreadable

    async def _note(self, headers: Mapping[str, str], limited_s: float | None) -> None:
        """Tells the other processes what is left. A limit that doesn't say which budget it is stops both."""
        for budget in BUDGETS:
            left, seconds = budget_of(headers, budget, self._now_ms())
            if left is not None:
                await self._budgets.announce(budget, left, min(seconds, REMEMBERED_S))
            elif limited_s is not None:
                await self._budgets.announce(budget, 0, limited_s)

    def _now_ms(self) -> float:
        return self._now().timestamp() * 1000

    async def _exchange(
        self, document: LinearDocument, variables: Mapping[str, Any]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body. Raises Unavailable, as LinearNotSent when nobody was reached."""
        too_long = Unavailable("Linear’s answer is too long.")
        sent = {"query": document.text, "variables": variables, "operationName": document.name}
        headers = {"Content-Type": "application/json", "Authorization": self._key}
        try:
            async with self._session.post(
                f"{self.base}/graphql",
                data=msgspec.json.encode(sent),
                headers=headers,
                allow_redirects=False,  # the key goes to nobody else
            ) as response:
                body = await read_at_most(response.content.iter_any(), MOST_BYTES, too_long)
                return response.status, response.headers, body
        except aiohttp.ClientConnectorError as error:
            raise LinearNotSent("Linear can’t be reached at %(address)s.", address=self.base) from error
        except TimeoutError as error:
            raise Unavailable(
                "Linear took too long to answer when asked for %(what)s.", what=Phrase(document.what)
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable("The connection to Linear broke off: %(kind)s.", kind=type(error).__name__) from error
