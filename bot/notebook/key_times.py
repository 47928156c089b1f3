"""The key times of an incident: each proposed from data with its reason, or set by a person."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from bot.notebook.cell_kind import CellData


class KeyTimeKind(StrEnum):
    """In the order in which they usually follow each other."""

    TRIGGER = "trigger"  # the version first seen that came with it
    IMPACT_START = "impact_start"  # the first signals above the usual
    PEAK = "peak"
    DETECTED = "detected"  # the first that the channel knew of it
    ASKED = "asked"  # the owner was asked
    CONFIRMED = "confirmed"  # the owner answered that a fix is in the backlog
    FIXED = "fixed"  # the ticket is done
    IMPACT_END = "impact_end"  # back to the usual


class KeyTime(msgspec.Struct, frozen=True, omit_defaults=True):
    """One moment. `reason` is a text of the catalogs and `values` fill it, so that each reader gets it translated.

    `set_by` is the person who corrected it, empty for a proposal. `at` is None where a person said that there was none.
    """

    kind: KeyTimeKind
    at: datetime | None
    reason: str = ""
    values: dict[str, str] = {}
    set_by: str = ""


class KeyTimes(CellData, frozen=True, tag="keytimes"):
    """`proposed` follows the data; `corrected` is what people said instead, one a kind, and always wins."""

    marker: ClassVar[str] = "keytimes"
    proposed: tuple[KeyTime, ...] = ()
    corrected: tuple[KeyTime, ...] = ()

    def of(self, kind: KeyTimeKind) -> KeyTime | None:
        """What holds: a person's word before the proposal; None where neither is known."""
        return _first(self.corrected, kind) or _first(self.proposed, kind)

    def correction(self, kind: KeyTimeKind) -> KeyTime | None:
        return _first(self.corrected, kind)

    def proposal(self, kind: KeyTimeKind) -> KeyTime | None:
        return _first(self.proposed, kind)

    @property
    def known(self) -> tuple[KeyTime, ...]:
        """What holds for each kind that has a moment, in the order of the kinds."""
        times = (self.of(kind) for kind in KeyTimeKind)
        return tuple(time for time in times if time and time.at)


SIGNAL_KINDS = frozenset({KeyTimeKind.TRIGGER, KeyTimeKind.IMPACT_START, KeyTimeKind.PEAK, KeyTimeKind.IMPACT_END})
"""What the source of signals tells; the rest is known from people and tickets."""


def with_proposals(times: KeyTimes, proposed: Iterable[KeyTime], *, known: Container[KeyTimeKind] = ()) -> KeyTimes:
    """Returns the key times with new proposals; what people corrected stays.

    For the kinds in `known` a proposal that was made before stays, too: nothing new is known of them.
    """
    before = {time.kind: time for time in times.proposed}
    fresh = (before.get(time.kind, time) if time.kind in known else time for time in proposed)
    return msgspec.structs.replace(times, proposed=tuple(sorted(fresh, key=lambda time: ORDER.index(time.kind))))


ORDER = tuple(KeyTimeKind)


def _first(times: Iterable[KeyTime], kind: KeyTimeKind) -> KeyTime | None:
    return next((time for time in times if time.kind is kind), None)
