"""The sample shop: what works, what the bad deploy broke, and that it needs nobody else."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Route

from tests.browser import IN_A_BROWSER
from tests.standins.slack.shop_visit import Visit, visiting

pytestmark = IN_A_BROWSER
ORDER = {"method": "POST", "url": "/shop/api/orders"}


async def test_buy_throws_asks_for_an_order_in_vain_and_shows_a_banner(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.press("Buy")
        await visit.page.get_by_role("alert").get_by_text("(E1042)").wait_for()
        await visit.sent()
        start, end = visit.intake.custom("request")
        assert start == {"phase": "start", "id": start["id"], **ORDER}
        assert end == {"phase": "end", "id": start["id"], **ORDER, "status": 500}
        assert ("source", "TypeError: cart is undefined") in visit.intake.errors
        assert ("network", "POST /shop/api/orders 500") in visit.intake.errors


@pytest.mark.parametrize(("variant", "errors"), [("dead", 0), ("throw", 1), ("late", 1)])
async def test_a_variant_in_the_address_breaks_buy_in_its_own_way(browser: Browser, variant: str, errors: int) -> None:
    async with visiting(browser) as visit:
        await visit.open(f"/shop?lang=en&variant={variant}")
        await visit.recording()
        before = await visit.page.inner_html("body")
        await visit.press("Buy")
        await visit.page.wait_for_timeout(500)
        assert await visit.page.inner_html("body") == before
        await visit.sent()
        assert visit.intake.errors.count(("source", "TypeError: cart is undefined")) == errors
        assert visit.intake.custom("request") == []


async def test_the_rest_of_the_shop_works(browser: Browser) -> None:
    async with visiting(browser) as visit:
        page = visit.page
        await visit.open("/shop?lang=en&variant=ok")
        await page.fill("#search", "tent")
        assert await page.locator(".card").count() == 1
        await page.fill("#search", "")
        await visit.press("Camp")
        assert await page.locator(".card").count() == 3
        await visit.press("Add to cart")
        assert await page.inner_text("#count") == "1"
        await page.get_by_role("link", name="Cart").click()
        await page.fill("[name=coupon]", "SAVE10")
        await visit.press("Apply coupon")
        await page.get_by_text("Unknown code").wait_for()
        await visit.press("Checkout")
        await visit.press("Place order")
        await page.get_by_text("Thank you!").wait_for()
        assert page.url.endswith("/shop/thanks?lang=en&variant=ok")
        await visit.sent()
        assert visit.intake.errors == [("source", "that is all")]


async def test_checkout_can_be_broken_too(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open("/shop?lang=en&variant=checkout")
        await visit.press("Add to cart")
        await visit.page.get_by_role("link", name="Cart").click()
        await visit.press("Checkout")
        await visit.page.get_by_role("alert").get_by_text("not available").wait_for()
        await visit.sent()
        assert ("source", "TypeError: cart.items is not iterable") in visit.intake.errors


async def test_it_speaks_korean(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.press("한국어")
        await visit.page.get_by_role("button", name="구매하기").first.wait_for()
        assert await visit.page.get_by_role("button", name="장바구니 담기").count() == 8
        assert await visit.page.get_attribute("html", "lang") == "ko"
        await visit.press("구매하기")
        await visit.page.get_by_role("alert").get_by_text("주문하지 못했습니다").wait_for()


async def named(visit: Visit) -> list[str]:
    script = "all => all.map(one => one.dataset.ddActionName)"
    names: list[str] = await visit.page.locator("[data-dd-action-name]").evaluate_all(script)
    return names


async def test_buttons_are_named_by_their_text_except_one(browser: Browser) -> None:
    async with visiting(browser) as visit:
        for path in ("", "/product/fjord-shell", "/cart"):
            await visit.open(f"/shop{path}?lang=ko")
            assert await named(visit) == []
        await visit.open("/shop/checkout?lang=ko")
        assert await named(visit) == ["Place order"]


@pytest.mark.parametrize("blocked", ["**/recorder.js", "**/rrweb-record.js", "**/intake/**"])
async def test_it_works_without_the_recorder(browser: Browser, blocked: str) -> None:
    async def abort(route: Route) -> None:
        await route.abort()

    async with visiting(browser) as visit:
        await visit.page.route(blocked, abort)
        problems: list[str] = []
        visit.page.on("pageerror", lambda error: problems.append(str(error)))
        await visit.open()
        await visit.press("Add to cart")
        assert await visit.page.inner_text("#count") == "1"
        await visit.press("Buy")
        await visit.page.get_by_role("alert").get_by_text("(E1042)").wait_for()
        assert problems == ["cart is undefined"]
        assert visit.intake.batches == []


async def test_nothing_is_asked_of_any_other_server(browser: Browser) -> None:
    async with visiting(browser) as visit:
        for path in ("", "/product/aurora-tent", "/cart", "/checkout"):
            await visit.open(f"/shop{path}")
        await visit.recording()
        foreign = [r.url for r in visit.requests if not r.url.startswith((f"{visit.base}/", "data:"))]
        assert foreign == []
        assert len(visit.requests) > 20


async def test_the_link_to_the_workspace_leads_there(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        assert await visit.page.get_by_text("This page records itself for the demo").is_visible()
        link = visit.page.get_by_role("link", name="Back to the workspace")
        assert await link.get_attribute("href") == "/inc-142"


async def test_no_page_is_wider_than_the_screen(browser: Browser) -> None:
    async with visiting(browser) as visit:
        for path in ("", "/product/aurora-tent", "/checkout"):
            await visit.open(f"/shop{path}?lang=ko")
            for width in (320, 390, 768, 1280):
                await visit.page.set_viewport_size({"width": width, "height": 800})
                assert await visit.page.evaluate("document.documentElement.scrollWidth") <= width
