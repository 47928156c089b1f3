"""The versions of our tables in ClickHouse, and the way from each to the next. There is no way back.

A version is a list of statements that may be run any number of times, also by two programs at once; it is noted when
all of them have been.
"""

from __future__ import annotations

from bot.kernel.clock import Clock
from bot.kernel.errors import Unavailable
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_notes import StoreNotes, last_note
from bot.providers.local.clickhouse.clickhouse_tables import META, TABLES, Layout

OLDEST = (26, 5)
"""The oldest engine that our tables and statements were tried on."""
SCHEMA = "schema"
CURRENT = 1
_EXISTS = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'meta'"


def statements(version: int, layout: Layout) -> list[str]:
    """Returns what brings the tables from the version before to this one."""
    steps = {1: [sql for table in (META, *TABLES) for sql in layout.create(table)] + [layout.sessions()]}
    return steps[version]


async def check_schema(client: ClickHouseClient) -> None:
    """Raises Unavailable unless the tables are those that this program knows, and the engine is new enough."""
    version = await checked_version(client)
    if version < CURRENT:
        raise Unavailable(
            "The tables in ClickHouse at %(address)s are version %(found)s, not %(current)s; run `replaybook migrate`.",
            address=client.address.shown,
            found=version,
            current=CURRENT,
        )


def check_engine(client: ClickHouseClient) -> None:
    numbers = [int(part) for part in client.version.split(".")[:2] if part.isdecimal()]
    if tuple(numbers) < OLDEST:
        raise Unavailable(
            "ClickHouse at %(address)s is version %(found)s; %(oldest)s is needed at least.",
            address=client.address.shown,
            found=client.version,
            oldest=".".join(map(str, OLDEST)),
        )


async def schema_version(client: ClickHouseClient) -> int:
    """Returns 0 where there are no tables of ours."""
    rows = await client.query(_EXISTS)
    if not rows[0][0]:
        return 0
    return int(await last_note(client, SCHEMA) or 0)


async def checked_version(client: ClickHouseClient) -> int:
    """Returns the version of the tables. Raises Unavailable for an old engine, and for newer tables."""
    check_engine(client)
    version = await schema_version(client)
    if version > CURRENT:
        raise Unavailable(
            "The tables in ClickHouse at %(address)s are version %(found)s, newer than this program (%(current)s).",
            address=client.address.shown,
            found=version,
            current=CURRENT,
        )
    return version


async def migrate(client: ClickHouseClient, layout: Layout, clock: Clock) -> tuple[int, int]:
    """Returns the version before and the one after. `clock` is the bots': of two notes the later one counts."""
    before = await checked_version(client)
    for version in range(before + 1, CURRENT + 1):
        for sql in statements(version, layout):
            await client.command(sql)
        await StoreNotes(client, clock).put(SCHEMA, str(version))
    return before, CURRENT


async def migrated(url: str, cluster: str, clock: Clock, *, dry_run: bool) -> str:
    """Returns a sentence of what was done, or would be, with its statements. Raises ReplaybookError."""
    client, layout = await ClickHouseClient.open(url), Layout(cluster)
    try:
        where = f"ClickHouse at {client.address.shown}"
        if not dry_run:
            before, after = await migrate(client, layout, clock)
            return f"{where}: version {before} is now {after}." if before != after else f"{where}: version {after}."
        before = await checked_version(client)
        planned = [sql for version in range(before + 1, CURRENT + 1) for sql in statements(version, layout)]
        return "\n".join([f"{where}: version {before}; {len(planned)} statements to version {CURRENT}.", *planned])
    finally:
        await client.close()
