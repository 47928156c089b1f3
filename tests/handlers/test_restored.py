"""A bot that was used on one machine is backed up while it runs, and goes on with its records in Postgres."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.app.backup.backup_file import BackupReader
from bot.app.backup.restore_backup import restore_backup
from bot.app.backup.take_backup import take_backup
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret, Settings
from bot.providers.local.open_local import migrate_events
from bot.providers.local.provider import LocalSettings
from tests.bucket_server import BucketServer
from tests.handlers.house import JISOO, House, has, open_house, until
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]


@pytest.fixture
def elsewhere(postgres_url: str, bucket_server: BucketServer, clickhouse: str) -> dict[str, Any]:
    """Settings of a bot that keeps nothing on its own machine."""
    bucket = bucket_server.settings("restored")
    return {
        **{name: getattr(bucket, name) for name in bucket.__struct_fields__ if name.startswith("files")},
        "database_url": Secret(postgres_url),
        "migrate_at_start": True,
        "source": "local",
        "providers": (LocalSettings(events=Secret(clickhouse)),),
    }


async def test_the_notebook_opens_and_the_request_is_answered_wherever_it_is_restored(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, elsewhere: dict[str, Any]
) -> None:
    """In Postgres, a bucket and ClickHouse, and on one machine again."""
    old, path = tmp_path / "old", tmp_path / "all.backup"
    old.mkdir()
    async with open_house(old, sample, redis_server, clock) as house:
        said = await house.ask("frustration signals on buy button this week")
        await house.press(said, "notebook.add")
        await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
        await house.press(said, "backlog.ask")
        request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
        counted = await number(house)
        await quiet(house.redis)
        [before] = await house.services.postmortems.notebooks.list(TEAM)
        made = await take_backup(Settings(data=old, redis_url=Secret(redis_server)), path, (), nothing)
        assert made.members["events/actions.parquet"].items > 100
    await migrate_events(Settings(**elsewhere), dry_run=False)
    for name, where in (("elsewhere", elsewhere), ("here", {})):
        await redis.flushall()
        new = tmp_path / name
        shutil.copytree(old / "workspace", new / "workspace")
        with closing(BackupReader(path)) as reader:
            target = Settings(data=new, redis_url=Secret(redis_server), **where)
            await restore_backup(target, reader, nothing, replace=False)
        async with open_house(new, None, redis_server, clock, **where) as house:
            [notebook] = await house.services.postmortems.notebooks.list(TEAM)
            assert notebook == before
            await answered(house, said, request)
            assert await number(house) == counted


async def number(house: House) -> str:
    """What is counted of something that has happened often."""
    message = await house.ask("rage clicks on buy button this week")
    [most] = sorted(re.findall(r"\d[\d,]*", message["text"]), key=len)[-1:]
    return most


def nothing(_: str) -> None:
    pass


async def answered(house: House, said: Json, request: Json) -> None:
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])

    def brought_up_to_date(it: Json) -> bool:
        return it["ts"] == request["ts"] and not has(it, "backlog.in_backlog")

    assert await house.reply(said["ts"], brought_up_to_date)

    async def recorded() -> bool:
        [now] = await house.services.postmortems.notebooks.list(TEAM)
        return [row.ticket for row in now.follow_ups] == ["SHOP-1"]

    assert await until(recorded)
