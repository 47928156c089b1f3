"""Stopping a clip, and what the thread tells when its browser dies."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.queue.job import CLIPS
from handlers import ACTIONS
from handlers.bolt_app import TENANT
from handlers.edge import on_press
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has
from tests.handlers.test_clips import QUESTION, filmed
from tests.handlers.walking import quiet

Json = dict[str, Any]


async def on_its_way(house: House, answer: Json, step: str = "") -> Json:
    """The progress message, once it has come to that step."""
    return await house.reply(answer["ts"], lambda it: has(it, "clip.cancel") and step in str(it["blocks"]))


async def pressed_late(house: House, message: Json, action: str) -> str:
    """What is answered to a press on a button that somebody's page still showed; the stand-in knows only what is."""
    elements = [it for block in message["blocks"] for it in block.get("elements", ())]
    [button] = [it for it in elements if it.get("action_id") == action]
    body = {
        "team": {"id": "T0NORDIC01"},
        "channel": {"id": INCIDENT},
        "user": {"id": MINA.id},
        "actions": [button],
        "message": {"ts": message["ts"]},
    }

    async def ack() -> None:
        return None

    await on_press(ACTIONS[action], house.services)(ack=ack, body=body, context={TENANT: "T0NORDIC01"})
    return await house.whispered()


def cancelled(message: Json) -> bool:
    return "cancelled the clip" in message["text"]


async def test_a_waiting_clip_is_cancelled_and_made_on_trying_again(house: House) -> None:
    answer = await house.ask(QUESTION)
    await house.press(answer, "clip.make")
    await house.press(await on_its_way(house, answer), "clip.cancel", user=JISOO.id)
    stopped = await house.reply(answer["ts"], cancelled)
    assert JISOO.name.split()[0].lower() in stopped["text"].lower()
    async with house.rendering():
        await house.press(stopped, "clip.make")
        await filmed(house, answer)
    assert len([it for it in await house.replies(answer["ts"]) if has(it, "clip.window")]) == 1
    assert len([it for it in await house.replies(answer["ts"]) if cancelled(it)]) == 1


async def test_pressing_again_after_a_clip_was_cancelled_makes_it(house: House) -> None:
    """Nobody is sent to a clip that is nowhere: it is another attempt, as with *Try again*."""
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        first = await filmed(house, answer)
    known = {first["ts"]}

    def new(it: Json) -> bool:
        return it["ts"] not in known

    for message, action in ((first, "clip.later"), (answer, "clip.three")):
        await house.press(message, action)
        await house.press(await on_its_way(house, answer), "clip.cancel", user=JISOO.id)
        stopped = await house.reply(answer["ts"], lambda it: cancelled(it) and new(it))
        async with house.rendering():
            await house.press(message, action)
            made = await house.reply(answer["ts"], lambda it: has(it, "notebook.clip") and new(it))
            known |= {stopped["ts"], made["ts"]}
            await house.press(stopped, "clip.make")  # the attempt that is there by now
            await quiet(house.redis)
    shown = [it for it in await house.replies(answer["ts"]) if has(it, "notebook.clip")]
    assert {it["ts"] for it in shown} <= known
    assert len(shown) == 3


async def test_a_clip_is_cancelled_while_it_is_filmed_and_stays_so(house: House) -> None:
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        await house.press(await on_its_way(house, answer, "filming"), "clip.cancel")
        stopped = await house.reply(answer["ts"], cancelled)
        await quiet(house.redis)
        [after] = [it for it in await house.replies(answer["ts"]) if it["ts"] == stopped["ts"]]
        assert cancelled(after)
        assert await house.services.clips.queue.waiting(CLIPS) == 0
        await house.press(after, "clip.make")
        assert await filmed(house, answer)  # the worker lives on


async def test_cancelling_what_is_finished_changes_nothing_and_says_so(house: House) -> None:
    answer = await house.ask(QUESTION)
    await house.press(answer, "clip.make")
    before = await on_its_way(house, answer)
    async with house.rendering():
        clip = await filmed(house, answer)
        told = await pressed_late(house, before, "clip.cancel")
        assert "finished" in told
    [after] = [it for it in await house.replies(answer["ts"]) if it["ts"] == clip["ts"]]
    assert after["blocks"] == clip["blocks"]


async def test_the_clip_arrives_once_though_its_browser_is_killed(house: House) -> None:
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        await on_its_way(house, answer, "filming")
        assert kill_browsers()
        await on_its_way(house, answer, "once more")
        await filmed(house, answer)
    assert len([it for it in await house.replies(answer["ts"]) if not it.get("is_ephemeral")]) == 1


async def test_the_thread_is_told_when_the_browser_keeps_dying(house: House) -> None:
    async with house.rendering():
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        killing = asyncio.create_task(kill_on())
        try:
            told = await house.reply(answer["ts"], lambda it: has(it, "clip.make") and it["ts"] != answer["ts"])
        finally:
            killing.cancel()
        assert "Reference" in told["text"]
        await house.press(told, "clip.make")
        assert await filmed(house, answer)


async def kill_on() -> None:
    while True:
        kill_browsers()
        await asyncio.sleep(0.02)


def kill_browsers() -> int:
    """Kill the browsers that this process started, and how many those were."""
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended by itself
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"headless" in (process / "cmdline").read_bytes():
                os.killpg(int(process.name), signal.SIGKILL)  # some start it through a script
                killed += 1
    return killed
