"""The port to a tracker, and how people write the key of a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import (
    Ability,
    Absence,
    BackLink,
    NewTicket,
    RequiredField,
    Ticket,
    TicketFields,
    TicketFile,
)
from bot.kernel.errors import Missing


class Tracker(Protocol):
    """Where tickets live. What it can't do is missing from `abilities`; asked for it nevertheless, it does nothing.

    Every call may raise Upstream; what writes may be repeated.
    """

    name: str
    abilities: frozenset[Ability]
    example: str
    """What a key looks like, for people who have to type one."""

    async def create(self, new: NewTicket) -> Ticket:
        """A new ticket, or the one that was created for the same meaning before. It keeps of `new` what it can.

        Raises Misunderstood, with the name of the field, where the tracker refuses a value or wants another one.
        """

    async def get(self, key: str) -> Ticket:
        """The ticket by its key, or by one that it had. Raises Missing."""

    async def read(self, keys: Sequence[str]) -> Mapping[str, Ticket | Absence]:
        """Many tickets in as few requests as the tracker allows, by the key that was given, each of which is there."""

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """The ticket with the key that a person gave. Where the embedded tracker has none by it, it is taken in.

        Raises Missing in trackers that have tickets of their own and none by this key.
        """

    async def set_fields(self, key: str, fields: TicketFields) -> None:
        """Sets those of the fields that are given, as far as the tracker keeps them. Repeatable. Raises Missing."""

    async def finish(self, key: str) -> None:
        """Sets the ticket done, because a person says that it is. Repeatable. Raises Missing."""

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        """Tickets whose key or title holds the text, newest first."""

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Say something on a ticket, once for a meaning. Raises Missing."""

    async def link_back(self, key: str, link: BackLink) -> None:
        """Shows where to read on, once for each `link.id`: a later call changes what is there. Raises Missing."""

    async def attach(self, key: str, file: TicketFile) -> None:
        """Attaches a file, once for its name. Raises Missing, and Misunderstood where it is too large."""

    async def required_fields(self, project: str, kind: FollowUpKind | None) -> Sequence[RequiredField]:
        """What the tracker wants for a new ticket in a project beside what every ticket has.

        Raises Misunderstood for a project that isn't there.
        """

    def parse_key(self, text: str) -> str | None:
        """The key in what a person typed or pasted, or None."""

    def key_in_url(self, url: str) -> str | None:
        """The key of the ticket that an address leads to; None for whatever isn't an address of this tracker."""


@runtime_checkable
class TrackerOfTeams(Protocol):
    """A tracker that keeps the tickets of several workspaces, and shows each of them its own."""

    def of_team(self, team: str) -> Tracker:
        """The tracker as this workspace sees it."""


@dataclass(frozen=True, slots=True)
class Trackers:
    """The trackers that are set up, by name. `default` names the one for features that name none."""

    by_name: Mapping[str, Tracker]
    default: str

    def of(self, name: str = "", team: str = "") -> Tracker:
        """The tracker that a feature or a request names, or else the default, as the team sees it.

        Raises Missing for one that is no longer set up.
        """
        try:
            tracker = self.by_name[name or self.default]
        except KeyError:
            raise Missing("The tracker “%(name)s” is not set up.", name=name) from None
        return tracker.of_team(team) if team and isinstance(tracker, TrackerOfTeams) else tracker

    def by_url(self, url: str) -> tuple[str, str] | None:
        """Name of the tracker and key of the ticket that an address leads to."""
        keys = ((name, tracker.key_in_url(url)) for name, tracker in self.by_name.items())
        return next(((name, key) for name, key in keys if key), None)


_KEY = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9_]{1,19})-([1-9]\d{0,8})(?![\w-])")


def parse_dashed_key(text: str) -> str | None:
    """`SHOP-412` from "shop-412", "it's SHOP-412." or a link to it; of several the last, where links have theirs.

    The form is that of Jira: a project of letters, digits and underscores, a dash, a number without leading zeros.
    """
    plain = text.strip().strip("<>").split("|")[0]
    path = plain.split("?")[0].split("#")[0] if re.match(r"https?://", plain) else plain
    matches = _KEY.findall(path) or _KEY.findall(plain)
    return f"{matches[-1][0].upper()}-{matches[-1][1]}" if matches else None


def dashed_key_after(prefix: str, url: str) -> str | None:
    """`SHOP-412` where an address is the prefix, the key, and nothing more but further parts, a query or a place."""
    first = re.split(r"[/?#]", url.removeprefix(prefix), maxsplit=1)[0] if url.startswith(prefix) else ""
    return first.upper() if _KEY.fullmatch(first) else None
