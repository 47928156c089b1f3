"""The channel that a page belongs to, and with it whoever may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Missing
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import MOST_READ, READ_AT_ONCE
from bot.notebook.own_files import own_files
from bot.notebook.ports import NotebookStore
from bot.notebook.public_view import clip_files
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests.request_records import RequestRecords
from bot.state import keys

KEPT_S, FILES_KEPT_S, SEARCHED_S = 3600, 86_400, 60


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A channel of a workspace. `user` may see the page wherever they are; `notebook` names one that may be shared."""

    team: str
    channel: str
    user: str = ""
    notebook: str = ""


class PagePlaces:
    def __init__(
        self, redis: Redis, notebooks: NotebookStore, questions: QuestionRecords, requests: RequestRecords
    ) -> None:
        self._redis = redis
        self._notebooks = notebooks
        self._questions = questions
        self._requests = requests

    async def notebook(self, id: str) -> Place | None:
        """None where there is no such notebook. A notebook stays in its channel, so the place is kept for an hour."""
        key = keys.page_place("notebook", id)
        if known := await self._redis.get(key):
            return msgspec.json.decode(known, type=Place)
        try:
            place = place_of(await self._notebooks.get(id))
        except Missing:
            return None
        await self._redis.set(key, msgspec.json.encode(place), ex=KEPT_S)
        return place

    async def answer(self, secret: str) -> Place | None:
        try:
            asked = await self._questions.on_page(secret)
        except Missing:
            return None
        return Place(asked.team, asked.channel, user=asked.user)

    async def ticket(self, key: str) -> Place | None:
        """The channel of the request that led to the ticket; None where there was none, or no such ticket."""
        channel = await self._requests.channel_of_ticket(key.upper())
        return Place(*channel) if channel else None

    async def clips_of(self, notebook: str) -> frozenset[str]:
        """Names of the files with its clips; none of a notebook that is there no more."""
        try:
            return clip_files(await self._notebooks.get(notebook))
        except Missing:
            return frozenset()

    async def of_file(self, name: str) -> list[Place]:
        """Where the file was shown lately."""
        return [msgspec.json.decode(each, type=Place) for each in sorted(await self._redis.smembers(_files(name)))]

    async def remember_files(self, place: Place, names: Collection[str]) -> None:
        """Whoever may see a page of the place may fetch these files, which are its own."""
        if not names:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.sadd(_files(name), msgspec.json.encode(place))
                pipe.expire(_files(name), FILES_KEPT_S)
            await pipe.execute()

    async def search_file(self, name: str, team: str, user: str, sees: Callable[[Notebook], Awaitable[bool]]) -> bool:
        """Whether a notebook that the person sees shows the file; asked for one person and file once a minute.

        It finds files whose address somebody kept, from an export say, though nobody looked at the notebook lately.
        """
        if not await self._redis.set(keys.page_place("searched", f"{team} {user} {name}"), b"", ex=SEARCHED_S, nx=True):
            return False
        for start in range(0, MOST_READ, READ_AT_ONCE):
            notebooks = await self._notebooks.list(team, READ_AT_ONCE, start)
            for notebook in notebooks:
                if name in own_files(notebook) and await sees(notebook):
                    await self.remember_files(place_of(notebook), [name])
                    return True
            if not notebooks:
                break
        return False


def place_of(notebook: Notebook) -> Place:
    return Place(notebook.team, notebook.channel, notebook=notebook.id)


def _files(name: str) -> str:
    return keys.file_places(name)
