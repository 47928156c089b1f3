"""One request: `POST {base}/chat/completions`. Nothing but the two texts given leaves here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec

from bot.kernel.errors import Unavailable

PATIENCE_S = 3.0
"""For the whole answer: somebody waits for it."""
MOST_BYTES = 65_536


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


class Model:
    """Use `Model.opened`. `sees_names` and `words_summaries` say what the operator lets leave for it.

    The first is names of buttons, the second all that a drafted summary says.
    """

    def __init__(
        self, session: aiohttp.ClientSession, url: str, name: str, *, sees_names: bool, words_summaries: bool = False
    ) -> None:
        self.sees_names = sees_names
        self.words_summaries = words_summaries
        self._session = session
        self._address = f"{url.rstrip('/')}/chat/completions"
        self._name = name

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        url: str,
        key: str | None,
        name: str,
        *,
        sees_names: bool = False,
        words_summaries: bool = False,
        patience_s: float = PATIENCE_S,
    ) -> AsyncIterator[Model]:
        """Nothing is sent yet."""
        headers = {"User-Agent": "replaybook", **({"Authorization": f"Bearer {key}"} if key else {})}
        timeout = aiohttp.ClientTimeout(total=patience_s)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            yield cls(session, url, name, sees_names=sees_names, words_summaries=words_summaries)

    async def rewrite(self, words: str, guide: str) -> str:
        """The model's answer, empty when it has none. Raises Unavailable."""
        body = {
            "model": self._name,
            "temperature": 0,
            "messages": [{"role": "system", "content": guide}, {"role": "user", "content": words}],
        }
        try:
            return _content(await self._post(body))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("The model doesn’t answer (%(kind)s).", kind=type(error).__name__) from error

    async def _post(self, body: object) -> bytes:
        async with self._session.post(self._address, json=body, allow_redirects=False) as answer:
            if answer.status != 200:
                raise Unavailable("The model answers with status %(status_code)s.", status_code=answer.status)
            data = bytearray()
            async for chunk in answer.content.iter_any():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise Unavailable("The model’s answer is too long.")
            return bytes(data)


def _content(data: bytes) -> str:
    try:
        choices = msgspec.json.decode(data, type=_Completion).choices
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unavailable("The model’s answer can’t be read.") from None
    return (choices[0].message.content or "") if choices else ""
