"""Whether a failure was there before: the same error, the same selector, or at least the same feature."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum

import msgspec

from bot.notebook.cell_data import EarlierTicket
from bot.signals.answer import Answer

MOST_ERRORS = 3
"""Of an answer's errors the most frequent ones count; the rest are others' troubles."""


class Likeness(IntEnum):
    """What two failures have in common; the lower, the surer that they are one."""

    ERROR = 1
    SELECTOR = 2
    FEATURE = 3


class FailureTrace(msgspec.Struct, frozen=True):
    """By what a failure is known again."""

    feature: str
    errors: frozenset[str] = frozenset()
    selectors: frozenset[str] = frozenset()


class EarlierFailure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request about the same failure: in which channel, with which ticket, and what became of it."""

    request: str
    likeness: Likeness
    channel: str
    ticket: str
    ticket_link: str
    state: str
    at: datetime
    channel_name: str = ""
    link: str = ""
    """Of the notebook."""


def trace_of(feature: str, answer: Answer | None) -> FailureTrace:
    if answer is None:
        return FailureTrace(feature)
    errors = frozenset(_normal(error.message) for error in answer.errors[:MOST_ERRORS])
    return FailureTrace(feature, errors - {""}, frozenset(target.selector for target in answer.targets) - {""})


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
        )
        for each in failures
    )


def _normal(message: str) -> str:
    """An error without what differs each time: numbers, ids and addresses."""
    plain = re.sub(r"https?://\S+|[0-9a-f]{8,}(?:-[0-9a-f]+)*|\d+", "#", message.casefold())
    return " ".join(plain.split())[:300]
