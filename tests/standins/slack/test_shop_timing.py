"""The recorder and the shop where things come early, late or twice."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, Route, expect

from tests.browser import IN_A_BROWSER
from tests.standins.slack.shop_visit import Visit, visiting

pytestmark = IN_A_BROWSER
NEXT_TASK = "new Promise(done => setTimeout(done, 0))"


async def posts(visit: Visit) -> list[str]:
    return [request.url for request in visit.requests if "/intake/" in request.url]


async def test_what_is_stopped_before_the_recorder_has_all_its_parts_stays_stopped(browser: Browser) -> None:
    parts = asyncio.Event()

    async def late(route: Route) -> None:
        await parts.wait()
        await route.continue_()

    async with visiting(browser) as visit:
        await visit.page.route("**/*rrweb-record*", late)
        await visit.page.goto(f"{visit.base}/shop?lang=en", wait_until="commit")
        await visit.there("replaybook")
        await visit.page.evaluate("replaybook.stop()")
        parts.set()
        await visit.there("rrwebRecord")
        await visit.page.evaluate("replaybook.flush()")
        await visit.page.evaluate(NEXT_TASK)
        assert await posts(visit) == []


async def test_what_comes_after_a_batch_that_left_as_a_beacon_is_not_taken_for_it(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("""() => {
            const read = Response.prototype.arrayBuffer;
            const packed = new Promise(done => { window.pack = done; });
            Response.prototype.arrayBuffer = async function () { await packed; return read.call(this); };
            for (let n = 0; n < 60; n++) console.error(`${n} ` + 'x'.repeat(400));
            replaybook.flush();
            dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}));
            dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
            replaybook.error('afterwards');
            replaybook.flush();
            pack();
        }""")
        await visit.until(lambda: ("source", "afterwards") in visit.intake.errors)
        await visit.sent()
        assert len([error for error in visit.intake.errors if error[1].endswith("xxx")]) == 60
        numbers = [batch["seq"] for batch in visit.intake.batches]
        assert sorted(numbers) == list(range(len(numbers)))


async def test_what_happens_while_the_page_goes_leaves_its_session_to_the_next_one(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("addEventListener('pagehide', () => console.error('on the way out'))")
        await visit.page.reload()
        await visit.until(lambda: len({batch["view"] for batch in visit.intake.batches}) == 2)
        assert len({batch["session"] for batch in visit.intake.batches}) == 1
        assert ("console", "on the way out") in visit.intake.errors


async def test_of_two_routes_at_once_the_last_is_a_view_with_one_snapshot(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("""() => {
            history.pushState({}, '', '/shop/cart');
            history.pushState({}, '', '/shop/checkout');
        }""")
        await visit.sent()
        last = max(visit.intake.batches, key=lambda batch: batch["seq"])
        events = [event for batch in visit.intake.batches if batch["view"] == last["view"] for event in batch["events"]]
        assert [event["type"] for event in events].count(2) == 1
        assert last["meta"]["href"] == f"{visit.base}/shop/checkout"


async def test_two_presses_at_once_make_one_order(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open("/shop?lang=en&variant=ok")
        buy = visit.page.get_by_role("button", name="Buy", exact=True).first
        await buy.evaluate("button => { button.click(); button.click(); }")
        await expect(visit.page.locator(".thanks")).to_be_visible()
        assert len([request for request in visit.requests if request.url.endswith("/api/orders")]) == 1


async def test_whoever_has_gone_on_hears_nothing_of_an_order_that_failed(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open("/shop?lang=en&variant=banner")
        async with visit.page.expect_response("**/api/orders"):
            await visit.press("Buy")
            await visit.page.get_by_role("link", name="Cart").click()
        await visit.page.evaluate("new Promise(done => setTimeout(done, 600))")
        await expect(visit.page.locator("#banner")).to_be_hidden()
