"""The recorder: what it sends, what it never sends, and that the page does not feel it."""

from __future__ import annotations

import json

from playwright.async_api import Browser

from tests.browser import IN_A_BROWSER
from tests.standins.slack.shop_visit import visiting

pytestmark = IN_A_BROWSER
GO_TO = """fragment => new Promise(done => {
    addEventListener('hashchange', () => setTimeout(done, 0), {once: true});
    location.hash = fragment;
})"""
TYPED = ("kari.nordmann@example.com", "4111111111111111", "s3cret-739", "AUTUMN10")


async def test_what_people_type_is_in_no_body(browser: Browser) -> None:
    async with visiting(browser) as visit:
        page = visit.page
        await visit.open()
        await visit.press("Add to cart")
        await page.get_by_role("link", name="Cart").click()
        await page.locator("[name=coupon]").press_sequentially("AUTUMN10")
        await visit.press("Apply coupon")
        await visit.press("Checkout")
        for name, text in zip(("email", "card", "code"), TYPED, strict=False):
            await page.locator(f"[name={name}]").press_sequentially(text)
        await visit.press("Place order")
        await page.reload()
        await visit.recording()
        await visit.sent()
        sent = "\n".join(visit.intake.raw)
        inputs = [e["data"]["text"] for e in visit.intake.events if e["type"] == 3 and e["data"]["source"] == 5]
        assert "*" * len(TYPED[0]) in inputs
        assert not [text for text in TYPED if text in sent or text[:6] in sent]


