"""Tells a channel's incident what became of its notebook: the post-mortem it has, and its follow-ups as tasks."""

from __future__ import annotations

import hashlib

import msgspec
import structlog
from redis.asyncio import Redis

from bot.kernel.errors import ReplaybookError
from bot.notebook.cell_data import FollowUp
from bot.notebook.notebook import Notebook
from bot.providers.datadog.incidents.datadog_incidents import ChannelIncident, DatadogIncidents
from bot.providers.datadog.owners.accounts import Users
from bot.state import keys

KEEP_S = 90 * 24 * 3600


class IncidentNotes:
    """May be told of every change of a notebook: Datadog is asked only when there is something new for the incident."""

    def __init__(self, incidents: DatadogIncidents, redis: Redis, users: Users) -> None:
        self._incidents = incidents
        self._redis = redis
        self._users = users
        self._log = structlog.get_logger()

    async def written(self, notebook: Notebook) -> None:
        """Never raises because of Datadog: the notebook is written, and the next change tries again."""
        try:
            await self._bring(notebook)
        except ReplaybookError as error:
            self._log.warning("the incident wasn't told of its notebook", why=error.sentence, channel=notebook.channel)

    async def _bring(self, notebook: Notebook) -> None:
        key = keys.key(notebook.team, "datadog-incident-told", notebook.id)
        known = {part.decode() if isinstance(part, bytes) else part for part in await self._redis.smembers(key)}
        news = {_news(row): row for row in notebook.follow_ups}
        document = _digest(notebook.link)
        if not notebook.link or {document, *news} <= known:
            return
        incident = await self._incidents.of_channel(notebook.team, notebook.channel)
        if incident is None:
            return
        if document not in known:
            await self._incidents.attach(incident, notebook.link, notebook.title)
            await self._remember(key, document)
        for digest, row in news.items():
            if digest not in known:
                await self._follow(incident, notebook, row)
                await self._remember(key, digest)

    async def _follow(self, incident: ChannelIncident, notebook: Notebook, row: FollowUp) -> None:
        """The follow-up's task, assigned to its owner where Datadog knows them."""
        key = keys.key(notebook.team, "datadog-incident-assigned", notebook.id)
        found = await self._redis.hget(key, row.key)
        before = found.decode() if isinstance(found, bytes) else found or ""
        owner = await self._users.address(row.owner_email)
        await self._incidents.follow_up(incident, row, assignee=owner, before=before)
        if owner != before:
            await self._redis.hset(key, row.key, owner)
            await self._redis.expire(key, KEEP_S)

    async def _remember(self, key: str, digest: str) -> None:
        await self._redis.sadd(key, digest)
        await self._redis.expire(key, KEEP_S)


def incidents_by_channel(pairs: tuple[str, ...]) -> dict[str, str]:
    """Channel → incident, from `C0123=142` of the settings."""
    return {channel.strip(): incident.strip() for channel, _, incident in (pair.partition("=") for pair in pairs)}


def _news(row: FollowUp) -> str:
    return _digest(row.key, row.what, row.ticket, row.ticket_link, row.state, row.owner_email)


def _digest(*facts: str) -> str:
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:16]
