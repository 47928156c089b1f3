"""Whose home tab is open, and what it shows."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import msgspec

from bot.state import keys
from bot.state.locks import HeldLock
from bot.state.once import Once
from bot.state.record_indexes import DueIndex
from bot.state.records import Records, RecordStore


class ShownHome(msgspec.Struct, frozen=True):
    """What a person's tab shows, as a digest, and until when it is looked at (Unix time)."""

    digest: str
    until: float


class HomeRecords:
    def __init__(self, records: RecordStore, once: Once) -> None:
        self._once = once
        self.shown = Records(records, ShownHome)
        self.due = DueIndex(records, keys.HOMES_DUE)

    def turn(self, team: str, user: str) -> AbstractAsyncContextManager[HeldLock]:
        """For the body nobody else publishes the tab: what is noted as shown is what was published last."""
        return self._once.alone(keys.record(team, "home", user))
