"""Post-mortems as Datadog notebooks.

Datadog's update replaces a whole notebook and knows no versions, so: one writer at a time (a lock in Redis), read and
merge right before each update, and read again after it. Somebody's older copy that was saved over ours is seen by that
last reading, and ours is merged in again. Our record is written first and keeps all that is known: what a failure kept
from Datadog goes there with the next change.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Conflict, Missing, Misunderstood, Upstream
from bot.notebook.notebook import Notebook
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.notebooks import notebook_calls as calls
from bot.providers.datadog.notebooks.graphs import with_graphs
from bot.providers.datadog.notebooks.notebook_index import DatadogNotebookIndex
from bot.providers.datadog.notebooks.notebook_state import Kept, named
from bot.providers.datadog.notebooks.reconcile import contents, differs, fold
from bot.providers.datadog.notebooks.render_cells import laid, told
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records

Fn = Callable[[Notebook], Notebook]
Told = Callable[[Notebook], Awaitable[None]]
ATTEMPTS = 6
"""How often a change is put again when others save over it at the same moment."""
WAIT_S = 60.0
FRESH_S = 15.0
"""A notebook that is only looked at is read from Datadog this often; a change always reads first."""


@dataclass(slots=True)
class _NotebookPage:
    """A notebook that we hold the lock of. `revision` is that of its record, `written` what the record says."""

    kept: Kept
    revision: int = 0
    written: Kept | None = None


class DatadogNotebooks:
    """A NotebookStore. `public_url` is where the bot's own pages are: pictures and links lead there.

    `written` hears of every notebook that was created or changed, after it is in Datadog; it must not raise.
    """

    def __init__(
        self, client: Client, redis: Redis, *, public_url: str, fresh_s: float = FRESH_S, written: Told | None = None
    ) -> None:
        self._client = client
        self._redis = redis
        self._address = public_url.rstrip("/")
        self._fresh_ms = max(1, int(fresh_s * 1000))
        self._records = Records(redis, Kept)
        self._shelf = DatadogNotebookIndex(redis)
        self._written = written

    async def create(self, notebook: Notebook) -> Notebook:
        """The channel's notebook: this one, or the one it has. One whose creation broke off is finished."""
        id = await self._shelf.claim(notebook)
        async with self._alone(id) as found:
            page = found or _NotebookPage(Kept(msgspec.structs.replace(notebook, id=id)))
            if not page.kept.number:
                await self._write(page)
                await self._create(page, fresh=found is None)
        return await self._told(page.kept)

    async def get(self, id: str) -> Notebook:
        """As Datadog showed it at most a few seconds ago, or as we know it while Datadog can't be read.

        Raises Missing.
        """
        fresh = keys.key("all", "datadog-fresh", id)
        if await self._redis.set(fresh, b"1", px=self._fresh_ms, nx=True):
            with suppress(Conflict, Missing, Upstream):  # someone is changing it, it is gone there, or Datadog is away
                async with self._alone(id, wait=0) as page:
                    if page and page.kept.number:
                        await self._pull(page)
        found = await self._records.get(await self._key(id))
        if found is None:
            raise Missing("There is no such notebook.")
        return self._given(found[0])

    async def find(self, team: str, channel: str) -> Notebook | None:
        id = await self._shelf.claimed(team, channel)
        found = await self._records.get(await self._key(id)) if id else None
        return await self.get(found[0].notebook.id) if found and found[0].number else None

    async def save(self, notebook: Notebook, expected: int) -> Notebook:
        """Raises Conflict when the version, with what people changed in Datadog, is not `expected`."""

        def unless_changed(now: Notebook) -> Notebook:
            if now.version != expected:
                raise Conflict("Someone changed this notebook in the meantime.")
            return notebook

        return await self.change(notebook.id, unless_changed)

    async def change(self, id: str, fn: Fn) -> Notebook:
        """Apply a pure change to the notebook as Datadog shows it now. One that was deleted there is made again.

        Raises Missing, Misunderstood for a change of a part that only Datadog can change, and Upstream: then the
        change is kept, and goes to Datadog with the next one.
        """
        async with self._alone(id) as page:
            if page is None:
                raise Missing("There is no such notebook.")
            shown = await self._pull_or_make_again(page)
            after = fn(page.kept.notebook)
            if after is not page.kept.notebook:
                _refuse_opaque(page.kept, after)
                after = msgspec.structs.replace(after, link="")
                page.kept = with_graphs(msgspec.structs.replace(page.kept, notebook=after))
                await self._write(page)
            await self._push(page, shown)
        return await self._told(page.kept)

    async def list(self, team: str | None = None, limit: int = 200) -> Sequence[Notebook]:
        """Newest first, as we know them."""
        ids = await self._shelf.newest(team, limit)
        record_keys = await asyncio.gather(*map(self._key, ids))
        found = await asyncio.gather(*map(self._records.get, record_keys))
        return [self._given(each[0]) for each in found if each]

    async def number(self, id: str) -> int:
        """Datadog's id of a notebook, 0 while it has none. Raises Missing."""
        found = await self._records.get(await self._key(id))
        if found is None:
            raise Missing("There is no such notebook.")
        return found[0].number

    @asynccontextmanager
    async def _alone(self, id: str, wait: float = WAIT_S) -> AsyncIterator[_NotebookPage | None]:
        key = await self._key(id)
        async with held(self._redis, keys.lock(key), wait=wait):
            found = await self._records.get(key)
            yield _NotebookPage(found[0], found[1], found[0]) if found else None

    async def _write(self, page: _NotebookPage) -> None:
        """Write the record if there is anything new; the version counts changes of the notebook itself."""
        was = page.written
        if was and not differs(page.kept, was):
            return
        if was is None or page.kept.notebook != was.notebook:
            version = (was.notebook.version if was else 0) + 1
            notebook = msgspec.structs.replace(page.kept.notebook, version=version)
            page.kept = msgspec.structs.replace(page.kept, notebook=notebook)
        page.revision = await self._records.put(await self._key(page.kept.notebook.id), page.kept, page.revision)
        page.written = page.kept

    async def _pull(self, page: _NotebookPage) -> calls.NotebookReading:
        one = await self._client.get(calls.get(page.kept.number), calls.OneNotebook)
        page.kept = fold(page.kept, one.data.read, self._address)
        await self._write(page)
        return one.data

    async def _pull_or_make_again(self, page: _NotebookPage) -> calls.NotebookReading:
        with suppress(Missing):
            if page.kept.number:
                return await self._pull(page)
        page.kept = page.kept.forgotten()
        await self._write(page)
        return await self._create(page, fresh=False)

    async def _create(self, page: _NotebookPage, *, fresh: bool) -> calls.NotebookReading:
        """`fresh` is a notebook that was never tried before, so that there is no trace to look for."""
        kept = page.kept = with_graphs(page.kept)
        name, cells = named(kept.notebook.title), laid(kept, self._address)

        async def trace() -> calls.OneNotebook | None:
            many = await self._client.get(calls.newest(name), calls.ManyNotebooks)
            mine = (it for it in many.data if any(cell.marker == kept.trace for cell in it.read.cells))
            return next((calls.OneNotebook(it) for it in mine), None)

        one = None if fresh else await trace()
        if one is None:
            one = await self._client.create(calls.create(name, [raw for _, raw in cells]), calls.OneNotebook, trace)
        page.kept = msgspec.structs.replace(kept, number=one.data.id)
        self._take(page, one.data, [id for id, _ in cells], before={})
        await self._write(page)
        return one.data

    async def _push(self, page: _NotebookPage, shown: calls.NotebookReading) -> None:
        for _ in range(ATTEMPTS):
            if not page.kept.due:
                return
            shown = await self._put(page, shown)
        if page.kept.due:
            raise Conflict("This notebook is being changed all the time; what is missing in Datadog is kept here.")

    async def _put(self, page: _NotebookPage, shown: calls.NotebookReading) -> calls.NotebookReading:
        """One update and the reading that confirms it. Refused as a conflict, the notebook is only read again."""
        kept, before = page.kept, contents(page.kept)
        sent, name = laid(kept, self._address), named(kept.notebook.title)
        try:
            one = await self._client.get(calls.put(shown, name, [raw for _, raw in sent]), calls.OneNotebook)
        except Conflict:
            return await self._pull(page)
        except DatadogRefused:  # perhaps only because somebody took a graph away that we name
            shown = await self._pull(page)
            if not differs(page.kept, kept):
                raise
            return shown
        self._take(page, one.data, [id for id, _ in sent], before)
        one = await self._client.get(calls.get(kept.number), calls.OneNotebook)
        page.kept = fold(page.kept, one.data.read, self._address, before)
        await self._write(page)
        return one.data

    def _take(
        self, page: _NotebookPage, shown: calls.NotebookReading, sent: Sequence[str], before: Mapping[str, str]
    ) -> None:
        """What Datadog answered to the cells `sent`: they are ours, whatever it made of our text."""
        raws = [cell.raw for cell in shown.read.cells]
        if len(raws) == len(sent):
            page.kept = told(page.kept, sent, raws, shown.attributes.name)
        else:
            page.kept = fold(page.kept, shown.read, self._address, before)

    async def _told(self, kept: Kept) -> Notebook:
        notebook = self._given(kept)
        if self._written:
            await self._written(notebook)
        return notebook

    def _given(self, kept: Kept) -> Notebook:
        link = f"{self._client.site.app}/notebook/{kept.number}" if kept.number else ""
        return msgspec.structs.replace(kept.notebook, link=link)

    async def _key(self, id: str) -> str:
        return keys.record(await self._shelf.team(id), "datadog-notebook", id)


def _refuse_opaque(kept: Kept, after: Notebook) -> None:
    for cell in after.cells:
        placed, was = kept.placed.get(cell.id), kept.notebook.cell(cell.id)
        if placed and placed.opaque and was and cell.markdown != was.markdown:
            raise Misunderstood("This part can only be changed in Datadog.")
