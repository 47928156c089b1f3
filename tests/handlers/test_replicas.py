"""As many bots as wanted where all answer from the same events; one where they are in a file of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.app.serve import serving
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret, Settings
from bot.providers.registry import keeps_events
from bot.state import keys, running_bots
from bot.state.running_bots import TwoStores
from tests.handlers.datadog import QUESTION, Shop, with_datadog
from tests.handlers.house import House, free_port


@asynccontextmanager
async def second_bot(house: House, folder: Path, **more: object) -> AsyncIterator[str]:
    """The address of another bot with the same settings, on a port and with a folder of its own."""
    settings = msgspec.structs.replace(house.settings, data=folder, port=free_port(), **more)
    async with serving(settings, clock=house.clock):
        yield f"http://127.0.0.1:{settings.port}"


def files_of_events(folder: Path) -> list[Path]:
    return list(folder.rglob("*.duckdb"))


async def test_a_second_bot_with_a_file_of_events_of_its_own_is_refused(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_bots, "WAIT_S", 0.0)
    with pytest.raises(TwoStores, match="Run one bot, or let all of them"):
        async with second_bot(house, tmp_path / "other"):
            pytest.fail("it started")
    assert await house.ask("rage clicks on checkout since Monday"), "the first one goes on"


async def test_bots_that_ask_datadog_are_two_and_open_no_file_of_events(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    async with (
        with_datadog(shop(), tmp_path / "first", redis_server) as house,
        second_bot(house, tmp_path / "second") as other,
    ):
        assert await redis.hlen(keys.BOTS) == 2
        assert await house.ask(QUESTION)
        assert not files_of_events(tmp_path)
        async with house.session.get(f"{other}/healthz") as answer:
            assert answer.status == 200
        async with house.session.post(f"{other}/intake/rrweb", data=b"{}") as answer:
            assert (answer.status, "REPLAYBOOK_INTAKE_KEYS" in await answer.text()) == (404, True)


def test_events_are_kept_where_they_are_answered_from_or_where_the_intake_is_set_up(clock: Clock) -> None:
    ours, theirs = Settings(source="local"), Settings(source="datadog")
    assert keeps_events(ours)
    assert keeps_events(Settings())
    assert not keeps_events(theirs)
    assert keeps_events(msgspec.structs.replace(theirs, intake_keys=(Secret("key"),)))
    assert keeps_events(msgspec.structs.replace(theirs, intake_forward="datadog"))
