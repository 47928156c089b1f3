"""The whole bot with its tickets in Linear, Jira and GitHub: what people do there is heard, told and followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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
from bot.providers.github.github_settings import GitHubSettings
from standins.github.github_by_hand import by_hand
from standins.github.github_server import delivered, running_github
from standins.github.github_world import GitHubWorld, StoredHook
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
Send = Callable[[], Awaitable[int]]
Opened = Callable[..., AbstractAsyncContextManager[House]]
CHRISTMAS = date(2030, 12, 24)
SIGNED = "hush"


@dataclass(frozen=True)
class Elsewhere:
    """A tracker with people at it: `hand` does something to the issue, `issue` is its text and what links back."""

    settings: ProviderSettings
    hand: Callable[[str], None]
    issue: Callable[[], tuple[str, list[str]]]
    listen: Callable[[str], None]
    held: Callable[[Callable[[], None]], list[Send]]
    """Does something while webhooks are held back. Gives them in their order."""
    keys: tuple[str, str] = ("SHOP-1", "OPS-1")
    """Before and after the move."""
    who: str = MINA.name
    due: bool = True
    """Whether tickets have a date."""


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
        yield Elsewhere(
            settings,
            hand,
            issue,
            lambda address: world.hooks.append(LinearHook(address, SIGNED)),
            partial(_held, world),
        )


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
        yield Elsewhere(
            settings, hand, issue, lambda address: world.hooks.append(JiraHook(address, SIGNED)), partial(_held, world)
        )


@asynccontextmanager
async def jira_data_center(clock: Clock) -> AsyncIterator[Elsewhere]:
    async with jira(clock, cloud=False) as elsewhere:
        yield elsewhere


@asynccontextmanager
async def github(clock: Clock) -> AsyncIterator[Elsewhere]:
    world, address, tasks = GitHubWorld(clock=clock), list[str](), set[asyncio.Task[int]]()

    def hear(hook: StoredHook) -> None:
        tasks.add(asyncio.create_task(delivered(hook, address[0], SIGNED)))

    def listen(url: str) -> None:
        address.append(url)
        world.on_hook = hear

    def hand(what: str) -> None:
        by_hand(world, world.issues[-1], what, "mina-k")

    def held(deed: Callable[[], None]) -> list[Send]:
        world.on_hook, before = None, len(world.hooks)
        deed()
        world.on_hook = hear
        return [partial(delivered, hook, address[0], SIGNED) for hook in world.hooks[before:]]

    def issue() -> tuple[str, list[str]]:
        only = world.issues[-1]
        return f"{only.title}\n{only.body}", [comment.body for comment in only.comments]

    async with running_github(world) as url:
        world.web = url
        settings = GitHubSettings(
            repo=world.repos[0],
            token=Secret(world.token),
            hook_secret=Secret(SIGNED),
            people=(f"{JISOO.email}=jisoo-k",),
            url=world.api,
            web_url=url,
        )
        yield Elsewhere(settings, hand, issue, listen, held, ("acme/shop#1", "acme/ops#1"), "mina-k", due=False)
        await asyncio.gather(*tasks)


def _held(world: LinearWorld | JiraWorld, deed: Callable[[], None]) -> list[Send]:
    world.holds_webhooks = True
    deed()
    world.holds_webhooks = False
    return [*world.waiting]


@pytest.fixture
def opened(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> Opened:
    """`redis` empties the server before the test."""
    return partial(open_house, tmp_path, sample, redis_server, clock)


@pytest.mark.parametrize(
    ("name", "tracker"), [("linear", linear), ("jira", jira), ("jira", jira_data_center), ("github", github)]
)
async def test_a_ticket_is_followed_from_its_making_to_the_proof(
    opened: Opened, clock: Clock, name: str, tracker: Any
) -> None:
    async with (
        tracker(clock) as elsewhere,
        opened(tracker=name, tracker_project="SHOP", providers=(elsewhere.settings,)) as house,
    ):
        elsewhere.listen(f"http://127.0.0.1:{house.settings.port}/hooks/{name}/main")
        said, request = await _confirmed(house, elsewhere.keys[0])
        text, _ = elsewhere.issue()
        assert "TypeError" in text
        assert request.ticket == elsewhere.keys[0]
        await until(lambda: _true("/notebooks/" in str(elsewhere.issue()[1])))  # beside the thread

        if elsewhere.due:
            assert str(request.plan.due) in text
            elsewhere.hand("due")
            await _is(house, request, lambda now: now.plan.due == CHRISTMAS)

        elsewhere.hand("move")
        await _is(house, request, lambda now: now.ticket == elsewhere.keys[1])
        await house.reply(said["ts"], lambda it: elsewhere.keys[1] in str(it.get("blocks")))

        elsewhere.hand("close")
        closed = await house.reply(said["ts"], lambda it: has(it, "backlog.stands"))
        assert elsewhere.who in str(closed), "who closed it there"
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


async def _confirmed(house: House, key: str) -> tuple[Json, Request]:
    """The answer's message, and the request once its fix is in the backlog by this key."""
    said = await house.ask(QUESTION)
    await house.press(said, "notebook.add")
    await house.press(said, "backlog.ask")
    asked = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(asked, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: key in it["text"] and it["ts"] != asked["ts"])
    (request,) = await house.services.requests.records.open(TEAM)
    return said, request


async def _in_any_order(house: House, elsewhere: Elsewhere, said: Json, request: Request) -> None:
    """Closed and opened again while nobody heard: webhooks that come then, twice and in another order, say nothing."""
    await quiet(house.redis)
    before = [it["ts"] for it in await house.replies(said["ts"])]

    def both() -> None:
        elsewhere.hand("close")
        elsewhere.hand("reopen")

    closed, opened = elsewhere.held(both)
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
