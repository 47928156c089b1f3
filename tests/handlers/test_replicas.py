"""As many bots as wanted where all answer from the same events; one where they are in a file of its own."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import cast

import aiohttp
import msgspec
import pytest
from redis.asyncio import Redis

from bot.app.serve import serving
from bot.app.worker import rendering
from bot.kernel.settings import Secret, Settings
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.registry import keeps_events
from bot.state import keys, running_bots
from bot.state.redis_records import RedisRecords
from bot.state.running_bots import NotShared
from tests.free_ports import free_port
from tests.handlers.datadog import CHANGE, QUESTION, TEAM, Shop, with_datadog
from tests.handlers.house import INCIDENT, House, until
from tests.handlers.killing import UP_S, RedisProcess, Scene
from tests.handlers.replicas import Replicas, replicas
from tests.handlers.walking import STEPS, Arm, Moments, assert_all_once, journey


@asynccontextmanager
async def second_bot(house: House, folder: Path, **more: object) -> AsyncIterator[str]:
    """The address of another bot with the same settings but for the folder, on a port of its own."""
    settings = msgspec.structs.replace(house.settings, data=folder, port=free_port(), **more)
    async with serving(settings, clock=house.clock):
        yield f"http://127.0.0.1:{settings.port}"


def files_of_events(folder: Path) -> list[Path]:
    return list(folder.rglob("*.duckdb"))


async def test_a_second_bot_with_a_file_of_events_of_its_own_is_refused(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_bots, "WAIT_S", 0.0)
    with pytest.raises(NotShared, match="Run one bot, or let all of them"):
        async with second_bot(house, tmp_path / "other"):
            pytest.fail("it started")
    assert await house.ask("rage clicks on checkout since Monday"), "the first one goes on"


async def test_bots_that_ask_datadog_are_two_and_open_no_file_of_events(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mounted").symlink_to(tmp_path / "files")  # another host has it under another path
    async with with_datadog(shop(), tmp_path / "files", redis_server, worker=True) as house:
        async with second_bot(house, tmp_path / "mounted") as other:
            assert await redis.hlen(keys.BOTS) == 3, "two bots and a worker"
            assert await house.ask(QUESTION)
            assert not files_of_events(tmp_path)
            async with house.session.get(f"{other}/healthz") as answer:
                assert answer.status == 200
            async with house.session.post(f"{other}/intake/rrweb", data=b"{}") as answer:
                assert (answer.status, "REPLAYBOOK_INTAKE_KEYS" in await answer.text()) == (404, True)
        monkeypatch.setattr(running_bots, "WAIT_S", 0.0)
        with pytest.raises(NotShared, match="the same folder, or one bucket"):
            async with second_bot(house, tmp_path / "elsewhere"):
                pytest.fail("it started")
        elsewhere = msgspec.structs.replace(house.settings, data=tmp_path / "elsewhere")
        with pytest.raises(NotShared, match="the same folder, or one bucket"):
            async with rendering(elsewhere, clock=house.clock):
                pytest.fail("it started")


def test_events_are_kept_where_they_are_answered_from_or_where_the_intake_is_set_up() -> None:
    ours, theirs = Settings(source="local"), Settings(source="datadog")
    assert keeps_events(ours)
    assert keeps_events(Settings())
    assert not keeps_events(theirs)
    assert keeps_events(msgspec.structs.replace(theirs, intake_keys=(Secret("key"),)))
    assert keeps_events(msgspec.structs.replace(theirs, intake_forward="datadog"))


@pytest.fixture(scope="module")
def redis_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    server = RedisProcess(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


async def test_any_of_two_bots_and_two_workers_may_be_killed_and_everything_happens_once(
    tmp_path: Path, redis_process: RedisProcess, shop: Shop, request: pytest.FixtureRequest
) -> None:
    """The journey through a balancer; every picture can be had from every bot. `--kills 200` goes on for longer."""
    wanted, deaths, number = request.config.getoption("--kills"), 0, 0
    while deaths < wanted:
        folder = tmp_path / str(number)
        async with replicas(folder, redis_process.emptied(number % 16), shop(CHANGE), seed=2026 + number) as here:
            chance = random.Random(number)
            moments = dict.fromkeys(STEPS, killed(chance, 2 if wanted < 50 else 4))
            await journey(here, Moments(after=moments), QUESTION)
            await assert_all_once(here)
            await assert_readable_everywhere(here)
            deaths += here.bot.deaths
            print(f"{deaths} deaths in {number + 1} journeys")  # noqa: T201 - of a run that takes long
        number += 1


def killed(chance: random.Random, times: int) -> Arm:
    def arm(here: Scene) -> None:
        for _ in range(times):
            asyncio.get_running_loop().call_later(chance.uniform(0, 1.25 * times), here.bot.kill)

    return arm


async def assert_readable_everywhere(here: Scene) -> None:
    """From each bot: the notebook, and the same bytes of each picture in it."""
    kept = await LocalNotebooks(RedisRecords(here.redis)).find(TEAM, INCIDENT)
    assert kept
    paths: set[str] = set()
    contents: list[dict[str, bytes]] = []
    for port in cast(Replicas, here.bot).ports:
        bot = f"http://127.0.0.1:{port}"
        page = (await until(partial(read, here, f"{bot}/notebooks/{kept.id}"), UP_S)).decode()
        paths |= set(re.findall(r"(?<=[\"'])/files/[^\"'?#]+", page.replace(here.settings.public_url or "", "")))
        contents.append({path: await until(partial(read, here, bot + path), UP_S) for path in paths})
    assert paths, "a clip with its picture"
    assert all(content == contents[0] for content in contents)


async def read(here: Scene, url: str) -> bytes | None:
    """None while the bot is being started."""
    try:
        async with here.session.get(url) as answer:
            assert answer.status == 200, url
            return await answer.read()
    except aiohttp.ClientError:
        return None
