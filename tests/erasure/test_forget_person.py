"""A person is removed from events, files, records and caches, on either engine; what broke off is completed."""

from __future__ import annotations

import asyncio
import gzip
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner
from redis.asyncio import Redis

from bot.app.erasure.forget_person import ErasureContext, forget_person
from bot.app.erasure.person_traces import REMOVED, PersonTraces
from bot.cli.forget_command import forget
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Unavailable
from bot.notebook.notebook import Cell, Notebook, digest
from bot.providers.local.batch import Surroundings
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.recording_pieces import rrweb
from bot.state import keys
from bot.state.redis_records import RedisRecords
from bot.web.intake import intake_routes
from bot.web.refused_people import RefusedPeople
from tests.erasure.killed_forget import STEPS
from tests.polling import until
from tests.providers.local.conftest import later
from tests.providers.local.rumevents import action, error
from tests.providers.local.two_engines import delivered

WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
USER, EMAIL, NAME = "customer-4711", "mina.park@example.com", "Mina Park"
FILE = "a" * 64 + ".gif"
TABLES = ("actions", "errors", "sessions", "segments")


def piece(session: str, person: str | None) -> bytes:
    moment = int(WHEN.timestamp() * 1000)
    events = [{"type": 4, "timestamp": moment, "data": {}}, {"type": 2, "timestamp": moment + 5, "data": {}}]
    return msgspec.json.encode({"session": session, "person": person, "seq": 0, "view": "v", "events": events})


async def fill(store: EventStorePort) -> None:
    """Two sessions of the person, and one of somebody else."""
    for session, user in (("s-1", USER), ("s-2", USER), ("s-3", "somebody-else")):
        await delivered(
            store, [action(WHEN, "dead_click", session=session, user=user), error(WHEN, "boom", session=session)]
        )
        raw = piece(session, user)
        described, batch = rrweb(raw, gzip.compress(raw, mtime=0), Surroundings(), store.rows)
        await store.keep([described], batch)
    await store.settle(20)


async def left(store: EventStorePort) -> list[set[str]]:
    names = ("id" if table == "sessions" else "session_id" for table in TABLES)
    asked = [f"SELECT DISTINCT {name} FROM {table}" for name, table in zip(names, TABLES, strict=True)]
    return [{str(row[0]) for row in await store.query(sql)} for sql in asked]


async def recorded(store: EventStorePort) -> list[str]:
    return [session for session in ("s-1", "s-2", "s-3") if (await store.recordings.size(session))[0]]


