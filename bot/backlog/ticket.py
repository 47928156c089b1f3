"""What a ticket is to us, whichever tracker it lives in: small values that every tracker's port takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from bot.backlog.follow_up_plan import FollowUpKind


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CLOSED = "closed"  # without a fix: won't do, duplicate, cancelled


class Absence(StrEnum):
    """Why a ticket that was there can't be read."""

    DELETED = "deleted"
    NO_PERMISSION = "no_permission"
    UNKNOWN = "unknown"  # the tracker gives one answer for deleted and for not permitted


class Ability(StrEnum):
    """What a tracker can do or tell; what isn't named, it can't."""

    DUE = "due"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    LABELS = "labels"
    KIND = "kind"
    PARENT = "parent"
    ATTACHMENTS = "attachments"
    LINKS = "links"  # link_back leaves something on the ticket that a later call brings up to date
    CLOSED_WITHOUT_FIX = "closed_without_fix"  # is told from done
    CLOSED_BY = "closed_by"
    MOVES = "moves"  # a ticket may get another key, and is still known by the old one
    ARCHIVES = "archives"
    DELETES = "deletes"
    CUSTOM_FIELDS = "custom_fields"


TWO_WAY = (Ability.DUE, Ability.PRIORITY, Ability.ASSIGNEE)
"""The fields that flow both ways. Each has the name of the field of `TicketFields`."""


class TicketFields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a ticket has beside its text, as far as its tracker keeps it: None and empty stand for nothing known.

    `assignee` is a name; `assignee_email` is by what other systems know the person.
    """

    due: date | None = None
    priority: str = ""
    """`P1` to `P4`, the lower the more urgent; also what else a tracker of five priorities may say."""
    assignee: str = ""
    assignee_email: str = ""


NO_FIELDS = TicketFields()


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item in a tracker. `status` is ours; what the tracker calls it is `status_name`.

    A ticket that was moved has another `key` than the one by which it was read. What a tracker doesn't tell is empty.
    """

    key: str
    title: str
    description: str = ""
    status: Status = Status.OPEN
    status_name: str = ""
    link: str = ""
    created: datetime | None = None
    done_at: datetime | None = None
    fields: TicketFields = TicketFields()
    id: str = ""
    """The tracker's own id, which stays when the key changes."""
    closed_by: str = ""
    """Name of who set it done or closed it."""
    reopened_by: str = ""
    """Name of who opened it again, while it is open."""
    closed_at: datetime | None = None
    """When it was closed without a fix."""
    resolution: str = ""
    """The tracker's word for how it ended: "Won't Do", "not planned"."""
    team: str = ""
    """Whose it is, where the tracker has tickets of several workspaces and shows each of them its own."""
    archived: bool = False
    updated: datetime | None = None
    """When anything about it was changed last."""
    changed: dict[str, datetime] = {}
    """When a field of TWO_WAY was changed last, for trackers that tell."""


class TicketLink(msgspec.Struct, frozen=True):
    """An address that a ticket leads to: the thread, the notebook, the clip. `image` is the address of a picture."""

    label: str
    url: str
    image: str = ""


class TicketFact(msgspec.Struct, frozen=True):
    """One line of what is known: an impact number, a key time."""

    label: str
    value: str


class TicketFile(msgspec.Struct, frozen=True):
    """A clip or a still as evidence. `name` is the same for the same content, so that it is attached once."""

    name: str
    media_type: str
    data: bytes
    alt: str = ""


class NewTicket(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket to make. `description` is plain text of several lines, and hostile, as are the labels and values.

    `meaning` is an id of ours: whoever creates twice for the same one gets the same ticket.
    `custom` has the values of required fields by the field's id; a choice's value is the id of the option.
    """

    project: str
    title: str
    description: str = ""
    meaning: str = ""
    fields: TicketFields = TicketFields()
    kind: FollowUpKind | None = None
    labels: tuple[str, ...] = ()
    parent: str = ""
    """Key of the ticket that it is a part of."""
    facts: tuple[TicketFact, ...] = ()
    links: tuple[TicketLink, ...] = ()
    clip: TicketFile | None = None
    custom: dict[str, tuple[str, ...]] = {}


class BackLink(msgspec.Struct, frozen=True):
    """What a ticket shows of us beside its text: where to read on, and the numbers as they are now.

    `id` is ours and stays: a later call with the same one changes what is there.
    """

    id: str
    url: str
    title: str
    summary: str = ""
    resolved: bool = False
    """Whether it is proved that the fix has improved things."""
    more: tuple[TicketLink, ...] = ()
    """The notebook, the clip: shown beside it, each under `id` and its label."""


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    OTHER = "other"  # can't be asked for in a modal


class FieldOption(msgspec.Struct, frozen=True):
    id: str
    label: str


class RequiredField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field without which a tracker makes no ticket in a project, and for which it has no default."""

    id: str
    name: str
    kind: FieldKind = FieldKind.TEXT
    options: tuple[FieldOption, ...] = ()

    @property
    def askable(self) -> bool:
        chosen = self.kind in {FieldKind.CHOICE, FieldKind.CHOICES}
        return self.kind is not FieldKind.OTHER and (bool(self.options) or not chosen)
