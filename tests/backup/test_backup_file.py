"""A backup is complete or absent; it comes back into another engine, also after kills; what doesn't do is refused."""

from __future__ import annotations

import random
import secrets
import shutil
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from redis.asyncio import Redis

from bot.app.backup.backup_file import MANIFEST, RECORDS, BackupReader
from bot.app.backup.restore_backup import restore_backup
from bot.app.backup.take_backup import take_backup
from bot.cli.backup_commands import backup, restore
from bot.files.file_areas import file_areas
from bot.kernel.clock import system_clock
from bot.kernel.errors import Conflict, Misunderstood, Unavailable
from bot.kernel.settings import Secret, Settings
from bot.providers.local.event_store import EventStore
from bot.providers.local.provider import LocalSettings
from bot.state import keys
from bot.state.once import Once
from bot.state.postgres.postgres_records import opened_postgres
from bot.state.records import RecordStore
from bot.state.redis_records import RedisRecords
from tests.backup.test_record_archive import FILLED, comparable, everything_that_is_read, fill, taken
from tests.bucket_server import BucketServer

PICTURE = "0" * 64 + ".png"
COUNTS = "SELECT (SELECT count(*) FROM actions), (SELECT count(*) FROM sessions), (SELECT max(value) FROM meta)"


@pytest.fixture
async def used(tmp_path: Path, sample: Path, redis: Redis, redis_server: str) -> Settings:
    """What a bot leaves behind: records, effects, files, recordings and events."""
    settings = Settings(data=tmp_path / "used", redis_url=Secret(redis_server))
    shutil.copytree(sample, settings.data / "rum")
    (settings.data / "files").mkdir()
    (settings.data / "files" / PICTURE).write_bytes(b"\x89PNG" * 300_000)
    await fill(RedisRecords(redis))
    await Once(redis).first(keys.once("T1", "told", "R1"))
    await redis.hset(keys.delivery("T1", "answer:1"), mapping={"state": "sent", "ts": "1.2"})
    await redis.hset(keys.delivery("T1", "answer:2"), mapping={"state": "waiting"})
    for meaning in ("answer:1", "answer:2"):
        await redis.expire(keys.delivery("T1", meaning), 1000)
    return settings


async def made(settings: Settings, path: Path, *without: str) -> Path:
    await take_backup(settings, path, without, lambda _: None)
    return path


async def bring(settings: Settings, path: Path, *, replace: bool = False) -> None:
    with closing(BackupReader(path)) as reader:
        await restore_backup(settings, reader, lambda _: None, replace=replace)


async def in_the_store(folder: Path) -> object:
    store = await EventStore.open(folder / "rum", clock=system_clock)
    try:
        return await store.query(COUNTS)
    finally:
        await store.close()


def files_in(folder: Path) -> dict[str, bytes]:
    found = [*folder.glob("files/*"), *folder.glob("rum/segments/**/*")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file()}


async def test_it_comes_back_into_postgres_and_another_folder_also_after_kills(
    used: Settings, tmp_path: Path, redis: Redis, postgres_url: str
) -> None:
    source: RecordStore = RedisRecords(redis)
    stored, seen = await taken(source), await everything_that_is_read(source)
    path = await made(used, tmp_path / "all.backup")
    assert path.stat().st_mode & 0o077 == 0
    events, files = await in_the_store(used.data), files_in(used.data)
    assert len(files) > 3
    await redis.flushall()
    target = Settings(
        data=tmp_path / "target",
        redis_url=used.redis_url,
        database_url=Secret(postgres_url),
        migrate_at_start=True,
    )
    await killed_at_every_step(target, path)
    await bring(target, path)
    async with opened_postgres(target, retries=0) as store:
        assert comparable(await taken(store)) == comparable(stored)
        assert await everything_that_is_read(store) == seen
    assert files_in(target.data) == files
    assert await in_the_store(target.data) == events
    assert await Once(redis).done(keys.once("T1", "told", "R1")) == ""
    assert await redis.hgetall(keys.delivery("T1", "answer:1")) == {b"state": b"sent", b"ts": b"1.2"}
    assert not await redis.exists(keys.delivery("T1", "answer:2"))
    with pytest.raises(Conflict, match="There are records or events here already"):
        await bring(target, path)
    await bring(target, path, replace=True)
    assert await in_the_store(target.data) == events


async def killed_at_every_step(target: Settings, path: Path) -> None:
    """The same command again and again, each time cut off a little later."""

    class Killed(BaseException):
        pass

    for limit in (1, 3, 1000, 1001):
        steps: list[str] = []

        def step(what: str, steps: list[str] = steps, limit: int = limit) -> None:
            steps.append(what)
            last = "records" if limit == 1001 else "events" if limit == 1000 else None
            if what == last or len(steps) == limit:
                raise Killed

        with closing(BackupReader(path)) as reader, pytest.raises(Killed):
            await restore_backup(target, reader, step, replace=False)


async def test_what_is_left_out_is_not_touched(used: Settings, tmp_path: Path, redis: Redis) -> None:
    path = await made(used, tmp_path / "small.backup", "files", "events")
    assert set(zipfile.ZipFile(path).namelist()) == {MANIFEST, RECORDS, "effects.jsonl"}
    before = files_in(used.data)
    await redis.flushall()
    await bring(used, path)
    assert files_in(used.data) == before
    assert len(await taken(RedisRecords(redis))) == FILLED


