"""The tables in ClickHouse: made, known by version, refused where they can't be used; a store moved into them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.kernel.clock import clock_ahead
from bot.kernel.errors import Conflict, Missing, Unavailable
from bot.kernel.settings import Secret, Settings
from bot.providers.local.clickhouse import copy_events as copying
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_doctor import examined
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_notes import StoreNotes
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import META, TABLES, Layout
from bot.providers.local.clickhouse.copy_events import copy_events
from bot.providers.local.event_store import EventStore
from bot.providers.local.open_local import event_checks
from bot.providers.local.provider import LocalSettings
from bot.providers.provider import Check
from tests.clickhouse_server import PASSWORD, ClickHouseServer
from tests.providers.local.conftest import LATER, later
from tests.providers.local.migrated_store import batch_of, opened
from tests.providers.local.rumevents import action, error, lines, view
from tests.providers.local.test_store_contract import FOUND, RAGE, pieces

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
NAMES = "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name"


async def test_two_that_migrate_at_once_and_again_leave_one_set_of_tables(clickhouse: str) -> None:
    clients = [await ClickHouseClient.open(clickhouse) for _ in range(2)]
    assert {
        version for _, version in await asyncio.gather(*(migrate(client, Layout(), later) for client in clients))
    } == {1}
    assert await migrate(clients[0], Layout(), later) == (1, 1)
    names = [name for (name,) in await clients[0].query(NAMES)]
    assert names == sorted([META.name, "sessions", *(table.name for table in TABLES)])
    for client in clients:
        await client.close()


async def test_a_version_is_noted_after_what_a_bot_noted_whose_clock_is_ahead(clickhouse: str, tmp_path: Path) -> None:
    """Of two notes the later one counts, so that they must be by the same clock."""
    ahead = clock_ahead(timedelta(days=400).total_seconds())
    store = await opened(clickhouse, tmp_path)
    await StoreNotes(store.client, ahead).put("schema", "0")
    assert await migrate(store.client, Layout(), ahead) == (0, 1)
    assert await migrate(store.client, Layout(), ahead) == (1, 1)
    await store.close()


def test_a_dry_run_shows_the_statements_and_changes_nothing(
    clickhouse: str, clickhouse_server: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLAYBOOK_EVENTS", clickhouse)
    shown = CliRunner().invoke(cli, ["migrate", "--dry-run"])
    assert "CREATE TABLE IF NOT EXISTS actions" in shown.output, shown.output
    assert "version 0; " in shown.output
    database = clickhouse.rpartition("/")[2]
    assert clickhouse_server.run(f"SELECT count() FROM system.tables WHERE database = '{database}'") == "0\n"
    assert "version 0 is now 1." in CliRunner().invoke(cli, ["migrate"]).output
    done = CliRunner().invoke(cli, ["migrate"]).output
    assert done.endswith(": version 1.\n")
    assert PASSWORD not in shown.output + done


async def test_other_versions_are_refused_in_one_sentence(
    clickhouse: str, clickhouse_server: ClickHouseServer, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="version 0, not 1; run `replaybook migrate`"):
        await ClickHouseStore.open(clickhouse, tmp_path, clock=later)
    store = await opened(clickhouse, tmp_path)
    await store.notes.put("schema", "2")
    with pytest.raises(Unavailable, match="newer than this program"):
        await ClickHouseStore.open(clickhouse, tmp_path, clock=later)
    with pytest.raises(Unavailable, match="newer than this program"):
        await migrate(store.client, Layout(), later)
    await store.close()
    clickhouse_server.fault(kind="version", match="version()", text="24.3.1.1", times=1)
    client = await ClickHouseClient.open(clickhouse)
    with pytest.raises(Unavailable, match=r"is version 24\.3\.1\.1; 26\.5 is needed"):
        await migrate(client, Layout(), later)
    await client.close()


def test_on_a_cluster_tables_are_replicated_and_spread() -> None:
    for table in (*TABLES, META):
        local, spread = Layout("main").create(table)
        assert f"{table.name}_local ON CLUSTER 'main'" in local
        assert f"ENGINE = Replicated{table.engine}('/clickhouse/tables/" in local
        assert "replicated_deduplication_window = 10000" in local
        assert f"CREATE TABLE IF NOT EXISTS {table.name} ON CLUSTER 'main' AS {table.name}_local" in spread
        assert f"cityHash64({table.shard}))" in spread
    assert Layout("main").stored(TABLES[0]) == "actions_local ON CLUSTER 'main'"


async def test_of_two_that_open_an_empty_store_at_once_both_call_people_the_same(
    clickhouse: str, tmp_path: Path
) -> None:
    (await opened(clickhouse, tmp_path)).deriver  # noqa: B018 - its tables are there from now on
    client = await ClickHouseClient.open(clickhouse)
    await client.command("TRUNCATE TABLE meta")
    await StoreNotes(client, later).put("schema", "1")
    stores = await asyncio.gather(*(ClickHouseStore.open(clickhouse, tmp_path, clock=later) for _ in range(4)))
    assert len({store.rows.person("u-1") for store in stores}) == 1
    for opened_store in stores:
        await opened_store.close()
    await client.close()


async def test_doctor_says_what_is_there_and_what_is_wrong(clickhouse: str, tmp_path: Path) -> None:
    await (await opened(clickhouse, tmp_path)).close()
    client = await ClickHouseClient.open(clickhouse)
    [(server_ms,)] = await client.query("SELECT toUnixTimestamp64Milli(now64(3))")
    now = datetime.fromtimestamp(server_ms / 1000, UTC)
    assert "tables of version 1" in await examined(clickhouse, lambda: now)
    with pytest.raises(Missing, match="clock differs from ours by"):
        await examined(clickhouse, lambda: now - timedelta(days=3))
    await client.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PAGE", 3)


@pytest.mark.usefixtures("small_pages")
async def test_a_copied_store_has_every_row_and_goes_on(
    clickhouse: str, clickhouse_server: ClickHouseServer, tmp_path: Path
) -> None:
    """The copy breaks off, goes on, and is done again; then another piece of a copied recording arrives."""
    source = await EventStore.open(tmp_path / "rum", clock=later)
    for day in range(4):
        at, session = NOW - timedelta(days=20 * day), f"s-{day}"
        sent = [action(at, "dead_click", id=f"a-{day}-{n}", session=session) for n in range(5)]
        await source.write(
            batch_of(source, *sent, error(at, "boom", f"a-{day}-0", session=session), view(at, 1, id=session))
        )
    first, second = pieces(source, 60)
    await source.keep([first[0]], first[1])
    target = await opened(clickhouse, tmp_path / "rum")
    clickhouse_server.fault(kind="error", match="INSERT INTO `errors`", skip=1, code=242, text="(TABLE_IS_READ_ONLY)")
    with pytest.raises(Unavailable):
        await copy_events(source, target)
    done = await copy_events(source, target)
    assert all(here == there for here, there in done.rows.values()), done.rows
    assert done.rows["actions"][0] > 20
    assert (await copy_events(source, target)).rows == done.rows
    for sql in (FOUND, "SELECT session_id, person FROM actions ORDER BY moment, session_id, person"):
        assert await target.query(sql) == await source.query(sql)
    await target.close()

    target = await ClickHouseStore.open(clickhouse, tmp_path / "rum", clock=later)
    assert target.rows.person("u-1") == source.rows.person("u-1")
    for store in (source, target):
        await store.keep([second[0]], second[1])
        assert await store.settle()
    assert await target.query(FOUND) == await source.query(FOUND)
    await target.close()
    await source.close()


async def test_a_store_is_not_copied_among_people_with_other_hashes(clickhouse: str, tmp_path: Path) -> None:
    source, target = await EventStore.open(tmp_path / "rum", clock=later), await opened(clickhouse, tmp_path)
    await target.write(batch_of(target, action(LATER)))
    with pytest.raises(Conflict, match="has events already"):
        await copy_events(source, target)
    await target.close()
    await source.close()


SENT = Path("tests/recordings/datadog/sdk-7.16.2-shop-paired-rrweb")


def test_commands_work_on_both_engines(clickhouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is imported into the file and copied, and what is imported into ClickHouse, is the same."""
    monkeypatch.setenv("REPLAYBOOK_DATA", str(tmp_path))
    assert CliRunner().invoke(cli, ["import", str(SENT), str(RAGE)], catch_exceptions=False).exit_code == 0
    monkeypatch.setenv("REPLAYBOOK_EVENTS", clickhouse)
    CliRunner().invoke(cli, ["migrate"], catch_exceptions=False)
    first = CliRunner().invoke(cli, ["copy-events", str(tmp_path), clickhouse], catch_exceptions=False).output
    counts = {
        line.partition(":")[0]: [int(word) for word in line.split() if word.isdecimal()] for line in first.splitlines()
    }
    assert counts.keys() == {"actions", "errors", "views", "others", "sessions", "segments"}
    assert all(here == there for here, there in counts.values()), first
    assert counts["actions"][0] > 0
    assert counts["segments"][0] > 1
    assert CliRunner().invoke(cli, ["import", str(SENT), str(RAGE)], catch_exceptions=False).exit_code == 0
    again = CliRunner().invoke(cli, ["copy-events", str(tmp_path), clickhouse], catch_exceptions=False).output
    assert again == first
    new = tmp_path / "new.ndjson"
    new.write_bytes(lines(action(NOW, id="new")))
    CliRunner().invoke(cli, ["import", str(new)], catch_exceptions=False)
    here, _ = counts["actions"]
    more = CliRunner().invoke(cli, ["copy-events", str(tmp_path), clickhouse], catch_exceptions=False).output
    assert f"actions: {here:,} here, {here + 1:,} in ClickHouse." in more


def test_doctor_checks_clickhouse_where_it_is_set_up(clickhouse: str) -> None:
    assert not event_checks(Settings())
    settings = Settings().with_provider(LocalSettings(events=Secret(clickhouse)))
    with pytest.raises(Unavailable, match="run `replaybook migrate`"):
        asyncio.run(checked(event_checks(settings)["ClickHouse"]))


async def checked(check: Check) -> str:
    return await check()
