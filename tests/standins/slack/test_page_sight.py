"""What is seen of a conversation: its end after something was sent, news while somebody reads further up, colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from standins.slack import Link
from tests.browser import IN_A_BROWSER
from tests.standins.slack.block_cases import mrkdwn, section
from tests.standins.slack.house import INCIDENT, JISOO, MINA, living
from tests.standins.slack.visit import Visit

Json = dict[str, Any]
pytestmark = IN_A_BROWSER
FROM_END = "list => list.scrollHeight - list.scrollTop - list.clientHeight"


def chart(name: str, *values: int) -> Json:
    labels = [f"p{n}" for n in range(len(values))]
    data = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    drawn = {"type": "bar", "series": [{"name": name, "data": data}], "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": "Signals", "chart": drawn}


async def scrolled_to_end(visit: Visit) -> None:
    """Long enough to scroll."""
    for number in range(30):
        await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text=f"Line {number}")
    await expect(visit.page.get_by_text("Line 29")).to_be_in_viewport()


async def scrolled_up(visit: Visit) -> None:
    """Long enough to scroll, and read from its beginning."""
    await scrolled_to_end(visit)
    await visit.page.locator("#scroller").evaluate("list => { list.scrollTop = 0 }")
    await expect(visit.page.locator("#scroller")).to_have_js_property("scrollTop", 0)


KOREAN = "스레드의 모두가 보게 되고 포스트모템에도 적힙니다. 비워 두면 티켓을 새로 만듭니다. "
BROKEN_WORDS = """row => {
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) {
    for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""


async def test_lines_of_korean_break_between_words(visit: Visit) -> None:
    ts = await visit.post(section(text=mrkdwn(KOREAN * 8)))
    await expect(visit.row(ts)).to_contain_text("포스트모템에도")
    for width in (390, 700, 1280):
        await visit.page.set_viewport_size({"width": width, "height": 844})
        assert await visit.row(ts).evaluate(BROKEN_WORDS) == []


async def test_what_the_keys_do_is_said_where_there_is_room_for_it(visit: Visit) -> None:
    await visit.post(section(text=mrkdwn("Something to talk about")))
    await visit.page.get_by_text("Something to talk about").hover()
    await visit.page.get_by_role("button", name="Reply in thread").last.click()
    await expect(visit.page.locator("#thread-messages")).to_be_visible()
    await expect(visit.page.locator(".main .keys")).to_be_visible()
    cut = """all => all.filter(it => it.checkVisibility({visibilityProperty: true}) &&
      it.scrollWidth > it.clientWidth).length"""
    assert await visit.page.locator(".keys").evaluate_all(cut) == 0


async def test_places_outside_are_named_in_the_language_of_the_browser(browser: Browser, tmp_path: Path) -> None:
    links = (Link("Sample shop", "http://127.0.0.1:1/shop"), Link("Wiki", "http://127.0.0.1:1/wiki"))
    async with living(tmp_path, links=links) as house, await browser.new_context(locale="ko-KR") as context:
        page = await context.new_page()
        await page.goto(f"{house.config.root}/?as={MINA.id}")
        for name in ("샘플 쇼핑몰", "Wiki"):
            await expect(page.get_by_role("link", name=name)).to_be_visible()


async def test_news_is_announced_to_somebody_who_reads_further_up(visit: Visit) -> None:
    await scrolled_up(visit)
    news = visit.page.locator("#main").get_by_role("button", name="New messages")
    await expect(news).to_have_count(0)
    await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text="Look here")
    await expect(news).to_be_visible()
    assert await visit.page.locator("#scroller").evaluate("list => list.scrollTop") == 0
    await news.click()
    await expect(visit.page.get_by_text("Look here")).to_be_in_viewport()
    await expect(news).to_have_count(0)


UP_AS_IT_GROWS = """list => new Promise(done => requestAnimationFrame(() => {
  list.scrollTop = 0;
  list.querySelector("article:last-of-type").style.paddingBottom = "60px";
  requestAnimationFrame(() => requestAnimationFrame(() => done(list.scrollTop)));
}))"""


async def test_somebody_who_scrolls_up_while_a_message_grows_stays_there(visit: Visit) -> None:
    await scrolled_to_end(visit)
    assert await visit.page.locator("#scroller").evaluate(UP_AS_IT_GROWS) == 0


