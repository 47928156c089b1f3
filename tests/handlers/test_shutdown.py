"""Every process is replaced in the middle of the journey, as in an upgrade: real processes, told to end by SIGTERM."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import aiohttp
import msgspec
import pytest
from slack_bolt.async_app import AsyncApp

from bot.services.services import Services
from bot.slack.inbox import Inbox
from bot.web.access.gate import AccessGate, Doors
from bot.web.listening import listening
from handlers import payloads
from handlers.bolt_app import TENANT, SlackApp
from handlers.bot_identity import BotIdentity
from handlers.edge import Keeping, on_event, on_submission, slack_edge
from handlers.payloads import SlackEvent, Submission
from handlers.receiving import slack_routes
from standins.slack.seed import BOT
from tests.free_ports import free_port
from tests.handlers.datadog import CHANGE, Shop
from tests.handlers.house import INCIDENT, SECRET, House, has, until
from tests.handlers.killing import Bot, RedisProcess, Scene
from tests.handlers.replicas import Replicas, replicas
from tests.handlers.test_deliveries import deliver, event, signed
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


async def test_what_a_process_breaks_off_when_it_ends_is_done_by_another(house: House) -> None:
    """And whatever its handler runs into then is told nobody."""
    begun, closed = asyncio.Event(), asyncio.Event()

    async def hangs(_event: SlackEvent, _services: Services) -> None:
        begun.set()
        await closed.wait()
        raise RuntimeError("everything is closed")

    def hanging(app: AsyncApp, services: Services, keeping: Keeping) -> None:
        app.event("app_mention", middleware=[keeping])(on_event(hangs, services))

    app, identity = SlackApp(SECRET, f"{house.root}/api/"), BotIdentity(house.services.slack.clients)
    port = free_port()
    there = replace(house, settings=msgspec.structs.replace(house.settings, port=port))
    async with (
        identity.learning(),
        slack_edge(app, house.services, Inbox(house.redis), hanging, identity) as bolt,
        listening("127.0.0.1", port, slack_routes(bolt, SECRET), AccessGate(Doors())),
    ):
        posted = await house.human("post", channel=INCIDENT, text="who asks?")
        words = f"<@{BOT.id}> {QUESTION}"
        mention = event(type="app_mention", text=words, ts=posted["ts"], event_ts=posted["ts"])
        assert await deliver(there, mention, signed(mention)) == 200
        await begun.wait()
    closed.set()
    await house.reply(posted["ts"], lambda it: has(it, "signals.refine"))
    assert not [it for it in await house.replies(posted["ts"]) if it.get("is_ephemeral")]
    assert not [it for it in await house.messages() if it.get("is_ephemeral")]


async def test_a_modal_that_is_broken_off_ends_what_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "submission", lambda *_: None)
    monkeypatch.setattr(payloads, "submission_address", lambda *_: None)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def hangs(_submission: Submission, _services: Services) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    listener = on_submission(hangs, cast(Services, None))
    sent_in = asyncio.ensure_future(listener(ack=None, body={}, context={TENANT: "T1"}))
    await begun.wait()
    sent_in.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sent_in
    assert ended.is_set()
