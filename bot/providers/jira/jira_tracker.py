"""Issues of Jira as tickets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from redis.asyncio import Redis

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import Ability, Absence, BackLink, NewTicket, RequiredField, Ticket, TicketFields, TicketFile
from bot.backlog.ticket_text import one_line
from bot.backlog.tracker import parse_dashed_key
from bot.kernel.errors import Missing
from bot.providers.jira import jira_calls as calls
from bot.providers.jira.atlassian_document import plain_words, text_document
from bot.providers.jira.jira_client import JiraCall, JiraClient
from bot.providers.jira.jira_errors import JiraRefused, JiraUnsure
from bot.providers.jira.jira_issue import NOT_FIXED, JiraIssue, JiraIssues, ticket_of
from bot.providers.jira.jira_workflow import finish
from bot.providers.jira.new_issue import WAIT_S, NewIssues, mark_of
from bot.providers.jira.wiki_text import wiki_lines
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore

MOST_TEXT, MOST_TITLE = 30_000, 250
ATTEMPTS = 3
_BROWSE = re.compile(r"/browse/([A-Za-z][A-Za-z0-9_]{1,19}-[1-9]\d{0,8})/?")


class SaidOnIssue(msgspec.Struct, frozen=True):
    """What was said for a meaning: on this issue, once it is known to be there."""

    key: str = ""


class _CommentProperty(msgspec.Struct):
    key: str = ""
    value: Any = None


class _Comment(msgspec.Struct):
    body: Any = None
    properties: list[_CommentProperty] = []


class _Comments(msgspec.Struct):
    comments: list[_Comment] = []


class _Attached(msgspec.Struct):
    filename: str = ""


class _AttachmentFields(msgspec.Struct):
    attachment: list[_Attached] = []


class _JiraAttachments(msgspec.Struct):
    fields: _AttachmentFields = msgspec.field(default_factory=_AttachmentFields)


class JiraTracker:
    """A Tracker. A project is named by its key. `app` is where people open issues, without a slash at the end."""

    name = "jira"
    example = "SHOP-412"
    abilities = frozenset(Ability) - {Ability.DELETES}

    def __init__(
        self,
        client: JiraClient,
        new_issues: NewIssues,
        redis: Redis,
        records: RecordStore,
        *,
        app: str,
        not_fixed: Collection[str] = (),
    ) -> None:
        self._client = client
        self._new_issues = new_issues
        self._projects = new_issues.projects
        self._redis = redis
        self._said = Records(records, SaidOnIssue)
        self._app = app
        self._not_fixed = NOT_FIXED | {name.casefold() for name in not_fixed}

    async def create(self, new: NewTicket) -> Ticket:
        """See NewIssues.key_of for what is raised."""
        return await self.get(await self._new_issues.key_of(new))

    async def get(self, key: str) -> Ticket:
        """By its key, or one that it had: Jira follows it. Raises Missing."""
        name = self._known_form(key)
        try:
            return self._ticket(await self._client.send(calls.issue(name), JiraIssue))
        except Missing as error:
            raise Missing("There is no issue %(key)s.", key=name[:40]) from error

    async def read(self, keys: Sequence[str]) -> Mapping[str, Ticket | Absence]:
        """One request for fifty issues. A search refuses a key that isn't there, so it is cut in two until it fits."""
        names = {key: self.parse_key(key) or "" for key in keys}
        known: dict[str, JiraIssue] = {}
        wanted = sorted(set(filter(None, names.values())))
        for start in range(0, len(wanted), calls.MANY):
            known |= await self._many(wanted[start : start + calls.MANY])
        return {
            key: self._ticket(known[name]) if name in known else await self._alone(key) for key, name in names.items()
        }

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """Returns the issue. One that isn't there is a ticket elsewhere: raises Missing."""
        return await self.get(key)

    async def set_fields(self, key: str, fields: TicketFields) -> None:
        """Raises Missing. A field that the issue's screen doesn't have is left out, and so is an unknown person."""
        ticket = await self.get(key)
        sent = await self._new_issues.two_way(fields, None)
        if fields.priority and fields.priority != ticket.fields.priority:
            sent |= await self._priority(ticket.key, fields.priority)
        with suppress(JiraRefused):
            await self._edit(ticket.key, sent)

    async def finish(self, key: str) -> None:
        """Raises Missing, and Misunderstood where the workflow has no step to a state of what is done."""
        await finish(self._client, await self.get(key), self._not_fixed)

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        """Newest first; words are found by their beginnings, and a key that was typed is looked up by itself."""
        exact: list[Ticket] = []
        if key := self.parse_key(text):
            with suppress(Missing):
                exact = [await self.get(key)]
        words = " ".join(f"{word}*" for word in re.findall(r"\w+", text.casefold()))
        condition = f"summary ~ {calls.in_quotes(words[:200])}" if words else "created >= -365d"
        most = min(max(limit, 1), calls.MANY)
        issues = await self._search(f"{condition} ORDER BY created DESC", most)
        others = [self._ticket(issue) for issue in issues if not exact or issue.key != exact[0].key]
        return [*exact, *others][:limit]

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Once for a meaning. Data Center's text carries its mark, Cloud's comment has it as a property."""
        record = keys.record("all", "jira-comment", meaning)
        name, mark = self._known_form(key), mark_of(meaning)
        body = text_document(text[:MOST_TEXT]) if self._client.cloud else f"{wiki_lines(text[:MOST_TEXT])}\n\n({mark})"

        async def is_there() -> bool:
            newest = (await self._client.send(calls.comments(name), _Comments)).comments
            return any(_is_marked(comment, mark) for comment in newest)

        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._said.get(record)
            if known and known[0].key:
                return
            if known is None:
                await self._said.put(record, SaidOnIssue())
            if known is None or not await is_there():
                await self._add(calls.comment(name, body, mark), is_there)
            await self._said.change(record, lambda _: SaidOnIssue(name))

    async def link_back(self, key: str, link: BackLink) -> None:
        """Jira knows a link by its `globalId`, whatever it shows. Raises Missing."""
        name = self._known_form(key)
        await self._client.body(calls.link(name, _remote_link(link.id, link)))
        for more in link.more:
            shown = BackLink(link.id, more.url, more.label, resolved=link.resolved)
            await self._client.body(calls.link(name, _remote_link(f"{link.id}/{more.label}", shown)))

    async def attach(self, key: str, file: TicketFile) -> None:
        """Once for the file's name. Raises Missing, and Misunderstood where it is too large."""
        name = self._known_form(key)

        async def is_there() -> bool:
            issue = await self._client.send(calls.issue(name, ("attachment",), changelog=False), _JiraAttachments)
            return any(one.filename == file.name for one in issue.fields.attachment)

        async with held(self._redis, keys.lock(keys.record("all", "jira-file", f"{name}:{file.name}")), wait=WAIT_S):
            if not await is_there():
                await self._add(calls.attach(name, file.name, file.media_type, file.data), is_there)

    async def required_fields(self, project: str, kind: FollowUpKind | None) -> Sequence[RequiredField]:
        """Raises Misunderstood for a project that isn't there."""
        key, types = await self._projects.named(project)
        screen = await self._projects.fields(key, await self._projects.type_of(key, types))
        return [field.required_field() for field in screen.values() if field.asked]

    def parse_key(self, text: str) -> str | None:
        """`SHOP-412`, bare, in words, or in the address of an issue."""
        return parse_dashed_key(text)

    def key_in_url(self, url: str) -> str | None:
        """The key in the address of an issue, or of a board where one is chosen."""
        try:
            address, app = urlsplit(url), urlsplit(self._app)
        except ValueError:
            return None
        if address.netloc != app.netloc or not address.path.startswith(app.path):
            return None
        chosen = parse_qs(address.query).get("selectedIssue", [""])[0]
        match = _BROWSE.fullmatch(address.path.removeprefix(app.path))
        return self.parse_key(match[1] if match else chosen)

    def _known_form(self, key: str) -> str:
        """A key, or an issue's number, as Jira takes it. Raises Missing for what can't be one."""
        name = key if key.isascii() and key.isdigit() else self.parse_key(key)
        if name is None:
            raise Missing("There is no issue %(key)s.", key=key[:40])
        return name

    def _ticket(self, issue: JiraIssue) -> Ticket:
        return ticket_of(issue, self._app, self._not_fixed)

    async def _priority(self, key: str, wanted: str) -> dict[str, Any]:
        """The priority by the id that the issue's project has for it."""
        project, types = await self._projects.named(key.rsplit("-", 1)[0])
        screen = await self._projects.fields(project, await self._projects.type_of(project, types))
        return await self._new_issues.two_way(TicketFields(priority=wanted), screen)

    async def _edit(self, key: str, sent: Mapping[str, Any]) -> None:
        """Repeatable. Without the fields that Jira refuses, where it refuses some."""
        if not sent:
            return
        try:
            await self._client.body(calls.edit(key, sent))
        except JiraRefused as error:
            rest = {name: value for name, value in sent.items() if name not in error.fields}
            if len(rest) == len(sent):
                raise
            if rest:
                await self._client.body(calls.edit(key, rest))

    async def _add(self, call: JiraCall, is_there: Callable[[], Awaitable[bool]]) -> None:
        """Sends an addition, and again only where its answer was lost and it isn't there."""
        for _ in range(ATTEMPTS - 1):
            try:
                await self._client.body(call)
            except JiraUnsure:
                await asyncio.sleep(0)
                if await is_there():
                    return
            else:
                return
        await self._client.body(call)

    async def _many(self, names: Sequence[str]) -> dict[str, JiraIssue]:
        jql = f"key in ({', '.join(map(calls.in_quotes, names))})"
        try:
            return {issue.key: issue for issue in await self._search(jql, len(names), changelog=True)}
        except (JiraRefused, Missing):
            if len(names) == 1:
                return {}
        middle = len(names) // 2
        return await self._many(names[:middle]) | await self._many(names[middle:])

    async def _search(self, jql: str, most: int, *, changelog: bool = False) -> list[JiraIssue]:
        call = calls.search(jql, most, cloud=self._client.cloud, changelog=changelog)
        return (await self._client.send(call, JiraIssues)).issues

    async def _alone(self, key: str) -> Ticket | Absence:
        """Jira gives one answer for what was deleted and for what the account may not see."""
        try:
            return await self.get(key)
        except Missing:
            return Absence.UNKNOWN


def _remote_link(id: str, link: BackLink) -> dict[str, Any]:
    shown = {"url": link.url, "title": one_line(link.title, MOST_TITLE) or link.url}
    shown |= {"summary": one_line(link.summary, MOST_TITLE)} if link.summary else {}
    return {
        "globalId": f"replaybook:{id}"[:255],
        "application": {"type": "replaybook", "name": "Replaybook"},
        "relationship": "Replaybook",
        "object": shown | {"status": {"resolved": link.resolved}},
    }


def _is_marked(comment: _Comment, mark: str) -> bool:
    ours = any(one.key == calls.OUR_PROPERTY and one.value == {"id": mark} for one in comment.properties)
    return ours or mark in plain_words(comment.body)
