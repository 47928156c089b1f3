"""Tickets in GitHub: what people do there is heard, told once, and followed; what is asked here is written there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.backlog.request import RequestState
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.providers.github.github_settings import GitHubSettings
from standins.github.github_by_hand import announce, by_hand
from standins.github.github_server import delivered, running_github
from standins.github.github_world import GitHubWorld, StoredHook
from tests.handlers.house import JISOO, MINA, House, has, open_house, until
from tests.handlers.test_backlog import asked, only_request

Json = dict[str, Any]
SECRET = "a long random text"


@dataclass
class Office:
    """A bot whose tickets are in GitHub, and GitHub."""

    house: House
    world: GitHubWorld

    async def deliver(self, *hooks: StoredHook, secret: str = SECRET) -> list[int]:
        url = f"http://{self.house.settings.host}:{self.house.settings.port}/hooks/github/main"
        return [await delivered(hook, url, secret) for hook in hooks]

    async def press(self, what: str) -> None:
        """Somebody does it on GitHub's page, and GitHub tells the bot."""
        by_hand(self.world, self.world.issues[-1], what, "minseo-p")
        assert await self.deliver(self.world.hooks[-1]) == [200]

    async def promised(self) -> Json:
        """The answer's message; its owner has had an issue made."""
        said, request = await asked(self.house)
        await self.house.press(request, "backlog.in_backlog", user=JISOO.id)
        await self.house.submit(await self.house.modal(user=JISOO.id), {}, user=JISOO.id)
        await self.house.reply(said["ts"], lambda it: "acme/shop#1" in it["text"] and it["ts"] != request["ts"])
        assert await until(self._linked)
        return said

    async def _linked(self) -> bool:
        return bool(self.world.issues and self.world.issues[0].comments)


@pytest.fixture
async def office(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[Office]:
    world = GitHubWorld(clock=clock)
    async with running_github(world) as url:
        account = GitHubSettings(
            repo="acme/shop",
            token=Secret(world.token),
            hook_secret=Secret(SECRET),
            people=(f"{JISOO.email}=jisoo-k", f"{MINA.email}=mina-k"),
            url=f"{url}/api/v3",
        )
        async with open_house(tmp_path, sample, redis_server, clock, tracker="github", providers=(account,)) as house:
            yield Office(house, world)


async def test_the_issue_has_what_is_known_and_leads_back(office: Office) -> None:
    await office.promised()
    [issue] = office.world.issues
    assert issue.assignees == ["jisoo-k"]
    assert {"replaybook", "fix"} <= set(issue.labels)
    assert len([name for name in issue.labels if name in {"P1", "P2", "P3", "P4"}]) == 1
    assert "TypeError" in issue.title
    for text in ("people affected", "/notebooks/", "archives"):
        assert text in issue.body, text
    [comment] = issue.comments
    assert "archives" in comment.body


async def test_closed_as_not_planned_is_asked_about_and_nothing_is_checked(office: Office) -> None:
    """Delivered twice, and forged once: told once, with who closed it, to whoever promised it."""
    said = await office.promised()
    issue = office.world.issues[0]
    by_hand(office.world, issue, "close", "minseo-p")
    hook = office.world.hooks[-1]
    assert await office.deliver(hook, secret="wrong") == [401]
    assert await office.deliver(hook, hook) == [200, 200]
    told = await office.house.reply(said["ts"], lambda it: has(it, "backlog.dispute"))
    assert "minseo-p" in str(told["blocks"])
    assert "not planned" in str(told["blocks"])
    assert f"<@{JISOO.id}>" in str(told["blocks"])
    request = await only_request(office.house)
    assert (request.state, request.fixed_at) == (RequestState.CLOSED, None)
    await office.house.press(told, "backlog.dispute", user=MINA.id)
    again = await office.house.reply(said["ts"], lambda it: it["ts"] > told["ts"] and has(it, "backlog.in_backlog"))
    assert f"<@{JISOO.id}>" in str(again["blocks"])
    replies = await office.house.replies(said["ts"])
    assert sum("minseo-p" in str(it.get("blocks")) for it in replies) == 1

    async def settled() -> bool:
        return not any(has(it, "backlog.dispute") for it in await office.house.replies(said["ts"]))

    assert await until(settled)


async def test_an_issue_is_followed_through_every_state_whatever_order_is_told(office: Office) -> None:
    said = await office.promised()
    world, house = office.world, office.house
    await office.press("close")
    await house.reply(said["ts"], lambda it: has(it, "backlog.dispute"))
    await office.press("reopen")
    closed, reopened = world.hooks[-2:]
    assert await office.deliver(reopened, closed) == [200, 200]  # late, and again: they say nothing new
    await house.reply(said["ts"], lambda it: "leftwards_arrow_with_hook" in str(it.get("blocks")))

    async def is_open() -> bool:
        return (await only_request(house)).state is RequestState.IN_BACKLOG

    assert await until(is_open)
    await office.press("move")
    await house.reply(said["ts"], lambda it: "acme/ops#1" in str(it.get("blocks")))
    assert (await only_request(house)).ticket == "acme/ops#1"
    world.issues[-1].labels = ["P1"]
    world.issues[-1].assignees = ["mina-k"]
    world.issues[-1].updated = world.clock()
    announce(world, "labeled", world.issues[-1], "minseo-p")
    await office.deliver(world.hooks[-1])

    async def followed() -> bool:
        plan = (await only_request(house)).plan
        return plan.priority == "P1" and plan.owner is not None and plan.owner.id == MINA.id

    assert await until(followed)
    await office.press("finish")
    done = await house.reply(said["ts"], lambda it: has(it, "backlog.compare"))
    assert "acme/ops#1" in str(done["blocks"])


async def test_a_deleted_issue_is_told_once(office: Office) -> None:
    said = await office.promised()
    await office.press("delete")
    told = await office.house.reply(said["ts"], lambda it: "was deleted" in str(it.get("blocks")))
    await office.deliver(*[StoredHook("issues", office.world.hooks[-1].payload) for _ in range(2)])
    await asyncio.sleep(0)
    request = await only_request(office.house)
    assert (request.state, request.standing) == (RequestState.IN_BACKLOG, "deleted")
    replies = await office.house.replies(said["ts"])
    assert [it["ts"] for it in replies if "was deleted" in str(it.get("blocks"))] == [told["ts"]]
