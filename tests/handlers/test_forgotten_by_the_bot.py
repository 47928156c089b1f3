"""`replaybook forget` beside a bot that has the events: the bot does it, for who can read its folder alone."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta

import msgspec

from bot.app.erasure.running_bot_erasure import ADDRESS, ErasureWish
from bot.web.ask_api import RunningBot
from tests.handlers.house import House

WHO = "customer-4711"


async def command(house: House, *arguments: str) -> tuple[int, str]:
    """The command line, in a process of its own, with the bot's settings."""
    settings = house.settings
    environment = {
        **os.environ,
        "REPLAYBOOK_DATA": str(settings.data),
        "REDIS_URL": str(settings.redis_url),
        "REPLAYBOOK_CLOCK_AHEAD_S": str(settings.clock_ahead_s),
        "PYTHONPATH": ".",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "forget", "--person", WHO, *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def send(house: House, session: str) -> int:
    url, now = f"http://127.0.0.1:{house.settings.port}/intake/rrweb", int(house.clock().timestamp() * 1000)
    events = [{"type": 4, "timestamp": now, "data": {}}, {"type": 2, "timestamp": now + 5, "data": {}}]
    piece = {"session": session, "person": WHO, "seq": 0, "view": "v", "events": events}
    async with house.session.post(url, data=msgspec.json.encode(piece)) as answer:
        return int((await answer.json())["kept"])


async def test_the_bot_forgets_somebody_while_it_runs(house: House) -> None:
    assert await send(house, "s-1") == 2
    status, said = await command(house, "--dry-run")
    assert (status, "sessions: 1" in said) == (0, True), said
    status, said = await command(house, "--refuse")
    assert status == 0, said
    assert "The running bot has the events" in said
    assert "sessions: 1" in said
    assert "pieces of recordings: 1" in said, said
    assert "sessions: 0" in (await command(house, "--dry-run"))[1]
    assert await send(house, "s-2") == 0, "what comes in for them is refused"
    log, now = house.services.access.audit, house.clock()
    entries = [entry async for entry in log.entries(now - timedelta(hours=1), now + timedelta(hours=1))]
    assert [entry.user for entry in entries if entry.action == "person.forgotten"] == ["command line"]


async def test_nobody_asks_for_it_without_the_token_of_the_folder(house: House) -> None:
    bot, wish = RunningBot.of(house.settings.data), msgspec.json.encode(ErasureWish(WHO))
    for headers, status in (({}, 401), ({"Authorization": "Bearer guessed"}, 401), (bot.headers, 200)):
        async with house.session.post(f"{bot.address}{ADDRESS}", data=wish, headers=headers) as answer:
            assert answer.status == status
    async with house.session.post(f"{bot.address}{ADDRESS}", data=b"\x00", headers=bot.headers) as answer:
        assert answer.status == 400
