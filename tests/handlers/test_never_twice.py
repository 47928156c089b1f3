"""Never twice, never lost: the bot, its Redis and its workers are killed with -9, all along the journey."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.clock import Clock
from standins.slack.seed import BOT
from tests.handlers.house import has, until
from tests.handlers.killing import RedisProcess, Scene, scene
from tests.handlers.walking import QUESTION, STEPS, Arm, Moments, assert_all_once, at, journey, now, settled

Json = dict[str, Any]


@pytest.fixture(scope="module")
def redis_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    server = RedisProcess(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


def within(seconds: float) -> Arm:
    return lambda here: asyncio.get_running_loop().call_later(seconds, here.bot.kill)


def at_random(seed: int) -> Moments:
    chance = random.Random(seed)
    return Moments(after={step: within(chance.uniform(0, 1.2)) for step in STEPS})


MOMENTS = {
    "as soon as Slack heard that we have it": Moments(after=dict.fromkeys(STEPS, now)),
    "between posting and recording": Moments(before=dict.fromkeys(STEPS, at("chat.postMessage"))),
    "in the middle of the work": Moments(
        before={
            "ask": at("chat.postMessage", wait=0.1),
            "clip": at("files.completeUploadExternal"),
            "record": at("conversations.info"),
            "owner": at("users.lookupByEmail"),
            "answer": at("chat.update"),
        }
    ),
    "at random": at_random(2026),
}


LIMITED = (
    "auth.test", "chat.getPermalink", "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.history",
    "conversations.info", "conversations.members", "conversations.open", "conversations.replies",
    "files.completeUploadExternal", "files.getUploadURLExternal", "files.info", "pins.list", "usergroups.list",
    "users.info", "users.list", "users.lookupByEmail", "response_url", "views.open", "views.publish", "views.update",
)  # fmt: skip


TOO_LATE = {"expired_trigger_id", "exchanged_trigger_id"}
"""A press whose bot died is handled again by the next; its trigger lives for three seconds, and is good for once. On a
busy machine, one second of which a limit takes, it can be too late without a death: then people press again, too."""


async def test_whenever_the_bot_is_killed_and_whatever_slack_does_everything_happens_once(
    tmp_path: Path, sample: Path, redis_process: RedisProcess, clock: Clock
) -> None:
    """Journeys side by side: four with five deaths each, one with a Slack that limits, loses and is slow."""

    async def dying(number: int, name: str) -> None:
        async with scene(tmp_path / str(number), sample, redis_process.emptied(number), clock) as here:
            here.asked_for |= TOO_LATE
            await journey(here, MOMENTS[name])
            # At random, a bot that is being started again can't be killed once more.
            assert len(STEPS) - 2 * (name == "at random") <= here.bot.deaths <= len(STEPS), name
            await assert_all_once(here)

    async def limited(number: int) -> None:
        async with scene(tmp_path / str(number), sample, redis_process.emptied(number), clock) as here:
            here.asked_for |= TOO_LATE
            await troubled(here)
            await journey(here, Moments())
            await assert_all_once(here)
            assert {it["name"] for it in await here.journal(way="api")} <= set(LIMITED), "a method without a limit"
            assert here.bot.deaths == 0

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(limited(len(MOMENTS)))
        for number, name in enumerate(MOMENTS):
            tasks.create_task(dying(number, name))


@pytest.mark.parametrize("call", ["files.getUploadURLExternal", "chat.update", "files.completeUploadExternal"])
async def test_a_video_comes_once_wherever_the_bot_is_killed(
    tmp_path: Path, sample: Path, redis_process: RedisProcess, clock: Clock, call: str
) -> None:
    """While the clip is filmed, when Slack was asked for a place for the video, and when it has shared it."""
    async with scene(tmp_path, sample, redis_process.emptied(0), clock) as here:
        await until(lambda: health(here, 200))
        here.asked_for |= TOO_LATE
        values = {"width": "480", "length": "15", "format": "mp4", "selectors": ""}
        chosen: Json = {**{name: {name: value} for name, value in values.items()}, "options": {"options": []}}
        assert await here.submit(await settings_form(here), chosen) == {"ok": True}
        await here.insist(lambda: here.say(f"/replay {QUESTION}"))
        said = await here.message(lambda it: has(it, "signals.refine"))
        here.after(call, here.bot.kill, nth=LAST[call])
        await here.insist(lambda: here.press(said, "clip.make"))
        await here.reply(said["ts"], lambda it: bool(it.get("files")))
        await settled(here)
        replies = [it for it in await here.replies(said["ts"]) if not it.get("is_ephemeral")]
        assert [bool(it.get("files")) for it in replies] == [False, True]
        assert here.bot.deaths == 1


async def settings_form(here: Scene) -> Json:
    """A busy machine may open it when Slack takes no modal for the command any more: then people type it again."""
    for _ in range(5):
        await here.insist(lambda: here.say("/replay settings"))
        with suppress(AssertionError):
            return await here.modal(wait_s=30)
    return await here.modal()


LAST = {"files.getUploadURLExternal": 2, "chat.update": 1, "files.completeUploadExternal": 2}


async def troubled(here: Scene) -> None:
    """Every method is limited once; some answers are lost, some are slower than Slack's own three seconds."""
    for method in LIMITED:
        await here.fault(kind="ratelimit", method=method, times=1, retry_after=1)
    for method in ("chat.postMessage", "chat.update", "files.completeUploadExternal"):
        await here.fault(kind="lost_response", method=method, times=2)
    for method in ("users.info", "chat.postMessage"):
        await here.fault(kind="slow", method=method, times=1, seconds=3.5)


