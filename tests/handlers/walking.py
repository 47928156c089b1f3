"""The whole way from the question to the confirmation, walked by people whose bot dies; and what must be left of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis

from bot.kernel.clock import system_clock
from bot.notebook.cell_data import Chart, Discussion, FollowUp, FollowUps, Number, StoredClip
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_tickets import LocalTracker
from bot.state import keys
from bot.state.redis_records import RedisRecords
from tests.handlers.house import INCIDENT, JISOO, House, has, until
from tests.handlers.killing import Scene

Json = dict[str, Any]
Arm = Callable[[Scene], object]
TEAM = "T0NORDIC01"
QUESTION = "frustration signals on buy button this week"
STEPS = ("ask", "clip", "record", "owner", "answer")


QUIET_S = 1200.0
QUEUED = "streaq:*:task:data:*:*"
"""Jobs that wait or run. Those of the clock have no colon in their ids, and one of them always waits."""


def nothing(_: Scene) -> None:
    pass


def now(here: Scene) -> None:
    here.bot.kill()


def at(call: str, nth: int = 1, wait: float = 0.0) -> Arm:
    """When the workspace has done its nth such call from now, or `wait` seconds later."""

    def arm(here: Scene) -> None:
        later = asyncio.get_running_loop().call_later
        here.after(call, (lambda: later(wait, here.bot.kill)) if wait else here.bot.kill, nth)

    return arm


class Moments:
    """When the bot is killed in each step of the journey: `before` it is asked, or `after` it said that it heard."""

    def __init__(self, before: dict[str, Arm] | None = None, after: dict[str, Arm] | None = None) -> None:
        self.before, self.after = before or {}, after or {}

    async def step(self, here: Scene, name: str, deed: Callable[[], Any]) -> None:
        await here.up()
        self.before.get(name, nothing)(here)
        await here.insist(deed)
        self.after.get(name, nothing)(here)


async def journey(here: Scene, moments: Moments, question: str = QUESTION) -> None:
    """From the question to the confirmation."""
    await moments.step(here, "ask", lambda: here.say(f"/replay {question}"))
    said = await here.message(lambda it: has(it, "signals.refine"))
    await moments.step(here, "clip", lambda: here.press(said, "clip.make"))
    await here.reply(said["ts"], lambda it: has(it, "clip.window"))
    await moments.step(here, "record", lambda: here.press(said, "notebook.add"))
    await here.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
    await moments.step(here, "owner", lambda: here.press(said, "backlog.ask"))
    request = await here.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await here.up()
    view = await form(here, request)
    await moments.step(here, "answer", lambda: here.submit(view, {}, user=JISOO.id))
    await here.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    await settled(here)


async def form(here: Scene, request: Json) -> Json:
    """A bot that dies may come back when Slack takes no modal for the press any more: then people press again."""
    for _ in range(5):
        await here.insist(lambda: here.press(request, "backlog.in_backlog", user=JISOO.id))
        with suppress(AssertionError):
            return await here.modal(user=JISOO.id, wait_s=30)
        await here.up()
    return await here.modal(user=JISOO.id)


async def settled(here: Scene) -> None:
    """Until the bot is up and has nothing left to do."""
    await here.up()
    await quiet(here.redis)


async def quiet(redis: Redis) -> None:
    """Until nothing is heard, queued or on its way for half a second. Raises AssertionError when that never comes.

    How often a job was begun (`keys.job`) may outlast it for a week, where a process died as another one ended it.
    """
    calm, began = 0, asyncio.get_running_loop().time()
    while calm < 5:
        left = [*await redis.zrange(keys.INBOX_ALIVE, 0, -1), *await redis.zrange(keys.outgoing_due(TEAM), 0, -1)]
        left = left or [name async for name in redis.scan_iter(QUEUED)]  # which is slow where there is much
        assert asyncio.get_running_loop().time() - began < QUIET_S, left
        calm = 0 if left else calm + 1
        await asyncio.sleep(0.1)


async def assert_all_once(here: Scene) -> None:
    posted = await here.posted()
    assert set(posted.values()) == {1}, posted
    kinds = Counter(key.split(":")[0] for key in posted)
    assert kinds == dict.fromkeys(("answer", "clip", "added", "request", "confirmed"), 1), posted
    kept = await LocalNotebooks(RedisRecords(here.redis)).find(TEAM, INCIDENT)
    assert kept
    cells = Counter(type(cell.data) for cell in kept.cells)
    assert (cells[Number], cells[Chart], cells[StoredClip]) == (1, 1, 1)
    [rows] = [cell.data.rows for cell in kept.cells if isinstance(cell.data, FollowUps)]
    [comments] = [cell.data.comments for cell in kept.cells if isinstance(cell.data, Discussion)]
    assert [row.ticket for row in rows] == ["SHOP-1"]
    assert len(comments) == 1
    tickets = await LocalTracker(RedisRecords(here.redis), base_url="", now=system_clock).find("")
    assert [it.key for it in tickets] == ["SHOP-1"]


async def follow_up_row(house: House) -> FollowUp:
    """The one follow-up row there is."""

    async def read() -> FollowUp | None:
        [notebook] = await house.services.postmortems.notebooks.list(TEAM)
        rows = notebook.follow_ups
        assert len(rows) < 2, "one feature, one row"
        return rows[0] if rows else None

    return await until(read)


async def follow_up_in(house: House, fits: Callable[[FollowUp], bool]) -> FollowUp:
    async def read() -> FollowUp | None:
        found = await follow_up_row(house)
        return found if fits(found) else None

    return await until(read)
