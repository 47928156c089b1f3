"""Entries of the timeline are edited, starred, hidden and added on the page; nothing that anybody wrote is lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.kernel.locale import Locale
from bot.notebook.edits import entry_digest, timeline_of
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Entry, EntryKind, Picture, noted
from tests.notebook.examples import NOON
from tests.web.served import WORDS, Served, served

KEY = "C1/1700.3"
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


@pytest.fixture
async def page(redis: Redis, tmp_path: Path) -> AsyncIterator[Served]:
    running = await served(redis, tmp_path / "files")
    yield running
    await running.client.close()


async def html(page: Served) -> str:
    return await (await page.client.get(page.notebook.path)).text()


async def entry(page: Served, key: str = KEY) -> Entry:
    found = timeline_of(await page.now()).entry(key)
    assert found
    return found


async def edit(page: Served, **form: str) -> tuple[int, str]:
    now = await entry(page)
    sent = {"do": "edit", "key": KEY, "seen": entry_digest(now), "at": "2026-11-23T21:00:00", "text": "Deploy v2.31"}
    return await page.post("/timeline", headers=None, **{**sent, "name": "Mina", **form})


async def test_an_edited_text_is_shown_with_who_wrote_it(page: Served) -> None:
    status, where = await edit(page, text="Deployed *v2.31*\r\nto everybody")
    assert (status, where) == (303, f"{page.notebook.path}#entry-{KEY}")
    text = await html(page)
    assert "Deployed <em>v2.31</em><br />\nto everybody" in text
    assert "edited by Mina" in text
    assert (await entry(page)).corrected.at is None, "its time was left as it was"  # type: ignore[union-attr]


async def test_an_edited_time_is_one_of_the_notebooks_zone(page: Served) -> None:
    await edit(page, at="2026-11-23T20:30:15")
    now = await entry(page)
    assert f"{now.when:%H:%M:%S %z}" == "20:30:15 +0900"
    assert now.rewritten is None, "its text goes on following the channel"
    assert 'value="2026-11-23T20:30:15"' in await html(page)


async def test_saving_what_was_there_changes_nothing(page: Served) -> None:
    before = await page.now()
    await edit(page)
    assert (await page.now()).version == before.version


@pytest.mark.parametrize("form", [{"at": "yesterday"}, {"at": "0001-01-01T00:00"}, {"text": " "}, {"name": " "},
                                  {"do": "explode"}, {"text": "a" * 50_001}])  # fmt: skip
async def test_what_cannot_be_taken_is_refused_and_nothing_is_saved(page: Served, form: dict[str, str]) -> None:
    before = await page.now()
    status, _ = await edit(page, **form)
    assert status == 400
    assert (await page.now()).version == before.version


async def test_two_texts_are_shown_where_somebody_was_faster(page: Served) -> None:
    stamp = entry_digest(await entry(page))
    await edit(page, text="Theirs <b>")
    status, text = await edit(page, text="Mine <i>", seen=stamp, name="Jisoo")
    assert status == 409
    assert "Theirs &lt;b&gt;" in text
    assert "Mine &lt;i&gt;</textarea>" in text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    action = re.search(r'class="editor" action="[^"]*?(/timeline)"', text)
    assert action
    assert (await page.post(action[1], headers=None, **hidden, text="Mine <i>", name="Jisoo"))[0] == 303
    assert (await entry(page)).rewritten == "Mine <i>"


async def test_a_star_is_put_on_and_taken_off(page: Served) -> None:
    assert 'aria-pressed="false"' in await html(page)
    await page.post("/timeline", do="star", key=KEY)
    assert 'class="starred"' in await html(page)
    assert 'aria-pressed="true"' in await html(page)
    await page.post("/timeline", do="unstar", key=KEY)
    assert not (await entry(page)).starred


async def test_a_hidden_entry_is_listed_to_be_put_back(page: Served) -> None:
    await page.post("/timeline", do="hide", key=KEY)
    text = await html(page)
    assert "1 hidden entry" in text
    assert (await page.now()).timeline == ()
    assert "Deploy v2.31" not in WORDS.to_markdown(await page.now(), Locale.of("en"))
    await page.post("/timeline", do="show", key=KEY)
    assert [each.key for each in (await page.now()).timeline] == [KEY]


async def test_an_entry_of_ones_own_is_added_once(page: Served) -> None:
    for _ in range(2):
        status, where = await page.post(
            "/timeline", do="add", key="k1", at="2026-11-23T20:00", text="Called the bank", name="Mina"
        )
        assert (status, where.rpartition("#")[2]) == (303, "entry-page/k1")
    assert [each.text for each in (await page.now()).timeline] == ["Called the bank", "Deploy v2.31"]


async def test_what_is_not_there_is_said(page: Served) -> None:
    for do in ("star", "hide"):
        assert (await page.post("/timeline", do=do, key="nobody's"))[0] == 404
    assert (await page.client.get(f"{page.notebook.path}/timeline")).status == 405


async def test_a_form_of_another_site_is_refused(page: Served) -> None:
    assert (await page.post("/timeline", do="hide", key=KEY, headers={"Origin": "https://evil.example"}))[0] == 400


async def test_hostile_entries_stay_text(page: Served) -> None:
    picture = Picture("F1", "a" * 64 + ".png", 40, 30, HOSTILE)
    news = [
        Entry("h", NOON, HOSTILE, HOSTILE, "javascript:alert(1)", 1.0, files=("F1",), pictures=(picture,)),
        noted(HOSTILE, NOON, EntryKind.QUESTION, who=HOSTILE, question=HOSTILE),
        noted("v", NOON, EntryKind.RELEASE, version=HOSTILE),
    ]
    write = WORDS.for_notebook(page.notebook)
    await change(page.store, page.notebook.id, lambda it: merge(it, news, write))
    await page.post("/timeline", do="add", key=HOSTILE, at="2026-11-23T20:00", text=HOSTILE, name=HOSTILE)
    await page.post("/timeline", do="hide", key="v")
    text = await html(page)
    assert "<script>" not in text
    assert "<img src=x" not in text
    assert not re.search(r'(href|src)="(javascript|data):', text, re.IGNORECASE)
    assert f'src="/files/{picture.file}"' in text


async def test_the_link_of_an_entry_says_where_it_leads(page: Served) -> None:
    of_ticket = noted("t", NOON, EntryKind.TICKET, link="/tickets/SHOP-1", action="done", ticket="SHOP-1")

    def with_entry(current: Notebook) -> Notebook:
        return merge(current, [of_ticket], WORDS.for_notebook(current))

    await change(page.store, page.notebook.id, with_entry)
    text = await html(page)
    assert re.search(r'<a href="/tickets/SHOP-1"[^>]*>the ticket</a>', text)
    assert re.search(r'<a href="https://slack.example/p1700"[^>]*>in the channel</a>', text)
