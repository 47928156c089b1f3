"""The people of the sample sessions: how a hand moves and types, and what each of them does in the shop."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page

DESKTOP, PHONE = (1280, 720), (390, 844)


class Hand:
    """A mouse and a keyboard moved as people move them. All waits are in seconds."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page = page
        self.random = random.Random(seed)
        self.x, self.y = 60.0 + seed % 7 * 40, 260.0

    async def rest(self, least: float, most: float | None = None) -> None:
        await asyncio.sleep(self.random.uniform(least, most or least * 1.3))

    async def to(self, target: Locator) -> None:
        """Along a bent path, fast in the middle and slow at both ends, to somewhere near the target's centre."""
        await target.scroll_into_view_if_needed()
        box = await target.bounding_box()
        if box is None:
            raise RuntimeError(f"nothing to point at: {target}")
        jitter = self.random.uniform
        goal = (
            box["x"] + box["width"] * jitter(0.35, 0.65),
            box["y"] + min(box["height"], 300) * jitter(0.35, 0.65),
        )
        await self._glide(*goal)

    async def _glide(self, x: float, y: float) -> None:
        far = math.hypot(x - self.x, y - self.y)
        steps = max(6, round((0.25 + far / 1400) / 0.016))
        bend = self.random.uniform(-0.18, 0.18)
        middle = ((self.x + x) / 2 - (y - self.y) * bend, (self.y + y) / 2 + (x - self.x) * bend)
        legs = list(zip((self.x, self.y), middle, (x, y), strict=True))
        for step in range(1, steps + 1):
            t = step / steps
            t = t * t * (3 - 2 * t)
            at = [(1 - t) ** 2 * a + 2 * t * (1 - t) * m + t * t * b for a, m, b in legs]
            await self.page.mouse.move(*at)
            await asyncio.sleep(0.012)
        self.x, self.y = x, y

    async def press(self) -> None:
        await self.page.mouse.down()
        await self.rest(0.05, 0.09)
        await self.page.mouse.up()

    async def click(self, target: Locator, times: int = 1) -> None:
        """More than once: in anger, several clicks a second."""
        await self.to(target)
        await self.rest(0.12, 0.3)
        for number in range(times):
            if number:
                await self.rest(0.11, 0.19)
            await self.press()

    async def button(self, name: str, times: int = 1, at: int = 0) -> None:
        await self.click(self.page.get_by_role("button", name=name, exact=True).nth(at), times)

    async def link(self, name: str, at: int = 0) -> None:
        await self.click(self.page.get_by_role("link", name=name).nth(at))
        await self.rest(0.8, 1.4)

    async def write(self, selector: str, text: str) -> None:
        await self.click(self.page.locator(selector))
        for letter in text:
            await self.page.keyboard.type(letter)
            await self.rest(0.05, 0.16)

    async def scroll(self, pixels: int) -> None:
        for _ in range(abs(pixels) // 60):
            await self.page.mouse.wheel(0, math.copysign(60, pixels))
            await self.rest(0.03, 0.06)
        await self.rest(0.5)

    async def wander(self) -> None:
        """Looks at the page: the pointer drifts somewhere and stays."""
        width, height = await self.page.evaluate("[innerWidth, innerHeight]")
        await self._glide(width * self.random.uniform(0.3, 0.8), height * self.random.uniform(0.35, 0.8))
        await self.rest(0.6, 1.2)


Story = Callable[[Hand], Awaitable[None]]


@dataclass(frozen=True)
class Shopper:
    """`title` says what is to be seen; `seed` gives the hand its habits and the person an id."""

    name: str
    title: str
    seed: int
    story: Story
    path: str = "/shop?lang=en"
    viewport: tuple[int, int] = DESKTOP
    locale: str = "en-US"


async def rage_banner(hand: Hand) -> None:
    await hand.wander()
    await hand.scroll(300)
    await hand.scroll(-300)
    await hand.wander()
    await hand.button("Buy", times=5)
    await hand.rest(2.5)
    await hand.wander()
    await hand.scroll(240)
    await hand.rest(3)


async def rage_reload_leave(hand: Hand) -> None:
    await hand.wander()
    await hand.link("Moss Trail Boots")
    await hand.wander()
    await hand.button("Buy", times=4)
    await hand.rest(2.4)
    await hand.page.reload()
    await hand.rest(1.6)
    await hand.button("Buy")
    await hand.rest(2.5)
    await hand.page.evaluate("replaybook.flush()")
    await hand.page.goto("about:blank")


async def dead_buy(hand: Hand) -> None:
    await hand.wander()
    await hand.link("Birch Fleece")
    await hand.rest(1.5)
    await hand.button("Buy")
    await hand.rest(3)
    await hand.button("Buy")
    await hand.rest(2.5)
    await hand.link("Back to the shop")
    await hand.scroll(360)


async def error_checkout(hand: Hand) -> None:
    await hand.wander()
    await hand.button("Add to cart", at=2)
    await hand.rest(1.2)
    await hand.link("Cart")
    await hand.wander()
    await hand.button("Checkout")
    await hand.rest(3)
    await hand.button("Checkout")
    await hand.rest(3)


async def coupon(hand: Hand) -> None:
    await hand.button("Add to cart", at=5)
    await hand.rest(1)
    await hand.link("Cart")
    await hand.write("[name=coupon]", "AUTUMN10")
    await hand.button("Apply coupon")
    await hand.rest(2)
    await hand.button("Apply coupon", times=4)
    await hand.rest(2.2)
    await hand.button("Remove")
    await hand.rest(1.5)


async def korean(hand: Hand) -> None:
    await hand.wander()
    await hand.link("피오르 셸 재킷")
    await hand.wander()
    await hand.button("구매하기", times=6)
    await hand.rest(2.4)
    await hand.wander()
    await hand.button("장바구니 담기")
    await hand.rest(2)


async def healthy(hand: Hand) -> None:
    await hand.write("#search", "tent")
    await hand.rest(1)
    await hand.link("Aurora Tent")
    await hand.button("Add to cart")
    await hand.rest(1)
    await hand.link("Cart")
    await hand.button("Checkout")
    await hand.rest(1)
    await hand.write("[name=name]", "Kari Nordmann")
    await hand.write("[name=address]", "Storgata 1, Oslo")
    await hand.button("Place order")
    await hand.rest(2.5)


async def typing(hand: Hand) -> None:
    await hand.button("Add to cart", at=1)
    await hand.rest(0.8)
    await hand.link("Cart")
    await hand.button("Checkout")
    await hand.rest(0.8)
    await hand.write("[name=email]", "kari.nordmann@example.com")
    await hand.write("[name=card]", "4111 1111 1111 1111")
    await hand.write("[name=code]", "739")
    await hand.button("Place order", times=3)
    await hand.rest(2.5)
    await hand.wander()


async def phone_rage(hand: Hand) -> None:
    await hand.scroll(420)
    await hand.rest(1)
    await hand.scroll(240)
    await hand.wander()
    await hand.button("Buy", times=4, at=2)
    await hand.rest(2.5)
    await hand.scroll(-240)
    await hand.wander()
    await hand.button("Add to cart", at=2)
    await hand.rest(2)


async def silent(hand: Hand) -> None:
    await hand.wander()
    await hand.button("Buy", at=3)
    await hand.rest(3)
    await hand.button("Buy", at=3)
    await hand.rest(2)
    await hand.scroll(360)
    await hand.button("Buy", at=4)
    await hand.rest(3)


SHOPPERS = (
    Shopper("rage-buy-banner", "Five angry clicks on Buy, then the error banner", 11, rage_banner),
    Shopper("rage-buy-reload", "Rage on Buy, a reload, one more try, gone", 23, rage_reload_leave, locale="en-GB"),
    Shopper("dead-buy", "Buy does nothing, twice", 31, dead_buy, locale="de-DE"),
    Shopper("error-checkout", "Checkout throws", 43, error_checkout, "/shop?lang=en&variant=checkout"),
    Shopper("coupon", "A coupon that nobody knows, applied in anger", 59, coupon, locale="en-CA"),
    Shopper("korean-rage", "구매하기 여섯 번, 오류 배너", 67, korean, "/shop?lang=ko", locale="ko-KR"),
    Shopper("healthy", "Search, cart, checkout, an order", 71, healthy, "/shop?lang=en&variant=ok", locale="nb-NO"),
    Shopper("typing", "Types an e-mail address and a card number, then rages on Place order", 83, typing),
    Shopper("phone-rage", "Rage on Buy on a phone", 97, phone_rage, viewport=PHONE, locale="en-US"),
    Shopper("silent-buy", "Buy throws and shows nothing; another throws too late", 101, silent, locale="fr-FR"),
)
