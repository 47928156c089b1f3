"""What the admins of each workspace chose, as a record, and a copy in Redis that is read with every profile.

The copy is only ever written after the record, and ends after a minute, so that no process has anything to remember.
"""

from __future__ import annotations

import msgspec

from bot.kernel.errors import Conflict
from bot.services.teams.team_settings import TeamSettings
from bot.state import keys
from bot.state.expiring_bytes import ExpiringBytes
from bot.state.records import ABSENT, Records, RecordStore

COPY_S = 60


class TeamRecords:
    def __init__(self, store: RecordStore, copies: ExpiringBytes) -> None:
        self._records = Records(store, TeamSettings)
        self._copies = copies

    async def of(self, team: str) -> TeamSettings:
        """Returns what holds now. Raises Upstream."""
        return await self.read(team, await self._copies.get(keys.team_settings(team)))

    async def read(self, team: str, copy: bytes | None) -> TeamSettings:
        """Returns the same, where the copy (None: there is none) was read already."""
        if copy is not None:
            return msgspec.json.decode(copy, type=TeamSettings)
        settings, _ = await self.to_edit(team)
        copy = msgspec.json.encode(settings)
        await self._copies.put(keys.team_settings(team), copy, seconds=COPY_S, unless_there=True)
        return settings

    async def to_edit(self, team: str) -> tuple[TeamSettings, int]:
        """Returns the record and its version (0: nothing was chosen yet). One that can't be read counts as empty."""
        try:
            return await self._records.get(_key(team)) or (TeamSettings(), ABSENT)
        except msgspec.MsgspecError:
            return TeamSettings(), await self._records.version(_key(team))

    async def save(self, team: str, wanted: TeamSettings, version: int) -> int:
        """Writes over the version that was shown; returns the new one. Raises Conflict.

        The same again (a delivery that is handled once more) changes the copy alone.
        """
        before, there = await self.to_edit(team)
        if there == ABSENT or before != wanted:
            try:
                there = await self._records.put(_key(team), wanted, version)
            except Conflict:
                raise Conflict("Someone changed these settings in the meantime; please open them again.") from None
        await self._copy(team)
        return there

    async def _copy(self, team: str) -> None:
        """Until the copy is of the newest version: somebody may save at the same time."""
        copied = -1
        while True:
            settings, version = await self.to_edit(team)
            if version == copied:
                return
            await self._copies.put(keys.team_settings(team), msgspec.json.encode(settings), seconds=COPY_S)
            copied = version


def _key(team: str) -> str:
    return keys.record(team, "team-settings", "all")
