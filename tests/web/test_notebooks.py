"""A notebook is read, commented on and written in on a web page, and nothing anybody wrote is lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import NewTicket
from bot.notebook.cell_data import Comment, FollowUp
from bot.notebook.edits import add_cell
from bot.notebook.facts import add_clip, add_number
from bot.notebook.merge import Change, merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.providers.local.local_tickets import LocalTracker
from tests.notebook.examples import CLIP, NOON, NUMBER, opened
from tests.web.served import BASE, WORDS, Served, served

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }}'


@pytest.fixture
async def page(redis: Redis, tmp_path: Path) -> AsyncIterator[Served]:
    running = await served(redis, tmp_path / "files")
    yield running
    await running.client.close()


async def html(page: Served, path: str = "", status: int = 200) -> str:
    response = await page.client.get(page.notebook.path + path)
    assert response.status == status
    return await response.text()


async def test_the_page_shows_everything_that_is_known(page: Served) -> None:
    text = await html(page)
    known = [
        "Checkout: Buy is broken",
        *(
            "<b>3,361</b>",
            "▲ 180% more than in the same span before (1,200)",
            "31% of all who used it",
            "TypeError: cart is undefined",
        ),
        *("<svg", "The highest bar is that of Fri, Nov 27, with 160 signals."),
        *(f'src="/files/{CLIP.file}"', CLIP.alt_text, "clicks Buy ×5"),
        *("Deploy v2.31", "SHOP-412", "In the backlog", "Fix is <em>on its way</em>."),
        *("Root cause", "Was this known?"),
    ]
    for wanted in known:
        assert wanted in text, wanted


async def test_each_number_shows_what_was_asked_by_whom_and_when(page: Served) -> None:
    again = msgspec.structs.replace(NUMBER, asked_by="Jisoo Han", asked_at=NOON + timedelta(hours=2))
    write = WORDS.for_notebook(page.notebook)
    await change(page.store, page.notebook.id, lambda it: merge(it, [add_number("2", again)], write))
    told = re.findall(r'<p class="asked">(.*?)</p>', await html(page))
    assert [re.sub("<[^>]+>", "", each) for each in told] == [
        f"Asked: “{NUMBER.question}” — Minseo, Mon, Nov 23 21:00 KST",
        f"Asked: “{NUMBER.question}” — Jisoo Han, Mon, Nov 23 23:00 KST",
    ]


async def test_the_page_names_the_zone_of_its_times_and_says_where_comments_stay(page: Served) -> None:
    text = await html(page)
    assert "All times in Asia/Seoul (KST)" in text
    assert "Comments stay on this page" in text


async def test_a_section_keeps_its_title_whatever_people_write_below_it(page: Served) -> None:
    heading = page.notebook.cells[0]
    await page.post(f"/cells/{heading.id}", text="We were down.", seen=digest(heading.markdown), name="Mina")
    now = (await page.now()).cells[0]
    assert now.markdown == "## Summary\n\nWe were down."
    await page.post(f"/cells/{heading.id}", text="*Forty* minutes.", seen=digest(now.markdown), name="Mina")
    text = await html(page)
    assert f'<h2 id="cell-{heading.id}">Summary</h2>' in text
    assert f'<a href="#cell-{heading.id}">Summary</a>' in text
    assert "<p><em>Forty</em> minutes.</p>" in text
    assert "*Forty* minutes.</textarea>" in text, "the title is not among what is edited"


@pytest.mark.parametrize(("written", "listed"), [("## **Sum** [mary](https://x.example) `now`", "Sum mary now"),
                                                 ("gone", "Summary"), ("## a<b>", "a&lt;b&gt;")])  # fmt: skip
async def test_the_contents_are_plain_text_even_of_titles_that_were_changed_elsewhere(
    page: Served, written: str, listed: str
) -> None:
    def rewritten(it: Notebook) -> Notebook:
        first = msgspec.structs.replace(it.cells[0], markdown=written)
        return msgspec.structs.replace(it, cells=(first, *it.cells[1:]))

    await change(page.store, page.notebook.id, rewritten)
    assert f'<a href="#cell-{page.notebook.cells[0].id}">{listed}</a>' in await html(page)


async def test_what_was_pinned_is_shown_as_it_was_meant(page: Served) -> None:
    entry = Entry("p", NOON, "*SEV-2*", markdown="**SEV-2**: `shop-web`\n\n> quoted")
    write = WORDS.for_notebook(page.notebook)
    await change(page.store, page.notebook.id, lambda it: merge(it, [entry], write))
    text = await html(page)
    assert "<strong>SEV-2</strong>: <code>shop-web</code>" in text
    assert "<blockquote>" in text


async def test_every_answer_is_shut_against_scripts_and_other_sites(page: Served) -> None:
    name = await page.files.put(b"GIF89a", "gif")
    for path in (page.notebook.path, f"{page.notebook.path}/version", f"{page.notebook.path}.md", "/notebooks",
                 f"/files/{name}", "/pages/page.js", "/notebooks/none", "/tickets"):  # fmt: skip
        headers = (await page.client.get(path)).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_hostile_text_stays_text_wherever_it_stands(page: Served) -> None:
    clip = msgspec.structs.replace(CLIP, caption=HOSTILE, alt_text=HOSTILE, why=HOSTILE, link="javascript:alert(1)")
    number = msgspec.structs.replace(NUMBER, question=HOSTILE, top_error=HOSTILE, link="javascript:x", query=HOSTILE)
    changes: list[Change] = [
        add_clip("x", clip),
        add_number("x", number),
        Entry("x", NOON, HOSTILE, HOSTILE, "javascript:alert(1)"),
        Comment("x", NOON, HOSTILE + "\n\n[x](javascript:alert(1)) ![y](https://evil.example/y.png)", HOSTILE),
        FollowUp("x", HOSTILE, NOON, HOSTILE, HOSTILE, "data:text/html,x", HOSTILE, HOSTILE),
    ]
    write = WORDS.for_notebook(page.notebook)
    await change(page.store, page.notebook.id, lambda it: merge(it, changes, write))
    await change(page.store, page.notebook.id, lambda it: add_cell(it, markdown=HOSTILE, after="", author=HOSTILE))
    await change(page.store, page.notebook.id, lambda it: msgspec.structs.replace(it, title=HOSTILE))
    text = await html(page)
    assert "<script>" not in text
    assert "<img src=x" not in text
    assert not re.search(r'(href|src)="(javascript|data):', text, re.IGNORECASE)
    assert not re.search(r'src="https?:', text)
    assert "49" not in re.findall(r"<title>.*</title>", text)[0]


async def test_a_comment_is_added_once_however_often_it_is_sent(page: Served) -> None:
    for _ in range(2):
        status, where = await page.post("/comments", text="I saw **this** too.", name="김지수", key="k1")
        assert (status, where) == (303, f"{page.notebook.path}#comments")
    said = [comment for comment in (await page.now()).comments if comment.via == "page"]
    assert [(comment.author, comment.text) for comment in said] == [("김지수", "I saw **this** too.")]
    assert 'value="김지수"' in await html(page), "the name is remembered"


@pytest.mark.parametrize(("form", "sentence"), [({"text": " ", "name": "A"}, "empty"), ({"text": "x"}, "your name"),
                                                ({"text": "x" * 50_001, "name": "A"}, "too long")])  # fmt: skip
async def test_a_comment_that_cannot_be_kept_is_refused_in_one_sentence(
    page: Served, form: dict[str, str], sentence: str
) -> None:
    status, text = await page.post("/comments", headers=None, **form)
    assert status == 400
    assert sentence in text
    assert await page.now() == page.notebook


async def test_people_write_edit_remove_and_put_back(page: Served) -> None:
    after = page.notebook.cells[0].id
    _, where = await page.post("/cells", text="\n We were\r\nslow.", after=after, name="Minseo", key="mine")
    assert where.endswith("#cell-mine")
    written = (await page.now()).cells[1]
    assert (written.id, written.markdown, written.author) == ("mine", "\n We were\nslow.", "Minseo")
    assert "\n\n We were\nslow.</textarea>" in await html(page), "a browser drops the first newline of a textarea"
    await page.post("/cells/mine", text="We were late.", seen=digest(written.markdown), name="Jisoo")
    assert (await page.now()).cells[1].markdown == "We were late."
    await page.post("/cells/mine/remove", seen=digest("We were late."))
    assert "1 removed part" in await html(page)
    await page.post("/cells/mine/restore")
    assert "We were late." in await html(page)


async def test_an_edit_that_was_overtaken_shows_both_texts(page: Served) -> None:
    await page.post("/cells", text="old", after="", name="Minseo", key="mine")
    await page.post("/cells/mine", text="their words", seen=digest("old"), name="Jisoo")
    status, text = await page.post("/cells/mine", text="my words", seen=digest("old"), name="Minseo")
    assert status == 409
    assert "their words" in text
    assert "my words</textarea>" in text
    assert f'value="{digest("their words")}"' in text, "saving again replaces what was seen"
    assert (await page.now()).cells[-1].markdown == "their words"


async def test_an_edit_of_a_part_that_is_gone_can_be_kept_as_a_new_one(page: Served) -> None:
    status, text = await page.post("/cells/gone", text="precious", seen="", name="Minseo")
    assert status == 409
    assert "precious</textarea>" in text
    assert f'action="{page.notebook.path}/cells"' in text


async def test_a_managed_cell_that_people_edit_shows_their_text_even_after_new_facts(page: Served) -> None:
    cell = page.notebook.managed("number/1700.1")
    assert cell is not None
    await page.post(f"/cells/{cell.id}", text="Far too many.", seen=digest(cell.markdown), name="Minseo")
    news = add_number("1700.1", msgspec.structs.replace(NUMBER, actions=4321))
    await change(page.store, page.notebook.id, lambda it: merge(it, [news], WORDS.for_notebook(it)))
    text = await html(page)
    assert text.index("Far too many.") < text.index("4,321")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"},
                                     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])  # fmt: skip
async def test_a_form_from_another_site_is_not_taken(page: Served, headers: dict[str, str]) -> None:
    status, _ = await page.post("/comments", headers=headers, text="spam", name="Spammer")
    assert status == 400
    assert await page.now() == page.notebook


async def test_the_title_changes_on_one_line(page: Served) -> None:
    await page.post("/title", title=" Buy\n again ")
    assert (await page.now()).title == "Buy again"


async def test_an_open_page_hears_of_a_new_version(page: Served) -> None:
    before = await (await page.client.get(f"{page.notebook.path}/version")).json()
    await page.post("/comments", text="x", name="A")
    after = await (await page.client.get(f"{page.notebook.path}/version")).json()
    assert (before, after) == ({"version": 1}, {"version": 2})


async def test_the_notebook_can_be_taken_away_as_markdown(page: Served) -> None:
    response = await page.client.get(f"{page.notebook.path}.md")
    assert response.content_type == "text/markdown"
    assert "attachment" in response.headers["Content-Disposition"]
    assert f"]({BASE}/files/{CLIP.file})" in await response.text(), "whatever a proxy in front calls us"


async def test_a_file_is_served_as_what_it_is_and_nothing_else(page: Served) -> None:
    name = await page.files.put(b"GIF89a", "gif")
    response = await page.client.get(f"/files/{name}")
    assert (response.content_type, await response.read()) == ("image/gif", b"GIF89a")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    for other in ("..%2Fsecret", "a" * 64 + ".html", "a" * 64 + ".gif"):
        assert (await page.client.get(f"/files/{other}")).status == 404


async def test_a_notebook_that_is_not_there_says_so_in_the_readers_language(page: Served) -> None:
    response = await page.client.get("/notebooks/none", headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"})
    assert response.status == 404
    assert "그런 포스트모템이 없습니다." in await response.text()


async def test_a_korean_notebook_is_a_korean_page(page: Served) -> None:
    korean = await page.store.create(msgspec.structs.replace(opened(WORDS, "ko"), channel="C2"))
    text = await (await page.client.get(korean.path)).text()
    assert '<html lang="ko">' in text
    assert "여기에 쓰기" in text
    assert "Write here" not in text


async def test_the_list_leads_to_every_notebook(page: Served) -> None:
    text = await (await page.client.get("/notebooks")).text()
    assert f'href="{page.notebook.path}"' in text


async def test_a_ticket_offers_only_other_states_and_names_the_zone_of_the_notebook(page: Served) -> None:
    await page.tracker.create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))

    async def ticket() -> str:
        return await (await page.client.get("/tickets/SHOP-1")).text()

    assert "Open again" not in await ticket()
    assert " UTC</time>" in await ticket()
    await html(page)
    assert " KST</time>" in await ticket(), "as the notebook that was read before"
    assert not re.search(r"<button[^>]*disabled", await ticket())
    await page.client.post("/tickets/SHOP-1", data={"status": "done"})
    assert "Open again" in await ticket()
    assert "Mark as done" not in await ticket()


async def test_a_zone_that_is_none_is_not_followed(page: Served) -> None:
    await page.tracker.create(NewTicket("SHOP", "Fix Buy", "", meaning="R1"))
    page.client.session.cookie_jar.update_cookies({"replaybook_zone": "../../etc/passwd"})
    assert " UTC</time>" in await (await page.client.get("/tickets/SHOP-1")).text()


async def test_a_ticket_is_marked_done_on_its_page(page: Served) -> None:
    tracker: LocalTracker = page.tracker
    ticket = await tracker.create(NewTicket("SHOP", "Fix <Buy>", "It **fails**.", meaning="R1"))
    text = await (await page.client.get(f"/tickets/{ticket.key}")).text()
    assert "Fix &lt;Buy&gt;" in text
    assert "<strong>fails</strong>" in text
    response = await page.client.post("/tickets/SHOP-1", data={"status": "done"}, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/tickets/SHOP-1")
    assert [moved.status for moved in page.moved] == ["done"]
    assert (await page.client.post("/tickets/SHOP-1", data={"status": "gone"})).status == 400
    assert (await page.client.get("/tickets/SHOP-9")).status == 404
