"""What changes a post-mortem's head: people, who always win, and what was read, which never writes over a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from bot.kernel.errors import Conflict, Misunderstood
from bot.notebook.cell_data import Acknowledged, Number
from bot.notebook.head import DocumentStatus, Head, Participant, Severity, StatusChange
from bot.notebook.notebook import Notebook, digest

MOST_PARTICIPANTS = 40
MOST_NAMES = 20
MOST_HISTORY = 50
FIELDS = ("status", "severity", "owner", "commander", "reviewer")
"""What people set, in the order in which it is shown."""


class HeadChange(msgspec.Struct, frozen=True):
    """What a person wants of a head. What is UNSET stays as it is; None says that there is none."""

    status: DocumentStatus | UnsetType = UNSET
    severity: Severity | UnsetType | None = UNSET
    owner: Participant | UnsetType | None = UNSET
    commander: Participant | UnsetType | None = UNSET
    reviewer: Participant | UnsetType | None = UNSET

    @property
    def wanted(self) -> dict[str, object]:
        """The fields that are to change, by name."""
        values = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in values.items() if value is not UNSET}


class HeadFacts(msgspec.Struct, frozen=True):
    """What was read of an incident: from the channel's topic, from where it was declared, from who spoke."""

    severity: Severity | None = None
    topic: str = ""
    commander: Participant | None = None
    incident: str = ""
    incident_link: str = ""
    participants: tuple[Participant, ...] = ()
    features: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class HeadConflict(Conflict):
    """Someone set a field in the meantime. `mine` is all that was to be set, `overtaken` what of it is in doubt."""

    def __init__(self, head: Head, mine: HeadChange, overtaken: tuple[str, ...]) -> None:
        super().__init__("Someone changed this in the meantime; nothing was saved.")
        self.head = head
        self.mine = mine
        self.overtaken = overtaken


def change_head(
    notebook: Notebook, change: HeadChange, *, who: Participant, at: datetime, seen: Mapping[str, str] | None = None
) -> Notebook:
    """The notebook with its head as a person wants it; the same object when it is so already.

    `seen` are the digests of the values that the person saw, as `as_text` gives them. Raises HeadConflict when one that
    is to change is neither what was seen nor what is wanted.
    """
    head, wanted = notebook.head, change.wanted
    different = {name: value for name, value in wanted.items() if getattr(head, name) != value}
    if seen is not None:
        overtaken = tuple(name for name in different if digest(as_text(getattr(head, name))) != seen.get(name))
        if overtaken:
            raise HeadConflict(head, change, overtaken)
    by_people = head.by_people | wanted.keys()
    if not different and by_people == head.by_people:
        return notebook
    history = head.history
    if "status" in different:
        history = (*history, StatusChange(change.status or DocumentStatus.DRAFT, who, at))[-MOST_HISTORY:]
    after = msgspec.structs.replace(head, **different, by_people=by_people, history=history)
    return msgspec.structs.replace(notebook, head=after)


def as_text(value: object) -> str:
    """A field's value as a form holds it: the status's name, the severity's number, a person's name; empty for none."""
    if value is None:
        return ""
    return value.name if isinstance(value, Participant) else str(int(value) if isinstance(value, Severity) else value)


def read_facts(notebook: Notebook, facts: HeadFacts) -> Notebook:
    """The notebook with what was read in its head. A person's word stays, and so does what can't be read any more."""
    head = notebook.head
    read = {name: getattr(facts, name) for name in ("severity", "topic", "commander", "incident", "incident_link")}
    fresh = {name: value for name, value in read.items() if value not in (None, "") and name not in head.by_people}
    after = msgspec.structs.replace(
        head,
        **fresh,
        participants=together((*head.participants, *facts.participants)),
        features=_names(head.features, facts.features),
        services=_names(head.services, facts.services),
    )
    return notebook if after == head else msgspec.structs.replace(notebook, head=after)


def together(people: Iterable[Participant]) -> tuple[Participant, ...]:
    """Everybody once, in the order of their first appearance; who is known by a name alone is who has that name."""
    known: list[Participant] = []
    for person in people:
        at = next((at for at, other in enumerate(known) if _same(person, other)), None)
        if at is None:
            known.append(person)
        elif person.id and not known[at].id:
            known[at] = person
    return tuple(person for person in known if person.name)[:MOST_PARTICIPANTS]


def _same(one: Participant, other: Participant) -> bool:
    return one.id == other.id if one.id and other.id else one.name == other.name


def everybody(notebook: Notebook) -> tuple[Participant, ...]:
    """Everyone who has to do with the incident: roles, who spoke in the channel, who asked, answered or commented."""
    head = notebook.head
    roles = [person for person in (head.commander, head.owner, head.reviewer) if person]
    return together((*roles, *head.participants, *(Participant(name) for name in _named_in_cells(notebook) if name)))


def read_status(text: str) -> DocumentStatus:
    """Raises Misunderstood for what no status is called."""
    try:
        return DocumentStatus(text)
    except ValueError:
        raise Misunderstood("A post-mortem is a draft, in review or published.") from None


def _named_in_cells(notebook: Notebook) -> list[str]:
    names = [entry.who for entry in notebook.timeline]
    names += [comment.author for comment in notebook.comments]
    for cell in notebook.cells:
        match cell.data:
            case Number(asked_by=name) | Acknowledged(who=name):
                names.append(name)
            case _:
                pass
    return names


def _names(before: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """Those of people's systems, on one line each, none twice."""
    lines = (" ".join(name.split())[:80] for name in (*before, *more))
    return tuple(dict.fromkeys(line for line in lines if line))[:MOST_NAMES]
