"""Keys that a script or a transaction touches together lie on one node of a Redis Cluster."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError, ResponseError

from bot.state import keys
from bot.state.connection import connected
from bot.state.embedded_server import server_program
from bot.web.listening import free_port
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
