"""Words without an end, in every place that people fill: page and export stay within the width of the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.notebook.cell_data import Comment, FollowUp, SeenBefore
from bot.notebook.cell_data import EarlierTicket as Earlier
from bot.notebook.edits import add_cell
from bot.notebook.facts import add_clip, add_number
from bot.notebook.head import DocumentStatus, Head, Participant, StatusChange
from bot.notebook.merge import Change, Put, merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.state.connection import connected
from tests.browser import IN_A_BROWSER
from tests.notebook.examples import CLIP, NOON, NUMBER
from tests.web.served import WORDS, Served, served

pytestmark = IN_A_BROWSER
LONG = ["x" * 700, "가" * 700, "*" * 700, "https://shop.example/" + "a" * 700]
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= document.documentElement.clientWidth) return []
  const all = [...document.querySelectorAll('body *')]
  const wide = all.filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  return wide.slice(0, 8).map(each => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 30)}`)
}"""


def full(notebook: Notebook, language: str) -> Notebook:
    """The notebook with such a word wherever a person, or a system, may have put one."""
    word, somebody = LONG[0], Participant(LONG[0][:200], "U1")
    head = Head(
        DocumentStatus.PUBLISHED,
        topic=word,
        owner=somebody,
        commander=somebody,
        reviewer=somebody,
        participants=(somebody, Participant(LONG[1][:200], "U2")),
        features=(word[:80], LONG[1][:80]),
        services=(word[:80],),
        incident=word,
        history=(StatusChange(DocumentStatus.PUBLISHED, somebody, NOON),),
    )
    named = msgspec.structs.replace(notebook, head=head, title=word[:200], language=language, channel_name=word[:80])
    rows: list[Change] = [
        *(Entry(f"1700.{n}", NOON + timedelta(minutes=n), text, word[:80]) for n, text in enumerate(LONG)),
        *(Comment(f"c{n}", NOON, text, word[:80]) for n, text in enumerate(LONG)),
        *(FollowUp(f"r{n}", text, NOON, word[:80], text[:80], note=text, outcome=text) for n, text in enumerate(LONG)),
        add_number("1700.9", msgspec.structs.replace(NUMBER, targets=tuple(LONG), top_error=word, question=word)),
        add_clip("1700.8", msgspec.structs.replace(CLIP, caption=word, why=word, alt_text=word)),
        Put("seen-before/1", "backlog", SeenBefore(word, (Earlier(word[:80], "asked", NOON, "error", "", word[:80]),))),
    ]
    after = merge(named, rows, WORDS.for_notebook(named))
    for text in LONG:
        after = add_cell(after, markdown=f"{text}\n\n- {text}\n\n> {text}", after="", author=word[:60])
    return after


@pytest_asyncio.fixture(loop_scope="session")
async def running(redis_server: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with connected(redis_server) as redis:
        await redis.flushall()
        started = await served(redis, tmp_path / "files")
        yield started
        await started.client.close()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_no_word_is_wider_than_the_screen(
    browser: Browser, running: Served, tmp_path: Path, width: int, language: str
) -> None:
    await change(running.store, running.notebook.id, lambda it: full(it, language))
    exported, path = tmp_path / "exported.html", running.notebook.path
    exported.write_bytes(await (await running.client.get(f"{path}.html")).read())
    async with await browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = await context.new_page()
        for url in (*(str(running.client.make_url(each)) for each in (path, "/notebooks")), exported.as_uri()):
            await page.goto(url)
            assert await page.evaluate(TOO_WIDE) == [], url
