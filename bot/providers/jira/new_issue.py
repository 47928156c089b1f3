"""Makes issues, one for a meaning.

Jira takes no key that would make a create repeatable. So an issue has a mark of its meaning as a label, or, where the
project's screen has no labels, only as an entity property; before a create is sent again, the mark is looked for. A new
issue is found by a search some moments late, so a create whose answer was lost isn't sent again before `INDEXED`.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.backlog.ticket import NewTicket, TicketFields
from bot.backlog.ticket_text import fitted, plain_text, title_of
from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood, Unavailable
from bot.providers.jira import jira_calls as calls
from bot.providers.jira.atlassian_document import text_document, ticket_document
from bot.providers.jira.jira_client import JiraClient
from bot.providers.jira.jira_errors import JiraRefused, JiraUnsure
from bot.providers.jira.jira_issue import JiraIssues
from bot.providers.jira.jira_projects import CreatedType, CreateField, JiraProjects, value_of
from bot.providers.jira.wiki_text import wiki_ticket
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore

INDEXED = timedelta(seconds=60)
LOOKS = (0.5, 1.0, 2.0)  # seconds before each look for what may have been made
WAIT_S = 60.0
MOST_SUMMARY, MOST_TEXT = 255, 30_000
_NO_LABEL = re.compile(r"\s+")


class CreatedJiraIssue(msgspec.Struct, frozen=True):
    """What was made for a meaning. There is no key while the create is under way, or if its answer was lost."""

    key: str = ""
    sent: datetime | None = None


class _Key(msgspec.Struct):
    key: str


class _Kind(msgspec.Struct):
    """Of an epic and above the level is 1 or more. Data Center has none: there, an epic has subtasks, too."""

    level: int = msgspec.field(name="hierarchyLevel", default=0)


class _KindField(msgspec.Struct):
    kind: _Kind = msgspec.field(name="issuetype", default_factory=_Kind)


class _OfType(msgspec.Struct):
    fields: _KindField = msgspec.field(default_factory=_KindField)


class NewIssues:
    """Of one Jira."""

    def __init__(
        self, client: JiraClient, projects: JiraProjects, redis: Redis, records: RecordStore, now: Clock
    ) -> None:
        self._client = client
        self.projects = projects
        self._redis = redis
        self._created = Records(records, CreatedJiraIssue)
        self._now = now
        self.looks = LOOKS

    async def key_of(self, new: NewTicket) -> str:
        """Key of the issue for the meaning, made where there is none.

        Raises Misunderstood for a project that isn't there and for fields that are missing or refused, by their names;
        Unavailable while it isn't known whether it was made.
        """
        record = keys.record("all", "jira-issue", new.meaning)
        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._created.get(record)
            if known and known[0].key:
                return known[0].key
            project, fields, screen = await self._prepared(new)
            labelled = "labels" in screen
            key = await self._found(project, new.meaning, labelled, known[0]) if known else ""
            if not key:
                began = CreatedJiraIssue(sent=self._now())
                await self._created.change(record, lambda _: began)
                key = await self._sent(project, fields, screen, new.meaning)
            await self._created.change(record, lambda _: CreatedJiraIssue(key))
            return key

    async def _prepared(self, new: NewTicket) -> tuple[str, dict[str, Any], dict[str, CreateField]]:
        """Project, the fields to send, and the fields of the screen. Nothing is made yet."""
        project, types = await self.projects.named(new.project)
        kind = await self.projects.type_of(project, types, part=await self._takes_subtasks(new.parent))
        screen = await self.projects.fields(project, kind)
        fields = self._fixed(new, project, kind, screen)
        fields |= await self.two_way(new.fields, screen)
        for id, given in new.custom.items():
            if id in screen and given:
                fields[id] = value_of(screen[id], given, text_document if self._client.cloud else str)
        lacking = [field.name for field in screen.values() if field.wanted and field.id not in fields]
        if lacking:
            raise Misunderstood(
                "Jira makes no issue in %(project)s without: %(fields)s.", project=project, fields=", ".join(lacking)
            )
        return project, fields, screen

    async def _takes_subtasks(self, parent: str) -> bool:
        """Whether parts of an issue are subtasks. Those of an epic are issues as any other. Raises Missing."""
        if not parent:
            return False
        issue = await self._client.send(calls.issue(parent, ("issuetype",), changelog=False), _OfType)
        return issue.fields.kind.level <= 0

    def _fixed(self, new: NewTicket, project: str, kind: CreatedType, screen: dict[str, CreateField]) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "project": {"key": project},
            "issuetype": {"id": kind.id},
            "summary": title_of(new, MOST_SUMMARY),
        }
        if "description" in screen:
            fields["description"] = _description(new, cloud=self._client.cloud)
        if "labels" in screen:
            labels = (_NO_LABEL.sub("-", label.strip())[:100] for label in (*new.labels, *_kind(new)))
            fields["labels"] = [*dict.fromkeys(filter(None, labels)), mark_of(new.meaning)]
        if new.parent and (kind.subtask or "parent" in screen):
            fields["parent"] = {"key": new.parent}
        return fields

    async def two_way(self, given: TicketFields, screen: dict[str, CreateField] | None) -> dict[str, Any]:
        """Those of the fields that are given and, where a screen is given, that it has."""
        fields: dict[str, Any] = {}
        if given.due and (screen is None or "duedate" in screen):
            fields["duedate"] = given.due.isoformat()
        if screen is not None and given.priority and "priority" in screen:
            id = screen["priority"].priority_id(given.priority)
            fields |= {"priority": {"id": id}} if id else {}
        if screen is None or "assignee" in screen:
            person = await self.projects.person(given.assignee_email)
            fields |= {"assignee": person} if person else {}
        return fields

    async def _sent(self, project: str, fields: dict[str, Any], screen: dict[str, CreateField], meaning: str) -> str:
        """Sends the create. Raises Unavailable where its answer was lost and it isn't found yet."""
        try:
            return (await self._client.send(calls.create(fields, mark_of(meaning)), _Key)).key
        except JiraRefused as error:
            names = ", ".join(screen[id].name for id in error.fields if id in screen)
            if not names:
                raise
            raise Misunderstood("Jira refused the field %(names)s: %(reason)s", names=names, reason=error) from None
        except JiraUnsure as error:
            for seconds in self.looks:
                await asyncio.sleep(seconds)
                if key := await self._made_before(project, meaning, "labels" in screen):
                    return key
            raise _not_known() from error

    async def _found(self, project: str, meaning: str, labelled: bool, known: CreatedJiraIssue) -> str:
        """Key of what an earlier try made. Raises Unavailable while a search may not show it yet."""
        key = await self._made_before(project, meaning, labelled)
        if not key and known.sent and self._now() - known.sent < INDEXED:
            raise _not_known()
        return key

    async def _made_before(self, project: str, meaning: str, labelled: bool) -> str:
        mark, cloud = mark_of(meaning), self._client.cloud
        if labelled:
            jql = f"labels = {calls.in_quotes(mark)} ORDER BY created DESC"
            issues = (await self._client.send(calls.search(jql, 2, cloud=cloud), JiraIssues)).issues
            return issues[0].key if issues else ""
        jql = f"project = {calls.in_quotes(project)} AND creator = currentUser() ORDER BY created DESC"
        newest = await self._client.send(calls.search(jql, calls.MANY, cloud=cloud, properties=True), JiraIssues)
        ours = (issue.key for issue in newest.issues if issue.properties.get(calls.OUR_PROPERTY) == {"id": mark})
        return next(ours, "")


def mark_of(meaning: str) -> str:
    """`replaybook-1a2b3c4d5e6f`: a label that stands for a meaning."""
    return f"replaybook-{hashlib.sha256(meaning.encode()).hexdigest()[:12]}"


def _description(new: NewTicket, *, cloud: bool) -> Any:
    """A document, or wiki text: Jira counts the words of the one and the characters of the other."""
    if cloud:
        return ticket_document(fitted(new, MOST_TEXT, plain_text))
    return wiki_ticket(fitted(new, MOST_TEXT, wiki_ticket))[:MOST_TEXT]


def _kind(new: NewTicket) -> tuple[str, ...]:
    return (new.kind.value,) if new.kind else ()


def _not_known() -> Unavailable:
    return Unavailable("Jira’s answer was lost; whether the issue was made is looked up in a moment.")