async def test_a_damaged_file_changes_nothing(used: Settings, tmp_path: Path, redis: Redis) -> None:
    whole = (await made(used, tmp_path / "all.backup", "events")).read_bytes()
    await redis.flushall()
    luck, bad = random.Random(7), tmp_path / "bad.backup"
    damaged = [whole[: len(whole) * part // 10] for part in range(10)]
    for _ in range(40):
        at = luck.randrange(len(whole))
        damaged.append(whole[:at] + bytes([whole[at] ^ (1 << luck.randrange(8))]) + whole[at + 1 :])
    refused = 0
    for data in damaged:
        bad.write_bytes(data)
        try:
            await bring(used, bad)
        except Misunderstood:
            refused += 1
            assert await redis.dbsize() == 0
        else:  # a bit that nothing depends on, such as a date
            assert len(await taken(RedisRecords(redis))) == FILLED
            await redis.flushall()
    assert refused > 40


async def test_a_file_of_a_newer_program_is_refused(used: Settings, tmp_path: Path) -> None:
    path = await made(used, tmp_path / "all.backup", "events", "files")
    newer = tmp_path / "newer.backup"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(newer, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == MANIFEST:
                data = msgspec.json.encode({**msgspec.json.decode(data), "format": 2, "made": {"other": "form"}})
            out.writestr(name, data)
    with pytest.raises(Misunderstood, match="made by a newer version"):
        await bring(used, newer)


async def test_a_place_where_a_bot_runs_is_refused(used: Settings, tmp_path: Path, redis: Redis) -> None:
    path = await made(used, tmp_path / "all.backup", "events", "files")
    await redis.flushall()
    await redis.hset(keys.BOTS, "token", "99999999999999 1 store")
    with pytest.raises(Conflict, match="stop every bot"):
        await bring(used, path)


async def test_a_backup_that_breaks_off_leaves_what_was_there(used: Settings, tmp_path: Path) -> None:
    path = tmp_path / "all.backup"
    path.write_bytes(b"the one before")

    def step(what: str) -> None:
        if what == "events":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await take_backup(used, path, (), step)
    assert [each.name for each in tmp_path.glob("*all.backup*")] == ["all.backup"]  # noqa: ASYNC240 - nothing else runs
    assert path.read_bytes() == b"the one before"
    assert not list(used.data.glob("export-*"))


def test_the_commands_say_what_they_did(redis_server: str, tmp_path: Path) -> None:
    variables = {"REPLAYBOOK_DATA": str(tmp_path / "data"), "REDIS_URL": redis_server}
    runner, path = CliRunner(env=variables), tmp_path / "all.backup"
    done = runner.invoke(backup, [str(path)], catch_exceptions=False)
    assert (done.exit_code, "files 0, rows of events 0." in done.output) == (0, True)
    nowhere = runner.invoke(backup, [str(tmp_path / "no" / "all.backup")])
    assert nowhere.exit_code == 2
    path.write_bytes(b"PK")
    with pytest.raises(Misunderstood, match="is no backup of Replaybook"):
        runner.invoke(restore, [str(path)], catch_exceptions=False)


async def test_it_comes_back_into_postgres_and_a_bucket(
    used: Settings, tmp_path: Path, redis: Redis, postgres_url: str, bucket_server: BucketServer
) -> None:
    seen = await everything_that_is_read(RedisRecords(redis))
    path = await made(used, tmp_path / "all.backup")
    files, events = files_in(used.data), await in_the_store(used.data)
    await redis.flushall()
    target = bucket_server.settings(
        f"restored-{secrets.token_hex(4)}",
        data=tmp_path / "target",
        redis_url=used.redis_url,
        database_url=Secret(postgres_url),
        migrate_at_start=True,
    )
    for _ in range(2):
        await bring(target, path, replace=True)
    async with opened_postgres(target, retries=0) as store:
        assert await everything_that_is_read(store) == seen
    areas = file_areas(target)
    for area, folder in ((areas.pictures, "files"), (areas.segments, "rum/segments")):
        there = {f"{folder}/{file.key}": await area.get(file.key) async for file in area.list()}
        assert there == {name: data for name, data in files.items() if name.startswith(folder)}
    assert await in_the_store(target.data) == events


async def test_events_in_clickhouse_are_not_replaced_and_nothing_is_begun_while_it_is_away(
    used: Settings, tmp_path: Path, redis: Redis
) -> None:
    path = await made(used, tmp_path / "all.backup", "files")
    await redis.flushall()
    engine = LocalSettings(events=Secret("clickhouse://localhost:1/events"))
    target = Settings(data=tmp_path / "target", redis_url=used.redis_url).with_provider(engine)
    with pytest.raises(Misunderstood, match="not replaced"):
        await bring(target, path, replace=True)
    with pytest.raises(Unavailable, match="can’t be reached"):
        await bring(target, path)
    assert await redis.dbsize() == 0


async def test_it_was_made_at_the_time_of_the_bot(tmp_path: Path, redis: Redis, redis_server: str) -> None:
    ahead = timedelta(days=400)
    settings = Settings(data=tmp_path, redis_url=Secret(redis_server), clock_ahead_s=ahead.total_seconds())
    before = system_clock()
    manifest = await take_backup(settings, tmp_path / "backup", ("files", "events"), lambda _: None)
    assert before <= manifest.made - ahead <= system_clock()
