"""A channel's incident: the notebook becomes its post-mortem, follow-ups become its tasks.

Datadog's own Slack integration notes the channel that it opened for an incident, and a setting names those of other
channels. The channel's name is never guessed from.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Missing, ReplaybookError
from bot.notebook.cell_data import FollowUp
from bot.notebook.channel_topic import severity_in
from bot.notebook.head import Participant
from bot.notebook.head_edits import HeadFacts
from bot.notebook.ports import DeclaredIncident
from bot.providers.datadog.cases.datadog_cases import WAIT_S, trace
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused, Unreadable
from bot.providers.datadog.incidents import incident_calls as calls
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore

NEWEST = 25
"""How many of the newest incidents are looked through for the channel."""
AT_ONCE = 5
UNKNOWN_S = 300
"""How long it is remembered that no incident names a channel."""
DONE = frozenset({"done", "improved", "verified", "not_doing", "closed"})
"""States of a follow-up that complete its task. A fix that a look at the numbers hasn't confirmed yet does not."""


class PreviewFailed(ReplaybookError):
    """Datadog's incident API, a preview, did not do what its description says."""


@dataclass(frozen=True, slots=True)
class ChannelIncident:
    """`number` is what people call the incident by (IR-142)."""

    id: str
    number: int
    title: str
    link: str


class DatadogIncidents:
    """`chosen`: the incidents of channels that Datadog doesn't know, by channel: a number or Datadog's id."""

    def __init__(
        self,
        client: Client,
        redis: Redis,
        records: RecordStore,
        chosen: Mapping[str, str] | None = None,
        *,
        now: Clock,
    ) -> None:
        self._client = client
        self._redis = redis
        self._chosen = chosen or {}
        self._now = now
        self._known = Records(records, str)

    async def of_channel(self, team: str, channel: str) -> ChannelIncident | None:
        """Returns the channel's incident or None. Raises PreviewFailed, and Missing if a chosen one isn't there."""
        if wanted := self._chosen.get(channel):
            return await self._chosen_one(wanted)
        record = keys.record(team, "datadog-incident", channel)
        if known := await self._known.get(record):
            try:
                return await self._get(known[0])
            except PreviewFailed as error:
                if not isinstance(error.__cause__, Missing):
                    raise
            with suppress(Conflict):  # it was deleted there, so it is looked up anew
                await self._known.delete(record, known[1])
        unknown = keys.key(team, "datadog-no-incident", channel)
        if await self._redis.get(unknown):
            return None
        incident = await self._find(team, channel)
        if incident is None:
            await self._redis.set(unknown, b"1", ex=UNKNOWN_S)
            return None
        await self._known.change(record, lambda _: incident.id)
        return incident

    async def declared(self, team: str, channel: str) -> DeclaredIncident | None:
        """What Datadog says of the channel's incident. Raises PreviewFailed, and Missing as `of_channel` does."""
        incident = await self.of_channel(team, channel)
        if incident is None:
            return None
        async with preview():
            one = await self._client.send(calls.with_users(incident.id), calls.OneIncident)
        attributes, commander = one.data.attributes, one.commander
        name = " ".join((commander.name or commander.email or "").split())[:80]
        facts = HeadFacts(
            severity=severity_in(str(attributes.severity or "")),
            topic=" ".join((attributes.title or "").split())[:250],
            commander=Participant(name) if name else None,
            incident=f"IR-{incident.number}" if incident.number else "",
            incident_link=incident.link,
            services=attributes.services,
        )
        return DeclaredIncident(facts, commander.email or "")

    async def attach(self, incident: ChannelIncident, url: str, title: str) -> bool:
        """Makes the notebook the incident's post-mortem. Returns False if it was that already. Raises PreviewFailed."""
        async with preview(), held(self._redis, _lock(incident.id, "attach"), wait=WAIT_S):

            async def attached() -> calls.AnyAnswer | None:
                attachments = await self._client.send(calls.attachments(incident.id), calls.Attachments)
                there = any(_same(attachment.url, url) for attachment in attachments.data)
                return calls.AnyAnswer() if there else None

            if await attached():
                return False
            # What Datadog answers to an attachment isn't needed, only that it did.
            await self._client.create(calls.attach(incident.id, url, title[:200]), calls.AnyAnswer, attached)
            return True

    async def follow_up(
        self, incident: ChannelIncident, row: FollowUp, *, assignee: str = "", before: str = ""
    ) -> None:
        """Brings the task of a follow-up up to date. Raises PreviewFailed.

        `assignee` is the e-mail address of its owner, `before` that of whom we assigned last.
        """
        content = f"{_content(row)} {trace(row.key)}"
        async with preview(), held(self._redis, _lock(incident.id, row.key), wait=WAIT_S):

            async def ours() -> calls.OneTodo | None:
                tasks = (await self._client.send(calls.todos(incident.id), calls.Todos)).data
                task = next((task for task in tasks if trace(row.key) in (task.attributes.content or "")), None)
                return calls.OneTodo(task) if task else None

            task = await ours()
            if task is None:
                todo = calls.todo(incident.id, content, _handles(assignee))
                task = await self._client.create(todo, calls.OneTodo, ours)
            old, done = task.data.attributes, row.state in DONE
            assignees = _assigned(old.assignees or [], before, assignee)
            if (old.content, old.assignees or [], bool(old.completed)) != (content, assignees, done):
                completed = (old.completed or self._now().isoformat()) if done else None
                change = calls.change_todo(incident.id, task.data.id, content, assignees, completed)
                await self._client.send(change, calls.OneTodo)

    async def _chosen_one(self, wanted: str) -> ChannelIncident:
        number = re.fullmatch(r"(?:IR-|#)?(\d+)", wanted.strip(), re.IGNORECASE)
        if number is None:
            return await self._get(wanted.strip())
        for incident in await self._search(f"public_id:{number[1]}"):
            if incident.number == int(number[1]):
                return incident
        raise Missing("Datadog has no incident %(wanted)s.", wanted=wanted[:40])

    async def _find(self, team: str, channel: str) -> ChannelIncident | None:
        """Returns the channel's newest incident. A few are asked for their channels at once."""
        newest = await self._search("state:(active OR stable OR resolved)")
        for few in (newest[at : at + AT_ONCE] for at in range(0, len(newest), AT_ONCE)):
            theirs = await asyncio.gather(*(self._channels(incident, team) for incident in few))
            for incident, channels in zip(few, theirs, strict=True):
                if (team, channel) in channels:
                    return incident
        return None

    async def _channels(self, incident: ChannelIncident, team: str) -> list[tuple[str, str | None]]:
        """Returns (team, channel) of the incident's Slack channels. A link without a team counts as of this one."""
        async with preview():
            linked = await self._client.send(calls.integrations(incident.id), calls.Integrations)
        channels = (channel for integration in linked.data for channel in integration.slack)
        return [(channel.team_id or team, channel.channel_id) for channel in channels]

    async def _search(self, query: str) -> list[ChannelIncident]:
        async with preview():
            search = await self._client.send(calls.search(query, NEWEST), calls.IncidentSearch)
            return [self._read(incident) for incident in search.incidents]

    async def _get(self, id: str) -> ChannelIncident:
        async with preview():
            return self._read((await self._client.send(calls.get(id), calls.OneIncident)).data)

    def _read(self, incident: calls.DatadogIncident) -> ChannelIncident:
        number = incident.attributes.public_id or 0
        link = f"{self._client.site.app}/incidents/{number or incident.id}"
        return ChannelIncident(incident.id, number, incident.attributes.title or "", link)


