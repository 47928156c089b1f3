"""What `replaybook doctor` checks of ClickHouse."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter

from bot.kernel.clock import Clock, ahead_of_ours
from bot.kernel.errors import Missing, Unauthorized
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import CURRENT, check_schema
from bot.providers.local.clickhouse.clickhouse_notes import StoreNotes

MOST_APART_S = 60.0
"""A server whose clock is further away deletes too early or too late."""
LEAST_FREE = 0.1
NEEDED = ("SELECT", "INSERT", "ALTER DELETE", "ALTER TTL", "CREATE TABLE", "CREATE VIEW")
_SERVER = """
SELECT toUnixTimestamp64Milli(now64(3)), (SELECT min(free_space) FROM system.disks WHERE total_space > 0),
  (SELECT min(free_space / total_space) FROM system.disks WHERE total_space > 0)
"""


async def examined(url: str, clock: Clock) -> str:
    """Returns what was found. Raises ReplaybookError with what is to be done."""
    client = await ClickHouseClient.open(url)
    try:
        await check_schema(client)
        await _check_rights(client)
        await StoreNotes(client, clock).put("doctor", clock().isoformat())
        asked, began = clock(), perf_counter()
        [(server_ms, free, share)] = await client.query(_SERVER)
        took_ms = 1000 * (perf_counter() - began)
        told = datetime.fromtimestamp(server_ms / 1000, UTC)
        apart = abs(ahead_of_ours(told, asked, clock()).total_seconds())
    finally:
        await client.close()
    if apart > MOST_APART_S:
        raise Missing(
            "ClickHouse’s clock differs from ours by %(seconds)s s; retention would delete wrongly.",
            seconds=f"{apart:.0f}",
        )
    if share is not None and share < LEAST_FREE:
        raise Missing(
            "ClickHouse has %(percent)s %% of its disk left; give it more, or keep events for fewer days.",
            percent=f"{100 * share:.0f}",
        )
    room = f", {free / 1e9:,.0f} GB free" if free else ""
    return f"ClickHouse {client.version} at {client.address.shown}, tables of version {CURRENT}, {took_ms:.0f} ms{room}"


async def _check_rights(client: ClickHouseClient) -> None:
    """Raises Unauthorized naming the first right that the user lacks."""
    database = client.address.database.replace("\\", "\\\\").replace("`", "\\`")
    for right in NEEDED:
        rows = await client.query(f"CHECK GRANT {right} ON `{database}`.*")
        if not rows[0][0]:
            raise Unauthorized("The user of REPLAYBOOK_EVENTS lacks the right %(right)s in ClickHouse.", right=right)