async def test_a_batch_says_who_where_and_with_what(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open("/shop?lang=en&token=secret")
        await visit.recording()
        first = visit.intake.batches[0]
        assert set(first) == {"session", "view", "person", "application", "meta", "seq", "events"}
        assert first["application"] == "nordic-outfitters"
        assert first["meta"] == {
            "browser": "Chrome",
            "device": "desktop",
            "country": "US",
            "version": "2.31.0",
            "service": "shop-web",
            "env": "prod",
            "href": f"{visit.base}/shop",
        }
        hrefs = [event["data"]["href"] for event in visit.intake.events if event["type"] == 4]
        assert hrefs == [f"{visit.base}/shop"]


async def test_a_route_and_a_reload_are_new_views_of_the_same_session(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.get_by_role("link", name="Fjord Shell Jacket").click()
        await visit.sent()
        await visit.page.reload()
        await visit.there("replaybook")
        await visit.until(lambda: len({batch["view"] for batch in visit.intake.batches}) == 3)
        batches = sorted(visit.intake.batches, key=lambda batch: batch["seq"])
        assert len({batch["session"] for batch in batches}) == 1
        assert len({batch["person"] for batch in batches}) == 1
        assert [batch["seq"] for batch in batches] == list(range(len(batches)))
        for view in dict.fromkeys(batch["view"] for batch in batches):
            events = [event for batch in batches if batch["view"] == view for event in batch["events"]]
            metas = [event["data"]["href"] for event in events if event["type"] == 4]
            assert metas == [next(b["meta"]["href"] for b in batches if b["view"] == view)]
            assert [event["type"] for event in events].count(2) == 1


async def test_a_route_in_the_fragment_is_a_view_and_an_anchor_is_none(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        for fragment in ("top", "/cart?token=SECRET", "/cart?token=OTHER", "!/pay"):
            await visit.page.evaluate(GO_TO, fragment)
        await visit.until(lambda: len({batch["view"] for batch in visit.intake.batches}) == 3)
        await visit.sent()
        batches = sorted(visit.intake.batches, key=lambda batch: batch["seq"])
        pages = dict.fromkeys((batch["view"], batch["meta"]["href"]) for batch in batches)
        assert [href.removeprefix(visit.base) for _, href in pages] == ["/shop", "/shop#/cart", "/shop#!/pay"]
        metas = [event["data"]["href"] for batch in batches for event in batch["events"] if event["type"] == 4]
        assert metas == [href for _, href in pages]
        assert "SECRET" not in "".join(visit.intake.raw)


async def test_what_the_intake_did_not_take_is_sent_again(browser: Browser) -> None:
    async with visiting(browser) as visit:
        visit.intake.answers = [503, 429]
        await visit.open()
        await visit.there("replaybook")
        await visit.recording()
        assert [batch["seq"] for batch in visit.intake.refused] == [0, 0]
        assert visit.intake.batches[0] == visit.intake.refused[0]


async def test_a_batch_that_is_refused_for_good_is_not_sent_again(browser: Browser) -> None:
    async with visiting(browser) as visit:
        visit.intake.answers = [413]
        await visit.open()
        await visit.until(lambda: visit.intake.refused)
        await visit.press("Buy")
        await visit.sent()
        assert visit.intake.refused[0]["seq"] == 0
        assert min(batch["seq"] for batch in visit.intake.batches) == 1


async def test_the_last_moment_arrives_when_the_page_goes(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("replaybook.error('last words')")
        await visit.page.goto("about:blank")
        await visit.until(lambda: ("source", "last words") in visit.intake.errors)


async def test_errors_requests_and_windows_are_told(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("""async () => {
            console.error('cart', {items: 0});
            Promise.reject(new RangeError('too many'));
            window.open('about:blank');
            await fetch('/shop/api/coupons?code=SECRET', {method: 'post', body: '{}'});
            const call = new XMLHttpRequest();
            call.open('GET', '/nowhere?token=SECRET');
            await new Promise(done => { call.onloadend = done; call.send(); });
        }""")
        await visit.sent()
        assert ("console", 'cart {"items":0}') in visit.intake.errors
        assert ("unhandledrejection", "RangeError: too many") in visit.intake.errors
        assert visit.intake.custom("window_open") == [{}]
        ends = [(r["method"], r["url"], r["status"]) for r in visit.intake.custom("request") if r["phase"] == "end"]
        assert ends == [("POST", "/shop/api/coupons", 404), ("GET", "/nowhere", 404)]
        assert "SECRET" not in "".join(visit.intake.raw)


async def test_it_does_not_record_its_own_requests(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.sent()
        assert any("/intake/rrweb" in request.url for request in visit.requests)
        assert visit.intake.custom("request") == []


async def test_loaded_twice_it_records_once(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.add_script_tag(url="/shop/recorder.js")
        await visit.page.evaluate("console.error('once')")
        await visit.sent()
        assert visit.intake.errors.count(("console", "once")) == 1
        assert len([event for event in visit.intake.events if event["type"] == 2]) == 1


async def test_a_quarter_of_an_hour_without_input_ends_the_session(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.page.clock.install()
        await visit.open()
        await visit.page.clock.run_for(2000)
        await visit.recording()
        await visit.page.clock.fast_forward("16:00")
        await visit.page.mouse.click(640, 400)
        await visit.page.clock.run_for(2000)
        await visit.until(lambda: len({batch["session"] for batch in visit.intake.batches}) == 2)
        last = visit.intake.batches[-1]["session"]
        begun = [
            event["type"] for batch in visit.intake.batches if batch["session"] == last for event in batch["events"]
        ]
        assert begun[:2] == [4, 2]
        assert len({batch["person"] for batch in visit.intake.batches}) == 1


async def test_a_duplicated_tab_is_a_session_of_its_own(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        copied = await visit.page.evaluate("JSON.stringify({...sessionStorage})")
        twin = await visit.context.new_page()
        await twin.add_init_script(f"if (!sessionStorage.length) Object.assign(sessionStorage, {copied})")
        await twin.goto(f"{visit.base}/shop")
        await visit.until(lambda: len({batch["session"] for batch in visit.intake.batches}) == 2)
        assert "replaybook.session" in json.loads(copied)


async def test_a_page_that_forbids_storage_is_recorded_and_unharmed(browser: Browser) -> None:
    async with visiting(browser) as visit:
        problems: list[str] = []
        visit.page.on("pageerror", lambda error: problems.append(str(error)))
        await visit.page.add_init_script("""
            const refuse = () => { throw new Error('forbidden'); };
            for (const name of ['getItem', 'setItem']) Storage.prototype[name] = refuse;
        """)
        await visit.page.goto(f"{visit.base}/shop/checkout")
        await visit.recording()
        assert [problem for problem in problems if "cart" not in problem and "forbidden" not in problem] == []
        assert visit.intake.batches[0]["session"].startswith("s_")


async def test_requests_without_an_answer_are_errors_unless_the_page_gave_up(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("""async () => {
            await fetch('http://127.0.0.1:9/fetched').catch(() => {});
            const call = new XMLHttpRequest();
            for (const path of ['http://127.0.0.1:9/called', '/shop']) {
                call.open('GET', path);
                await new Promise(done => { call.onloadend = done; try { call.send(); } catch { done(); } });
            }
            const control = new AbortController();
            const given = fetch('/shop/shop.js', {signal: control.signal}).catch(() => {});
            control.abort();
            await given;
        }""")
        await visit.sent()
        ends = [(r["url"], r["status"]) for r in visit.intake.custom("request") if r["phase"] == "end"]
        assert ends == [("/fetched", 0), ("/called", 0), ("/shop", 200), ("/shop/shop.js", 0)]
        failed = [message for source, message in visit.intake.errors if source == "network"]
        assert failed == ["GET /fetched failed", "GET /called failed"]


async def test_a_page_from_the_page_cache_goes_on_with_the_session_of_its_tab(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("""() => {
            dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}));
            const known = JSON.parse(sessionStorage['replaybook.session']);
            sessionStorage['replaybook.session'] = JSON.stringify({...known, seq: 40}); // another page sent batches
            dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
        }""")
        await visit.sent()
        assert len({batch["session"] for batch in visit.intake.batches}) == 1
        later = [batch for batch in visit.intake.batches if batch["seq"] >= 40]
        assert [event["type"] for event in later[0]["events"]][:2] == [4, 2]
        assert later[0]["view"] != visit.intake.batches[0]["view"]


async def test_a_batch_that_was_being_packed_when_the_page_went_arrives(browser: Browser) -> None:
    async with visiting(browser) as visit:
        await visit.open()
        await visit.recording()
        await visit.page.evaluate("""() => {
            for (let n = 0; n < 60; n++) console.error(`${n} ` + 'x'.repeat(400));
            replaybook.flush();
            location.href = 'about:blank';
        }""")
        await visit.until(lambda: len([e for e in visit.intake.errors if e[1].endswith("xxx")]) >= 60)


async def test_an_intake_of_another_origin_gets_everything(browser: Browser) -> None:
    async with visiting(browser, elsewhere=True) as visit:
        await visit.open()
        await visit.recording()
        await visit.press("Buy")
        await visit.page.evaluate("replaybook.error('last words')")
        await visit.page.goto("about:blank")
        await visit.until(lambda: ("source", "last words") in visit.intake.errors)
        posts = [request.url for request in visit.requests if "/intake/" in request.url]
        assert posts
        assert not [url for url in posts if url.startswith(visit.base)]
        assert ("source", "TypeError: cart is undefined") in visit.intake.errors
