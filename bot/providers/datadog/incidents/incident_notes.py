"""Brings a channel's incident up to date with its notebook: the post-mortem as an attachment, follow-ups as tasks."""

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
    """Takes every change of a notebook. Datadog is asked only when there is something new for the incident."""

    def __init__(self, incidents: DatadogIncidents, redis: Redis, users: Users) -> None:
        self._incidents = incidents
        self._redis = redis
        self._users = users
        self._log = structlog.get_logger()

    async def written(self, notebook: Notebook) -> None:
        """Never raises because of Datadog: the notebook is written already, and the next change tries again."""
        try:
            await self._update(notebook)
        except ReplaybookError as error:
            self._log.warning("the incident wasn't told of its notebook", why=error.sentence, channel=notebook.channel)

    async def _update(self, notebook: Notebook) -> None:
        key = keys.key(notebook.team, "datadog-incident-told", notebook.id)
        sent = {digest.decode() if isinstance(digest, bytes) else digest for digest in await self._redis.smembers(key)}
        rows = {_row_digest(row): row for row in notebook.follow_ups}
        document = _digest(notebook.link)
        if not notebook.link or {document, *rows} <= sent:
            return
        incident = await self._incidents.of_channel(notebook.team, notebook.channel)
        if incident is None:
            return
        if document not in sent:
            await self._incidents.attach(incident, notebook.link, notebook.title)
            await self._remember(key, document)
        for digest, row in rows.items():
            if digest not in sent:
                await self._update_task(incident, notebook, row)
                await self._remember(key, digest)

    async def _update_task(self, incident: ChannelIncident, notebook: Notebook, row: FollowUp) -> None:
        """The follow-up's task is assigned to its owner where Datadog knows them."""
        key = keys.key(notebook.team, "datadog-incident-assigned", notebook.id)
        assigned = await self._redis.hget(key, row.key)
        before = assigned.decode() if isinstance(assigned, bytes) else assigned or ""
        owner = await self._users.address(row.owner_email)
        await self._incidents.follow_up(incident, row, assignee=owner, before=before)
        if owner != before:
            await self._redis.hset(key, row.key, owner)
            await self._redis.expire(key, KEEP_S)

    async def _remember(self, key: str, digest: str) -> None:
        await self._redis.sadd(key, digest)
        await self._redis.expire(key, KEEP_S)


def incidents_by_channel(pairs: tuple[str, ...]) -> dict[str, str]:
    """Returns channel → incident from the settings' `C0123=142`."""
    return {channel.strip(): incident.strip() for channel, _, incident in (pair.partition("=") for pair in pairs)}


def _row_digest(row: FollowUp) -> str:
    return _digest(row.key, row.what, row.ticket, row.ticket_link, row.state, row.owner_email)


def _digest(*facts: str) -> str:
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:16]
