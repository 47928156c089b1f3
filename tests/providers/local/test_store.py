"""What was accepted is kept, once, and by one process."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from bot.files.folder_store import FolderStore
from bot.kernel.errors import Missing, Unavailable
from bot.providers.local import retention, schema, sdk_events
from bot.providers.local.batch import Batch, SessionSeen, Surroundings
from bot.providers.local.event_store import FILE, EventStore
from bot.providers.local.segment_files import RecordingPiece
from bot.providers.local.writer import Writer
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action, error, lines, view

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


async def count(store: EventStore, table: str) -> int:
    rows = await store.query(f"SELECT count(*) FROM {table}")
    return int(rows[0][0])


async def test_a_repeated_delivery_changes_nothing(store: EventStore, send: Send) -> None:
    events = [action(NOW, "rage_click", id="a-x"), error(NOW, "boom", "a-x"), view(NOW, 1)]
    for _ in range(3):
        await send(*events)
    assert [await count(store, table) for table in ("actions", "errors", "views", "sessions")] == [1, 1, 1, 1]


async def test_a_store_from_before_takes_what_is_new(tmp_path: Path) -> None:
    """Its tables lack the columns that were added later, and hold a session that goes on."""
    (tmp_path / "data").mkdir()
    with duckdb.connect(tmp_path / "data" / FILE) as before:
        for table in schema.TABLES:
            kept = {name: kind for name, kind in table.columns.items() if name not in table.added}
            before.execute(schema.Table(table.name, kept).ddl[0])
        before.execute(
            "INSERT INTO sessions (id, person, first_moment, attributes) VALUES ('s-1', 'p', $1, '{}')", [NOW]
        )
        before.execute(
            "INSERT INTO actions (id, moment, session_id) VALUES (md5('a-x')::UUID, epoch_ms($1), 's-1')",
            [round(NOW.timestamp() * 1000)],
        )
    store = await EventStore.open(tmp_path / "data", clock=lambda: NOW + timedelta(days=1))
    for sent in (action(NOW, "rage_click", id="a-x", user=None), action(NOW, id="a-y")):
        await store.write(store.rows.rum(sdk_events.decode(lines(sent))[0], Surroundings())[0])
    assert await store.query("SELECT rage_click, document, nameless FROM actions ORDER BY id = md5('a-y')::UUID") == [
        (True, 0, True),
        (False, 0, False),
    ]
    assert await store.query("SELECT id, nameless, sample_rate FROM sessions") == [("s-1", False, 100)]
    await store.close()


async def test_a_delivery_repeated_while_the_first_waits_changes_nothing(store: EventStore, send: Send) -> None:
    events = [action(NOW, "dead_click", id="a-x"), error(NOW, "boom", "a-x", "a-y")]
    await asyncio.gather(*(send(*events) for _ in range(20)))
    assert [await count(store, table) for table in ("actions", "errors")] == [1, 2]


async def test_a_view_keeps_its_highest_document_whatever_comes_last(store: EventStore, send: Send) -> None:
    for document, clicks in ((1, 0), (5, 9), (3, 4)):
        await send(view(NOW, document, action=clicks))
    assert await store.query("SELECT document, actions, view_path FROM views") == [(5, 9, "/")]


async def test_one_delivery_with_a_view_twice_keeps_the_highest(store: EventStore, send: Send) -> None:
    await send(view(NOW, 2, action=3), view(NOW, 1, action=1))
    assert await store.query("SELECT document, actions FROM views") == [(2, 3)]


async def test_ids_that_are_no_uuid_and_times_that_make_no_sense(store: EventStore, send: Send) -> None:
    """Hostile ids are hashed, quotes in them are only text; impossible times are counted as left out."""
    skipped = await send(
        action(NOW, id="'; DROP TABLE actions; --"),
        action(datetime(1971, 1, 1, tzinfo=UTC)),
        action(store.clock() + timedelta(days=3)),
    )
    assert (skipped, await count(store, "actions")) == (2, 1)


async def test_what_a_user_is_called_is_not_stored(store: EventStore, send: Send) -> None:
    named = {"id": "jane@example.com", "name": "Jane Roe", "email": "jane@example.com", "plan": "pro"}
    await send(action(NOW, usr=named))
    everything = str(await store.query("SELECT * FROM sessions JOIN actions ON session_id = sessions.id"))
    assert "jane" not in everything.lower()
    assert '"usr.plan":"pro"' in everything


async def test_a_second_process_is_told_that_the_folder_is_in_use(store: EventStore) -> None:
    """DuckDB has one writer; the sentence names the folder and the process that has it."""
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from bot.providers.local.event_store import EventStore\n"
        "from bot.kernel.errors import Conflict\n"
        "from bot.kernel.clock import system_clock\n"
        "try: asyncio.run(EventStore.open(Path(sys.argv[1]), clock=system_clock))\n"
        "except Conflict as error: print(error.sentence)"
    )
    command = [sys.executable, "-c", script, str(store.folder)]
    told = (await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)).stdout
    assert f"The data folder {store.folder} is in use by another process" in told


async def test_another_process_reopens_what_was_closed(tmp_path: Path) -> None:
    first = await EventStore.open(tmp_path, clock=lambda: NOW)
    who = first.rows.person("u-1")
    await first.close()
    second = await EventStore.open(tmp_path, clock=lambda: NOW)
    assert second.rows.person("u-1") == who
    await second.close()


async def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "signals.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(Unavailable, match=r"signals\.duckdb can’t be opened"):
        await EventStore.open(tmp_path, clock=lambda: NOW)


async def test_what_was_accepted_survives_a_killed_process(tmp_path: Path) -> None:
    """Killed right after the store said that it is kept: the rows are there, and the signals are still found."""
    command = [sys.executable, "-m", "tests.providers.local.killed", str(tmp_path)]
    process = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (-signal.SIGKILL, "kept\n"), process.stderr
    store = await EventStore.open(tmp_path, clock=lambda: NOW)
    assert await store.query("SELECT count(*) FROM actions WHERE NOT derived") == [(1,)]
    await store.settle()
    assert await store.query("SELECT count(*) FROM actions WHERE rage_click AND derived") == [(2,)]
    await store.close()


async def test_a_disk_that_refuses_is_told_to_every_sender_and_the_next_batch_is_taken() -> None:
    refusals = iter([True, False])

    def commit(_batch: Batch) -> None:
        if next(refusals):
            raise duckdb.IOException("no space left")

    writer = Writer(commit)
    told = await asyncio.gather(*(writer.write(Batch()) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [Unavailable] * 3
    await writer.write(Batch())
    await writer.close()


async def test_tidying_goes_on_every_day(store: EventStore, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "DAY_S", 0.05)
    tidying = asyncio.create_task(retention.tidy_daily(store, timedelta(days=30)))
    for _ in range(2):
        await send(action(store.clock() - timedelta(days=40)), action(store.clock(), id="kept"))
        async with asyncio.timeout(60):
            while await count(store, "actions") != 1:  # noqa: ASYNC110 - it is another task that deletes
                await asyncio.sleep(0.02)
    tidying.cancel()


def piece(session: str, moment: datetime) -> RecordingPiece:
    at = int(moment.timestamp() * 1000)
    return RecordingPiece(session, "v", 0, at, at, 1, True, "datadog", b"x\x9c\x03\x00\x00\x00\x00\x01")


async def test_retention_deletes_old_events_and_their_recordings(store: EventStore, send: Send) -> None:
    old = NOW - timedelta(days=31)
    await send(action(old, session="old"), action(NOW, session="new"))
    for session, moment in (("old", old), ("new", NOW)):
        await store.recordings.write(piece(session, moment))
    gone = await store.tidy(timedelta(days=30), NOW)
    assert (gone.events, gone.sessions) == (1, 1)
    assert await store.query("SELECT DISTINCT session_id FROM actions") == [("new",)]
    assert len(await store.recordings.recording("new")) == 1
    with pytest.raises(Missing):
        await store.recordings.recording("old")


class NeverDeletes(FolderStore):
    """A store that is away whenever something is to be deleted, as often as it says."""

    refusals = 1

    async def delete(self, keys: Collection[str]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("%(place)s doesn’t answer.", place=self.place)
        await super().delete(keys)


async def test_recordings_that_could_not_be_deleted_are_the_next_time_though_nothing_is_known_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "DAY_S", 0.05)
    files = NeverDeletes(tmp_path / "elsewhere")
    store = await EventStore.open(tmp_path / "rum", files, clock=lambda: NOW)
    for session, age in (("old", 40), ("new", 0)):
        moment = NOW - timedelta(days=age)
        batch = Batch()
        batch.session(
            SessionSeen(session, "p", Surroundings(), moment.timestamp() * 1000, moment.timestamp() * 1000, 0)
        )
        await store.keep([piece(session, moment)], batch)
    tidying = asyncio.create_task(retention.tidy_daily(store, timedelta(days=30)))
    async with asyncio.timeout(60):
        while (await store.recordings.size("old"))[0]:  # noqa: ASYNC110 - another task deletes
            await asyncio.sleep(0.02)
    tidying.cancel()
    assert files.refusals == 0
    assert (await store.recordings.size("new"))[0] == 1
    await store.close()
