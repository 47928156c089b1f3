"""Which notebooks there are: a channel's, a team's, all. A channel claims its notebook's id before anything is made."""

from __future__ import annotations

from bot.notebook.notebook import Notebook
from bot.state import keys
from bot.state.record_indexes import CreationOrder
from bot.state.records import Records, RecordStore


class DatadogNotebookIndex:
    """Finds a channel's notebook and a notebook's team by keys of their own, and the newest ones by their order."""

    def __init__(self, records: RecordStore) -> None:
        self._claims = Records(records, str)
        former = keys.record("all", "datadog-notebooks", "shelf")
        self._order = CreationOrder(records, "datadog-notebook", former=former)

    async def claim(self, notebook: Notebook) -> str:
        """The id of the channel's notebook: this one's, unless the channel has one."""
        team = notebook.team
        channel = _channel(team, notebook.channel)
        id = await self._claims.change(channel, lambda claimed: claimed or notebook.id)
        await self._claims.change(_team(id), lambda claimed: claimed or team)
        await self._order.add(team, id)
        return id

    async def claimed(self, team: str, channel: str) -> str | None:
        """The id that the channel has claimed."""
        claim = await self._claims.get(_channel(team, channel))
        return claim[0] if claim else None

    async def team(self, id: str) -> str:
        """The team of a notebook; that of an unknown one is `all`, under which nothing is kept."""
        claim = await self._claims.get(_team(id))
        return claim[0] if claim else "all"

    async def newest(self, team: str | None, limit: int, skip: int = 0) -> list[str]:
        """Ids, newest first, of one team or of all; of very many the newest (see `creation_order.MOST`)."""
        return await self._order.newest(team, limit, skip)


def _channel(team: str, channel: str) -> str:
    return keys.record(team, "datadog-channel-notebook", channel)


def _team(id: str) -> str:
    return keys.record("all", "datadog-notebook-team", id)
