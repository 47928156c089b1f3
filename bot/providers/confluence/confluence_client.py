"""The HTTP client: Basic authentication, time-outs, rate limits, and what Confluence's refusals mean."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import msgspec

from bot.kernel.errors import Conflict, Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.patient_calls import CallPatience, patiently, read_at_most
from bot.state.locks import fence

T = TypeVar("T")
MOST_BYTES = 20_000_000
PATIENCE = CallPatience()
"""A longer wait for a limit is left to whoever asked."""
WAIT_S, LONGEST_WAIT_S = 5.0, 3600.0
"""How long to wait after a 429 that doesn't say, and the most that is believed."""
UPLOAD_S = 120.0


class ConfluenceRefused(ReplaybookError):
    """Confluence understood the request and refused it with `status`; asking again the same way won't help."""

    def __init__(self, sentence: str, /, *, status: int, **values: object) -> None:
        super().__init__(sentence, **values)
        self.status = status


class ConfluenceClient:
    """Use `ConfluenceClient.opened`. `base` is the site's address without a slash at the end."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.base = base
        self._session = session

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, email: str, token: str, answer_s: float = PATIENCE.answer_s
    ) -> AsyncIterator[ConfluenceClient]:
        base = url.rstrip("/").removesuffix("/wiki")
        timeout = aiohttp.ClientTimeout(total=answer_s, sock_connect=PATIENCE.connect_s)
        account = base64.b64encode(f"{email}:{token}".encode()).decode()
        headers = {"User-Agent": "replaybook", "Accept": "application/json", "Authorization": f"Basic {account}"}
        async with aiohttp.ClientSession(timeout=timeout, headers=headers, trace_configs=[fence()]) as session:
            yield cls(session, base)

    async def read(self, path: str, kind: type[T], query: Mapping[str, str] | None = None) -> T:
        """GETs JSON, again where the connection failed or Confluence asks to wait for a moment."""

        async def reading() -> T:
            return _decoded(await self._exchange("GET", path, query=query), kind)

        return await patiently(reading, PATIENCE, lambda _: True)

    async def write(self, method: str, path: str, body: object, kind: type[T]) -> T:
        """Sends JSON once: whoever writes knows what a lost answer (Unavailable) may mean."""
        data, headers = msgspec.json.encode(body), {"Content-Type": "application/json"}
        return _decoded(await self._exchange(method, path, data=data, headers=headers), kind)

    async def upload(self, path: str, name: str, data: bytes, content_type: str) -> None:
        """Sends a file; one of the same name there becomes its former version, so sending it twice does no harm."""
        form = aiohttp.FormData()
        form.add_field("file", data, filename=name, content_type=content_type)
        form.add_field("minorEdit", "true")
        headers = {"X-Atlassian-Token": "no-check"}
        await self._exchange("PUT", path, data=form, headers=headers, timeout=aiohttp.ClientTimeout(total=UPLOAD_S))

    async def _exchange(self, method: str, path: str, *, query: Mapping[str, str] | None = None, **sent: Any) -> bytes:
        """The answer's body. Raises Unavailable, and what `_error` says."""
        address = f"{self.base}/wiki{path}"
        too_long = Unavailable("Confluence’s answer is too long.")
        try:
            # The token goes to nobody else.
            async with self._session.request(method, address, params=query, allow_redirects=False, **sent) as response:
                body = await read_at_most(response.content.iter_any(), MOST_BYTES, too_long)
                if 200 <= response.status < 300:
                    return body
                raise _error(response.status, response.headers, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("Confluence can’t be reached (%(kind)s).", kind=type(error).__name__) from error


def _decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unavailable("Confluence’s answer can’t be read.") from None


def _error(status: int, headers: Mapping[str, str], body: bytes) -> ReplaybookError:
    if status == 429:
        wait = _seconds(headers.get("Retry-After", ""))
        return RateLimited(
            "Confluence takes no more requests for now: try again in %(wait)s seconds.",
            retry_after=wait,
            wait=f"{wait:.0f}",
        )
    known: dict[int, ReplaybookError] = {
        401: Unauthorized(
            "Confluence doesn’t know this e-mail address and token. Tokens end after a year at most: make a new "
            "one and set REPLAYBOOK_CONFLUENCE_TOKEN."
        ),
        403: Unauthorized(
            "The Confluence account may not do this: it needs to see the space, and to add pages and attachments in it."
        ),
        404: Missing("Confluence doesn’t have this page or space, or its account may not see it."),
        409: Conflict("Someone changed the page in Confluence at the same moment."),
    }
    if status in known:
        return known[status]
    if status >= 500 or status == 408:
        return Unavailable("Confluence failed with status %(status_code)s.", status_code=status)
    if 300 <= status < 400:
        return Unavailable("Confluence’s address points elsewhere; check REPLAYBOOK_CONFLUENCE_URL.")
    if status == 413:
        return ConfluenceRefused("Confluence takes no file or page of this size.", status=status)
    words = _words(body)
    return ConfluenceRefused(
        "Confluence refused this with status %(status_code)s%(words)s.", status=status, status_code=status, words=words
    )


def _seconds(text: str) -> float:
    return min(float(text), LONGEST_WAIT_S) if text.isascii() and text.isdigit() else WAIT_S


class _ConfluenceProblem(msgspec.Struct):
    title: str | None = None
    detail: str | None = None


class _ConfluenceProblems(msgspec.Struct):
    """Both forms: v2 answers with `errors`, v1 with `message`."""

    errors: list[_ConfluenceProblem] = []
    message: str | None = None


def _words(body: bytes) -> str:
    """Confluence's own words as they follow a sentence; empty where there are none. They are hostile: cut, one line."""
    try:
        problems = msgspec.json.decode(body, type=_ConfluenceProblems)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    words = problems.message or "; ".join(filter(None, (each.detail or each.title for each in problems.errors)))
    line = "".join(letter for letter in " ".join(words.split()) if letter.isprintable()).rstrip(".")
    return f": {line[:200]}" if line else ""
