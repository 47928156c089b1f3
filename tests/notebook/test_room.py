"""A post-mortem has a limit for the whole: what goes beyond is refused in a sentence, and nothing is lost."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.notebook.edits import add_cell, edit_cell, remove_cell
from bot.notebook.notebook import Cell, Notebook, digest
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import change
from bot.notebook.room import MOST_BY_HAND, MOST_CELLS, MOST_IN_ALL, check_room, length_of
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.state.redis_records import RedisRecords
from bot.web.html_pages import HtmlPages
from tests.notebook.examples import opened
from tests.web.served import served

WORDS = NotebookText.load()


def with_text(characters: int, cells: int = 20) -> Notebook:
    """A notebook whose parts have so many characters in all."""
    empty = opened(WORDS)
    left = characters - length_of(empty)
    each = [left // cells + (n < left % cells) for n in range(cells)]
    texts = tuple(Cell(f"part-{n}", "x" * size, author="Mina Park") for n, size in enumerate(each))
    notebook = msgspec.structs.replace(empty, cells=(*empty.cells, *texts))
    assert length_of(notebook) == characters
    return notebook


def test_a_full_one_takes_nothing_more_but_may_become_shorter() -> None:
    full = with_text(MOST_BY_HAND)
    with pytest.raises(Misunderstood, match="full: it holds"):
        check_room(full, add_cell(full, markdown="more", after="", author="Mina Park"), MOST_BY_HAND)
    cell = full.cells[-1]
    shorter = edit_cell(full, cell.id, markdown="brief", seen=digest(cell.markdown), author="Mina Park")
    check_room(full, shorter, MOST_BY_HAND)
    over = with_text(MOST_BY_HAND + 5000)
    cell = over.cells[-1]
    still_over = edit_cell(over, cell.id, markdown=cell.markdown[:-100], seen=digest(cell.markdown), author="Mina Park")
    check_room(over, still_over, MOST_BY_HAND)
    check_room(over, remove_cell(over, cell.id, seen=digest(cell.markdown)), MOST_BY_HAND)


def test_what_comes_from_the_channel_finds_room_when_people_have_filled_the_page() -> None:
    full = with_text(MOST_BY_HAND)
    longer = add_cell(full, markdown="said in the thread", after="", author="Mina Park")
    check_room(full, longer, MOST_IN_ALL)


def test_parts_are_counted_too() -> None:
    many = with_text(MOST_CELLS * 10, cells=MOST_CELLS + 1)
    one_more = msgspec.structs.replace(many, cells=(*many.cells, Cell("new", "x")))
    with pytest.raises(Misunderstood, match="1,000 parts at most"):
        check_room(many, one_more, MOST_IN_ALL)
    check_room(many, many, MOST_IN_ALL)


async def test_a_store_keeps_what_it_had_when_a_change_is_too_long(redis: Redis) -> None:
    store = LocalNotebooks(RedisRecords(redis))
    kept = await store.create(with_text(MOST_IN_ALL))

    def longer(notebook: Notebook) -> Notebook:
        return add_cell(notebook, markdown="more", after="", author="Mina Park")

    with pytest.raises(Misunderstood):
        await change(store, kept.id, longer)
    assert await store.get(kept.id) == kept


async def test_a_form_is_told_and_what_was_written_stays_with_the_writer(redis: Redis, tmp_path: Path) -> None:
    page = await served(redis, tmp_path)
    try:
        now = await page.now()
        filled = msgspec.structs.replace(with_text(MOST_BY_HAND), id=now.id, team=now.team, channel=now.channel)
        await page.store.save(filled, now.version)
        for path, form in (("/comments", {"text": "One more"}), ("/cells", {"text": "One more"})):
            status, said = await page.send(path, {"name": "Mina Park", **form})
            assert (status, "This post-mortem is full: it holds 500,000 characters at most" in said) == (400, True)
            assert "find what you wrote" in said
        assert (await page.now()).cells == filled.cells
    finally:
        await page.client.close()


async def test_a_long_page_is_drawn_beside_the_loop(
    redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is drawn the bot goes on answering Slack."""
    page = await served(redis, tmp_path)
    drawn: list[bool] = []
    text = HtmlPages.text

    def noticed(self: HtmlPages, *given: Any, **values: Any) -> str:
        drawn.append(threading.current_thread() is threading.main_thread())
        return text(self, *given, **values)

    monkeypatch.setattr(HtmlPages, "text", noticed)
    try:
        for path in (page.notebook.path, f"{page.notebook.path}.html"):
            async with page.client.get(path) as answer:
                assert answer.status == 200
        assert drawn == [False, False]
    finally:
        await page.client.close()