async def test_what_comes_is_shown_also_after_the_window_got_wider(visit: Visit) -> None:
    """What is above a last message without room gets lower then, and nobody has scrolled."""
    await visit.page.set_viewport_size({"width": 900, "height": 600})
    await scrolled_to_end(visit)
    for number in range(3):
        words = f"Long {number} " + "words that take another line where it is narrow " * 20
        await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text=words)
    await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text="\n".join(f"Part {n}" for n in range(60)))
    await expect(visit.page.get_by_text("Part 0", exact=False)).to_be_in_viewport()
    height = await visit.page.locator("#messages").evaluate("list => list.scrollHeight")
    await visit.page.set_viewport_size({"width": 1280, "height": 600})
    await expect(visit.page.locator("#messages")).not_to_have_js_property("scrollHeight", height)
    await visit.page.evaluate(DRAWN)
    await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text="Look here")
    await expect(visit.page.get_by_text("Look here")).to_be_in_viewport()


DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
OVER_THE_EDGE = """row => [...row.querySelectorAll("svg text")].filter(text =>
  text.getBoundingClientRect().right > text.closest("svg").getBoundingClientRect().right + 1
).map(text => text.textContent)"""
TOUCHING = """row => [...row.querySelectorAll("svg text.axis-tick")].map(text => text.getBoundingClientRect()).filter(
  (box, n, all) => all.some((other, m) => m < n && Math.abs(other.top - box.top) < 4
    && other.left < box.right && box.left < other.right)).length"""


async def test_no_label_of_a_chart_hangs_over_its_edge_or_into_another(visit: Visit) -> None:
    for count in (4, 7, 8, 13):
        drawn = chart("rage", *range(1, count + 1))
        labels = [f"Mon {n + 10} 18:00" for n in range(count)]
        drawn["chart"]["axis_config"]["categories"] = labels
        for point, label in zip(drawn["chart"]["series"][0]["data"], labels, strict=True):
            point["label"] = label
        row = visit.row(await visit.post(drawn))
        for width in (360, 390, 430, 1280):
            await visit.page.set_viewport_size({"width": width, "height": 844})
            await visit.page.evaluate(DRAWN)
            assert (await row.evaluate(OVER_THE_EDGE), await row.evaluate(TOUCHING)) == ([], 0), (count, width)


async def test_what_was_sent_and_its_answer_scroll_into_view(visit: Visit) -> None:
    @visit.house.bolt.command("/replay")
    async def command(ack: Any, client: Any) -> None:
        await ack()
        await client.chat_postMessage(channel=INCIDENT, text="Answered here")

    await scrolled_up(visit)
    await visit.page.locator("#composer").fill("/replay rage clicks today")
    await visit.page.keyboard.press("Escape")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_text("Answered here")).to_be_in_viewport()


async def test_a_message_that_grows_keeps_its_beginning_in_sight(visit: Visit) -> None:
    await visit.page.set_viewport_size({"width": 390, "height": 844})
    ts = await visit.post(section(text=mrkdwn("Looking…")))
    await expect(visit.row(ts)).to_be_in_viewport()
    long = [section(text=mrkdwn("*412* signals")), *(section(text=mrkdwn("line\n" * 20)) for _ in range(4))]
    await visit.house.client.chat_update(channel=INCIDENT, ts=ts, text="412", blocks=long)
    await expect(visit.row(ts).get_by_text("412")).to_be_in_viewport()


async def test_a_signal_has_its_colour_wherever_its_series_stands(visit: Visit) -> None:
    for name in ("dead clicks", "데드 클릭"):
        ts = await visit.post(chart(name, 1, 2))
        await expect(visit.row(ts).locator("svg rect.mark").first).to_have_class("mark colour-1")


async def test_counts_have_whole_axes(visit: Visit) -> None:
    for values in ((1, 0), (1, 2), (3, 5), (7, 0), (0, 0)):
        ts = await visit.post(chart("rage clicks", *values))
        ticks = visit.row(ts).locator("svg text.axis-tick[text-anchor=end]")
        await expect(ticks.first).to_be_attached()
        said = await ticks.all_text_contents()
        assert all(tick.isdecimal() for tick in said), said
        assert len(set(said)) == len(said)


async def test_somebody_who_is_answered_in_another_language_says_so(visit: Visit) -> None:
    await expect(visit.page.locator(f'[data-persona="{JISOO.id}"] [lang=ko]')).to_have_text("한국어")
    await expect(visit.page.locator("[data-persona] [lang=en]")).to_have_count(0)


async def test_a_time_is_shown_in_the_zone_and_language_of_whoever_reads(visit: Visit) -> None:
    ts = await visit.post(section(text=mrkdwn("Since <!date^1795522500^{date_short} {time}|Tue, Nov 24 07:15 EST>")))
    await expect(visit.row(ts)).to_contain_text("Nov 24, 2026 07:15")
    await visit.act_as(JISOO.id)
    await expect(visit.row(ts)).to_contain_text("2026년 11월 24일 21:15")
