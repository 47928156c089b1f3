"""Issues as tickets. A create has an id of ours, so that Linear itself refuses to make an issue twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

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
from bot.backlog.ticket_text import escaped_lines, fitted, markdown_text, title_of
from bot.backlog.tracker import parse_dashed_key
from bot.kernel.errors import Missing
from bot.providers.linear import linear_documents as documents
from bot.providers.linear.linear_attachments import LinearAttachments, shown_inline
from bot.providers.linear.linear_client import LinearClient
from bot.providers.linear.linear_issue import (
    PRIORITIES,
    ChangedIssue,
    IssueCreated,
    IssueUpdated,
    LinearIssue,
    ManyIssues,
    OneIssue,
    ticket_of,
    uuid4_of,
)
from bot.providers.linear.linear_labels import LinearLabels
from bot.providers.linear.linear_teams import LinearTeams

MOST_TITLE, MOST_TEXT = 255, 60_000
APP_HOST = "linear.app"
_PATH = re.compile(r"/(?P<workspace>[\w-]+)/issue/(?P<key>[A-Za-z][A-Za-z0-9_]{0,19}-[1-9]\d{0,8})(?:/|$)")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class LinearTracker:
    """A Tracker. A project is a team of Linear, by its key, its name or its id.

    `hosts` are where people open issues, `workspace` the one whose addresses are ours, any where it is empty.
    """

    name = "linear"
    example = "SHOP-412"
    abilities = frozenset(Ability) - {Ability.CUSTOM_FIELDS}

    def __init__(
        self, client: LinearClient, *, project: str = "", workspace: str = "", hosts: Collection[str] = (APP_HOST,)
    ) -> None:
        self._client = client
        self._teams = LinearTeams(client, project)
        self._attachments = LinearAttachments(client)
        self._labels = LinearLabels(client)
        self._workspace = workspace
        self._hosts = hosts

    async def create(self, new: NewTicket) -> Ticket:
        """Raises Misunderstood for a team that isn't there, and for what Linear refuses, in its words."""
        id = uuid4_of("issue", new.meaning)
        try:
            return ticket_of(await self._issue(id))
        except Missing:
            pass
        try:
            return await self._create(id, new)
        except Missing:  # a team, a state, a label or a person that was remembered is gone
            self._teams.forget()
            return await self._create(id, new)

    async def get(self, key: str) -> Ticket:
        """By its key, one that it had, or its id. Raises Missing, also for what is in the bin."""
        issue = await self._issue(self._known_form(key))
        if issue.trashed:
            raise Missing("The issue %(key)s was deleted in Linear.", key=issue.identifier)
        return ticket_of(issue)

    async def read(self, keys: Sequence[str]) -> Mapping[str, Ticket | Absence]:
        """One request for fifty issues, and one for each that has another key by now or isn't there."""
        names = {key: self.parse_key(key) or "" for key in keys}
        known: dict[str, LinearIssue] = {}
        wanted = sorted(set(filter(None, names.values())))
        for start in range(0, len(wanted), documents.MANY):
            known |= await self._many(wanted[start : start + documents.MANY])
        return {key: _state_of(known[name]) if name in known else await self._alone(key) for key, name in names.items()}

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """Returns the issue. One that isn't there is a ticket elsewhere: raises Missing."""
        return await self.get(key)

    async def set_fields(self, key: str, fields: TicketFields) -> None:
        """Raises Missing. A person whom Linear doesn't know by the e-mail address is left out."""
        sent = await self._fields(fields)
        if sent:
            await self._update(self._known_form(key), sent)
        else:
            await self.get(key)

    async def finish(self, key: str) -> None:
        """Raises Missing."""
        issue = await self._issue(self._known_form(key))
        if issue.status is not Status.DONE:
            team = await self._teams.by_id(issue.team.id)
            await self._update(issue.id, {"stateId": team.completed().id})

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        """Newest first. A list with a filter is asked for and not Linear's search, which takes 30 requests a minute."""
        words = " ".join(text.split())
        wanted: list[dict[str, Any]] = [{"title": {"containsIgnoreCase": words[:200]}}]
        if key := self.parse_key(words):
            wanted.append(_by_keys([key]))
        first = min(max(limit, 1), documents.MANY)
        page = await self._client.run(documents.ISSUES, ManyIssues, filter={"or": wanted}, first=first)
        tickets = [ticket_of(issue) for issue in page.issues.nodes if not issue.trashed]
        return sorted(tickets, key=lambda ticket: ticket.key != key)  # the one that was named comes first

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Once for a meaning, by an id of ours. Raises Missing."""
        id = uuid4_of("comment", meaning)
        issue = await self._issue(self._known_form(key))
        sent = {"id": id, "issueId": issue.id, "body": escaped_lines(text)[:MOST_TEXT]}
        known = partial(self._client.run, documents.COMMENT, dict, id=id)
        await self._client.create(documents.CREATE_COMMENT, dict, known, input=sent)

    async def link_back(self, key: str, link: BackLink) -> None:
        await self._attachments.link(self._known_form(key), link)

    async def attach(self, key: str, file: TicketFile) -> None:
        await self._attachments.attach(self._known_form(key), file)

    async def required_fields(self, project: str, kind: FollowUpKind | None) -> Sequence[RequiredField]:
        """None: Linear has no fields of a team's own. Raises Misunderstood for a team that isn't there."""
        await self._teams.named(project)
        return ()

    def parse_key(self, text: str) -> str | None:
        """`SHOP-412`, bare, in words, or in the address of an issue."""
        return parse_dashed_key(text)

    def key_in_url(self, url: str) -> str | None:
        """The key in an address of our workspace."""
        try:
            address = urlsplit(url)
        except ValueError:
            return None
        match = _PATH.match(address.path) if address.netloc in self._hosts else None
        ours = match is not None and self._workspace in ("", match["workspace"])
        return match["key"].upper() if match and ours else None

    def _known_form(self, key: str) -> str:
        """A key or an id as Linear takes it. Raises Missing for what can't be one."""
        name = key if _ID.fullmatch(key) else self.parse_key(key)
        if name is None:
            raise Missing("There is no issue %(key)s.", key=key[:40])
        return name

    async def _create(self, id: str, new: NewTicket) -> Ticket:
        team = await self._teams.named(new.project)
        text = markdown_text(fitted(new, MOST_TEXT, markdown_text))[:MOST_TEXT]
        if new.clip:
            text += f"\n\n{shown_inline(new.clip)}({await self._attachments.upload(new.clip)})"
        labels = (*new.labels, new.kind.value) if new.kind else new.labels
        sent = {
            "id": id,
            "teamId": team.id,
            "title": title_of(new, MOST_TITLE),
            "description": text.strip(),
            "labelIds": await self._labels.ids(team.id, labels),
            **await self._fields(new.fields),
        }
        if new.parent:
            sent["parentId"] = (await self._issue(self._known_form(new.parent))).id
        made = await self._client.create(documents.CREATE_ISSUE, IssueCreated, lambda: self._created(id), input=sent)
        return ticket_of(made.payload.issue)

    async def _created(self, id: str) -> IssueCreated:
        return IssueCreated(ChangedIssue((await self._client.run(documents.ISSUE, OneIssue, id=id)).issue))

    async def _fields(self, fields: TicketFields) -> dict[str, Any]:
        """Those of the fields that are given, as Linear takes them."""
        sent: dict[str, Any] = {}
        if fields.due:
            sent["dueDate"] = fields.due.isoformat()
        if fields.priority in PRIORITIES:
            sent["priority"] = PRIORITIES[fields.priority]
        if assignee := await self._teams.person(fields.assignee_email):
            sent["assigneeId"] = assignee
        return sent

    async def _update(self, id: str, sent: dict[str, Any]) -> None:
        """Repeatable: it says how the issue shall be."""
        await self._client.run(documents.UPDATE_ISSUE, IssueUpdated, id=id, input=sent)

    async def _issue(self, id: str) -> LinearIssue:
        try:
            return (await self._client.run(documents.ISSUE, OneIssue, id=id)).issue
        except Missing as error:
            raise Missing("There is no issue %(key)s.", key=id[:40]) from error

    async def _many(self, names: Sequence[str]) -> dict[str, LinearIssue]:
        page = await self._client.run(documents.FOLLOWED, ManyIssues, filter=_by_keys(names), first=len(names))
        return {issue.identifier: issue for issue in page.issues.nodes}

    async def _alone(self, key: str) -> Ticket | Absence:
        """Linear gives one answer for what is gone for good and for what the key may not see."""
        try:
            return _state_of(await self._issue(self._known_form(key)))
        except Missing:
            return Absence.UNKNOWN


def _state_of(issue: LinearIssue) -> Ticket | Absence:
    return Absence.DELETED if issue.trashed else ticket_of(issue)


def _by_keys(names: Sequence[str]) -> dict[str, Any]:
    """A filter for issues by their keys: by team and numbers."""
    numbers = defaultdict[str, list[int]](list)
    for name in names:
        team, number = name.rsplit("-", 1)
        numbers[team].append(int(number))
    return {"or": [{"team": {"key": {"eq": team}}, "number": {"in": of_team}} for team, of_team in numbers.items()]}