@pytest.fixture
async def duckdb(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(tmp_path / "rum", clock=later)
    await fill(store)
    yield store
    await store.close()


@pytest.fixture
async def clickhouse_store(clickhouse: str, tmp_path: Path) -> AsyncIterator[ClickHouseStore]:
    client = await ClickHouseClient.open(clickhouse)
    await migrate(client, Layout())
    await client.close()
    store = await ClickHouseStore.open(clickhouse, tmp_path / "other", clock=later)
    await fill(store)
    yield store
    await store.close()


@pytest.fixture
async def context(redis: Redis, duckdb: EventStore, tmp_path: Path) -> ErasureContext:
    context = ErasureContext(RedisRecords(redis), redis, FolderStore(tmp_path / "files"), duckdb, later)
    await remember(context)
    return context


def cell() -> Cell:
    text = f"Asked by {NAME}, {EMAIL}"
    return Cell("c1", text, marker="number", written=digest(text), author=NAME)


async def remember(context: ErasureContext) -> None:
    """What Replaybook keeps of what a person did, and of clips of their sessions."""
    records, clip = context.records, {"kind": "clip", "file": FILE, "session": "s-1"}
    notebook = Notebook(id="N1", team="T1", channel="C1", title=f"{NAME} can't buy", created=WHEN, cells=(cell(),))
    raw = msgspec.json.decode(msgspec.json.encode(notebook))
    raw["cells"].append({"id": "c2", "markdown": "![clip]", "marker": "clip/k1", "data": clip})
    rows: dict[str, Any] = {
        keys.record("T1", "notebook", "N1"): raw,
        keys.record("T1", "request", "R1"): {
            "asks": {"id": "U0MINAPARK", "name": NAME},
            "what": f"<@U0MINAPARK> of {EMAIL}",
        },
        keys.record("T1", "shown", "k1"): {"id": "k1", "asked": "q1", "session": "s-1", "clip": clip},
        keys.record("T1", "clips", "q1"): ["k1", "k2"],
        keys.record("T1", "moments", "q1"): {"s-1": {"session_id": "s-1"}, "s-3": {"session_id": "s-3"}},
        keys.record("T1", "asked", "q1"): {
            "id": "q1",
            "user": "U0MINAPARK",
            "asker": NAME,
            "text": f"errors of {USER}",
        },
        keys.record("T1", "asked", "q2"): {"id": "q2", "user": "U0OTHER", "asker": "Minari Parker", "text": "errors"},
    }
    for key, value in rows.items():
        await records.write(key, msgspec.json.encode(value), 0)
    await context.pictures.put(FILE, b"GIF89a")
    await context.redis.set(keys.person("T1", "U0MINAPARK"), b"{}")


async def everything(context: ErasureContext) -> str:
    return "\n".join(sorted([data.decode() async for data in context.records.every()]))


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
                raise Unavailable("Redis doesn't answer.")
            self.calls += name == "write"
            if dies_at == "records" and self.calls > 3:
                raise Unavailable("Redis doesn't answer.")
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


async def test_what_comes_in_within_the_day_is_refused_where_that_was_asked(context: ErasureContext) -> None:
    store, now = context.store, later()
    assert store is not None
    await forget_person(context, USER, refuse=True)
    app = web.Application()
    app.add_routes(intake_routes(store, refused=RefusedPeople(context.redis, store, lambda: now)))
    async with TestClient(TestServer(app)) as client:
        for session, user in (("s-1", None), ("s-9", USER), ("s-9", None), ("s-4", "somebody-new")):
            answer = await client.post("/intake/rrweb", data=piece(session, user))
            assert (await answer.json())["kept"] == (2 if session == "s-4" else 0)
        rum = msgspec.json.encode(action(WHEN, session="s-8", user=USER)) + b"\n"
        rum += msgspec.json.encode(action(WHEN, session="s-4", user="somebody-new"))
        assert (await client.post("/intake/datadog?ddforward=/api/v2/rum", data=rum)).status == 202
    assert (await left(store))[2] == {"s-3", "s-4"}
    assert (await left(store))[0] == {"s-3", "s-4"}
    hashes = await context.redis.zrange(keys.REFUSED_PEOPLE, 0, -1)
    assert not any(USER.encode() in each for each in hashes)
    now += timedelta(days=2)
    app = web.Application()
    app.add_routes(intake_routes(store, refused=RefusedPeople(context.redis, store, lambda: now)))
    async with TestClient(TestServer(app)) as client:
        assert (await (await client.post("/intake/rrweb", data=piece("s-9", USER))).json())["kept"] == 2


async def test_what_an_intake_takes_before_it_knows_is_forgotten_too(context: ErasureContext) -> None:
    store = context.store
    assert store is not None
    app = web.Application()
    app.add_routes(intake_routes(store, refused=RefusedPeople(context.redis, store, later)))
    async with TestClient(TestServer(app)) as client:

        async def send(session: str, user: str) -> int:
            answer = await client.post("/intake/rrweb", data=piece(session, user or None))
            return int((await answer.json())["kept"])

        assert await send("s-4", "somebody-new") == 2, "it has looked, and nobody was on the list"
        forgetting = asyncio.create_task(forget_person(context, USER, refuse=True))

        async def listed() -> bool:
            return bool(await context.redis.exists(keys.REFUSED_PEOPLE))

        await until(listed)
        assert await send("s-7", USER) in (0, 2), "a busy machine may have looked again"
        await forgetting
        for session, user in (("s-8", USER), ("s-7", "")):
            assert await send(session, user) == 0
    assert set().union(*await left(store)) == {"s-3", "s-4"}
    assert not (await store.recordings.size("s-7"))[0]


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