async def test_a_private_redis_that_is_killed_comes_back_and_nothing_is_lost(
    tmp_path: Path, sample: Path, clock: Clock
) -> None:
    async with scene(tmp_path, sample, None, clock) as here:
        await until(lambda: filming(here))  # while it starts, the bot may give up and be started again
        await here.insist(lambda: here.say(f"/replay {QUESTION}"))
        await killed_redis(here)
        said = await here.message(lambda it: has(it, "signals.refine"))
        await here.press(said, "notebook.add")
        await killed_redis(here)
        await here.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
        await settled(here)
        assert set((await here.posted()).values()) == {1}
        assert here.bot.deaths == 0


async def filming(here: Scene) -> bool:
    """Whether the worker beside the bot is up."""
    return bool([name async for name in here.redis.scan_iter("*clips*health*")])


async def killed_redis(here: Scene) -> None:
    number = int((await here.redis.info("server"))["process_id"])
    os.kill(number, signal.SIGKILL)


async def test_while_redis_is_away_people_are_told_and_afterwards_all_goes_on(
    tmp_path: Path, sample: Path, redis_process: RedisProcess, clock: Clock
) -> None:
    async with scene(tmp_path, sample, redis_process.emptied(0), clock) as here:
        await until(lambda: filming(here))  # while it starts, the bot may give up and be started again
        killed = asyncio.Event()  # health alone says 503 of a Redis that is only slow, too

        def kill() -> None:
            redis_process.kill()
            killed.set()

        here.after("chat.postMessage", kill)
        await here.say(f"/replay {QUESTION}")
        await killed.wait()
        await until(lambda: health(here, 503))
        await until(lambda: told_to_try_again(here, "/replay dead clicks on buy button today"))
        redis_process.start()
        said = await here.message(lambda it: has(it, "signals.refine"))
        await until(lambda: health(here, 200))
        await settled(here)
        posted = await here.posted()
        assert list(posted.values()) == [1], posted
        assert said["text"]
        assert here.bot.deaths == 0


async def told_to_try_again(here: Scene, command: str) -> bool:
    """Whether the bot said so to whoever gave the command. On a busy machine Slack may give up waiting for it first."""
    await here.say(command)
    private = [it["text"] for it in await here.messages() if it.get("is_ephemeral")]
    return "try again in a minute" in "".join(private[-1:])


async def health(here: Scene, wanted: int) -> bool:
    return await here.health() == wanted


async def test_a_mention_delivered_five_times_under_new_ids_is_answered_once(
    tmp_path: Path, sample: Path, redis_process: RedisProcess, clock: Clock
) -> None:
    async with scene(tmp_path, sample, redis_process.emptied(0), clock) as here:
        await here.fault(kind="duplicate", event="app_mention", copies=4)
        await here.fault(kind="drop_ack", event="app_mention", times=4)
        mine = await here.say(f"<@{BOT.id}> {QUESTION}")
        await here.reply(mine["ts"], lambda it: has(it, "signals.refine"))
        await here.fault(kind="duplicate", event="app_mention", copies=4)
        puzzling = await here.say(f"<@{BOT.id}> what is the meaning of it all")
        await until(lambda: whispers(here, puzzling["ts"]))
        await settled(here)
        assert await whispers(here, puzzling["ts"]) == 1
        assert list((await here.posted()).values()) == [1]


async def whispers(here: Scene, ts: str) -> int:
    return len([it for it in await here.replies(ts) if it.get("is_ephemeral")])


async def test_a_job_that_cannot_be_done_is_given_up_and_told_with_the_id_that_the_log_has(
    tmp_path: Path, sample: Path, redis_process: RedisProcess, clock: Clock
) -> None:
    async def given_up(number: int, how: str, why: str, deaths: int) -> None:
        async with scene(tmp_path / how, sample, redis_process.emptied(number), clock, BREAKS=how) as here:
            await here.say(f"/replay {QUESTION}")
            told = await here.message(lambda it: bool(re.search(REFERENCE, str(it.get("blocks")))))
            [reference] = set(re.findall(REFERENCE, str(told["blocks"])))
            [logged] = [line for line in here.bot.log.splitlines() if reference in line]
            assert why in logged
            assert here.bot.deaths == deaths

    await asyncio.gather(given_up(0, "dies", "workers died", 3), given_up(1, "raises", "ZeroDivisionError", 0))


REFERENCE = r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b"
