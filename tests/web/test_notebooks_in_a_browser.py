"""The notebook page in a real browser: live, readable on a phone, and with nothing that its own policy refuses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, ViewportSize, expect

from bot.notebook.cell_data import Bar, Chart
from bot.notebook.edits import add_cell
from bot.notebook.facts import add_chart
from bot.notebook.merge import merge
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.state.connection import connected
from tests.browser import IN_A_BROWSER
from tests.notebook.examples import NOON
from tests.web.served import WORDS, Served, served

pytestmark = IN_A_BROWSER


class Reader:
    """A page in a browser, and what the browser complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@asynccontextmanager
async def reading(
    browser: Browser, running: Served, *, width: int = 1280, script: bool = True, stopped_clock: bool = False
) -> AsyncIterator[Reader]:
    viewport: ViewportSize = {"width": width, "height": 900}
    async with await browser.new_context(viewport=viewport, java_script_enabled=script) as context:
        reader = Reader(await context.new_page())
        if stopped_clock:
            await reader.page.clock.install()
        await reader.page.goto(str(running.client.make_url(running.notebook.path)))
        yield reader


@pytest_asyncio.fixture(loop_scope="session")
async def running(redis_server: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with connected(redis_server) as redis:
        await redis.flushall()
        started = await served(redis, tmp_path / "files")
        await started.files.put(b"GIF89a", "gif")
        yield started
        await started.client.close()


async def test_an_open_page_shows_news_by_itself_and_leaves_alone_what_is_being_written(
    browser: Browser, running: Served
) -> None:
    async with reading(browser, running) as reader:
        page = reader.page
        draft = page.locator(".comment-form textarea")
        await draft.fill("still writing")
        write = WORDS.for_notebook(running.notebook)
        news = Entry("m2", NOON, "Rolled back")
        await change(running.store, running.notebook.id, lambda it: merge(it, [news], write))
        await expect(page.locator(".timeline")).to_contain_text("Rolled back")
        await expect(page.locator("#news")).to_be_visible()
        await expect(draft).to_have_value("still writing")


async def test_people_write_with_the_keyboard_alone(browser: Browser, running: Served) -> None:
    async with reading(browser, running) as reader:
        page = reader.page
        await page.locator(".editing.add > summary").first.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("One in three could not buy.")
        await page.keyboard.press("Tab")
        await page.keyboard.type("Minseo")
        await page.keyboard.press("Enter")
        await expect(page.locator(".is-markdown .prose")).to_have_text("One in three could not buy.")


ALIGNED = "| Team | Minutes |\n|:--|--:|\n| Checkout | 40 |"
# Rectangles of the chart's visible labels that stick out of its picture or touch one another.
MISPLACED = """() => {
  const picture = document.querySelector('.chart svg').getBoundingClientRect();
  const labels = [...document.querySelectorAll('.chart svg text')].filter(one => one.getClientRects().length);
  const boxes = labels.map(one => ({text: one.textContent, box: one.getBoundingClientRect()}));
  const out = boxes.filter(({box}) => box.left < picture.left || box.right > picture.right + 1);
  const touching = boxes.filter((one, at) => boxes.some((other, n) => n > at &&
    one.box.left < other.box.right && other.box.left < one.box.right &&
    one.box.top < other.box.bottom && other.box.top < one.box.bottom));
  return [...out, ...touching].map(each => each.text);
}"""


@pytest.mark.parametrize("days", [2, 5, 7, 24])
@pytest.mark.parametrize("width", [1280, 390])
async def test_every_label_of_a_chart_is_whole_and_alone(
    browser: Browser, running: Served, width: int, days: int
) -> None:
    bars = tuple(Bar(NOON + timedelta(days=at), {"rage_click": 4_100 * at}) for at in range(days))
    write = WORDS.for_notebook(running.notebook)
    chart = add_chart("1700.1", Chart("Signals", bars, 86_400))
    await change(running.store, running.notebook.id, lambda it: merge(it, [chart], write))
    async with reading(browser, running, width=width) as reader:
        assert await reader.page.evaluate(MISPLACED) == []
        if days < 6:
            shown = reader.page.locator(".chart .label:visible")
            assert await shown.count() == days


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_fits_and_breaks_none_of_its_own_rules(browser: Browser, running: Served, width: int) -> None:
    await change(running.store, running.notebook.id, lambda it: add_cell(it, markdown=ALIGNED, after="", author="Mina"))
    async with reading(browser, running, width=width) as reader:
        assert await reader.page.evaluate("document.documentElement.scrollWidth") <= width
        right = reader.page.locator(".prose td").last
        assert await right.evaluate("cell => getComputedStyle(cell).textAlign") == "right"
        # The clip of the example was never stored; anything else the browser says is a fault of the page.
        assert [text for text in reader.complaints if "404" not in text] == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_nothing_lies_on_a_clip(browser: Browser, running: Served, width: int) -> None:
    async with reading(browser, running, width=width) as reader:
        still = reader.page.get_by_role("button", name="Hold still")
        await still.click()
        await expect(still).to_have_attribute("aria-pressed", "true")
        clip, button = await reader.page.locator(".clip img").bounding_box(), await still.bounding_box()
        assert clip
        assert button
        assert button["y"] >= clip["y"] + clip["height"]


async def test_buttons_that_need_a_script_are_not_there_without(browser: Browser, running: Served) -> None:
    async with reading(browser, running, script=False) as reader:
        await reader.page.locator(".exports > summary").click()
        for name in ("Print", "Hold still", "Copy as Markdown"):
            await expect(reader.page.get_by_text(name, exact=True)).to_be_hidden()
    async with reading(browser, running) as reader:
        await expect(reader.page.get_by_role("button", name="Print")).to_be_visible()


async def test_the_buttons_above_a_post_mortem_look_alike(browser: Browser, running: Served) -> None:
    async with reading(browser, running) as reader:
        looks = await reader.page.locator(".tools .button").evaluate_all(
            "all => all.map(it => getComputedStyle(it).color)"
        )
        assert len(looks) >= 4
        assert len(set(looks)) == 1


REFUSED = "navigator.clipboard.write = () => Promise.reject(new Error('no'));"


@pytest.mark.parametrize("clipboard", ["allowed", "refused", "none"])
async def test_the_text_is_copied_as_markdown_with_or_without_the_clipboards_interface(
    browser: Browser, running: Served, clipboard: str
) -> None:
    async with reading(browser, running) as reader:
        page = reader.page
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        if clipboard == "refused":
            await page.evaluate(f"{REFUSED}null")
        if clipboard == "none":
            await page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        await page.locator(".exports > summary").click()
        await page.get_by_role("button", name="Copy as Markdown").click()
        await expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
        other = await page.context.new_page()
        await other.goto(str(running.client.make_url("/notebooks")))
        copied = await other.evaluate("navigator.clipboard.readText()")
        text = await (await running.client.get(f"{running.notebook.path}.md")).text()
        assert copied.replace("\r\n", "\n") == text


async def test_where_nothing_may_be_copied_the_text_is_there_to_be_selected(browser: Browser, running: Served) -> None:
    async with reading(browser, running) as reader:
        page = reader.page
        await page.evaluate(REFUSED + "document.execCommand = () => false;")
        await page.locator(".exports > summary").click()
        await page.get_by_role("button", name="Copy as Markdown").click()
        field = page.get_by_role("textbox", name="Copy as Markdown")
        await expect(field).to_have_value(re.compile("^# Checkout: Buy is broken"))
        await expect(page.locator("[data-copied]")).to_contain_text("Select the text below")


async def test_a_part_that_was_left_alone_is_made_new_when_nobody_is_busy_there_any_more(
    browser: Browser, running: Served
) -> None:
    write = WORDS.for_notebook(running.notebook)
    first = Entry("m1", NOON, "It began")
    await change(running.store, running.notebook.id, lambda it: merge(it, [first], write))
    async with reading(browser, running) as reader:
        page = reader.page
        await page.locator("[data-section]:has(.timeline) summary").first.focus()
        news = Entry("m2", NOON, "Rolled back")
        async with page.expect_response(lambda answer: answer.url == page.url):
            await change(running.store, running.notebook.id, lambda it: merge(it, [first, news], write))
        await expect(page.locator(".timeline")).not_to_contain_text("Rolled back")
        await page.evaluate("document.activeElement.blur()")
        await expect(page.locator(".timeline")).to_contain_text("Rolled back")


async def test_the_page_looks_for_news_again_when_it_has_the_last(browser: Browser, running: Served) -> None:
    asked: list[str] = []
    answered = asyncio.Event()

    async def slow(route: Route) -> None:
        asked.append(route.request.url)
        await answered.wait()
        await route.continue_()

    async with reading(browser, running, stopped_clock=True) as reader:
        await reader.page.route("**/version", slow)
        for _ in range(3):
            await reader.page.clock.run_for(4000)
        await expect(reader.page.locator("body")).to_be_visible()
        assert len(asked) == 1
        async with reader.page.expect_response("**/version"):
            answered.set()
        await reader.page.wait_for_load_state("networkidle")
        async with reader.page.expect_request("**/version"):
            await reader.page.clock.run_for(4000)
