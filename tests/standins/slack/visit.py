"""A person at the page, in a real browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from tests.standins.slack.house import INCIDENT, House

Json = dict[str, Any]


@dataclass
class Visit:
    house: House
    page: Page
    troubles: list[str]

    async def act_as(self, user: str) -> None:
        await self.page.click(f'[data-persona="{user}"]')
        await expect(self.page.locator(f'[data-persona="{user}"]')).to_have_attribute("aria-checked", "true")

    async def post(self, *blocks: Json, text: str = "Text", **more: Any) -> str:
        sent = await self.house.client.chat_postMessage(channel=INCIDENT, text=text, blocks=list(blocks), **more)
        return str(sent["ts"])

    def row(self, ts: str, where: str = "#messages") -> Any:
        return self.page.locator(f'{where} [data-ts="{ts}"]')
