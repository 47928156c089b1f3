"""Keys that a script or a transaction touches together lie on one node of a Redis Cluster."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError, ResponseError

from bot.queue.queue import Lane
from bot.queue.streaq_options import library
from bot.slack.outbox.store import OutboxStore
from bot.state import keys
from bot.state.connection import connected
from bot.state.embedded_server import server_program
from bot.state.once import Once
from bot.state.record_indexes import DueIndex
from bot.state.records import Records
from bot.state.redis_records import RedisRecords
from tests.free_ports import free_port
from tests.polling import until
from tests.state.exercise import EXERCISED, OF_THE_QUEUE, everything, modules_with_scripts

SLOTS = 16384


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Redis]:
    """A cluster of one node, which refuses what would need two."""
    port = free_port("127.0.0.1")
    options = {
        "port": port, "bind": "127.0.0.1", "cluster-enabled": "yes", "dir": tmp_path, "save": "", "logfile": "log",
        "cluster-port": free_port("127.0.0.1"),
    }  # fmt: skip
    command = [server_program(), *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
    server = await asyncio.create_subprocess_exec(*command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        async with connected(f"redis://127.0.0.1:{port}", retries=50) as client:
            await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1)

            async def is_up() -> bool:
                try:
                    return bool(await client.set("up", "yes"))
                except RedisError:
                    return False

            await until(is_up)
            yield client
    finally:
        server.kill()
        await server.wait()


async def test_all_that_keeps_state_works_on_a_cluster(cluster: Redis, tmp_path: Path) -> None:
    with pytest.raises(ResponseError, match="same slot"):
        await cluster.eval("return 1", 2, "a", "b")
    await everything(cluster, tmp_path / "workspace")


def test_every_module_with_scripts_or_transactions_is_tried_there() -> None:
    assert modules_with_scripts() == EXERCISED | OF_THE_QUEUE


@pytest.mark.parametrize(
    "together",
    [
        [keys.once("T1", "a"), keys.lock(keys.once("T1", "a"))],
        [
            keys.delivery("T1", "C1:1700.1:clip"),
            keys.newest("T1", "C1", "ts:1700.1"),
            keys.outgoing("T1", "C1"),
            keys.lock(keys.outgoing("T1", "C1")),
            keys.outgoing_due("T1"),
        ],
        [keys.inbox("1"), keys.inbox("2"), keys.INBOX_ALIVE, keys.INBOX_OWNERS],
    ],
)
def test_keys_of_one_script_have_one_slot(together: list[str]) -> None:
    assert len({key_slot(key.encode()) for key in together}) == 1


def test_workspaces_are_spread() -> None:
    slots = {key_slot(keys.outgoing(f"T{number}", "C1").encode()) for number in range(50)}
    assert len(slots) > 40
    questions = {key_slot(keys.record("T1", "asked", str(number)).encode()) for number in range(50)}
    assert len(questions) > 40, "records of one workspace need not lie together"


def test_braces_in_a_name_do_not_move_a_key() -> None:
    assert key_slot(keys.once("T1", "{a}").encode()) == key_slot(keys.once("T1", "b").encode())


async def test_the_keys_of_each_script_that_runs_have_one_slot(
    redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one server, which takes any keys: collected as they are sent."""
    together: set[tuple[str, ...]] = set()
    execute = Redis.execute_command

    async def noted(self: Redis, *args: Any, **options: Any) -> Any:
        if args[0] in {"EVAL", "EVALSHA"}:
            together.add(tuple(str(key) for key in args[3 : 3 + int(args[2])]))
        return await execute(self, *args, **options)

    monkeypatch.setattr(Redis, "execute_command", noted)
    await everything(redis, tmp_path / "workspace")
    assert max(len(names) for names in together) >= 4
    for names in together:
        assert len({key_slot(name.encode()) for name in names}) == 1, names


def test_the_queue_of_a_cluster_has_its_keys_in_one_slot_and_elsewhere_its_former_names() -> None:
    """Streaq's scripts touch all keys of a queue. Jobs that wait on one server are found under the names they had."""
    tagged = library("redis+cluster://127.0.0.1:1", "answers")["queue_name"]
    assert tagged == "{replaybook-answers}"
    names = [
        f"streaq:{tagged}{rest}" for rest in (":queues:high", ":task:data:T1:{x}:1", ":index:running", ":cron:jobs")
    ]
    assert len({key_slot(name.encode()) for name in names}) == 1
    for url in ("redis://h", "unix:///s", "redis+sentinel://h/m"):
        assert library(url, "answers")["queue_name"] == "replaybook-answers"


async def test_what_lies_in_a_store_under_the_names_of_the_first_release_is_found(
    redis: Redis, redis_server: str
) -> None:
    """Written as it lies there, by name: none of them may change without a migration."""
    await redis.hset("T1:record:asked:Q1", mapping={"version": 3, "data": '"asked"'})
    await redis.set("{T1}:once:C1:1700.1:clip", "F1")
    await redis.hset("{T1}:delivery:C1%3A1700.1", mapping={"state": "posted", "channel": "C1", "ts": "1700.2"})
    await redis.zadd("T1:requests-due", {"R1": 1.0})
    await redis.sadd("all:teams", "T1")
    assert await Records(RedisRecords(redis), str).get(keys.record("T1", "asked", "Q1")) == ("asked", 3)
    assert await Once(redis).done(keys.once("T1", "C1", "1700.1", "clip")) == "F1"
    delivery = await OutboxStore(redis).delivery("T1", "C1:1700.1")
    assert (delivery and delivery.ts) == "1700.2"
    assert await DueIndex(RedisRecords(redis)).due(datetime(2026, 3, 5, tzinfo=UTC)) == [("T1", "R1")]
    job = {"f": "note", "a": ['{"text": "left"}'], "k": {}, "t": 0}
    await redis.set("streaq:replaybook-jobs:task:data:N1", json.dumps(job))
    await redis.xadd("streaq:replaybook-jobs:queues:normal", {"task_id": "N1", "enqueue_time": 0})
    async with Lane.opened(redis_server) as lane:
        assert await lane.waiting() == 1
        assert await lane.cancel("N1")
