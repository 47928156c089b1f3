"""The head of a post-mortem: how grave it is, how far the document is, and who has to do with it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec


class DocumentStatus(StrEnum):
    """How far the document is. Only people move it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"


class Severity(IntEnum):
    """The lower the number, the graver, as in SEV-1."""

    SEV_0 = 0
    SEV_1 = 1
    SEV_2 = 2
    SEV_3 = 3
    SEV_4 = 4
    SEV_5 = 5


class Participant(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who spoke, answered or has a role. `id` is a Slack id, empty where only a name is known."""

    name: str
    id: str = ""


class StatusChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who moved the document to a status, and when."""

    status: DocumentStatus
    who: Participant
    at: datetime


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts about a document. `by_people` names the fields that a person set: those are never read anew."""

    status: DocumentStatus = DocumentStatus.DRAFT
    severity: Severity | None = None
    topic: str = ""
    owner: Participant | None = None
    """Who answers for the document."""
    commander: Participant | None = None
    reviewer: Participant | None = None
    participants: tuple[Participant, ...] = ()
    features: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    incident: str = ""
    """What the incident is called where it is declared."""
    incident_link: str = ""
    template: str = ""
    """The name of the template that it was opened from; empty for one from before templates."""
    history: tuple[StatusChange, ...] = ()
    by_people: frozenset[str] = frozenset()
    proposed_title: str = ""
    """The title that the bot gave last. One that reads otherwise is a person's."""
    for_customers: bool = False
    """Written for people outside: it shows no names, sessions or queries."""

    @property
    def last_change(self) -> StatusChange | None:
        """Who moved the document to its present status, and when; None for one that nobody has moved yet."""
        return self.history[-1] if self.history else None

    @property
    def published(self) -> bool:
        return self.status is DocumentStatus.PUBLISHED