def _assigned(there: list[Any], before: str, now: str) -> list[Any]:
    """The owner takes the place of the one before. Whom people assigned themselves stays, and a task of nobody, too."""
    ours = _handles(before)
    if before == now:
        return there
    if before and ours[0] in there:
        return [handle for old in there for handle in (_handles(now) if old == ours[0] else [old])]
    return there or _handles(now)


def _handles(email: str) -> list[str]:
    return [f"@{email}"] if email else []


def _content(row: FollowUp) -> str:
    ticket = f" ({row.ticket}: {row.ticket_link})" if row.ticket and row.ticket_link else ""
    return " ".join(f"{row.what}{ticket or (f' ({row.ticket})' if row.ticket else '')}".split())[:1000]


def _same(one: str, other: str) -> bool:
    """Whether two addresses lead to one notebook. Those of people may have its name behind its number."""
    paths = [re.match(r"/notebook/(\d+)", urlsplit(url).path) for url in (one, other)]
    return one == other or bool(paths[0] and paths[1] and paths[0][1] == paths[1][1])


def _lock(incident: str, what: str) -> str:
    return keys.lock(keys.key("all", "datadog-incident", incident, what))


@asynccontextmanager
async def preview() -> AsyncIterator[None]:
    """An unexpected answer becomes a sentence that names the likely reason."""
    try:
        yield
    except (DatadogRefused, Unreadable, Missing) as error:
        raise PreviewFailed(
            "%(reason)s Datadog marks its incident API as a preview, so it may have changed.",
            reason=error,
        ) from error
