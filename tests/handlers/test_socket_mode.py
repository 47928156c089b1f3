"""The bot in Socket Mode: the same journey over connections that are refreshed, break, or die with their process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from standins.slack.seed import BOT
from tests.handlers.house import House, has, open_house, until
from tests.handlers.killing import Scene, scene
from tests.handlers.walking import QUESTION, Arm, Moments, assert_all_once, journey, now, quiet

Json = dict[str, Any]
APP_TOKEN = "xapp-must-not-be-seen"


def cut(reason: str, after: float = 0.2) -> Arm:
    """Ends every connection at this moment, for a reason of Slack's, or without one."""

    def arm(here: Scene) -> None:
        ending.append(asyncio.ensure_future(here.workspace.team.deliveries.sockets.disconnect(reason, after)))

    ending: list[asyncio.Future[None]] = []
    return arm


async def test_the_journey_happens_once_through_a_kill_and_every_kind_of_disconnect(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    moments = Moments(
        before={"clip": cut("warning"), "owner": cut("refresh_requested", after=0.0)},
        after={"ask": now, "clip": cut("refresh_requested"), "record": cut(""), "owner": now, "answer": cut("")},
    )
    async with scene(tmp_path, sample, redis_server, clock, app_token=APP_TOKEN) as here:
        here.asked_for |= {"expired_trigger_id", "exchanged_trigger_id"}
        await journey(here, moments)
        await assert_all_once(here)
        assert here.bot.deaths == 2
        assert APP_TOKEN not in here.bot.log
        posts = [it for it in await here.journal(way="delivery") if isinstance(it["body"], str)]
        assert posts == [], "in Socket Mode nothing is posted"


@pytest.fixture
async def house(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[House]:
    opened = open_house(tmp_path, sample, redis_server, clock, slack_app_token=Secret(APP_TOKEN))
    async with opened as house:
        yield house


async def test_a_modal_is_told_what_is_wrong_in_the_acknowledgement(house: House) -> None:
    said = await house.ask(QUESTION)
    await house.press(said, "signals.refine")
    view = await house.modal()
    [block] = [block for block in view["blocks"] if block["type"] == "input"]
    wrong = {block["block_id"]: {block["element"]["action_id"]: "colourless green ideas"}}
    refused = await house.submit(view, wrong)
    assert list(refused["errors"]) == [block["block_id"]]
    right = {block["block_id"]: {block["element"]["action_id"]: "rage clicks on buy button in the last 24 hours"}}
    assert await house.submit(view, right) == {"ok": True}
    await house.message(lambda it: "rage clicks on buy button in the last 24 hours" in str(it.get("blocks")))


async def test_an_event_that_was_not_acknowledged_is_delivered_again_and_answered_once(house: House) -> None:
    await house.fault(kind="drop_ack", event="app_mention", times=2)
    posted = await house.say(f"<@{BOT.id}> {QUESTION}")
    await house.reply(posted["ts"], lambda it: has(it, "signals.refine"))

    async def delivered() -> bool:
        tries = [it["retry"] for it in await house.journal(way="delivery", name="app_mention")]
        return len(tries) == 3 and tries[-1]["X-Slack-Retry-Num"] == "2"

    await until(delivered)
    await quiet(house.redis)
    assert len([it for it in await house.replies(posted["ts"]) if has(it, "signals.refine")]) == 1


async def test_switched_off_it_waits_until_it_is_switched_on_again(house: House) -> None:
    house.asked_for.add("forbidden_team")
    await house.disconnect("link_disabled", after=0.0)

    async def turned_away() -> bool:
        calls = await house.journal(way="api", name="apps.connections.open")
        return any(it["error"] == "forbidden_team" for it in calls)

    await until(turned_away)
    assert (await house.say("/replay help"))["error"] == "dispatch_failed"
    await house.switch_on_sockets()
    assert await until(lambda: spoken(house))

    async def helped() -> bool:
        return "dispatch_failed" not in await house.whispered()

    await until(helped)


async def spoken(house: House) -> bool:
    return "command" in await house.say("/replay help")
