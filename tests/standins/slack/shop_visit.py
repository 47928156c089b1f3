"""A visit to the shop in a real browser, with an intake that keeps what the recorder posts."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, Request

from bot.web.intake_body import CORS
from standins.serving import served
from standins.shop import shop_routes
from tests.browser import PATIENCE_MS

Json = dict[str, Any]


@dataclass
class Intake:
    """`answers` are the statuses of the next posts; after them it takes everything. `raw` is every body as text."""

    answers: list[int] = field(default_factory=list)
    batches: list[Json] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        text = (await request.read()).decode()  # aiohttp has undone Content-Encoding
        status = self.answers.pop(0) if self.answers else 202
        self.raw.append(text)
        (self.batches if status == 202 else self.refused).append(json.loads(text))
        return web.json_response({}, status=status, headers=CORS)

    async def preflight(self, _: web.Request) -> web.Response:
        return web.Response(status=204, headers=CORS)

    @property
    def events(self) -> list[Json]:
        return [event for batch in self.batches for event in batch["events"]]

    def custom(self, tag: str) -> list[Json]:
        return [e["data"]["payload"] for e in self.events if e["type"] == 5 and e["data"]["tag"] == tag]

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(error["source"], error["message"]) for error in self.custom("error")]


@dataclass
class Visit:
    page: Page
    context: BrowserContext
    intake: Intake
    base: str
    requests: list[Request]

    async def open(self, path: str = "/shop?lang=en") -> None:
        await self.page.goto(self.base + path)
        await self.page.wait_for_selector("main > *")

    async def press(self, name: str, at: int = 0, times: int = 1) -> None:
        button = self.page.get_by_role("button", name=name, exact=True).nth(at)
        for _ in range(times):
            await button.click()

    async def recording(self) -> None:
        """Returns when the recorder has sent the first full snapshot."""
        await self.until(lambda: any(event["type"] == 2 for event in self.intake.events))

    async def there(self, name: str) -> None:
        """Returns when the page has this global. Its policy lets it evaluate nothing itself, so `wait_for_function`
        would fail unless it were there already."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not await self.page.evaluate("name => name in window", name):  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.03)

    async def until(self, true: Any, seconds: float = 120) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - what it waits for is in a browser
                await asyncio.sleep(0.03)

    async def sent(self) -> None:
        """Returns when everything that was recorded so far has arrived."""
        await self.page.evaluate("replaybook.error('that is all')")
        await self.page.evaluate("replaybook.flush()")
        await self.until(lambda: ("source", "that is all") in self.intake.errors)


@asynccontextmanager
async def serving(*routes: web.RouteDef) -> AsyncIterator[str]:
    """The base address of a loopback server with these routes."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.add_routes(routes)
    async with served(app) as url:
        yield url


@asynccontextmanager
async def visiting(browser: Browser, *, elsewhere: bool = False) -> AsyncIterator[Visit]:
    """The shop on a loopback port and somebody in it. `elsewhere`: the intake has an origin of its own."""
    intake = Intake()
    async with serving(web.post("/intake/rrweb", intake.take), web.options("/intake/rrweb", intake.preflight)) as far:
        shop = shop_routes(workspace="/inc-142", intake=far if elsewhere else "")
        async with (
            serving(*shop, web.post("/intake/rrweb", intake.take)) as base,
            await browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US") as context,
        ):
            context.set_default_timeout(PATIENCE_MS)
            page = await context.new_page()
            requests: list[Request] = []

            def note(request: Request) -> None:
                requests.append(request)

            page.on("request", note)
            yield Visit(page, context, intake, base, requests)


def stored(path: Any) -> Json:
    """A sample session."""
    session: Json = json.loads(gzip.decompress(path.read_bytes()))
    return session
