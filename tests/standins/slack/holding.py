"""Answers to the page that come later than what happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Route

from tests.browser import PATIENCE_MS
from tests.standins.slack.house import until
from tests.standins.slack.visit import Visit

PATIENCE_S = PATIENCE_MS / 1000


class Held:
    """`reached` once the server has answered; the page gets the answer when `let_go` is called."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._free = asyncio.Event()
        self._arrived = asyncio.Event()

    async def answer(self, route: Route) -> None:
        answer = await route.fetch()
        self._reached.set()
        await self._free.wait()
        await route.fulfill(response=answer)
        self._arrived.set()

    async def reached(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._reached.wait()

    async def let_go(self) -> None:
        """Returns when the browser has the answer."""
        self._free.set()
        if self._reached.is_set():
            async with asyncio.timeout(PATIENCE_S):
                await self._arrived.wait()


@asynccontextmanager
async def held(visit: Visit, part: str) -> AsyncIterator[Held]:
    """The page's next request whose address has this part, answered now, gets that answer later."""
    holding = Held()
    await visit.page.route(lambda url: part in url, holding.answer, times=1)
    try:
        yield holding
    finally:
        await holding.let_go()


async def heard(visit: Visit) -> None:
    """The page has taken every event up to now: they come in order, and this one says nothing.

    It is said again as long as it isn't heard, because the page may be between two feeds.
    """
    feed = visit.house.workspace.team.feed
    number = feed.published + 1

    async def taken() -> bool:
        feed.publish("nothing")
        return int(await visit.page.locator("#app").get_attribute("data-heard") or 0) >= number

    await until(taken)
