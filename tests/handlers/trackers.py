"""Every tracker beside a bot: what people do with its one ticket, and what can be read there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

import msgspec

from bot.backlog.ticket import Status
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.kernel.settings_table import ProviderSettings
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.github.github_settings import GitHubSettings
from bot.services.requests.jobs import StepJob
from bot.services.requests.request_clock import look_at
from standins.datadog.case_management import cases
from standins.datadog.datadog_server import running
from standins.datadog.world import World
from standins.github.github_by_hand import announce, by_hand
from standins.github.github_server import delivered, running_github
from standins.github.github_world import GitHubWorld, StoredHook
from standins.jira import jira_changes
from standins.jira.adf_check import text_of
from standins.jira.jira_server import running_jira
from standins.jira.jira_world import STEPS, JiraHook, JiraUser, JiraWorld
from standins.linear import issue_changes
from standins.linear.linear_server import running_linear
from standins.linear.linear_world import LinearHook, LinearUser, LinearWorld
from tests.handlers.house import JISOO, MINA, House
from tests.handlers.walking import quiet
from tests.providers.jira import jira_house
from tests.providers.linear import linear_house

Send = Callable[[], Awaitable[int]]
Held = Callable[[Callable[[], None]], list[Send]]
CHRISTMAS, NEW_YEAR = date(2030, 12, 24), date(2031, 1, 1)
SIGNED = "hush"
TEAM = "T0NORDIC01"


@dataclass(frozen=True)
class TicketThere:
    """The ticket as its tracker has it: text with title and fields, the addresses that lead back, and comments."""

    text: str
    links: list[str]
    comments: list[str]


class HandThere(Protocol):
    """Does with the ticket what a person does there: `first` or `second` (a value), move, close, reopen, finish."""

    def __call__(self, what: str) -> None: ...


@dataclass(frozen=True)
class Elsewhere:
    settings: ProviderSettings | None
    hand: HandThere
    issue: Callable[[], TicketThere]
    listen: Callable[[str], None] = lambda _: None
    """Has webhooks sent to an address. Without them the bot's clock looks."""
    held: Held | None = None
    """Does something while webhooks are held back, and gives them in their order."""
    keys: tuple[str, str] = ("SHOP-1", "OPS-1")
    """Before and after the move."""
    who: str = MINA.name
    values: tuple[Any, Any] = (CHRISTMAS, NEW_YEAR)
    """What `first` and `second` set: a date, or a priority where tickets have no date."""

    async def act(self, house: House, what: str) -> None:
        """Where nobody tells the bot of it, its clock comes by."""
        self.hand(what)
        if self.held is None:
            await quiet(house.redis)  # what was changed in Slack is told first
            for request in await house.services.requests.records.open(TEAM):
                await look_at(house.services.requests, StepJob(team=TEAM, request=request.id))

    async def ticket(self, _house: House) -> TicketThere:
        return self.issue()


class OnOurPages(Elsewhere):
    """The embedded tracker: people press the buttons of the ticket's page."""

    async def act(self, house: House, what: str) -> None:
        status = {"close": Status.CLOSED, "reopen": Status.OPEN, "finish": Status.DONE}[what]
        page = f"http://127.0.0.1:{house.settings.port}/tickets/{self.keys[0]}"
        async with house.session.post(page, data={"status": status.value}) as answer:
            assert answer.status == 200, await answer.text()

    async def ticket(self, house: House) -> TicketThere:
        found = await house.services.requests.trackers.of().get(self.keys[0])
        text = f"{found.title}\n{found.description}\n{found.fields.due}"
        return TicketThere(text, [found.description], [found.description])


@asynccontextmanager
async def local(_clock: Clock) -> AsyncIterator[Elsewhere]:
    def nothing(what: str) -> None:
        raise AssertionError(f"nobody can {what} the ticket here")

    yield OnOurPages(None, nothing, lambda: TicketThere("", [], []))


@asynccontextmanager
async def linear(clock: Clock) -> AsyncIterator[Elsewhere]:
    world = LinearWorld(clock=clock)
    world.users += [LinearUser(person.name, person.email) for person in (MINA, JISOO)]
    mina, days = world.users[1], {"first": CHRISTMAS, "second": NEW_YEAR}

    def hand(what: str) -> None:
        (issue,) = world.issues
        if what in days:
            issue_changes.updated(world, issue, {"dueDate": days[what].isoformat()}, mina)
        elif what == "move":
            issue_changes.move_to_team(world, issue, world.teams[1], mina)
        else:
            states = {"close": "canceled", "reopen": "unstarted", "finish": "completed"}
            issue_changes.set_state(world, issue, states[what], mina)

    def issue() -> TicketThere:
        (only,) = world.issues
        text = f"{only.title}\n{only.description}\n{only.due}"
        return TicketThere(text, [one.url for one in only.attachments], [one.body for one in only.comments])

    async with running_linear(world) as url:
        settings = msgspec.structs.replace(linear_house.settings_of(world, url), webhook_secret=Secret(SIGNED))
        listen = lambda address: world.hooks.append(LinearHook(address, SIGNED))  # noqa: E731
        yield Elsewhere(settings, hand, issue, listen, partial(_held, world))


