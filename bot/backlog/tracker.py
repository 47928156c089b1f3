"""The port to a tracker, and how people write the key of a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from bot.kernel.errors import Missing


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CLOSED = "closed"  # without a fix: won't do, duplicate, cancelled


class TicketFields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a ticket has beside its text, as far as its tracker keeps it: None and empty stand for nothing known.

    `assignee` is a name; `assignee_email` is by what other systems know the person.
    """

    due: date | None = None
    priority: str = ""
    """`P1` to `P4`, the lower the more urgent; also what else a tracker of five priorities may say."""
    assignee: str = ""
    assignee_email: str = ""


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item in a tracker. `status` is ours; what the tracker calls it is `status_name`."""

    key: str
    title: str
    description: str = ""
    status: Status = Status.OPEN
    status_name: str = ""
    link: str = ""
    created: datetime | None = None
    done_at: datetime | None = None
    fields: TicketFields = TicketFields()


NO_FIELDS = TicketFields()


class Tracker(Protocol):
    """Where tickets live."""

    name: str

    async def create(
        self, project: str, title: str, description: str, *, meaning: str, fields: TicketFields = NO_FIELDS
    ) -> Ticket:
        """A new ticket, or the one that was created for the same meaning before. It keeps what it can of the fields."""

    async def get(self, key: str) -> Ticket:
        """Raises Missing."""

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

    def parse_key(self, text: str) -> str | None:
        """The key in what a person typed or pasted, or None."""


@dataclass(frozen=True, slots=True)
class Trackers:
    """The trackers that are set up, by name. `default` names the one for features that name none."""

    by_name: Mapping[str, Tracker]
    default: str

    def of(self, name: str = "") -> Tracker:
        """The tracker that a feature or a request names, or else the default.

        Raises Missing for one that is no longer set up.
        """
        try:
            return self.by_name[name or self.default]
        except KeyError:
            raise Missing("The tracker “%(name)s” is not set up.", name=name) from None


_KEY = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9_]{1,19})-([1-9]\d{0,8})(?![\w-])")


def parse_dashed_key(text: str) -> str | None:
    """`SHOP-412` from "shop-412", "it's SHOP-412." or a link to it; of several the last, where links have theirs.

    The form is that of Jira: a project of letters, digits and underscores, a dash, a number without leading zeros.
    """
    plain = text.strip().strip("<>").split("|")[0]
    path = plain.split("?")[0].split("#")[0] if re.match(r"https?://", plain) else plain
    found = _KEY.findall(path) or _KEY.findall(plain)
    return f"{found[-1][0].upper()}-{found[-1][1]}" if found else None
