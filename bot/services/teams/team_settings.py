"""What the admins of a workspace choose for it, what whoever runs the bot says of it, and what follows from both.

What whoever runs the bot says wins, then what the admins chose, then the settings of the whole bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

OWN = "own"
"""The language of each person's Slack profile."""
LONGEST_DAYS = 180
"""As long as answers are kept at most; see LIFETIMES in bot/state/records.py."""


class TeamSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the admins chose. An empty text and 0 are no choice; `owners` is the text of an owners.yaml."""

    source: str = ""
    tracker: str = ""
    owners: str = ""
    language: str = ""
    retention_days: int = 0


class TeamRules(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What whoever runs the bot says of one workspace: a value, or of providers a list that its admins choose from.

    `owners` is the path of a file.
    """

    source: str | tuple[str, ...] = ""
    tracker: str | tuple[str, ...] = ""
    owners: str = ""
    language: str = ""
    retention_days: int = 0


class ValueOrigin(StrEnum):
    FILE = "file"
    WORKSPACE = "workspace"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class TeamValue:
    """A value that holds, and where it is from; empty or 0 for the bot's own."""

    value: str | int
    origin: ValueOrigin

    @property
    def fixed(self) -> bool:
        """Whether the admins can't change it."""
        return self.origin is ValueOrigin.FILE


PROVIDED = ("source", "tracker")
"""Settings that name a provider."""
FIELDS = TeamSettings.__struct_fields__


def effective(rules: TeamRules, chosen: TeamSettings) -> dict[str, TeamValue]:
    """Returns what holds, by the name of the setting."""
    return {name: _value(getattr(rules, name), getattr(chosen, name)) for name in FIELDS}


def _value(rules: str | int | tuple[str, ...], chosen: str | int) -> TeamValue:
    """Of a list the first counts until an admin chooses another."""
    if isinstance(rules, tuple):
        if not rules:
            return TeamValue(chosen, ValueOrigin.WORKSPACE if chosen else ValueOrigin.DEFAULT)
        return TeamValue(chosen, ValueOrigin.WORKSPACE) if chosen in rules else TeamValue(rules[0], ValueOrigin.DEFAULT)
    if rules:
        return TeamValue(rules, ValueOrigin.FILE)
    return TeamValue(chosen, ValueOrigin.WORKSPACE if chosen else ValueOrigin.DEFAULT)


def offered(rules: str | tuple[str, ...], there: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the names of the providers that a workspace may use, of those that are `there`."""
    if not rules:
        return there
    wanted = (rules,) if isinstance(rules, str) else rules
    return tuple(name for name in wanted if name in there)
