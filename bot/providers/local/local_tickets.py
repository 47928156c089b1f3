"""Tickets among the records: the tracker for those who have none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, datetime

import msgspec

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import (
    NO_FIELDS,
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
from bot.backlog.ticket_text import fitted, one_line, plain_text
from bot.backlog.tracker import dashed_key_after, parse_dashed_key
from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Missing, Misunderstood
from bot.state import keys
from bot.state.records import Records, RecordStore

PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
MOST_TEXT = 20_000
SEARCHED = 500  # newest tickets of a project that a search looks at


class Book(msgspec.Struct, frozen=True):
    """A project's numbers: the last one given, and which meaning got which."""

    last: int = 0
    by_meaning: dict[str, int] = {}


class LocalTracker:
    """The embedded Tracker. Links lead to the bot's own pages; its records lie under `space`.

    `shared` are the tickets of several workspaces. Their numbers run through all of them, so that each has an address
    of its own, and each workspace finds its own tickets alone (`of_team`).

    A ticket's page shows clip, thread and notebook by itself, so nothing has to be attached or linked.
    """

    name = "local"
    example = "SHOP-412"
    abilities = frozenset({Ability.DUE, Ability.PRIORITY, Ability.ASSIGNEE, Ability.CLOSED_WITHOUT_FIX})

    def __init__(
        self,
        records: RecordStore,
        *,
        base_url: str,
        now: Clock,
        space: str = keys.ALL,
        shared: bool = False,
    ) -> None:
        self._space = space
        self._shared = shared
        self._viewer = ""
        self._tickets = Records(records, Ticket)
        self._books = Records(records, Book)
        self._projects = Records(records, tuple[str, ...])
        self._answers = Records(records, tuple[str, str])
        self._base_url = base_url.rstrip("/")
        self._now = now

    def of_team(self, team: str) -> LocalTracker:
        seen = copy(self)
        seen._viewer = team
        return seen

    async def create(self, new: NewTicket) -> Ticket:
        """The meaning gets its number first, so that a second try finds it and goes on from there."""
        name = new.project.upper()
        if not PROJECT.fullmatch(name):
            raise Misunderstood(
                "“%(project)s” can’t be a project: it takes 2 to 20 letters, digits and underscores.",
                project=new.project,
            )
        await self._projects.change(self._key("projects", "all"), lambda known: _with(known or (), name))
        meaning = f"{self._viewer} {new.meaning}" if self._shared else new.meaning
        book = await self._books.change(self._key("project", name), lambda book: _numbered(book or Book(), meaning))
        return await self._create(
            f"{name}-{book.by_meaning[meaning]}", new.title, plain_text(fitted(new, MOST_TEXT, plain_text)), new.fields
        )

    async def _create(self, key: str, title: str, description: str, fields: TicketFields = NO_FIELDS) -> Ticket:
        """Returns a new ticket with this key, or the one that is there."""
        fresh = Ticket(
            key,
            one_line(title, 200) or key,
            description[:MOST_TEXT],
            link=f"{self._base_url}/tickets/{key}",
            created=self._now(),
            id=key,
            fields=fields,
            team=self._viewer if self._shared else "",
        )
        try:
            await self._tickets.put(self._key("ticket", key), fresh)
        except Conflict:
            return await self.get(key)
        return fresh

    async def get(self, key: str) -> Ticket:
        record = await self._tickets.get(self._key("ticket", key.upper()))
        if record is None or not await self._is_visible(record[0]):
            raise Missing("There is no ticket %(key)s.", key=key[:40])
        return record[0]

    async def _is_visible(self, ticket: Ticket) -> bool:
        """One from before there were several workspaces belongs to the workspace that was answered with it."""
        if not self._shared or not self._viewer or ticket.team:
            return not self._shared or self._viewer in {"", ticket.team}
        for kind in ("ticket-channel", "ticket-request"):
            if record := await self._answers.get(keys.record(keys.ALL, kind, ticket.key)):
                return record[0][0] == self._viewer
        return False

    async def read(self, keys: Sequence[str]) -> Mapping[str, Ticket | Absence]:
        return dict(zip(keys, await asyncio.gather(*map(self._found, keys)), strict=True))

    async def _found(self, key: str) -> Ticket | Absence:
        try:
            return await self.get(key)
        except Missing:
            return Absence.UNKNOWN

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """The number is given to nobody else afterwards."""
        name, number = key.upper().rsplit("-", 1)
        await self._projects.change(self._key("projects", "all"), lambda known: _with(known or (), name))
        await self._books.change(self._key("project", name), lambda book: _reserved(book or Book(), int(number)))
        return await self._create(f"{name}-{number}", title, description)

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        known = await self._projects.get(self._key("projects", "all"))
        newest = [await self._newest(project) for project in (known[0] if known else ())]
        wanted = " ".join(text.split()).casefold()
        matching = [each for tickets in newest for each in tickets if wanted in f"{each.key} {each.title}".casefold()]
        matching.sort(key=lambda ticket: (ticket.created or datetime.min.replace(tzinfo=UTC), ticket.key), reverse=True)
        return matching[:limit]

    async def set_fields(self, key: str, fields: TicketFields) -> None:
        known = await self.get(key)
        await self._tickets.change(self._key("ticket", known.key), lambda ticket: _with_fields(ticket or known, fields))

    async def finish(self, key: str) -> None:
        await self.move(key, Status.DONE)

    async def move(self, key: str, status: Status) -> Ticket:
        """Sets a ticket's status. Setting it again changes nothing. Raises Missing."""
        known = await self.get(key)
        return await self._tickets.change(
            self._key("ticket", known.key), lambda ticket: self._moved(ticket or known, status)
        )

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Adds the text to the end of the description, unless it is there."""
        known = await self.get(key)
        await self._tickets.change(self._key("ticket", known.key), lambda ticket: _with_comment(ticket or known, text))

    async def link_back(self, key: str, link: BackLink) -> None:
        await self.get(key)

    async def attach(self, key: str, file: TicketFile) -> None:
        await self.get(key)

    async def required_fields(self, project: str, kind: FollowUpKind | None) -> Sequence[RequiredField]:
        return ()

    def parse_key(self, text: str) -> str | None:
        return parse_dashed_key(text)

    def key_in_url(self, url: str) -> str | None:
        return dashed_key_after(f"{self._base_url}/tickets/", url)

    def _moved(self, ticket: Ticket, status: Status) -> Ticket:
        if ticket.status is status:
            return ticket
        now = self._now()
        return msgspec.structs.replace(
            ticket,
            status=status,
            done_at=now if status is Status.DONE else None,
            closed_at=now if status is Status.CLOSED else None,
        )

    async def _newest(self, project: str) -> list[Ticket]:
        book = await self._books.get(self._key("project", project))
        last = book[0].last if book else 0
        numbers = range(last, max(last - SEARCHED, 0), -1)
        records = await asyncio.gather(*(self._tickets.get(self._key("ticket", f"{project}-{n}")) for n in numbers))
        return [record[0] for record in records if record and await self._is_visible(record[0])]

    def _key(self, kind: str, name: str) -> str:
        return keys.record(self._space, kind, name)


def _with_comment(ticket: Ticket, text: str) -> Ticket:
    if text in ticket.description:
        return ticket
    return msgspec.structs.replace(ticket, description=f"{ticket.description}\n\n{text}".strip()[:20_000])


def _with_fields(ticket: Ticket, given: TicketFields) -> Ticket:
    changed = {name: value for name, value in msgspec.structs.asdict(given).items() if value}
    fields = msgspec.structs.replace(ticket.fields, **changed)
    return ticket if fields == ticket.fields else msgspec.structs.replace(ticket, fields=fields)


def _with(projects: tuple[str, ...], name: str) -> tuple[str, ...]:
    return projects if name in projects else (*projects, name)


def _numbered(book: Book, meaning: str) -> Book:
    if meaning in book.by_meaning:
        return book
    return Book(book.last + 1, {**book.by_meaning, meaning: book.last + 1})


def _reserved(book: Book, number: int) -> Book:
    return book if number <= book.last else Book(number, book.by_meaning)
