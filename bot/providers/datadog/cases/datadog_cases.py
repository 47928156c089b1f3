"""Case Management as the tracker: a case for each meaning, once.

Datadog takes no key that would make a create repeatable. So the text of a case carries a trace of its meaning, and
before a case is requested a second time the newest ones are searched for that trace.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
from redis.asyncio import Redis

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import (
    Ability,
    Absence,
    BackLink,
    NewTicket,
    RequiredField,
    Status,
    Ticket,
    TicketFields,
    TicketFile,
)
from bot.backlog.ticket_text import fitted, plain_text, title_of
from bot.backlog.tracker import dashed_key_after, parse_dashed_key
from bot.kernel.errors import Missing, Misunderstood
from bot.providers.datadog.cases import case_calls as calls
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore

GROUPS = {"SG_OPEN": Status.OPEN, "SG_IN_PROGRESS": Status.IN_PROGRESS, "SG_CLOSED": Status.DONE}
STATUSES = {"OPEN": Status.OPEN, "IN_PROGRESS": Status.IN_PROGRESS, "CLOSED": Status.DONE}
PRIORITIES = frozenset({"P1", "P2", "P3", "P4", "P5"})
WAIT_S = 60.0
MOST_TEXT = 20_000


class CreatedCase(msgspec.Struct, frozen=True):
    """What was created for a meaning. There is no key while the create is under way, or if it died."""

    key: str = ""


class DatadogCases:
    """A Tracker. A project is named by its key, its name or Datadog's id.

    `project` is where cases go whose feature names a project that isn't in Case Management.
    A closed case is a done one: Case Management keeps no reason by which it could be told why a case was closed.
    """

    name = "datadog"
    example = "SHOP-412"
    abilities = frozenset({Ability.DUE, Ability.PRIORITY})

    def __init__(self, client: Client, redis: Redis, records: RecordStore, *, project: str = "") -> None:
        self._client = client
        self._redis = redis
        self._created = Records(records, CreatedCase)
        self._default_project = project
        self._projects: list[calls.Project] = []

    async def create(self, new: NewTicket) -> Ticket:
        """Raises Misunderstood for a project that isn't there, and Upstream."""
        record = keys.record("all", "datadog-case", new.meaning)
        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._created.get(record)
            if known and known[0].key:
                return await self.get(known[0].key)
            project_id = await self._project(new.project)  # a project that isn't there leaves no record
            if not known:
                await self._created.put(record, CreatedCase())
            traced = await self._find_by_trace(new.meaning) if known else None
            case = traced or await self._create(project_id, new)
            key = case.data.attributes.key
            dated = await self._set_due(key, new.fields)
            await self._created.change(record, lambda _: CreatedCase(key))
            return self._ticket((dated or case).data)

    async def set_fields(self, key: str, fields: TicketFields) -> None:
        """A case is assigned to a Datadog user by id, so the assignee stays in the text. Raises Missing, Upstream."""
        await self.get(key)
        if fields.priority in PRIORITIES:
            await self._client.send(calls.set_priority(key, fields.priority), calls.OneCase)
        await self._set_due(key, fields)

    async def finish(self, key: str) -> None:
        """Raises Missing, Upstream."""
        await self._client.send(calls.close(key), calls.OneCase)

    async def _set_due(self, key: str, fields: TicketFields) -> calls.OneCase | None:
        """The case with its date. Where Datadog has no due dates yet, the text of the case has it."""
        if fields.due:
            with suppress(DatadogRefused, Missing):
                return await self._client.send(calls.set_due(key, fields.due), calls.OneCase)
        return None

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """Returns the case. One that isn't there is a ticket elsewhere: raises Missing, and Upstream."""
        return await self.get(key)

    async def get(self, key: str) -> Ticket:
        """Raises Missing."""
        name = self.parse_key(key)
        if name is None:
            raise Missing("There is no case %(key)s.", key=key[:40])
        try:
            return self._ticket((await self._client.send(calls.get(name), calls.OneCase)).data)
        except Missing as error:
            raise Missing("There is no case %(name)s.", name=name) from error

    async def read(self, keys: Sequence[str]) -> Mapping[str, Ticket | Absence]:
        """Case Management reads one case in a request, and says the same of one that was deleted and one not shown."""
        return dict(zip(keys, await asyncio.gather(*map(self._found, keys)), strict=True))

    async def _found(self, key: str) -> Ticket | Absence:
        try:
            return await self.get(key)
        except Missing:
            return Absence.UNKNOWN

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        """Newest first. Datadog searches for complete words; a key that was typed is looked up by itself."""
        key = self.parse_key(text)
        exact: list[Ticket] = []
        if key:
            try:
                exact = [await self.get(key)]
            except Missing:
                key = None
        words = " ".join(re.findall(r"\w+", text.casefold()))
        newest = await self._client.send(calls.newest(min(max(limit, 1), calls.MOST), words), calls.ManyCases)
        others = [self._ticket(case) for case in newest.data if case.attributes.key != key]
        return [*exact, *others][:limit]

    def parse_key(self, text: str) -> str | None:
        """`DDFC-82974`, bare, in words, or in the address of a case."""
        return parse_dashed_key(text)

    def key_in_url(self, url: str) -> str | None:
        return dashed_key_after(f"{self._client.site.app}/cases/", url)

    async def link_back(self, key: str, link: BackLink) -> None:
        """A case has no links; what is said on it is a comment."""

    async def attach(self, key: str, file: TicketFile) -> None:
        """Case Management takes no files."""

    async def required_fields(self, project: str, kind: FollowUpKind | None) -> Sequence[RequiredField]:
        return ()

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Comments on a case, once for a meaning. Raises Missing, Upstream."""
        record = keys.record("all", "datadog-case-comment", meaning)
        signed = f"{text}\n\n{trace(meaning)}"
        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._created.get(record)
            if known and known[0].key:
                return

            async def traced() -> calls.CaseTimeline | None:
                timeline = await self._client.send(calls.timeline(key), calls.CaseTimeline)
                return timeline if any(trace(meaning) in comment.text for comment in timeline.data) else None

            if known is None:
                await self._created.put(record, CreatedCase())
            if known is None or await traced() is None:
                await self._client.create(calls.comment(key, signed), calls.CaseTimeline, traced)
            await self._created.change(record, lambda _: CreatedCase(key))

    async def _create(self, project_id: str, new: NewTicket) -> calls.OneCase:
        """Creates a case. Where the project was deleted in the meantime it is looked up anew, once."""
        line = title_of(new, 200)
        text = f"{plain_text(fitted(new, MOST_TEXT, plain_text))[:MOST_TEXT]}\n\n{trace(new.meaning)}".lstrip()

        priority = new.fields.priority if new.fields.priority in PRIORITIES else ""

        async def traced() -> calls.OneCase | None:
            return await self._find_by_trace(new.meaning)

        try:
            return await self._client.create(calls.create(project_id, line, text, priority), calls.OneCase, traced)
        except Missing:
            self._projects = []
            if (id_now := await self._project(new.project)) == project_id:
                raise
        return await self._client.create(calls.create(id_now, line, text, priority), calls.OneCase, traced)

    async def _find_by_trace(self, meaning: str) -> calls.OneCase | None:
        """Returns the case that was made for this meaning, if it is among the newest."""
        newest = await self._client.send(calls.newest(calls.MOST), calls.ManyCases)
        words = trace(meaning)
        return next((calls.OneCase(case) for case in newest.data if words in (case.attributes.description or "")), None)

    async def _project(self, name: str) -> str:
        """Returns Datadog's id of the project. Raises Misunderstood."""
        if self._known_project(name) is None:
            self._projects = (await self._client.send(calls.projects(), calls.Projects)).data
        project = self._known_project(name) or self._known_project(self._default_project)
        if project is None:
            known = ", ".join(project.attributes.key or project.id for project in self._projects[:20]) or "none"
            raise Misunderstood(
                "Case Management has no project “%(name)s”; the key may see: %(known)s.", name=name[:40], known=known
            )
        return project.id

    def _known_project(self, name: str) -> calls.Project | None:
        wanted = name.casefold()

        def names(project: calls.Project) -> set[str]:
            attributes = project.attributes
            return {text.casefold() for text in (attributes.key, attributes.name, project.id) if text}

        return next((project for project in self._projects if wanted in names(project)), None)

    def _ticket(self, case: calls.DatadogCase) -> Ticket:
        attributes = case.attributes
        group, state = attributes.status_group or "", attributes.status or ""
        status = GROUPS.get(group) or STATUSES.get(state.upper(), Status.OPEN)
        return Ticket(
            key=attributes.key,
            title=attributes.title or "",
            description=attributes.description or "",
            status=status,
            status_name=attributes.status_name or state,
            link=f"{self._client.site.app}/cases/{attributes.key}",
            created=attributes.created_at,
            id=case.id,
            done_at=attributes.closed_at if status is Status.DONE else None,
            fields=TicketFields(
                due=attributes.due,
                priority=attributes.priority if attributes.priority in PRIORITIES else "",
            ),
        )


def trace(meaning: str) -> str:
    """Returns a short text that stands for a meaning, at the end of what is written for it."""
    return f"(Replaybook {hashlib.sha256(meaning.encode()).hexdigest()[:12]})"
