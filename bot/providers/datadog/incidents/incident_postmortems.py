"""Datadog's own post-mortem documents: the incident's attachment, made of a notebook's Markdown.

Datadog makes the document where the chosen template says (a notebook of its own, Confluence, Google Docs). It can make
one, and not change it: https://docs.datadoghq.com/api/latest/incidents/#create-postmortem-attachment (a public beta).
"""

from __future__ import annotations

import hashlib

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Conflict, Missing
from bot.notebook.notebook import Notebook
from bot.notebook.ports import Outgoing, Published
from bot.providers.datadog.cases.datadog_cases import WAIT_S
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.incidents import incident_calls as calls
from bot.providers.datadog.incidents.datadog_incidents import ChannelIncident, DatadogIncidents, preview
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore


class SentPostmortem(msgspec.Struct, frozen=True):
    """The document that was made, and a digest of what it was made of."""

    link: str
    digest: str


class IncidentPostmortems:
    """The Exporter to Datadog's incidents. `template` is the id of the post-mortem template to use, if any."""

    title = "Datadog"

    def __init__(
        self, client: Client, redis: Redis, records: RecordStore, incidents: DatadogIncidents, template: str = ""
    ) -> None:
        self._client = client
        self._redis = redis
        self._incidents = incidents
        self._template = template
        self._sent = Records(records, SentPostmortem)

    async def link(self, notebook: Notebook) -> str:
        known = await self._sent.get(_key(notebook))
        return known[0].link if known else ""

    async def put(self, outgoing: Outgoing) -> Published:
        """Raises Missing where the channel has no incident, and PreviewFailed."""
        notebook = outgoing.notebook
        async with held(self._redis, keys.lock(_key(notebook)), wait=WAIT_S):
            if await self._sent.get(_key(notebook)):
                return await self._unchanged(outgoing)
            incident = await self._incidents.of_channel(notebook.team, notebook.channel)
            if incident is None:
                raise Missing(
                    "Datadog has no incident for this channel. Open one from it there, or name it in "
                    "REPLAYBOOK_DATADOG_INCIDENTS."
                )
            if notebook.link:  # it lives in Datadog, so the incident gets the notebook itself
                new = await self._incidents.attach(incident, notebook.link, notebook.title)
                return Published(notebook.link, changed=new)
            link = await self._made(incident, outgoing)
            await self._sent.change(_key(notebook), lambda _: SentPostmortem(link, _digest(outgoing)))
            return Published(link)

    async def update(self, outgoing: Outgoing) -> Published:
        """Raises Conflict where there is news: Datadog has no request that changes a document."""
        return await self.put(outgoing)

    async def _unchanged(self, outgoing: Outgoing) -> Published:
        known = await self._sent.get(_key(outgoing.notebook))
        if known is None or known[0].digest != _digest(outgoing):
            raise Conflict(
                "The Datadog incident has this post-mortem as it was before, and Datadog’s interface can’t change a "
                "document once it is made. Bring it up to date there by hand."
            )
        return Published(known[0].link, changed=False)

    async def _made(self, incident: ChannelIncident, outgoing: Outgoing) -> str:
        """The address of the document. One that is there although its answer was lost is found by its title."""
        title = outgoing.notebook.title[:200]
        async with preview():
            before = {each.id for each in await self._attachments(incident)}

            async def trace() -> calls.OneAttachment | None:
                now = await self._attachments(incident)
                made = (each for each in now if each.id not in before and each.title == title)
                return next((calls.OneAttachment(each) for each in made), None)

            call = calls.make_postmortem(incident.id, title, outgoing.markdown, self._template)
            made = await self._client.create(call, calls.OneAttachment, trace)
        return made.data.url or incident.link

    async def _attachments(self, incident: ChannelIncident) -> list[calls.IncidentAttachment]:
        return (await self._client.send(calls.attachments(incident.id), calls.Attachments)).data


def _digest(outgoing: Outgoing) -> str:
    return hashlib.sha256(outgoing.markdown.encode("utf-8", "replace")).hexdigest()[:16]


def _key(notebook: Notebook) -> str:
    return keys.record(notebook.team, "datadog-postmortem", notebook.id)
