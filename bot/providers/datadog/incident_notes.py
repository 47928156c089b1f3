"""Tells a channel's incident what became of its notebook: the post-mortem it has, and its follow-ups as tasks."""

from __future__ import annotations

import hashlib

import msgspec
import structlog
from redis.asyncio import Redis

from bot.notebook.model import Notebook
from bot.providers.datadog.incidents import DatadogIncidents
from bot.runtime import keys
from bot.runtime.errors import ReplaybookError

KEEP_S = 90 * 24 * 3600


class IncidentNotes:
    """May be told of every change of a notebook: Datadog is asked only when there is something new for the incident."""

    def __init__(self, incidents: DatadogIncidents, redis: Redis) -> None:
        self._incidents = incidents
        self._redis = redis
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
        news = {_digest(it.key, it.what, it.ticket, it.ticket_link, it.state): it for it in notebook.follow_ups}
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
                await self._incidents.follow_up(incident, row)
                await self._remember(key, digest)

    async def _remember(self, key: str, digest: str) -> None:
        await self._redis.sadd(key, digest)
        await self._redis.expire(key, KEEP_S)


def named(pairs: tuple[str, ...]) -> dict[str, str]:
    """Channel → incident, from `C0123=142` of the settings."""
    return {channel.strip(): incident.strip() for channel, _, incident in (pair.partition("=") for pair in pairs)}


def _digest(*facts: str) -> str:
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:16]
