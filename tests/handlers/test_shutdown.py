"""Every process is replaced in the middle of the journey, as in an upgrade: real processes, told to end by SIGTERM."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from tests.handlers.datadog import CHANGE, Shop
from tests.handlers.house import until
from tests.handlers.killing import Bot, RedisProcess, Scene
from tests.handlers.replicas import Replicas, replicas
from tests.handlers.walking import Arm, Moments, assert_all_once, journey

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisProcess]:
    (tmp_path / "redis").mkdir()
    server = RedisProcess(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


async def test_processes_are_replaced_one_after_the_other_and_everything_happens_once(
    tmp_path: Path, redis_process: RedisProcess, shop: Shop
) -> None:
    world = shop(CHANGE)
    async with replicas(tmp_path / "house", redis_process.emptied(0), world, shutdown_wait_s=0.5) as here:
        every = cast(Replicas, here.bot)
        seen: list[asyncio.Task[list[str]]] = []

        def told_to_end(bot: Bot, port: int) -> Arm:
            def arm(here: Scene) -> None:
                bot.terminate()
                seen.append(asyncio.create_task(last_word(here, port)))

            return arm

        def both_workers_in_turn(here: Scene) -> None:
            asyncio.get_running_loop().call_later(1.0, every.workers[0].terminate)
            asyncio.get_running_loop().call_later(2.0, every.workers[1].terminate)

        first, second = (told_to_end(bot, port) for bot, port in zip(every.bots, every.ports, strict=True))
        await journey(here, Moments(after={"ask": first, "clip": both_workers_in_turn, "owner": second}), QUESTION)
        await assert_all_once(here)
        await until(lambda: _ended(every, 4))
        assert [code for process in every.every for code in process.endings] == [0] * 4
        for said in await asyncio.gather(*seen):
            assert said[0] == "draining"


async def last_word(here: Scene, port: int) -> list[str]:
    """What a process that was told to end says of itself first, once it says that it isn't ready."""

    async def said() -> list[str]:
        async with here.session.get(f"http://127.0.0.1:{port}/readyz?exclude=clips") as answer:
            return list((await answer.json())["not_ready"])

    try:
        return cast("list[str]", await until(said))
    except aiohttp.ClientError as error:
        return [f"it closed before it said so: {error}"]


async def _ended(every: Replicas, wanted: int) -> bool:
    return sum(len(process.endings) for process in every.every) >= wanted
