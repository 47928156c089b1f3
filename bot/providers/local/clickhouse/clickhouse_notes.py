"""What is noted about the store, by name: the salt of people's hashes, how far it is kept, how often it was erased."""

from __future__ import annotations

import secrets

from bot.kernel.clock import Clock
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_rows import ColumnLists
from bot.providers.local.clickhouse.clickhouse_tables import META

SALT = "salt"
ERASURES = "erasures"
KEPT_FROM = "kept_from"
_VALUE = "SELECT value FROM meta WHERE name = {name:String}"


async def last_note(client: ClickHouseClient, name: str) -> str | None:
    rows = await client.query(_VALUE, {"name": name})
    return str(rows[0][0]) if rows else None


class StoreNotes:
    """The last note of a name counts."""

    def __init__(self, client: ClickHouseClient, clock: Clock) -> None:
        self._client, self._clock = client, clock

    async def get(self, name: str) -> str | None:
        return await last_note(self._client, name)

    async def put(self, name: str, value: str) -> None:
        await self._client.insert(META, self._row(name, value), secrets.token_hex(16))

    async def first(self, name: str, value: str) -> str:
        """Returns what is noted, which is `value` where nothing was. Of several who ask at once all get the same:
        the second insert with a token is left out, whatever it holds."""
        known = await self.get(name)
        if known is None:
            await self._client.insert(META, self._row(name, value), f"the first {name}")
            known = await self.get(name)
        return known or value

    async def erased(self) -> str:
        """Notes that something was deleted, and returns how often that was, for the tokens of inserts to come."""
        count = str(int(await self.get(ERASURES) or "0") + 1)
        await self.put(ERASURES, count)
        return count

    def _row(self, name: str, value: str) -> ColumnLists:
        return {"name": [name], "value": [value], "change": [int(self._clock().timestamp() * 1_000_000)]}
