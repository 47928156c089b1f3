"""A bot that was used on one machine is backed up while it runs, and goes on with its records in Postgres."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.app.backup.backup_file import BackupReader
from bot.app.backup.restore_backup import restore_backup
from bot.app.backup.take_backup import take_backup
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret, Settings
from tests.handlers.house import JISOO, House, has, open_house, until
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]


async def test_the_notebook_opens_and_the_request_is_answered(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, postgres_url: str
) -> None:
    old, new, path = tmp_path / "old", tmp_path / "new", tmp_path / "all.backup"
    old.mkdir()
    async with open_house(old, sample, redis_server, clock) as house:
        said = await house.ask("frustration signals on buy button this week")
        await house.press(said, "notebook.add")
        await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
        await house.press(said, "backlog.ask")
        request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
        await quiet(house.redis)
        [before] = await house.services.postmortems.notebooks.list(TEAM)
        made = await take_backup(Settings(data=old, redis_url=Secret(redis_server)), path, (), nothing)
        assert made.members["events/actions.parquet"].items > 100
    await redis.flushall()
    new.mkdir()
    shutil.copytree(old / "workspace", new / "workspace")
    in_postgres: dict[str, Any] = {"database_url": Secret(postgres_url), "migrate_at_start": True}
    with closing(BackupReader(path)) as reader:
        target = Settings(data=new, redis_url=Secret(redis_server), **in_postgres)
        await restore_backup(target, reader, nothing, replace=False)
    async with open_house(new, None, redis_server, clock, **in_postgres) as house:
        [notebook] = await house.services.postmortems.notebooks.list(TEAM)
        assert notebook == before
        await answered(house, said, request)
        assert await house.ask("rage clicks on buy button this week")


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
