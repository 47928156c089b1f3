"""Never twice, never lost: the bot is killed with -9 at chosen and at random moments, all along the journey."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.notebook.data import Chart, Discussion, FollowUps, Number, StoredClip
from bot.providers.local.notebooks import LocalNotebooks
from bot.providers.local.tickets import LocalTracker
from tests.handlers.house import INCIDENT, JISOO, has
from tests.handlers.killing import RedisProcess, Scene, scene

Json = dict[str, Any]
Arm = Callable[[Scene], None]
TEAM = "T0NORDIC01"
QUESTION = "frustration signals on buy button this week"


@pytest.fixture(scope="module")
def redis_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    server = RedisProcess(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


def nothing(_: Scene) -> None:
    pass


def now(here: Scene) -> None:
    here.bot.kill()


def at(call: str, nth: int = 1, wait: float = 0.0) -> Arm:
    return lambda here: here.kill_at(call, nth, wait=wait)


class Moments:
    """When the bot is killed in each step of the journey: `before` it is asked, or `after` it said that it heard."""

    def __init__(self, before: dict[str, Arm] | None = None, after: dict[str, Arm] | None = None) -> None:
        self.before, self.after = before or {}, after or {}

    async def step(self, here: Scene, name: str, deed: Callable[[], Any]) -> None:
        await here.up()
        self.before.get(name, nothing)(here)
        await here.insist(deed)
        self.after.get(name, nothing)(here)


async def journey(here: Scene, moments: Moments) -> None:
    """From the question to the confirmation."""
    await moments.step(here, "ask", lambda: here.say(f"/replay {QUESTION}"))
    said = await here.message(lambda it: has(it, "signals.refine"))
    await moments.step(here, "clip", lambda: here.press(said, "clip.make"))
    await here.reply(said["ts"], lambda it: has(it, "clip.window"))
    await moments.step(here, "record", lambda: here.press(said, "notebook.add"))
    await here.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
    await moments.step(here, "owner", lambda: here.press(said, "backlog.ask"))
    request = await here.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await here.up()
    await here.insist(lambda: here.press(request, "backlog.in_backlog", user=JISOO.id))
    view = await here.modal(user=JISOO.id)
    await moments.step(here, "answer", lambda: here.submit(view, {}, user=JISOO.id))
    await here.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    await settled(here)


async def settled(here: Scene) -> None:
    """Until everything is told and nothing is being done."""
    await here.up()
    quiet = 0
    while quiet < 5:
        left = await here.redis.zcard("all:heard:held") + await here.redis.zcard("all:outgoing:due")
        left += len([it async for it in here.redis.scan_iter("*all:job:*")])
        quiet = 0 if left else quiet + 1
        await asyncio.sleep(0.1)


async def assert_all_once(here: Scene) -> None:
    posted = await here.posted()
    assert set(posted.values()) == {1}, posted
    kinds = Counter(key.split(":")[0] for key in posted)
    assert kinds == dict.fromkeys(("answer", "clip", "added", "request", "confirmed"), 1)
    kept = await LocalNotebooks(here.redis).find(TEAM, INCIDENT)
    assert kept
    cells = Counter(type(cell.data) for cell in kept.cells)
    assert (cells[Number], cells[Chart], cells[StoredClip]) == (1, 1, 1)
    [rows] = [cell.data.rows for cell in kept.cells if isinstance(cell.data, FollowUps)]
    [comments] = [cell.data.comments for cell in kept.cells if isinstance(cell.data, Discussion)]
    assert [row.ticket for row in rows] == ["SHOP-1"]
    assert len(comments) == 1
    tickets = await LocalTracker(here.redis, base_url="").find("")
    assert [it.key for it in tickets] == ["SHOP-1"]


CHOSEN = {
    "as soon as Slack heard that we have it": Moments(
        after={"ask": now, "clip": now, "record": now, "owner": now, "answer": now}
    ),
    "between posting and recording": Moments(
        before={it: at("chat.postMessage") for it in ("ask", "clip", "record", "owner", "answer")}
    ),
    "in the middle of the work": Moments(
        before={
            "ask": at("chat.postMessage", wait=0.1),
            "clip": at("files.completeUploadExternal"),
            "record": at("conversations.info"),
            "owner": at("users.lookupByEmail"),
            "answer": at("chat.update"),
        }
    ),
}


@pytest.mark.parametrize("moments", CHOSEN.values(), ids=CHOSEN)
async def test_a_killed_bot_goes_on_where_it_was(
    moments: Moments, tmp_path: Path, sample: Path, redis_process: RedisProcess
) -> None:
    async with scene(tmp_path, sample, redis_process.emptied(0)) as here:
        await journey(here, moments)
        assert here.bot.deaths == 5
        await assert_all_once(here)
