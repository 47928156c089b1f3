"""Watches, which of them each channel has, the histories that they are held against, and when the clock comes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from bot.kernel.errors import Conflict
from bot.signals.hourly_history import HourlyHistory
from bot.signals.watch import Watch
from bot.state import keys
from bot.state.record_indexes import DueIndex
from bot.state.records import Records, RecordStore


class WatchEntry(msgspec.Struct, frozen=True):
    """A watch in the list of its team. `meaning` is what it watches, the same for the same question."""

    channel: str
    meaning: str


Entries = Mapping[str, WatchEntry]


class WatchRecords:
    def __init__(self, records: RecordStore) -> None:
        self._watches = Records(records, Watch)
        self._teams = Records(records, dict[str, WatchEntry])
        self._histories = Records(records, HourlyHistory)
        self.due = DueIndex(records, keys.WATCHES_DUE)

    async def find(self, team: str, id: str) -> Watch | None:
        record = await self._watches.get(keys.record(team, "watch", id))
        return record[0] if record else None

    async def add(self, watch: Watch, meaning: str, per_channel: int, per_team: int) -> None:
        """Keeps a watch; again for the same delivery does nothing.

        Raises Conflict where the channel watches the same already, and where the channel or the team watches enough.
        """

        def listed(entries: dict[str, WatchEntry] | None) -> dict[str, WatchEntry]:
            entries = entries or {}
            if watch.id in entries:
                return entries
            _check(entries, watch, meaning, per_channel, per_team)
            return {**entries, watch.id: WatchEntry(watch.channel, meaning)}

        key = keys.record(watch.team, "watch", watch.id)
        try:
            await self._watches.put(key, watch)
        except Conflict:
            known = await self.find(watch.team, watch.id)
            if known is None or known.ended:
                return
        try:
            await self._teams.change(_list(watch.team), listed)
        except Conflict:
            await self._watches.delete(key, await self._watches.version(key))
            raise

    async def change(self, watch: Watch, fn: Callable[[Watch], Watch]) -> Watch:
        """Replaces the record of this watch by `fn(record)`; see `Records.change`."""
        key = keys.record(watch.team, "watch", watch.id)
        return await self._watches.change(key, lambda record: fn(record or watch))

    async def remove(self, watch: Watch) -> None:
        """Takes a watch that has ended from the list and from the clock; its record stays for the buttons."""
        await self._teams.change(
            _list(watch.team), lambda entries: {id: entry for id, entry in (entries or {}).items() if id != watch.id}
        )
        await self.due.close(watch.team, watch.id)

    async def of_team(self, team: str) -> list[Watch]:
        """Returns every watch of the team that hasn't ended, oldest first."""
        record = await self._teams.get(_list(team))
        watches = [await self.find(team, id) for id in (record[0] if record else {})]
        return sorted((watch for watch in watches if watch and not watch.ended), key=lambda watch: watch.since)

    async def of_channel(self, team: str, channel: str) -> list[Watch]:
        """Returns the channel's watches that haven't ended, oldest first."""
        return [watch for watch in await self.of_team(team) if watch.channel == channel]

    async def history(self, watch: Watch) -> HourlyHistory | None:
        record = await self._histories.get(keys.record(watch.team, "watch-history", watch.id))
        return record[0] if record else None

    async def keep_history(self, watch: Watch, history: HourlyHistory) -> None:
        await self._histories.change(keys.record(watch.team, "watch-history", watch.id), lambda _: history)


def _list(team: str) -> str:
    return keys.record(team, "watches", "all")


def _check(entries: Entries, watch: Watch, meaning: str, per_channel: int, per_team: int) -> None:
    here = [entry for entry in entries.values() if entry.channel == watch.channel]
    if any(entry.meaning == meaning for entry in here):
        raise Conflict("This channel watches that already; /replay watches shows it.")
    if len(here) >= per_channel:
        raise Conflict(
            "This channel has %(n)s watches, and no more are kept; end one with /replay watches first.", n=len(here)
        )
    if len(entries) >= per_team:
        raise Conflict(
            "All channels together have %(n)s watches, and no more are kept; end one that nobody needs first.",
            n=len(entries),
        )
