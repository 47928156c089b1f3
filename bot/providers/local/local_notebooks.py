"""Notebooks among the records."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from bot.kernel.errors import Conflict, Missing
from bot.notebook.notebook import Notebook
from bot.state import keys
from bot.state.record_indexes import CreationOrder
from bot.state.records import Records, RecordStore


class LocalNotebooks:
    """The embedded NotebookStore. A channel claims its notebook's id first, so that it never gets two."""

    def __init__(self, records: RecordStore) -> None:
        self._notebooks = Records(records, Notebook)
        self._claims = Records(records, str)
        self._order = CreationOrder(records, "notebook", former=keys.record("all", "notebooks", "shelf"))

    async def create(self, notebook: Notebook) -> Notebook:
        """The channel's notebook: this one, or the one it has."""
        team = notebook.team
        id = await self._claims.change(_channel(team, notebook.channel), lambda claimed: claimed or notebook.id)
        await self._claims.change(_team_of(id), lambda claimed: claimed or team)
        await self._order.add(team, id)
        fresh = msgspec.structs.replace(notebook, id=id)
        try:
            return await self.save(fresh, expected=0)
        except Conflict:
            return await self.get(id)

    async def get(self, id: str) -> Notebook:
        """Raises Missing."""
        notebook = await self._written(id)
        if notebook is None:
            raise Missing("There is no such post-mortem.")
        return notebook

    async def _written(self, id: str) -> Notebook | None:
        """None for an id that nobody claimed, or that was claimed and not written yet."""
        team = await self._claims.get(_team_of(id))
        record = await self._notebooks.get(keys.record(team[0], "notebook", id)) if team else None
        return msgspec.structs.replace(record[0], version=record[1]) if record else None

    async def find(self, team: str, channel: str) -> Notebook | None:
        claimed = await self._claims.get(_channel(team, channel))
        return await self._written(claimed[0]) if claimed else None

    async def save(self, notebook: Notebook, expected: int) -> Notebook:
        """Raises Conflict when the stored version is not `expected`."""
        version = await self._notebooks.put(keys.record(notebook.team, "notebook", notebook.id), notebook, expected)
        return msgspec.structs.replace(notebook, version=version)

    async def list(self, team: str | None = None, limit: int = 200, skip: int = 0) -> Sequence[Notebook]:
        """Newest first, of one team or of all; of very many the newest (see `creation_order.MOST`)."""
        ids = await self._order.newest(team, limit, skip)
        notebooks = await asyncio.gather(*map(self._written, ids), return_exceptions=True)
        return [notebook for notebook in notebooks if isinstance(notebook, Notebook)]


def _channel(team: str, channel: str) -> str:
    return keys.record(team, "channel-notebook", channel)


def _team_of(id: str) -> str:
    return keys.record("all", "notebook-team", id)
