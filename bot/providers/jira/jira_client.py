"""The HTTP client: the account, time-outs, retries that never repeat a create, and each of Jira's limits."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeVar

import aiohttp
import msgspec

from bot.kernel.errors import Phrase, RateLimited, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most
from bot.providers.jira.jira_errors import BURST, PER_ISSUE, JiraNotSent, JiraUnsure, jira_error, rate_limited
from bot.state.locks import fence
from bot.state.rate_budgets import RateBudgets

T = TypeVar("T")
MOST_BYTES = 20_000_000
UPLOAD_S = 120.0
ALL = "all"


class JiraCallKind(Enum):
    READ = "changes nothing"
    SET = "says how something shall be: the same when it is sent twice"
    ADD = "makes something: it must never be repeated blindly"


@dataclass(frozen=True, slots=True)
class JiraCall:
    """`path` follows the version of the API. `group` is what Jira counts together: the method and the endpoint.

    `issue` is the key of the issue that is written to; `file` has name, media type and content of an attachment.
    """

    method: str
    path: str
    what: str
    group: str
    kind: JiraCallKind = JiraCallKind.READ
    query: Mapping[str, str] | None = None
    body: Any = None
    issue: str = ""
    file: tuple[str, str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class JiraPatience(CallPatience):
    """`apart_s` are seconds between two writes to one issue, since Jira counts them by issue."""

    apart_s: float = 0.25


class JiraClient:
    """Use `JiraClient.opened`. `base` is the site's address without a slash at the end, `cloud` which Jira it is."""

    def __init__(self, session: aiohttp.ClientSession, base: str, cloud: bool, budgets: RateBudgets) -> None:
        self.base = base
        self.cloud = cloud
        self._session = session
        self._budgets = budgets
        self._patience = JiraPatience()

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, email: str, token: str, budgets: RateBudgets) -> AsyncIterator[JiraClient]:
        """Cloud signs in with address and token, Data Center with the token alone."""
        patience = JiraPatience()
        basic = base64.b64encode(f"{email}:{token}".encode()).decode()
        headers = {"User-Agent": "replaybook", "Accept": "application/json"}
        headers["Authorization"] = f"Basic {basic}" if email else f"Bearer {token}"
        timeout = aiohttp.ClientTimeout(total=patience.answer_s, sock_connect=patience.connect_s)
        async with aiohttp.ClientSession(timeout=timeout, headers=headers, trace_configs=[fence()]) as session:
            yield cls(session, url.rstrip("/"), bool(email), budgets)

    async def send(self, call: JiraCall, kind: type[T]) -> T:
        """Sends a request and reads its JSON. Raises JiraUnsure for an addition whose answer is lost."""
        body = await self.body(call)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            unreadable = Unavailable("Jira’s answer can’t be read when asked for %(what)s.", what=Phrase(call.what))
            raise _after_sending(call, unreadable) from error

    async def body(self, call: JiraCall) -> bytes:
        """Sends a request, again where that is harmless, and returns its answer as it came."""
        try:
            return await patiently(partial(self._attempt, call), self._patience, partial(_repeatable, call))
        except Unavailable as error:
            raise _after_sending(call, error) from error

    async def _attempt(self, call: JiraCall) -> bytes:
        await self._wait_for_turn(call)
        status, headers, body = await self._exchange(call)
        if 200 <= status < 300:
            return body
        error = jira_error(status, headers, body, call.what)
        if isinstance(error, RateLimited):
            await self._budgets.announce(_limited(call, headers), 0, error.retry_after)
        raise error

    async def _wait_for_turn(self, call: JiraCall) -> None:
        """Raises RateLimited while a limit that this request falls under is reached; writes to an issue keep apart."""
        for group in (ALL, call.group, *([_of_issue(call)] if call.issue else [])):
            if wait := await self._budgets.take(group):
                raise rate_limited(call.what, wait)
        if call.issue:
            await asyncio.sleep(await self._budgets.turn(f"turn {call.issue}", self._patience.apart_s))

    async def _exchange(self, call: JiraCall) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body. Raises Unavailable, as JiraNotSent when nobody was reached."""
        sent: dict[str, Any] = {}
        too_long = Unavailable("Jira’s answer is too long.")
        if call.file:
            name, media_type, data = call.file
            form = aiohttp.FormData()
            form.add_field("file", data, filename=name, content_type=media_type)
            timeout = aiohttp.ClientTimeout(total=UPLOAD_S)
            sent = {"data": form, "headers": {"X-Atlassian-Token": "no-check"}, "timeout": timeout}
        elif call.body is not None:
            sent = {"data": msgspec.json.encode(call.body), "headers": {"Content-Type": "application/json"}}
        address = f"{self.base}/rest/api/{3 if self.cloud else 2}{call.path}"
        try:
            async with self._session.request(
                call.method,
                address,
                params=call.query,
                allow_redirects=False,  # the token goes to nobody else
                **sent,
            ) as response:
                body = await read_at_most(response.content.iter_any(), MOST_BYTES, too_long)
                return response.status, response.headers, body
        except aiohttp.ClientConnectorError as error:
            raise JiraNotSent("Jira can’t be reached at %(address)s.", address=self.base) from error
        except TimeoutError as error:
            raise Unavailable(
                "Jira took too long to answer when asked for %(what)s.", what=Phrase(call.what)
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable("The connection to Jira broke off: %(kind)s.", kind=type(error).__name__) from error


def _limited(call: JiraCall, headers: Mapping[str, str]) -> str:
    """What has to wait: the issue, the endpoint, or everything; `RateLimit-Reason` says which limit it was."""
    reason = headers.get("RateLimit-Reason", "")
    if reason == PER_ISSUE and call.issue:
        return _of_issue(call)
    return call.group if reason == BURST else ALL


def _of_issue(call: JiraCall) -> str:
    return f"issue {call.issue}"


def _repeatable(call: JiraCall, error: Unavailable) -> bool:
    return call.kind is not JiraCallKind.ADD or isinstance(error, JiraNotSent)


def _after_sending(call: JiraCall, error: Unavailable) -> Unavailable:
    if call.kind is JiraCallKind.ADD and not isinstance(error, JiraNotSent):
        return JiraUnsure("%(reason)s Whether it was done anyway isn’t known.", reason=error)
    return error
