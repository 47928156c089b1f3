"""Which notebooks there are: a channel's, a team's, all. A channel claims its notebook's id before anything is made."""

from __future__ import annotations

import msgspec
from redis.asyncio import Redis

from bot.notebook.notebook import Notebook
from bot.state import keys
from bot.state.records import Records

_ALL = keys.record("all", "datadog-notebooks", "shelf")


class Standing(msgspec.Struct, frozen=True):
    """Ids of notebooks with their teams, oldest first."""

    teams: dict[str, str] = {}


class DatadogNotebookIndex:
    def __init__(self, redis: Redis) -> None:
        self._claims = Records(redis, str)
        self._standing = Records(redis, Standing)

    async def claim(self, notebook: Notebook) -> str:
        """The id of the channel's notebook: this one's, unless the channel has one."""
        team = notebook.team
        channel = _channel(team, notebook.channel)
        id = await self._claims.change(channel, lambda claimed: claimed or notebook.id)
        await self._claims.change(_team(id), lambda claimed: claimed or team)
        await self._standing.change(_ALL, lambda standing: _with(standing or Standing(), id, team))
        return id

    async def claimed(self, team: str, channel: str) -> str | None:
        found = await self._claims.get(_channel(team, channel))
        return found[0] if found else None

    async def team(self, id: str) -> str:
        """The team of a notebook; that of an unknown one is `all`, under which nothing is kept."""
        found = await self._claims.get(_team(id))
        return found[0] if found else "all"

    async def newest(self, team: str | None, limit: int) -> list[str]:
        found = await self._standing.get(_ALL)
        standing = reversed(found[0].teams.items()) if found else iter(())
        return [id for id, owner in standing if team in (None, owner)][:limit]


def _channel(team: str, channel: str) -> str:
    return keys.record(team, "datadog-channel-notebook", channel)


def _team(id: str) -> str:
    return keys.record("all", "datadog-notebook-team", id)


def _with(standing: Standing, id: str, team: str) -> Standing:
    return standing if id in standing.teams else Standing({**standing.teams, id: team})
