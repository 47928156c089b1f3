"""A post-mortem becomes one Confluence page and stays one, and what people wrote on it stays theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Conflict, Missing, RateLimited, Unauthorized, Unavailable
from bot.notebook.cell_data import Comment
from bot.notebook.timeline import Entry
from bot.providers.confluence.confluence_exporter import TitleTaken
from standins.confluence.confluence_world import StoredPage
from standins.confluence.storage_check import parsed
from standins.http_faults import HttpFault
from tests.notebook.examples import CLIP, NOON
from tests.providers.confluence.site import BASE, Site, changed, confluence_site

NEWS = Entry("news", NOON, "Rolled back")


@pytest.fixture
async def site(redis: Redis, tmp_path: Path) -> AsyncIterator[Site]:
    async with confluence_site(redis, tmp_path) as running:
        yield running


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_page_has_all_of_it_with_its_clip_attached(site: Site, language: str) -> None:
    notebook = await site.notebook(language)
    assert await site.exporter.link(notebook) == ""
    published = await site.exporter.put(site.outgoing(notebook))
    page = site.page
    assert (page.title, page.parent) == (notebook.title, site.world.home)
    for wanted in ("TypeError: cart is undefined", CLIP.caption, "clicks Buy ×5", "Deploy v2.31", "SHOP-412", "3,361"):
        assert wanted in "".join(parsed(page.body).itertext()), wanted
    [file] = page.files.values()
    assert f'<ri:attachment ri:filename="{file.name}" />' in page.body
    assert f'ac:alt="{CLIP.alt_text}"' in page.body
    assert f'href="{BASE}/tickets/SHOP-412"' in page.body
    assert published.link == f"{site.url}/wiki/spaces/OPS/pages/{page.id}"
    assert await site.exporter.link(notebook) == published.link


async def test_a_second_press_with_nothing_new_writes_nothing(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    before = site.writes
    published = await site.exporter.update(site.outgoing(notebook))
    assert not published.changed
    assert site.writes == before


async def test_news_change_their_own_section_alone_and_no_file_is_sent_twice(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    versions, uploads = site.page.version, site.uploads
    await site.exporter.update(site.outgoing(changed(notebook, NEWS)))
    assert site.page.version == versions + 1
    assert site.uploads == uploads
    assert site.page.body.count("Rolled back") == 1


async def test_what_people_write_between_the_sections_stays_to_the_byte(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    mine = '<p>Ours &mdash; <strong>see</strong> <ac:structured-macro ac:name="toc" />&nbsp;below</p>'
    end = "</ac:structured-macro>"

    def written(body: str) -> str:
        first, _, rest = body.partition(end)
        return f"<p>On top</p>{first}{end}{mine}{rest}<p>At the end</p>"

    site.world.edited(site.page.id, written)
    published = await site.exporter.update(site.outgoing(changed(notebook, NEWS)))
    body = site.page.body
    assert body.startswith("<p>On top</p>")
    assert body.endswith("<p>At the end</p>")
    assert mine in body
    assert "Rolled back" in body
    assert published.kept == ()
    parsed(body)


async def test_a_section_that_people_changed_is_theirs_and_is_named(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    site.world.edited(site.page.id, lambda body: body.replace("Deploy v2.31", "Deploy of v2.31 by the night shift"))
    for _ in range(2):
        again = changed(notebook, NEWS, Comment("c", NOON, "Thanks!", "Jisoo"))
        published = await site.exporter.update(site.outgoing(again))
        assert published.kept == ("Timeline",)
        assert "night shift" in site.page.body
        assert "Rolled back" not in site.page.body
        assert "Thanks!" in site.page.body, "the other sections go on"


async def test_the_editors_own_rewriting_is_nobodys_change(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    site.world.edited(site.page.id, lambda body: f"{body}<p>x</p>")
    assert "ac:local-id" in site.page.body
    published = await site.exporter.update(site.outgoing(changed(notebook, NEWS)))
    assert published.kept == ()
    assert "Rolled back" in site.page.body


async def test_a_section_that_a_person_took_away_does_not_come_back(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    whole = site.page.body

    def without(body: str) -> str:
        start = body.index('<ac:structured-macro ac:name="excerpt"', body.index("Follow-ups") - 400)
        return body[:start] + body[body.index("</ac:structured-macro>", start) + len("</ac:structured-macro>") :]

    site.world.edited(site.page.id, without)
    assert "SHOP-412" in whole
    assert "SHOP-412" not in site.page.body
    for text in ("one", "two"):
        news = Entry(text, NOON, text)
        await site.exporter.update(site.outgoing(changed(notebook, news)))
    assert "SHOP-412" not in site.page.body


async def test_a_page_that_was_renamed_there_keeps_its_name(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    await site.exporter.update(site.outgoing(msgspec.structs.replace(notebook, title="Buy fails")))
    assert site.page.title == "Buy fails", "renamed here, renamed there"
    site.page.title = "INC-142"
    site.page.messages.append("")
    await site.exporter.update(site.outgoing(changed(notebook, NEWS, title="Something else")))
    assert site.page.title == "INC-142"
    assert "Rolled back" in site.page.body


async def test_somebody_who_edits_at_the_same_moment_loses_nothing(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    edits = iter(range(10))

    def meanwhile() -> None:
        site.world.edited(site.page.id, lambda body: f"{body}<p>Note {next(edits)}</p>")

    site.world.faults.add(HttpFault("PUT /wiki/api/v2/pages", times=2, meanwhile=meanwhile))
    await site.exporter.update(site.outgoing(changed(notebook, NEWS)))
    for wanted in ("Note 0", "Note 1", "Rolled back"):
        assert site.page.body.count(wanted) == 1


async def test_a_page_that_never_stands_still_is_a_conflict_and_keeps_their_text(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    page = site.page

    def meanwhile() -> None:
        site.world.edited(page.id, lambda body: f"{body}<p>!</p>")

    site.world.faults.add(HttpFault("PUT", times=99, meanwhile=meanwhile))
    with pytest.raises(Conflict):
        await site.exporter.update(site.outgoing(changed(notebook, NEWS)))
    assert site.page.body.endswith("<p>!</p>")


@pytest.mark.parametrize("where", ["POST /wiki/api/v2/pages", "PUT /wiki/api/v2/pages", "PUT /wiki/rest/api"])
async def test_a_lost_answer_doubles_nothing(site: Site, where: str) -> None:
    notebook = await site.notebook()
    site.world.faults.add(HttpFault(where, drop=True, after=True))
    try:
        await site.exporter.put(site.outgoing(notebook))
    except Unavailable:
        await site.exporter.put(site.outgoing(notebook))  # the person presses again
    assert site.page.version == 2, "made once, filled once"
    assert [file.versions for file in site.page.files.values()] == [1]
    assert site.page.body.count(CLIP.caption) == 1


async def test_twenty_presses_at_once_are_one_page(site: Site) -> None:
    notebook = await site.notebook()
    published = await asyncio.gather(*(site.exporter.put(site.outgoing(notebook)) for _ in range(20)))
    assert len({each.link for each in published}) == 1
    assert site.page.version == 2
    assert [file.versions for file in site.page.files.values()] == [1]


async def test_a_lost_memory_finds_the_page_by_its_marker_and_leaves_peoples_words_alone(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    site.world.edited(site.page.id, lambda body: body.replace("Deploy v2.31", "Deploy of ours"))
    await site.redis.flushall()
    published = await site.exporter.put(site.outgoing(changed(notebook, NEWS)))
    assert "Deploy of ours" in site.page.body
    assert "Timeline" in published.kept


async def test_a_lost_memory_of_a_page_that_nobody_edited_costs_nothing(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    await site.redis.flushall()
    published = await site.exporter.put(site.outgoing(changed(notebook, NEWS)))
    assert published.kept == ()
    assert site.page.body.count("Rolled back") == 1


async def test_a_page_that_was_deleted_there_is_made_anew(site: Site) -> None:
    notebook = await site.notebook()
    first = await site.exporter.put(site.outgoing(notebook))
    site.page.trashed = True
    again = await site.exporter.update(site.outgoing(notebook))
    assert again.link != first.link
    assert await site.exporter.link(notebook) == again.link


async def test_a_title_that_somebody_elses_page_has_is_said_and_nothing_is_touched(site: Site) -> None:
    notebook = await site.notebook()
    theirs = StoredPage("1", site.world.space_id, site.world.home, notebook.title, "<p>Theirs</p>")
    site.world.pages["1"] = theirs
    with pytest.raises(TitleTaken) as refused:
        await site.exporter.put(site.outgoing(notebook))
    assert notebook.title in refused.value.sentence
    assert "OPS" in refused.value.sentence
    assert (theirs.body, theirs.version) == ("<p>Theirs</p>", 1)


async def test_a_new_title_that_is_taken_is_said_and_the_page_stays(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    site.world.pages["1"] = StoredPage("1", site.world.space_id, site.world.home, "Taken", "<p>Theirs</p>")
    with pytest.raises(TitleTaken):
        await site.exporter.update(site.outgoing(msgspec.structs.replace(notebook, title="Taken")))
    assert site.world.titled(notebook.title)


@pytest.mark.parametrize(("status", "kind", "words"), [
    (401, Unauthorized, "REPLAYBOOK_CONFLUENCE_TOKEN"), (403, Unauthorized, "attachments"),
    (404, Missing, "may not see it"), (429, RateLimited, "try again in 60 seconds"), (500, Unavailable, "status 500"),
    (302, Unavailable, "REPLAYBOOK_CONFLUENCE_URL"),
])  # fmt: skip
async def test_each_refusal_is_one_clear_sentence(site: Site, status: int, kind: type[Exception], words: str) -> None:
    headers = {"Retry-After": "60"} if status == 429 else {}
    site.world.faults.add(HttpFault("GET /wiki/api/v2/spaces", times=9, status=status, headers=headers))
    with pytest.raises(kind) as refused:
        await site.exporter.put(site.outgoing(await site.notebook()))
    assert words in str(refused.value)
    assert site.world.token not in str(refused.value)


async def test_a_short_wait_that_confluence_asks_for_is_waited(site: Site) -> None:
    site.world.faults.add(HttpFault("GET /wiki/api/v2/spaces", status=429, headers={"Retry-After": "0"}))
    await site.exporter.put(site.outgoing(await site.notebook()))
    assert site.page.version == 2


async def test_a_file_that_is_too_large_costs_only_itself(site: Site) -> None:
    site.world.most_bytes = 10
    notebook = await site.notebook()
    published = await site.exporter.put(site.outgoing(notebook))
    assert len(published.left_out) == 1
    assert f'<a href="{BASE}/files/' in site.page.body, "the page links to it here"
    assert CLIP.caption in site.page.body


async def test_a_section_that_is_empty_again_goes_and_comes_back_when_it_is_filled(site: Site) -> None:
    notebook = await site.notebook()
    await site.exporter.put(site.outgoing(notebook))
    empty = changed(notebook, Comment("C1/1700.4", NOON, "", "Jisoo", revision=9.0, deleted=True))
    await site.exporter.update(site.outgoing(empty))
    assert "on its way" not in site.page.body
    await site.exporter.update(site.outgoing(changed(empty, Comment("c2", NOON, "Back again", "Jisoo"))))
    assert site.page.body.count("Back again") == 1
