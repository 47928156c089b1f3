"""Post-mortems as Datadog notebooks.

Datadog's update replaces a complete notebook and knows no versions. So there is one writer at a time (a lock in Redis)
that reads and merges right before each update and reads again after it. If somebody saved an older copy over the bot's
text, that last reading shows it, and the bot's text is merged in again. The bot's record is written first and keeps all
that is known: what a failure kept from Datadog goes there with the next change.
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
from bot.providers.datadog.notebooks.notebook_state import NotebookState, datadog_name
from bot.providers.datadog.notebooks.reconcile import contents, differs, reconcile
from bot.providers.datadog.notebooks.render_cells import confirm_sent, render_cells
from bot.state import keys
from bot.state.locks import LockLost, held
from bot.state.records import Records, RecordStore

Fn = Callable[[Notebook], Notebook]
Listener = Callable[[Notebook], Awaitable[None]]
ATTEMPTS = 6
"""How often a change is written again when others save over it at the same moment."""
WAIT_S = 60.0
FRESH_S = 15.0
"""A notebook that is only looked at is read from Datadog this often. A change always reads first."""


@dataclass(slots=True)
class _LockedNotebook:
    """A notebook whose lock is held. `revision` is that of its record, `written` what the record holds."""

    state: NotebookState
    revision: int = 0
    written: NotebookState | None = None


class DatadogNotebooks:
    """A NotebookStore. `public_url` is where the bot's own pages are: pictures and links lead there.

    `head` writes the head of a document in Markdown, for the cell at the top.
    `written` is called with every notebook that was created or changed, after it is in Datadog; it must not raise.
    """

    def __init__(  # noqa: PLR0913 - a client, two stores, and what is written where
        self,
        client: Client,
        redis: Redis,
        records: RecordStore,
        *,
        public_url: str,
        fresh_s: float = FRESH_S,
        head: Callable[[Notebook], str] | None = None,
        written: Listener | None = None,
    ) -> None:
        self._client = client
        self._redis = redis
        self._address = public_url.rstrip("/")
        self._fresh_ms = max(1, int(fresh_s * 1000))
        self._records = Records(records, NotebookState)
        self._index = DatadogNotebookIndex(records)
        self._head = head
        self._listener = written

    async def create(self, notebook: Notebook) -> Notebook:
        """Returns the channel's notebook: this one, or the one it has. One whose creation broke off is finished."""
        id = await self._index.claim(notebook)
        async with self._locked(id) as existing:
            locked = existing or _LockedNotebook(NotebookState(msgspec.structs.replace(notebook, id=id)))
            if not locked.state.number:
                await self._write(locked)
                await self._create(locked, fresh=existing is None)
        return await self._announce(locked.state)

    async def get(self, id: str) -> Notebook:
        """As Datadog showed it at most a few seconds ago, or as the record has it while Datadog can't be read.

        Raises Missing.
        """
        fresh = keys.key("all", "datadog-fresh", id)
        if await self._redis.set(fresh, b"1", px=self._fresh_ms, nx=True):
            # Someone is changing it, it is gone there, or Datadog is away.
            with suppress(Conflict, LockLost, Missing, Upstream):
                async with self._locked(id, wait=0) as locked:
                    if locked and locked.state.number:
                        await self._pull(locked)
        return self._with_link(await self._state(id))

    async def find(self, team: str, channel: str) -> Notebook | None:
        id = await self._index.claimed(team, channel)
        record = await self._records.get(await self._key(id)) if id else None
        return await self.get(record[0].notebook.id) if record and record[0].number else None

    async def save(self, notebook: Notebook, expected: int) -> Notebook:
        """Raises Conflict when the version, with what people changed in Datadog, is not `expected`."""

        def unless_changed(now: Notebook) -> Notebook:
            if now.version != expected:
                raise Conflict("Someone changed this post-mortem in the meantime.")
            return notebook

        return await self.change(notebook.id, unless_changed)

    async def change(self, id: str, fn: Fn) -> Notebook:
        """Applies a pure change to the notebook as Datadog shows it now. One that was deleted there is made again.

        Raises Missing, Misunderstood for a change of a part that only Datadog can change, and Upstream: then the
        change is kept, and goes to Datadog with the next one.
        """
        async with self._locked(id) as locked:
            if locked is None:
                raise Missing("There is no such post-mortem.")
            reading = await self._pull_or_make_again(locked)
            after = fn(locked.state.notebook)
            if after is not locked.state.notebook:
                _refuse_opaque(locked.state, after)
                after = msgspec.structs.replace(after, link="")
                locked.state = with_graphs(self._with_head(msgspec.structs.replace(locked.state, notebook=after)))
                await self._write(locked)
            await self._push(locked, reading)
        return await self._announce(locked.state)

    async def list(self, team: str | None = None, limit: int = 200, skip: int = 0) -> Sequence[Notebook]:
        """Newest first, as the records have them."""
        ids = await self._index.newest(team, limit, skip)
        record_keys = await asyncio.gather(*map(self._key, ids))
        records = await asyncio.gather(*map(self._records.get, record_keys))
        return [self._with_link(record[0]) for record in records if record]

    async def number(self, id: str) -> int:
        """Returns Datadog's id of a notebook, 0 while it has none. Raises Missing."""
        return (await self._state(id)).number

    async def _state(self, id: str) -> NotebookState:
        record = await self._records.get(await self._key(id))
        if record is None:
            raise Missing("There is no such post-mortem.")
        return record[0]

    @asynccontextmanager
    async def _locked(self, id: str, wait: float = WAIT_S) -> AsyncIterator[_LockedNotebook | None]:
        key = await self._key(id)
        async with held(self._redis, keys.lock(key), wait=wait):
            record = await self._records.get(key)
            yield _LockedNotebook(record[0], record[1], record[0]) if record else None

    async def _write(self, locked: _LockedNotebook) -> None:
        """Writes the record if there is anything new. The version counts changes of the notebook itself."""
        old = locked.written
        if old and not differs(locked.state, old):
            return
        if old is None or locked.state.notebook != old.notebook:
            version = (old.notebook.version if old else 0) + 1
            notebook = msgspec.structs.replace(locked.state.notebook, version=version)
            locked.state = msgspec.structs.replace(locked.state, notebook=notebook)
        key = await self._key(locked.state.notebook.id)
        locked.revision = await self._records.put(key, locked.state, locked.revision)
        locked.written = locked.state

    async def _pull(self, locked: _LockedNotebook) -> calls.NotebookReading:
        """Reads the notebook and takes over what people changed."""
        reading = (await self._client.send(calls.get(locked.state.number), calls.OneNotebook)).data
        locked.state = reconcile(locked.state, reading.contents, self._address)
        await self._write(locked)
        return reading

    async def _pull_or_make_again(self, locked: _LockedNotebook) -> calls.NotebookReading:
        with suppress(Missing):
            if locked.state.number:
                return await self._pull(locked)
        locked.state = locked.state.deleted_there()
        await self._write(locked)
        return await self._create(locked, fresh=False)

    async def _create(self, locked: _LockedNotebook, *, fresh: bool) -> calls.NotebookReading:
        """`fresh` says that no creation was tried before, so that there is no trace to look for."""
        state = locked.state = with_graphs(self._with_head(locked.state))
        name, cells = datadog_name(state.notebook.title), render_cells(state, self._address)

        async def trace() -> calls.OneNotebook | None:
            newest = await self._client.send(calls.newest(name), calls.ManyNotebooks)
            for reading in newest.data:
                if any(cell.marker == state.trace for cell in reading.contents.cells):
                    return calls.OneNotebook(reading)
            return None

        one = None if fresh else await trace()
        if one is None:
            one = await self._client.create(calls.create(name, [raw for _, raw in cells]), calls.OneNotebook, trace)
        locked.state = msgspec.structs.replace(state, number=one.data.id)
        self._take(locked, one.data, [id for id, _ in cells], before={})
        await self._write(locked)
        return one.data

    async def _push(self, locked: _LockedNotebook, reading: calls.NotebookReading) -> None:
        for _ in range(ATTEMPTS):
            if not locked.state.due:
                return
            reading = await self._put(locked, reading)
        if locked.state.due:
            raise Conflict("The notebook in Datadog is being changed all the time; what is missing there is kept here.")

    async def _put(self, locked: _LockedNotebook, reading: calls.NotebookReading) -> calls.NotebookReading:
        """One update and the reading that confirms it. Refused as a conflict, the notebook is only read again."""
        state, before = locked.state, contents(locked.state)
        cells, name = render_cells(state, self._address), datadog_name(state.notebook.title)
        try:
            one = await self._client.send(calls.put(reading, name, [raw for _, raw in cells]), calls.OneNotebook)
        except Conflict:
            return await self._pull(locked)
        except DatadogRefused:  # perhaps only because somebody removed a graph that the update names
            reading = await self._pull(locked)
            if not differs(locked.state, state):
                raise
            return reading
        self._take(locked, one.data, [id for id, _ in cells], before)
        one = await self._client.send(calls.get(state.number), calls.OneNotebook)
        locked.state = reconcile(locked.state, one.data.contents, self._address, before)
        await self._write(locked)
        return one.data

    def _with_head(self, state: NotebookState) -> NotebookState:
        return msgspec.structs.replace(state, head=self._head(state.notebook)) if self._head else state

    def _take(
        self, locked: _LockedNotebook, answer: calls.NotebookReading, sent: Sequence[str], before: Mapping[str, str]
    ) -> None:
        """Takes over Datadog's answer to the cells `sent`: they are the bot's, whatever Datadog made of their text."""
        raws = [cell.raw for cell in answer.contents.cells]
        if len(raws) == len(sent):
            locked.state = confirm_sent(locked.state, sent, raws, answer.attributes.name)
        else:
            locked.state = reconcile(locked.state, answer.contents, self._address, before)

    async def _announce(self, state: NotebookState) -> Notebook:
        notebook = self._with_link(state)
        if self._listener:
            await self._listener(notebook)
        return notebook

    def _with_link(self, state: NotebookState) -> Notebook:
        link = f"{self._client.site.app}/notebook/{state.number}" if state.number else ""
        return msgspec.structs.replace(state.notebook, link=link)

    async def _key(self, id: str) -> str:
        return keys.record(await self._index.team(id), "datadog-notebook", id)


def _refuse_opaque(state: NotebookState, after: Notebook) -> None:
    for cell in after.cells:
        placed, old = state.placed.get(cell.id), state.notebook.cell(cell.id)
        if placed and placed.opaque and old and cell.markdown != old.markdown:
            raise Misunderstood("This part can only be changed in Datadog.")
