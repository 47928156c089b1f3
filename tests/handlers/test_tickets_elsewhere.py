"""The whole bot with its tickets in each tracker: what people do there is heard, told and followed to the proof."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.backlog.request import Request, RequestState
from bot.backlog.ticket import Ability
from bot.kernel.clock import Clock
from bot.services.requests.jobs import VerifyJob
from bot.services.requests.verify_fix import verify_fix
from tests.handlers.house import JISOO, House, has, open_house, until
from tests.handlers.test_fix_check import MINUTE, QUESTION, TEAM, checked, visited
from tests.handlers.trackers import Elsewhere, TicketThere, datadog, github, jira, linear, local
from tests.handlers.walking import quiet

Json = dict[str, Any]
Opened = Callable[..., AbstractAsyncContextManager[House]]


@dataclass
class Walk:
    """One request, its thread, and its ticket."""

    house: House
    elsewhere: Elsewhere
    said: Json
    request: Request
    promise: Json
    """The message that confirms it."""

    def can(self, ability: Ability) -> bool:
        return ability in self.house.services.requests.trackers.of().abilities

    @property
    def dated(self) -> bool:
        return self.can(Ability.DUE)

    async def now(self) -> Request:
        return await self.house.services.requests.records.get(TEAM, self.request.id)

    async def until_it(self, fits: Callable[[Request], bool]) -> None:
        async def found() -> bool:
            return fits(await self.now())

        await until(found)

    async def until_there(self, fits: Callable[[TicketThere], bool]) -> None:
        async def found() -> bool:
            return fits(await self.elsewhere.ticket(self.house))

        await until(found)

    async def thread_says(self, part: str) -> Json:
        """The reply in which this stands."""
        return await self.house.reply(self.said["ts"], lambda it: part in str(it.get("blocks")))

    def planned(self, request: Request) -> Any:
        return request.plan.due if self.dated else request.plan.priority

    async def plans(self, value: Any) -> None:
        """Jisoo changes the date or the priority in Slack."""
        await self.house.press(self.promise, "backlog.plan", user=JISOO.id)
        view, name = await self.house.modal(user=JISOO.id), "due" if self.dated else "priority"
        entered = {name: {name: value.isoformat() if self.dated else value}}
        assert await self.house.submit(view, entered, user=JISOO.id) == {"ok": True}


@pytest.fixture
def opened(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> Opened:
    """`redis` empties the server before the test."""
    return partial(open_house, tmp_path, sample, redis_server, clock, source="local", notebooks="local")


@pytest.mark.parametrize("tracker", [local, datadog, github, linear, jira], ids=lambda it: it.__name__)
async def test_a_ticket_is_followed_from_its_making_to_the_proof(opened: Opened, clock: Clock, tracker: Any) -> None:
    name = tracker.__name__
    async with tracker(clock) as elsewhere:
        providers = (elsewhere.settings,) if elsewhere.settings else ()
        async with opened(tracker=name, tracker_project="SHOP", providers=providers) as house:
            elsewhere.listen(f"http://127.0.0.1:{house.settings.port}/hooks/{name}/main")
            walk = await _confirmed(house, elsewhere)
            for step in (_made, _planned, _moved, _closed, _in_any_order, _improved, _stands):
                await step(walk)


async def _confirmed(house: House, elsewhere: Elsewhere) -> Walk:
    said = await house.ask(QUESTION)
    await house.press(said, "notebook.add")
    await house.press(said, "backlog.ask")
    asked = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(asked, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    key = elsewhere.keys[0]
    promise = await house.reply(said["ts"], lambda it: key in it["text"] and it["ts"] != asked["ts"])
    (request,) = await house.services.requests.records.open(TEAM)
    return Walk(house, elsewhere, said, request, promise)


async def _made(walk: Walk) -> None:
    """With what is known, and it leads back: by links, or in a comment where a tracker has none."""
    there = await walk.elsewhere.ticket(walk.house)
    assert "TypeError" in there.text
    assert walk.request.ticket == walk.elsewhere.keys[0]
    if walk.dated:
        assert str(walk.request.plan.due) in there.text
    await walk.until_there(lambda now: "/notebooks/" in str(now.links))
    if not walk.can(Ability.LINKS):
        await walk.until_there(lambda now: "confirmed in Slack" in str(now.comments))


async def _planned(walk: Walk) -> None:
    """From here, from there, and on both sides before anybody heard: whoever wrote last, which is told."""
    elsewhere, house = walk.elsewhere, walk.house
    day = house.clock().date()
    ours, later = (day + timedelta(days=200), day + timedelta(days=300)) if walk.dated else ("P3", "P2")
    await walk.plans(ours)
    await walk.until_there(lambda now: str(ours) in now.text)
    if elsewhere.settings is None:
        return  # the embedded tracker's pages move a ticket, and change nothing else
    await elsewhere.act(house, "first")
    await walk.until_it(lambda now: walk.planned(now) == elsewhere.values[0])
    if elsewhere.held is None:
        return  # nobody tells when a case was changed
    await quiet(house.redis)
    waiting = elsewhere.held(lambda: elsewhere.hand("second"))
    await walk.plans(later)
    await walk.thread_says(":left_right_arrow:")
    await walk.until_there(lambda now: str(later) in now.text)
    assert [await send() for send in waiting] == [200] * len(waiting)
    await quiet(house.redis)
    assert walk.planned(await walk.now()) == later


async def _moved(walk: Walk) -> None:
    if walk.can(Ability.MOVES):
        key = walk.elsewhere.keys[1]
        await walk.elsewhere.act(walk.house, "move")
        await walk.until_it(lambda now: now.ticket == key)
        await walk.thread_says(key)


async def _closed(walk: Walk) -> None:
    """Without a fix: by whom is told, the owner is asked whether that stands, and nothing is checked; then reopened."""
    if not walk.can(Ability.CLOSED_WITHOUT_FIX):
        return
    house = walk.house
    await walk.elsewhere.act(house, "close")
    closed = await house.reply(walk.said["ts"], lambda it: has(it, "backlog.stands"))
    assert has(closed, "backlog.dispute")
    assert f"<@{JISOO.id}>" in str(closed["blocks"]), "who promised it is asked"
    if walk.can(Ability.CLOSED_BY):
        assert walk.elsewhere.who in str(closed["blocks"]), "who closed it there"
    await verify_fix(house.services.requests, VerifyJob(team=TEAM, request=walk.request.id))
    now = await walk.now()
    assert (now.state, now.fixed_at, now.check) == (RequestState.CLOSED, None, None)
    await walk.elsewhere.act(house, "reopen")
    await walk.until_it(lambda now: now.state is RequestState.IN_BACKLOG)
    await walk.thread_says(":leftwards_arrow_with_hook:")


async def _in_any_order(walk: Walk) -> None:
    """Closed and opened again while nobody heard: webhooks that come then, twice and in another order, say nothing."""
    elsewhere, house = walk.elsewhere, walk.house
    if elsewhere.held is None:
        return
    await quiet(house.redis)
    before = await _replies(walk)

    def both() -> None:
        elsewhere.hand("close")
        elsewhere.hand("reopen")

    closed, reopened = elsewhere.held(both)[-2:]
    assert [await send() for send in (reopened, closed, closed, reopened)] == [200] * 4
    await quiet(house.redis)
    assert await _replies(walk) == before
    assert (await walk.now()).state is RequestState.IN_BACKLOG


async def _improved(walk: Walk) -> None:
    await walk.elsewhere.act(walk.house, "finish")
    await walk.thread_says(":checkered_flag:")
    await quiet(walk.house.redis)
    await visited(walk.house, 60, 0)
    assert (await checked(walk.house, 61 * MINUTE)).state is RequestState.IMPROVED
    await walk.thread_says("Improved")
    links = (await walk.elsewhere.ticket(walk.house)).links
    assert len(links) == len(set(links)), "no link twice"


async def _stands(walk: Walk) -> None:
    """Closed without a fix after all: the owner says that it stands, and the ticket has their reason once."""
    if not walk.can(Ability.CLOSED_WITHOUT_FIX):
        return
    house = walk.house
    await walk.elsewhere.act(house, "close")
    await walk.until_it(lambda now: now.state is RequestState.CLOSED)
    await quiet(house.redis)
    closed = await house.reply(walk.said["ts"], lambda it: has(it, "backlog.stands"))
    await house.press(closed, "backlog.stands", user=JISOO.id)
    reason = {"reason": {"reason": "The button goes *away*"}}
    assert await house.submit(await house.modal(user=JISOO.id), reason, user=JISOO.id) == {"ok": True}
    await walk.until_there(lambda now: "The button goes" in str(now.comments))
    await quiet(house.redis)
    assert str((await walk.elsewhere.ticket(house)).comments).count("The button goes") == 1


async def _replies(walk: Walk) -> list[str]:
    return [it["ts"] for it in await walk.house.replies(walk.said["ts"])]
