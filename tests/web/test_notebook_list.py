"""The list of post-mortems: how each stands, what is overdue, and a search in both languages, page by page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.locale import Locale
from bot.notebook.cell_data import FollowUp
from bot.notebook.head import DocumentStatus, Head, Severity
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import search
from bot.notebook.ports import change
from tests.notebook.examples import NOON, opened
from tests.web.served import WORDS, Served, served


@pytest.fixture
async def page(redis: Redis, tmp_path: Path) -> AsyncIterator[Served]:
    running = await served(redis, tmp_path / "files")
    yield running
    await running.client.close()


async def another(page: Served, number: int, **facts: Any) -> Notebook:
    fresh = msgspec.structs.replace(opened(WORDS), channel=f"C{number}", **facts)
    return await page.store.create(fresh)


async def listed(page: Served, query: str = "", language: str = "en") -> str:
    answer = await page.client.get(f"/notebooks{query}", headers={"Accept-Language": language})
    assert answer.status == 200
    return await answer.text()


async def titles(site: Served, **query: str) -> list[str]:
    answer = await site.client.get("/notebooks", params=query)
    return re.findall(r'<a href="/notebooks/[\w-]+">(.*?)</a>', await answer.text())


async def test_the_list_says_how_each_stands(page: Served) -> None:
    head = Head(status=DocumentStatus.IN_REVIEW, severity=Severity.SEV_1)
    await another(page, 2, title="Search is slow", head=head, channel_name="inc-7", created=NOON)
    text = await listed(page)
    for wanted in ("Search is slow", "#inc-7", "In review", "SEV-1", "today", "Draft", "Unknown"):
        assert wanted in text, wanted
    korean = await listed(page, language="ko-KR")
    for wanted in ("검토 중", "초안", "심각도", "오늘"):
        assert wanted in korean, wanted


async def test_follow_ups_are_counted_and_those_overdue_are_said(page: Served) -> None:
    today = NOON.date()
    rows = [
        FollowUp("a", "Late", NOON, state="in_backlog", due=today - timedelta(days=3), revision=1),
        FollowUp("b", "Later", NOON, state="in_backlog", due=today + timedelta(days=3), revision=1),
        FollowUp("c", "Done", NOON, state="improved", due=today - timedelta(days=9), revision=1),
    ]
    made = await another(page, 2, title="Two to do")
    await change(page.store, made.id, lambda it: merge(it, rows, WORDS.for_notebook(it)))
    text = (await listed(page, "?q=two")).split("<tbody>")[1]
    assert "2 open" in text
    assert "1 overdue" in text


async def test_a_search_finds_titles_channels_errors_features_and_how_grave_it_is(page: Served) -> None:
    head = Head(severity=Severity.SEV_1, features=("구매 버튼",), status=DocumentStatus.PUBLISHED)
    await another(page, 2, title="결제 실패", head=head, channel_name="inc-checkout")
    ours = "결제 실패"
    for words in ("결제", "결제실패", "구매버튼", "inc-checkout", "SEV-1", "sev1 published", "CHECKOUT 실패"):
        assert await titles(page, q=words) == [ours], words
    assert await titles(page, q="cart is undefined") == ["Checkout: Buy is broken"], "by its top error"
    assert await titles(page, q="cart 결제") == []
    assert "None has all of these words" in await listed(page, "?q=nowhere")


async def test_long_lists_have_pages_that_keep_the_search(page: Served) -> None:
    for number in range(2, 57):
        await another(page, number, title=f"Incident {number:02}")
    assert len(await titles(page)) == 50
    assert (await titles(page))[0] == "Incident 56", "the newest first"
    assert await titles(page, page="2", q="incident") == [f"Incident {n:02}" for n in (6, 5, 4, 3, 2)]
    first = await listed(page, "?q=incident")
    assert 'href="/notebooks?q=incident&amp;page=2"' in first
    assert "Newer" not in first
    assert "There are no more" in await listed(page, "?page=9")


@pytest.mark.parametrize("query", ["?page=0", "?page=-1", "?page=x", "?page=99999999999999999999", "?page=²", "?q=%00"])
async def test_an_odd_address_is_a_list_all_the_same(page: Served, query: str) -> None:
    await listed(page, query)


async def test_hostile_words_and_titles_stay_text(page: Served) -> None:
    hostile = '"><script>alert(1)</script>'
    await another(page, 2, title=hostile, channel_name=hostile)
    answer = await page.client.get("/notebooks", params={"q": hostile})
    text = await answer.text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


async def test_a_search_of_one_team_finds_nothing_of_another(page: Served) -> None:
    await another(page, 2, title="Theirs", team="T2")
    found = await search(page.store, "", now=NOON, locale=Locale.of("en"), team="T2")
    assert [row.notebook.title for row in found.rows] == ["Theirs"]
