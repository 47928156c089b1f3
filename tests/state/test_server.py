"""The private Redis server is started once, keeps what it was told, and goes when its owner goes."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Missing, Unavailable
from bot.state import embedded_server
from bot.state.connection import connected
from bot.state.embedded_server import LONGEST, private_redis, redis_url, short_socket

OWNER = """
import asyncio, pathlib, sys
from bot.state.embedded_server import private_redis
async def main():
    async with private_redis(pathlib.Path(sys.argv[1])) as url:
        print(url, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


def owner(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


async def pid(url: str) -> int:
    async with connected(url) as redis:
        return int((await redis.info("server"))["process_id"])


async def gone(number: int) -> bool:
    for _ in range(6000):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_what_was_written_is_there_after_a_clean_stop(tmp_path: Path) -> None:
    async with private_redis(tmp_path) as url, connected(url) as redis:
        await redis.set("kept", "yes")
        number = await pid(url)
    assert await gone(number)
    async with private_redis(tmp_path) as url, connected(url) as redis:
        assert await redis.get("kept") == b"yes"


async def test_every_acknowledged_write_survives_kill_9_of_the_server(tmp_path: Path) -> None:
    acknowledged = 0
    async with private_redis(tmp_path) as url:
        async with connected(url) as redis:
            for _ in range(300):
                await redis.xadd("stream", {"n": "1"})
                acknowledged += 1
        os.kill(await pid(url), signal.SIGKILL)
    async with private_redis(tmp_path) as url, connected(url) as redis:
        assert await redis.xlen("stream") == acknowledged


async def test_the_server_goes_when_its_owner_is_killed_and_the_next_owner_finds_the_data(tmp_path: Path) -> None:
    process, url = owner(tmp_path)
    async with connected(url) as redis:
        await redis.set("kept", "yes")
    number = await pid(url)
    process.kill()
    process.wait()
    assert await gone(number)
    async with private_redis(tmp_path) as again, connected(again) as redis:
        assert await redis.get("kept") == b"yes"


async def test_a_second_process_uses_the_server_that_runs_and_leaves_it_running(tmp_path: Path) -> None:
    process, url = owner(tmp_path)
    first = await pid(url)
    async with private_redis(tmp_path) as same:
        assert same == url
        assert await pid(same) == first
    assert await pid(url) == first
    process.terminate()
    process.wait()


async def test_four_processes_starting_at_once_share_one_server(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        owners, urls = zip(*pool.map(owner, [tmp_path] * 4), strict=True)
    assert len(set(urls)) == 1
    number = await pid(urls[0])
    for process in owners:
        process.kill()
        process.wait()
    assert await gone(number)


async def test_a_killed_server_is_started_again_for_whoever_uses_it(tmp_path: Path) -> None:
    async with private_redis(tmp_path) as url, connected(url) as redis:
        await redis.set("kept", "yes")
        first = await pid(url)
        os.kill(first, signal.SIGKILL)
        assert await redis.get("kept") == b"yes"
        assert await pid(url) != first


async def test_who_used_the_server_of_a_killed_owner_starts_it_again(tmp_path: Path) -> None:
    process, url = owner(tmp_path)
    async with private_redis(tmp_path) as same, connected(same) as redis:
        await redis.set("kept", "yes")
        number = await pid(same)
        process.kill()
        process.wait()
        assert await gone(number)
        assert await redis.get("kept") == b"yes"
    assert same == url


async def test_nobody_else_on_the_machine_may_open_the_socket(tmp_path: Path) -> None:
    async with private_redis(tmp_path) as url:
        assert stat.S_IMODE(os.stat(url.removeprefix("unix://")).st_mode) == 0o600  # noqa: PTH116


async def test_a_data_folder_with_a_very_long_name_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    async with private_redis(folder) as url, connected(url) as redis:
        assert len(url.removeprefix("unix://")) <= LONGEST
        assert await redis.ping()
        assert short_socket(folder.resolve() / "redis.sock") == Path(url.removeprefix("unix://"))


def test_a_short_socket_in_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    wanted = tmp_path / ("x" * 120) / "redis.sock"
    short = short_socket(wanted).parent
    short.chmod(0o777)
    with pytest.raises(Unavailable, match="someone else"):
        short_socket(wanted)
    short.chmod(0o700)
    assert short_socket(wanted).parent == short


async def test_a_configured_url_is_used_as_it_is(tmp_path: Path) -> None:
    async with redis_url("redis://example.test:6379/1", tmp_path) as url:
        assert url == "redis://example.test:6379/1"
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_without_any_server_program_the_error_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(embedded_server, "_embedded", lambda: None)
    with pytest.raises(Missing, match="REDIS_URL"):
        embedded_server.server_program()


def test_a_server_on_the_path_is_preferred_unless_it_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "redis-server"
    program.write_text('#!/bin/sh\necho "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert embedded_server.server_program() == str(program)
    program.write_text('#!/bin/sh\necho "Redis server v=6.2.14 sha=00000000:0"\n')
    assert embedded_server.server_program() != str(program)


async def test_a_server_that_cannot_start_is_reported_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("in the way")
    with pytest.raises(Unavailable, match=r"server\.log"):
        async with private_redis(tmp_path):
            pass


async def test_the_fixture_gives_an_empty_redis(redis: Redis) -> None:
    assert await redis.dbsize() == 0
