"""Case Management as the tracker: a case for each meaning, once.

Datadog takes no key that would make a create repeatable. So what we ask for carries a trace of its meaning in its
text, and before anything is asked for a second time the newest cases are looked through for it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import msgspec
from redis.asyncio import Redis

from bot.backlog.tracker import Status, Ticket, parse_dashed_key
from bot.kernel.errors import Missing, Misunderstood
from bot.providers.datadog.cases import case_calls as calls
from bot.providers.datadog.http.client import Client
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records

GROUPS = {"SG_OPEN": Status.OPEN, "SG_IN_PROGRESS": Status.IN_PROGRESS, "SG_CLOSED": Status.DONE}
STATUSES = {"OPEN": Status.OPEN, "IN_PROGRESS": Status.IN_PROGRESS, "CLOSED": Status.DONE}
WAIT_S = 60.0


class Made(msgspec.Struct, frozen=True):
    """What became of a meaning; no key while its create is under way, or died."""

    key: str = ""


class DatadogCases:
    """A Tracker. A project is named by its key, its name or Datadog's id.

    `project` takes the cases of features whose own project isn't in Case Management.
    """

    name = "datadog"

    def __init__(self, client: Client, redis: Redis, *, project: str = "") -> None:
        self._client = client
        self._redis = redis
        self._made = Records(redis, Made)
        self._usual = project
        self._projects: list[calls.Project] = []

    async def create(self, project: str, title: str, description: str, *, meaning: str) -> Ticket:
        """Raises Misunderstood for a project that isn't there, and Upstream."""
        record = keys.record("all", "datadog-case", meaning)
        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._made.get(record)
            if known and known[0].key:
                return await self.get(known[0].key)
            wanted = await self._project(project)
            if not known:
                await self._made.put(record, Made())
            case = await self._traced(meaning) if known else None
            made = case or await self._create(wanted, title, description, meaning)
            await self._made.change(record, lambda _: Made(made.data.attributes.key))
            return self._ticket(made.data)

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """Datadog knows its cases: one that isn't there is a ticket elsewhere. Raises Missing, and Upstream."""
        return await self.get(key)

    async def get(self, key: str) -> Ticket:
        """Raises Missing."""
        name = self.parse_key(key)
        if name is None:
            raise Missing(f"There is no case {key[:40]}.")
        try:
            return self._ticket((await self._client.get(calls.get(name), calls.OneCase)).data)
        except Missing as error:
            raise Missing(f"There is no case {name}.") from error

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        """Newest first. Datadog searches by whole words; a key that was typed is found by itself."""
        key = self.parse_key(text)
        exact: list[Ticket] = []
        if key:
            try:
                exact = [await self.get(key)]
            except Missing:
                key = None
        words = " ".join(re.findall(r"\w+", text.casefold()))
        found = await self._client.get(calls.newest(min(max(limit, 1), calls.MOST), words), calls.ManyCases)
        others = [self._ticket(case) for case in found.data if case.attributes.key != key]
        return [*exact, *others][:limit]

    def parse_key(self, text: str) -> str | None:
        """`DDFC-82974`, bare, in words, or in the address of a case."""
        return parse_dashed_key(text)

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Say something on a case, such as the link of the thread; once for a meaning. Raises Missing, Upstream."""
        record = keys.record("all", "datadog-case-comment", meaning)
        said = f"{text}\n\n{trace(meaning)}"
        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._made.get(record)
            if known and known[0].key:
                return

            async def traced() -> calls.CaseTimeline | None:
                found = await self._client.get(calls.timeline(key), calls.CaseTimeline)
                return found if any(trace(meaning) in it.text for it in found.data) else None

            if known is None:
                await self._made.put(record, Made())
            if known is None or await traced() is None:
                await self._client.create(calls.comment(key, said), calls.CaseTimeline, traced)
            await self._made.change(record, lambda _: Made(key))

    async def _create(self, project: str, title: str, description: str, meaning: str) -> calls.OneCase:
        line = " ".join(title.split())[:200] or "Replaybook"
        text = f"{description[:20_000]}\n\n{trace(meaning)}".lstrip()

        async def traced() -> calls.OneCase | None:
            return await self._traced(meaning)

        return await self._client.create(calls.create(project, line, text), calls.OneCase, traced)

    async def _traced(self, meaning: str) -> calls.OneCase | None:
        """The case that was made for this meaning, among the newest."""
        newest = await self._client.get(calls.newest(calls.MOST), calls.ManyCases)
        words = trace(meaning)
        return next((calls.OneCase(case) for case in newest.data if words in (case.attributes.description or "")), None)

    async def _project(self, name: str) -> str:
        if self._find(name) is None:
            self._projects = (await self._client.get(calls.projects(), calls.Projects)).data
        found = self._find(name) or self._find(self._usual)
        if found is None:
            known = ", ".join(project.attributes.key or project.id for project in self._projects[:20]) or "none"
            raise Misunderstood(f"Case Management has no project “{name[:40]}”; the key may see: {known}.")
        return found.id

    def _find(self, name: str) -> calls.Project | None:
        wanted = name.casefold()

        def names(project: calls.Project) -> set[str]:
            it = project.attributes
            return {each.casefold() for each in (it.key, it.name, project.id) if each}

        return next((project for project in self._projects if wanted in names(project)), None)

    def _ticket(self, case: calls.DatadogCase) -> Ticket:
        it = case.attributes
        status = GROUPS.get(it.status_group or "") or STATUSES.get((it.status or "").upper(), Status.OPEN)
        return Ticket(
            key=it.key,
            title=it.title or "",
            description=it.description or "",
            status=status,
            status_name=it.status_name or it.status or "",
            link=f"{self._client.site.app}/cases/{it.key}",
            created=it.created_at,
            done_at=it.closed_at if status is Status.DONE else None,
        )


def trace(meaning: str) -> str:
    """A short text that stands for the meaning, at the end of what is written for it."""
    return f"(Replaybook {hashlib.sha256(meaning.encode()).hexdigest()[:12]})"
