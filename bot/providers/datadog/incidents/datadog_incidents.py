"""A channel's incident: the notebook becomes its post-mortem, follow-ups become its tasks.

Which incident a channel belongs to is known for sure from Datadog's own Slack integration, which notes the channel it
opened, or from a setting. Names are never guessed from.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis

from bot.kernel.clock import Clock, system_clock
from bot.kernel.errors import Missing, ReplaybookError
from bot.notebook.cell_data import FollowUp
from bot.providers.datadog.cases.datadog_cases import WAIT_S, trace
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused, Garbled
from bot.providers.datadog.incidents import incident_calls as calls
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records

NEWEST = 25
"""How many of the newest incidents are asked for their channels."""
AT_ONCE = 5
UNKNOWN_S = 300
"""A channel that no incident names isn't looked for again for so long."""
DONE = frozenset({"done", "verified", "not_doing"})
"""States of a follow-up that complete its task."""


class PreviewFailed(ReplaybookError):
    """Datadog's incident API is a preview and did not do what its description says."""


@dataclass(frozen=True, slots=True)
class ChannelIncident:
    """`number` is what people call it by (IR-142)."""

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
        chosen: Mapping[str, str] | None = None,
        now: Clock = system_clock,
    ) -> None:
        self._client = client
        self._redis = redis
        self._chosen = chosen or {}
        self._now = now
        self._known = Records(redis, str)

    async def of_channel(self, team: str, channel: str) -> ChannelIncident | None:
        """The channel's incident; None when Datadog knows none. Raises PreviewFailed, Missing for a chosen one."""
        if wanted := self._chosen.get(channel):
            return await self._chosen_one(wanted)
        record = keys.record(team, "datadog-incident", channel)
        if known := await self._known.get(record):
            return await self._get(known[0])
        unknown = keys.key(team, "datadog-no-incident", channel)
        if await self._redis.get(unknown):
            return None
        found = await self._look(team, channel)
        if found is None:
            await self._redis.set(unknown, b"1", ex=UNKNOWN_S)
            return None
        await self._known.change(record, lambda _: found.id)
        return found

    async def attach(self, incident: ChannelIncident, url: str, title: str) -> bool:
        """Make the notebook the incident's post-mortem; False when it is that already. Raises PreviewFailed."""
        async with _preview(), held(self._redis, _lock(incident.id, "attach"), wait=WAIT_S):

            async def attached() -> calls.TodoDone | None:
                found = await self._client.get(calls.attachments(incident.id), calls.Attachments)
                there = any(_same(it.url, url) for it in found.data)
                return calls.TodoDone() if there else None

            if await attached():
                return False
            # What Datadog answers to an attachment isn't needed, only that it did.
            await self._client.create(calls.attach(incident.id, url, title[:200]), calls.TodoDone, attached)
            return True

    async def follow_up(
        self, incident: ChannelIncident, row: FollowUp, *, assignee: str = "", before: str = ""
    ) -> None:
        """Bring the task of a follow-up up to date. Raises PreviewFailed.

        `assignee` is the e-mail address of its owner, `before` of the one whom we assigned last.
        """
        content = f"{_content(row)} {trace(row.key)}"
        async with _preview(), held(self._redis, _lock(incident.id, row.key), wait=WAIT_S):

            async def mine() -> calls.OneTodo | None:
                found = await self._client.get(calls.todos(incident.id), calls.Todos)
                task = next((it for it in found.data if trace(row.key) in (it.attributes.content or "")), None)
                return calls.OneTodo(task) if task else None

            task = await mine()
            if task is None:
                made = calls.todo(incident.id, content, _handles(assignee))
                task = await self._client.create(made, calls.OneTodo, mine)
            was, done = task.data.attributes, row.state in DONE
            assignees = _assigned(was.assignees or [], before, assignee)
            if (was.content, was.assignees or [], bool(was.completed)) != (content, assignees, done):
                completed = (was.completed or self._now().isoformat()) if done else None
                change = calls.change_todo(incident.id, task.data.id, content, assignees, completed)
                await self._client.get(change, calls.OneTodo)

    async def _chosen_one(self, wanted: str) -> ChannelIncident:
        number = re.fullmatch(r"(?:IR-|#)?(\d+)", wanted.strip(), re.IGNORECASE)
        if number is None:
            return await self._get(wanted.strip())
        for each in await self._search(f"public_id:{number[1]}"):
            if each.number == int(number[1]):
                return each
        raise Missing(f"Datadog has no incident {wanted[:40]}.")

    async def _look(self, team: str, channel: str) -> ChannelIncident | None:
        """The newest of this channel; a few are asked at once."""
        newest = await self._search("state:(active OR stable OR resolved)")
        for few in (newest[at : at + AT_ONCE] for at in range(0, len(newest), AT_ONCE)):
            theirs = await asyncio.gather(*(self._channels(one, team) for one in few))
            for one, channels in zip(few, theirs, strict=True):
                if (team, channel) in channels:
                    return one
        return None

    async def _channels(self, incident: ChannelIncident, team: str) -> list[tuple[str, str | None]]:
        """(team, channel) of the incident's Slack channels; a link without a team counts as of this one."""
        async with _preview():
            linked = await self._client.get(calls.integrations(incident.id), calls.Integrations)
        return [(it.team_id or team, it.channel_id) for each in linked.data for it in each.slack]

    async def _search(self, query: str) -> list[ChannelIncident]:
        async with _preview():
            found = await self._client.get(calls.search(query, NEWEST), calls.Found)
            return [self._read(one.data) for one in found.data.attributes.incidents]

    async def _get(self, id: str) -> ChannelIncident:
        async with _preview():
            return self._read((await self._client.get(calls.get(id), calls.OneIncident)).data)

    def _read(self, it: calls.DatadogIncident) -> ChannelIncident:
        number = it.attributes.public_id or 0
        return ChannelIncident(
            it.id, number, it.attributes.title or "", f"{self._client.site.app}/incidents/{number or it.id}"
        )


def _assigned(there: list[Any], before: str, now: str) -> list[Any]:
    """The owner takes the place of the one before. Whomever people assigned themselves stays, and so does nobody."""
    ours = _handles(before)
    if before == now:
        return there
    if before and ours[0] in there:
        return [other for it in there for other in (_handles(now) if it == ours[0] else [it])]
    return there or _handles(now)


def _handles(email: str) -> list[str]:
    return [f"@{email}"] if email else []


def _content(row: FollowUp) -> str:
    ticket = f" ({row.ticket}: {row.ticket_link})" if row.ticket and row.ticket_link else ""
    return " ".join(f"{row.what}{ticket or (f' ({row.ticket})' if row.ticket else '')}".split())[:1000]


def _same(one: str, other: str) -> bool:
    """Whether two addresses lead to one notebook: people's may have its name behind its number."""
    paths = [re.match(r"/notebook/(\d+)", urlsplit(url).path) for url in (one, other)]
    return one == other or bool(paths[0] and paths[1] and paths[0][1] == paths[1][1])


def _lock(incident: str, what: str) -> str:
    return keys.lock(keys.key("all", "datadog-incident", incident, what))


@asynccontextmanager
async def _preview() -> AsyncIterator[None]:
    """Turns an answer that nobody could expect into a sentence that says whose fault that may be."""
    try:
        yield
    except (DatadogRefused, Garbled, Missing) as error:
        raise PreviewFailed(
            f"{error.sentence} Datadog marks its incident API as a preview, so it may have changed."
        ) from error
