"""Whose home tab is open, and what it shows."""

from __future__ import annotations

import msgspec

from bot.state import keys
from bot.state.record_indexes import DueIndex
from bot.state.records import Records, RecordStore


class ShownHome(msgspec.Struct, frozen=True):
    """What a person's tab shows, as a digest, and until when it is looked at (Unix time)."""

    digest: str
    until: float


class HomeRecords:
    def __init__(self, records: RecordStore) -> None:
        self.shown = Records(records, ShownHome)
        self.due = DueIndex(records, keys.HOMES_DUE)
