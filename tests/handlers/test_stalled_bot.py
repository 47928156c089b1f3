"""A bot that stalls for longer than every lease, in the middle of its work, wakes up beside one that took over: the
journey happens once all the same."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bot.kernel.clock import Clock
from tests.handlers.house import free_port
from tests.handlers.killing import Bot, RedisProcess, Scene, scene
from tests.handlers.walking import Arm, Moments, assert_all_once, journey, settled

STALL_S = 8.0  # the longest lease of what the bot is at is four


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisProcess]:
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisProcess(folder)
    server.start()
    yield server
    server.kill()


def stalls_at(call: str) -> Arm:
    """The moment the workspace has done such a call, the bot's process stands still, and goes on later."""

    def stall(here: Scene) -> None:
        assert here.bot.process is not None
        pid = here.bot.process.pid
        os.kill(pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(STALL_S, os.kill, pid, signal.SIGCONT)

    return lambda here: here.after(call, lambda: stall(here))


async def test_a_bot_that_stalls_all_along_the_journey_does_nothing_that_another_one_has_done(
    tmp_path: Path, sample: Path, redis_process: RedisProcess, clock: Clock
) -> None:
    moments = Moments(
        before={
            "ask": stalls_at("chat.postMessage"),
            "clip": stalls_at("files.completeUploadExternal"),
            "owner": stalls_at("users.lookupByEmail"),
        }
    )
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(sample, other / "rum")
    async with scene(tmp_path / "first", sample, redis_process.emptied(0), clock) as here:
        settings = msgspec.structs.replace(here.settings, data=other, port=free_port())
        async with Bot(settings, other / "log").kept():
            await journey(here, moments)
            await settled(here)
            await assert_all_once(here)
        assert here.bot.deaths == 0
