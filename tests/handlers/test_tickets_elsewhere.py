"""The whole bot with its tickets in Linear and in Jira: what people do there is heard, told and followed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from bot.backlog.request import Request, RequestState
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.kernel.settings_table import ProviderSettings
from standins.jira import jira_changes
from standins.jira.adf_check import text_of
from standins.jira.jira_server import running_jira
from standins.jira.jira_world import STEPS, JiraHook, JiraUser, JiraWorld
from standins.linear import issue_changes
from standins.linear.linear_server import running_linear
from standins.linear.linear_world import LinearHook, LinearUser, LinearWorld
from tests.handlers.house import JISOO, MINA, House, has, open_house, until
from tests.handlers.test_fix_check import MINUTE, QUESTION, TEAM, checked, visited
from tests.handlers.walking import quiet
from tests.providers.jira import jira_house
from tests.providers.linear import linear_house

Json = dict[str, Any]
Opened = Callable[..., AbstractAsyncContextManager[House]]
CHRISTMAS = date(2030, 12, 24)
SIGNED = "hush"


@dataclass(frozen=True)
class Elsewhere:
    """A tracker with people at it: `hand` does something to the issue, `issue` is its text and its links."""

    settings: ProviderSettings
    hand: Callable[[str], None]
    issue: Callable[[], tuple[str, list[str]]]
    listen: Callable[[str], None]
    world: LinearWorld | JiraWorld


@asynccontextmanager
async def linear(clock: Clock) -> AsyncIterator[Elsewhere]:
    world = LinearWorld(clock=clock)
    world.users += [LinearUser(person.name, person.email) for person in (MINA, JISOO)]
    mina = world.users[1]

    def hand(what: str) -> None:
        (issue,) = world.issues
        if what == "due":
            issue_changes.updated(world, issue, {"dueDate": CHRISTMAS.isoformat()}, mina)
        elif what == "move":
            issue_changes.move_to_team(world, issue, world.teams[1], mina)
        else:
            states = {"close": "canceled", "reopen": "unstarted", "finish": "completed"}
            issue_changes.set_state(world, issue, states[what], mina)

    def issue() -> tuple[str, list[str]]:
        (only,) = world.issues
        return f"{only.title}\n{only.description}\n{only.due}", [one.url for one in only.attachments]

    async with running_linear(world) as url:
        settings = msgspec.structs.replace(linear_house.settings_of(world, url), webhook_secret=Secret(SIGNED))
        yield Elsewhere(settings, hand, issue, lambda address: world.hooks.append(LinearHook(address, SIGNED)), world)


@asynccontextmanager
async def jira(clock: Clock, *, cloud: bool = True) -> AsyncIterator[Elsewhere]:
    world = JiraWorld(cloud=cloud, clock=clock)
    world.users += [JiraUser(f"account-{person.id}", person.name, person.email) for person in (MINA, JISOO)]
    mina, steps = world.users[1], {step.name: step for step in STEPS}

    def hand(what: str) -> None:
        (issue,) = world.issues
        if what == "due":
            jira_changes.edited(world, issue, {"duedate": CHRISTMAS.isoformat()}, mina)
        elif what == "move":
            jira_changes.moved_project(world, issue, world.projects[1], mina)
        else:
            name, resolution = {"close": ("Won't do", ""), "reopen": ("To Do", ""), "finish": ("Done", "10000")}[what]
            jira_changes.moved_to(world, issue, steps[name], mina, resolution)

    def issue() -> tuple[str, list[str]]:
        (only,) = world.issues
        text = f"{only.summary}\n{text_of(only.description)}\n{only.due}"
        return text, [link.body["object"]["url"] for link in only.links]

    async with running_jira(world) as url:
        settings = msgspec.structs.replace(jira_house.settings_of(world, url), webhook_secret=Secret(SIGNED))
        yield Elsewhere(settings, hand, issue, lambda address: world.hooks.append(JiraHook(address, SIGNED)), world)


@asynccontextmanager
async def jira_data_center(clock: Clock) -> AsyncIterator[Elsewhere]:
    async with jira(clock, cloud=False) as elsewhere:
        yield elsewhere


@pytest.fixture
def opened(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> Opened:
    """`redis` empties the server before the test."""
    return partial(open_house, tmp_path, sample, redis_server, clock)


@pytest.mark.parametrize(("name", "tracker"), [("linear", linear), ("jira", jira), ("jira", jira_data_center)])
async def test_a_ticket_is_followed_from_its_making_to_the_proof(
    opened: Opened, clock: Clock, name: str, tracker: Any
) -> None:
    async with (
        tracker(clock) as elsewhere,
        opened(tracker=name, tracker_project="SHOP", providers=(elsewhere.settings,)) as house,
    ):
        elsewhere.listen(f"http://127.0.0.1:{house.settings.port}/hooks/{name}/main")
        said, request = await _confirmed(house)
        text, _ = elsewhere.issue()
        assert "TypeError" in text
        assert str(request.plan.due) in text
        await until(lambda: _true(len(elsewhere.issue()[1]) >= 2))  # the thread and the post-mortem

        elsewhere.hand("due")
        await _is(house, request, lambda now: now.plan.due == CHRISTMAS)

        elsewhere.hand("move")
        await _is(house, request, lambda now: now.ticket == "OPS-1")
        await house.reply(said["ts"], lambda it: "OPS-1" in str(it.get("blocks")))

        elsewhere.hand("close")
        closed = await house.reply(said["ts"], lambda it: has(it, "backlog.stands"))
        assert MINA.name in str(closed), "who closed it there"
        assert (await _now(house, request)).state is RequestState.CLOSED

        elsewhere.hand("reopen")
        await _is(house, request, lambda now: now.state is RequestState.IN_BACKLOG)

        await _in_any_order(house, elsewhere, said, request)

        elsewhere.hand("finish")
        await house.reply(said["ts"], lambda it: ":checkered_flag:" in str(it.get("blocks")))
        await quiet(house.redis)
        await visited(house, 60, 0)
        assert (await checked(house, 61 * MINUTE)).state is RequestState.IMPROVED
        assert len(elsewhere.issue()[1]) == len(set(elsewhere.issue()[1])), "no link twice"


async def _confirmed(house: House) -> tuple[Json, Request]:
    """The answer's message, and the request once its fix is in the backlog as SHOP-1."""
    said = await house.ask(QUESTION)
    await house.press(said, "notebook.add")
    await house.press(said, "backlog.ask")
    asked = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(asked, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != asked["ts"])
    (request,) = await house.services.requests.records.open(TEAM)
    return said, request


async def _in_any_order(house: House, elsewhere: Elsewhere, said: Json, request: Request) -> None:
    """Closed and opened again while nobody heard: webhooks that come then, twice and in another order, say nothing."""
    await quiet(house.redis)
    before = [it["ts"] for it in await house.replies(said["ts"])]
    elsewhere.world.holds_webhooks = True
    elsewhere.hand("close")
    elsewhere.hand("reopen")
    elsewhere.world.holds_webhooks = False
    closed, opened = elsewhere.world.waiting
    assert [await send() for send in (opened, closed, closed, opened)] == [200] * 4
    await quiet(house.redis)
    assert [it["ts"] for it in await house.replies(said["ts"])] == before
    assert (await _now(house, request)).state is RequestState.IN_BACKLOG


async def _now(house: House, request: Request) -> Request:
    return await house.services.requests.records.get(TEAM, request.id)


async def _is(house: House, request: Request, fits: Callable[[Request], bool]) -> None:
    async def found() -> bool:
        return fits(await _now(house, request))

    await until(found)


async def _true(value: bool) -> bool:
    return value
