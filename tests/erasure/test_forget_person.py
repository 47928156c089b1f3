"""A person is removed from events, files, records and caches, on either engine; what broke off is completed."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from redis.asyncio import Redis

from bot.app.erasure.forget_person import ErasureContext, forget_person
from bot.app.erasure.person_traces import REMOVED, PersonTraces
from bot.cli.forget_command import forget
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Unavailable
from bot.notebook.notebook import Cell
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.event_store import EventStore
from bot.state import keys
from bot.state.redis_records import RedisRecords
from tests.erasure.killed_forget import STEPS
from tests.erasure.person_data import (
    EMAIL,
    NAME,
    USER,
    everything,
    fill,
    left,
    recorded,
    remember,
)
from tests.providers.local.conftest import later


async def test_a_dry_run_says_all_and_removes_nothing(context: ErasureContext) -> None:
    before = await everything(context), await left(context.store)  # type: ignore[arg-type]
    report = await forget_person(context, USER, dry_run=True)
    assert (report.sessions, report.recordings, report.clips, report.files, report.events) == (2, 2, 1, 1, 0)
    assert report.records >= 4
    assert (await everything(context), await left(context.store)) == before  # type: ignore[arg-type]


async def test_sessions_events_segments_and_clips_of_a_user_go_and_others_stay(context: ErasureContext) -> None:
    store = context.store
    assert store is not None
    report = await forget_person(context, USER)
    assert (report.sessions, report.clips, report.files) == (2, 1, 1)
    assert report.events >= 4
    assert await left(store) == [{"s-3"}] * 4
    assert await recorded(store) == ["s-3"]
    assert not [file async for file in context.pictures.list()]
    kept = await everything(context)
    assert "s-1" not in kept
    assert USER not in kept
    assert '"k2"' in kept
    assert "Minari Parker" in kept
    assert NAME in kept  # somebody else's name, who asked about them
    again = await forget_person(context, USER)
    assert (again.sessions, again.events, again.records, again.files) == (0, 0, 0, 0)


async def test_names_and_addresses_of_somebody_in_slack_become_a_removed_person(context: ErasureContext) -> None:
    report = await forget_person(context, "U0MINAPARK", (EMAIL,))
    assert report.names == [NAME, EMAIL]
    kept = await everything(context)
    assert not any(word in kept for word in (NAME, EMAIL, "U0MINAPARK"))
    notebook = msgspec.json.decode((await context.records.read(keys.record("T1", "notebook", "N1")) or (b"", 0))[0])
    assert notebook["title"] == f"{REMOVED} can't buy"
    assert msgspec.convert(notebook["cells"][0], Cell).edited is False
    assert await context.redis.get(keys.person("T1", "U0MINAPARK")) is None
    assert "Minari Parker" in kept


@pytest.mark.parametrize("dies_at", ["pictures", "store", "records"])
async def test_what_was_killed_in_the_middle_is_completed_by_doing_it_again(
    context: ErasureContext, dies_at: str
) -> None:
    class Dies:
        def __init__(self, of: Any) -> None:
            self._of = of
            self.calls = 0

        def __getattr__(self, name: str) -> Any:
            if (name, dies_at) in {("delete", "pictures"), ("erase", "store")}:
                raise Unavailable("Redis doesn’t answer.")
            self.calls += name == "write"
            if dies_at == "records" and self.calls > 3:
                raise Unavailable("Redis doesn’t answer.")
            return getattr(self._of, name)

    change: dict[str, Any] = {dies_at: Dies(getattr(context, dies_at))}
    broken = replace(context, **change)
    with pytest.raises(Unavailable):
        await forget_person(broken, USER, (NAME,))
    await forget_person(context, USER, (NAME,))
    kept = await everything(context)
    assert not any(word in kept for word in (USER, NAME, "s-1", "erasure"))
    assert context.store is not None
    assert await left(context.store) == [{"s-3"}] * 4
    assert await recorded(context.store) == ["s-3"]
    assert not [file async for file in context.pictures.list()]


@pytest.mark.parametrize("step", STEPS)
async def test_a_process_that_is_killed_leaves_what_another_completes(
    redis: Redis, redis_server: str, tmp_path: Path, step: str
) -> None:
    """-9, whatever it was doing: names that only an earlier run had found are known to the later one."""
    store = await EventStore.open(tmp_path / "rum", clock=later)
    await fill(store)
    await store.close()
    records, pictures = RedisRecords(redis), FolderStore(tmp_path / "files")
    await remember(ErasureContext(records, redis, pictures, None, later))
    arguments = (redis_server, str(tmp_path), USER, step)
    killed = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.erasure.killed_forget", *arguments)
    assert await killed.wait() == -signal.SIGKILL
    store = await EventStore.open(tmp_path / "rum", clock=later)
    context = ErasureContext(records, redis, pictures, store, later)
    await forget_person(context, USER)
    kept = await everything(context)
    assert not any(word in kept for word in (USER, '"s-1"', '"s-2"', "erasure"))
    assert (await left(store), await recorded(store)) == ([{"s-3"}] * 4, ["s-3"])
    assert not [file async for file in pictures.list()]
    await store.close()


async def test_the_same_goes_from_clickhouse(context: ErasureContext, clickhouse_store: ClickHouseStore) -> None:
    context = replace(context, store=clickhouse_store)
    report = await forget_person(context, USER)
    assert report.sessions == 2
    assert report.events >= 4
    assert await left(clickhouse_store) == [{"s-3"}] * 4
    assert await recorded(clickhouse_store) == ["s-3"]
    states = await clickhouse_store.query("SELECT count() FROM action_states WHERE id NOT IN (SELECT id FROM actions)")
    assert states == [(0,)]


def test_an_id_that_may_mean_anything_changes_no_text() -> None:
    traces = PersonTraces("1", sessions={"s-1"})
    value = {"id": "1", "n": ["1 of 1"], "text": "1", "cell": {"session": "s-1"}}
    assert traces.without(value) == {"id": "1", "n": ["1 of 1"], "text": "1"}
    traces = PersonTraces("U0MINA000", learned={"mina"})
    assert traces.without({"by": "mina", "text": "mina said"}) == {"by": REMOVED, "text": "mina said"}


def test_the_command_reports_and_says_what_is_not_within_reach(
    redis_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def filled() -> None:
        store = await EventStore.open(tmp_path / "rum", clock=later)
        await fill(store)
        await store.close()

    asyncio.run(filled())
    for name, value in {"REDIS_URL": redis_server, "REPLAYBOOK_DATA": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    dry = CliRunner().invoke(forget, ["--person", USER, "--dry-run"])
    assert "sessions: 2" in dry.output
    done = CliRunner().invoke(forget, ["--person", USER, "--refuse"])
    assert done.exit_code == 0, done.output
    assert "Removed:" in done.output
    assert all(word in done.output for word in ("sessions: 2", "Slack", "Datadog", "Backups"))
    assert "sessions: 0" in CliRunner().invoke(forget, ["--person", USER, "--dry-run"]).output
    assert CliRunner().invoke(forget, ["--person", " "]).exit_code == 2
