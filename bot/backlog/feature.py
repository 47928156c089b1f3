"""A feature and its owners, as owners.yaml names them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Contact(StrEnum):
    EMAIL = "email"
    USER = "user"  # a Slack user, U… or W…
    GROUP = "group"  # a Slack user group, S…


@dataclass(frozen=True, slots=True)
class Owner:
    """A person or a group, by e-mail address or by Slack id."""

    contact: Contact
    value: str


@dataclass(frozen=True, slots=True)
class Feature:
    """Something people use, and who answers for it.

    `project` is where its tickets go, in `tracker`: a provider's name, or empty for the tracker of the settings.
    """

    name: str
    engineering: Owner
    product: Owner
    aliases: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    """Paths, `/cart` for itself and everything under it."""
    tracker: str = ""
    project: str = "OPS"
    parent: str = ""
    """Key of the ticket that new ones are a part of, such as an epic."""
    escalation: Owner | None = None
    deputies: tuple[Owner, ...] = ()
    """People and groups who may answer in place of the product owner."""
    business: str = ""
    """A second event that shows what an incident costs, such as "order placed", by the name that is recorded."""

    @property
    def words(self) -> tuple[str, ...]:
        """The feature's name and its aliases, for matching what people ask for."""
        return (self.name, *self.aliases)
