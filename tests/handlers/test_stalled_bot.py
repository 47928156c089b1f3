"""A bot that stalls for longer than every lease, in the middle of its work, wakes up beside one that took over: the
journey happens once all the same."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.handlers.datadog import CHANGE, QUESTION, Shop
from tests.handlers.killing import RedisProcess, Scene
from tests.handlers.replicas import Replicas, replicas
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
    """The moment the workspace has done such a call, the first bot stands still, and goes on later."""

    def stall(here: Scene) -> None:
        process = cast(Replicas, here.bot).bots[0].process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(STALL_S, os.kill, process.pid, signal.SIGCONT)

    return lambda here: here.after(call, lambda: stall(here))


async def test_a_bot_that_stalls_all_along_the_journey_does_nothing_that_another_one_has_done(
    tmp_path: Path, redis_process: RedisProcess, shop: Shop
) -> None:
    moments = Moments(
        before={
            "ask": stalls_at("chat.postMessage"),
            "clip": stalls_at("files.completeUploadExternal"),
            "owner": stalls_at("users.lookupByEmail"),
        }
    )
    async with replicas(tmp_path / "both", redis_process.emptied(0), shop(CHANGE), workers=0) as here:
        await journey(here, moments, QUESTION)
        await settled(here)
        await assert_all_once(here)
        assert here.bot.deaths == 0