@asynccontextmanager
async def jira(clock: Clock) -> AsyncIterator[Elsewhere]:
    world = JiraWorld(clock=clock)
    world.users += [JiraUser(f"account-{person.id}", person.name, person.email) for person in (MINA, JISOO)]
    mina, steps, days = world.users[1], {step.name: step for step in STEPS}, {"first": CHRISTMAS, "second": NEW_YEAR}

    def hand(what: str) -> None:
        (issue,) = world.issues
        if what in days:
            jira_changes.edited(world, issue, {"duedate": days[what].isoformat()}, mina)
        elif what == "move":
            jira_changes.moved_project(world, issue, world.projects[1], mina)
        else:
            name, resolution = {"close": ("Won't do", ""), "reopen": ("To Do", ""), "finish": ("Done", "10000")}[what]
            jira_changes.moved_to(world, issue, steps[name], mina, resolution)

    def issue() -> TicketThere:
        (only,) = world.issues
        text = f"{only.summary}\n{text_of(only.description)}\n{only.due}"
        links = [link.body["object"]["url"] for link in only.links]
        return TicketThere(text, links, [text_of(comment.body) for comment in only.comments])

    async with running_jira(world) as url:
        settings = msgspec.structs.replace(jira_house.settings_of(world, url), webhook_secret=Secret(SIGNED))
        listen = lambda address: world.hooks.append(JiraHook(address, SIGNED))  # noqa: E731
        yield Elsewhere(settings, hand, issue, listen, partial(_held, world))


@asynccontextmanager
async def github(clock: Clock) -> AsyncIterator[Elsewhere]:
    world, address, tasks = GitHubWorld(clock=clock), list[str](), set[asyncio.Task[int]]()
    labels = {"first": "P1", "second": "P4"}

    def hear(hook: StoredHook) -> None:
        tasks.add(asyncio.create_task(delivered(hook, address[0], SIGNED)))

    def listen(url: str) -> None:
        address.append(url)
        world.on_hook = hear

    def hand(what: str) -> None:
        issue = world.issues[-1]
        if what not in labels:
            by_hand(world, issue, what, "mina-k")
            return
        issue.labels = [*(name for name in issue.labels if name[:1] != "P"), labels[what]]
        issue.updated = world.clock()
        announce(world, "labeled", issue, "mina-k")

    def held(deed: Callable[[], None]) -> list[Send]:
        world.on_hook, before = None, len(world.hooks)
        deed()
        world.on_hook = hear
        return [partial(delivered, hook, address[0], SIGNED) for hook in world.hooks[before:]]

    def issue() -> TicketThere:
        only = world.issues[-1]
        bodies = [comment.body for comment in only.comments]
        return TicketThere(f"{only.title}\n{only.body}\n{only.labels}", bodies, bodies)

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
        keys = ("acme/shop#1", "acme/ops#1")
        yield Elsewhere(settings, hand, issue, listen, held, keys, "mina-k", ("P1", "P4"))
        await asyncio.gather(*tasks)


@asynccontextmanager
async def datadog(clock: Clock) -> AsyncIterator[Elsewhere]:
    """Tells nobody of anything, and not who did it."""
    world = World(clock=clock)

    def hand(what: str) -> None:
        (case,) = cases(world).cases
        if what == "finish":
            case.status, case.closed = "CLOSED", world.clock()
        else:
            case.due = {"first": CHRISTMAS, "second": NEW_YEAR}[what].isoformat()

    def issue() -> TicketThere:
        (case,) = cases(world).cases
        return TicketThere(f"{case.title}\n{case.description}\n{case.due}", [case.description], case.comments)

    async with running(world) as url:
        keys = DatadogSettings(api_key=Secret(world.api_key), app_key=Secret(world.app_key), url=url)
        yield Elsewhere(keys, hand, issue)


def _held(world: LinearWorld | JiraWorld, deed: Callable[[], None]) -> list[Send]:
    world.holds_webhooks = True
    deed()
    world.holds_webhooks = False
    return [*world.waiting]
