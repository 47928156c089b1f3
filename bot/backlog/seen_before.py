"""Whether a failure was there before: the same error, the same selector, or at least the same feature."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum

import msgspec

from bot.backlog.ticket import Ticket
from bot.notebook.cell_data import EarlierTicket
from bot.signals.answer import Answer

MOST_ERRORS = 3
"""Of an answer's errors the most frequent ones count; the rest are others' troubles."""

SHORTEST = 3
"""A shorter text is in every other ticket."""
SEARCHED = 120
"""Characters; a longer text is never in a title as it is."""


class Likeness(IntEnum):
    """What two failures have in common; the lower, the surer that they are one."""

    ERROR = 1
    SELECTOR = 2
    FEATURE = 3


class FailureTrace(msgspec.Struct, frozen=True):
    """By what a failure is known again."""

    feature: str
    errors: frozenset[str] = frozenset()
    """Normalised, so that each occurrence of an error is the same."""
    selectors: frozenset[str] = frozenset()


class EarlierFailure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket about the same failure, what became of it, and in which channel it was confirmed, where in any."""

    likeness: Likeness
    ticket: str
    ticket_link: str
    state: str
    at: datetime
    channel_name: str = ""
    link: str = ""
    """Of the notebook."""
    fixed_in: str = ""


def trace_of(feature: str, answer: Answer | None) -> FailureTrace:
    if answer is None:
        return FailureTrace(feature)
    errors = frozenset(_normal(error.message) for error in answer.errors[:MOST_ERRORS])
    return FailureTrace(feature, errors - {""}, frozenset(target.selector for target in answer.targets) - {""})


def searches_for(feature: str, answer: Answer | None) -> list[tuple[Likeness, str]]:
    """What to search a tracker for, by what a ticket that holds it has in common: its most frequent error, its
    selector, and the feature's name."""
    error = answer.errors[0].message if answer and answer.errors else ""
    selector = answer.targets[0].selector if answer and answer.targets else ""
    texts = ((Likeness.ERROR, error), (Likeness.SELECTOR, selector), (Likeness.FEATURE, feature))
    return [(alike, text[:SEARCHED].strip()) for alike, text in texts if len(text.strip()) >= SHORTEST]


def holds(ticket: Ticket, text: str) -> bool:
    """Whether it says so: trackers also find words apart, and keys."""
    wanted = " ".join(text.split()).casefold()
    return wanted in " ".join(f"{ticket.title} {ticket.description}".split()).casefold()


def likeness(one: FailureTrace, other: FailureTrace) -> Likeness | None:
    if one.errors & other.errors:
        return Likeness.ERROR
    if one.selectors & other.selectors:
        return Likeness.SELECTOR
    return Likeness.FEATURE if one.feature == other.feature else None


def nearest(failures: Iterable[EarlierFailure], limit: int) -> list[EarlierFailure]:
    """The surest first, and of equals the newest; each ticket once."""
    ranked = sorted(failures, key=lambda each: (each.likeness, -each.at.timestamp()))
    by_ticket: dict[str, EarlierFailure] = {}
    for each in ranked:
        by_ticket.setdefault(each.ticket, each)
    return list(by_ticket.values())[:limit]


def rows_of(failures: Iterable[EarlierFailure]) -> tuple[EarlierTicket, ...]:
    """As a notebook keeps them, and a modal shows them."""
    return tuple(
        EarlierTicket(
            each.ticket,
            each.state,
            each.at,
            each.likeness.name.lower(),
            each.ticket_link,
            each.channel_name,
            each.link,
            each.fixed_in,
        )
        for each in failures
    )


def _normal(message: str) -> str:
    """An error without what differs each time: numbers, ids and addresses."""
    plain = re.sub(r"https?://\S+|[0-9a-f]{8,}(?:-[0-9a-f]+)*|\d+", "#", message.casefold())
    return " ".join(plain.split())[:300]
