"""A post-mortem is taken away from its page: as ZIP, as one HTML file, as a PDF that is printed once."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import hashlib
import io
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.locale import Locale
from bot.notebook.facts import add_clip
from bot.notebook.head import DocumentStatus
from bot.notebook.impact import DraftedSummary
from bot.notebook.merge import Put, merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.services.postmortems.export_notebook import as_html
from bot.services.postmortems.render_pdf import RenderPdfJob
from tests.notebook.examples import CLIP, NOON
from tests.notebook.pictures import film
from tests.web.exporting import CountedBrowsers, Exporting, everything, exporting
from tests.web.served import BASE, WORDS

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script></style>{{ 7*7 }}<a href="/files/x">'


@pytest.fixture
async def house(redis_server: str, redis: Redis, tmp_path: Path) -> AsyncIterator[Exporting]:
    async with exporting(redis_server, redis, tmp_path) as running:
        yield running


async def html(house: Exporting, *, paper: bool = False) -> str:
    if not paper:
        return await (await house.client.get(f"{house.notebook.path}.html")).text()
    return await as_html(house.context, await house.context.notebooks.get(house.notebook.id), paper=True)


async def test_the_zip_arrives_whole_and_is_not_shown_in_the_browser(house: Exporting) -> None:
    response = await house.client.get(f"{house.notebook.path}.zip")
    assert response.headers["Content-Disposition"] == 'attachment; filename="postmortem-2026-11-23.zip"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    assert archive.testzip() is None
    assert "postmortem.md" in archive.namelist()


async def test_every_kind_is_short_on_request_and_named_by_the_notebooks_own_day(house: Exporting) -> None:
    """Opened at half past midnight in Seoul, which is the day before in UTC."""
    early = NOON.replace(hour=15, minute=30)
    notebooks, id = house.context.notebooks, house.notebook.id
    await change(notebooks, id, lambda it: msgspec.structs.replace(it, created=early))
    for kind in ("md", "html", "zip"):
        for query, wanted in (("", True), ("?short=1", False)):
            response = await house.client.get(f"{house.notebook.path}.{kind}{query}")
            assert f'"postmortem-2026-11-24.{kind}"' in response.headers["Content-Disposition"]
            data = await response.read()
            text = zipfile.ZipFile(io.BytesIO(data)).read("postmortem.md") if kind == "zip" else data
            assert (b"Deploy v2.31" in text) == wanted, (kind, query)
            assert (b"on its way" in text) == wanted, (kind, query)


async def test_the_html_file_needs_nothing_else_and_runs_nothing(house: Exporting) -> None:
    text = await html(house)
    assert re.findall(r"<(?:script|link|iframe|form|button|textarea)\b", text) == []
    loaded = re.findall(r'(?:src|srcset|poster)="([^"]*)"', text)
    assert loaded
    assert all(address.startswith("data:") for address in loaded)
    assert all(not address.startswith("/") for address in re.findall(r'href="([^"]*)"', text))
    assert f'href="{BASE}/tickets/SHOP-412"' in text
    assert f'href="{BASE}{house.notebook.path}"' in text


async def test_the_policy_in_the_file_allows_its_own_style_alone(house: Exporting) -> None:
    text = await html(house)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    allowed = policy[1].replace("&#39;", "'")
    assert f"style-src 'sha256-{digest}'" in allowed
    assert "default-src 'none'" in allowed
    assert "unsafe" not in allowed


async def test_the_file_moves_and_stands_still_for_those_who_asked_for_it(house: Exporting) -> None:
    text = await html(house)
    assert '<source media="(prefers-reduced-motion: reduce), print" srcset="data:image/png;base64,' in text
    assert '<img src="data:image/gif;base64,' in text
    paper = await html(house, paper=True)
    assert "data:image/gif" not in paper
    assert '<img src="data:image/png;base64,' in paper
    assert f'href="{BASE}/files/' in paper, "on paper there is where to see it move"
    assert '<details class="facts">' not in paper, "what is folded can't be opened on paper"


async def test_nobody_writes_in_a_file_and_waiting_sections_are_not_in_it(house: Exporting) -> None:
    text = await html(house)
    assert "cell-tools" not in text.split("</style>")[1]
    assert "Root cause" not in text, "nobody wrote anything there yet"
    for wanted in ("Checkout: Buy is broken", "3,361", "Deploy v2.31", CLIP.alt_text, "clicks Buy ×5", "SHOP-412"):
        assert wanted in text, wanted
    assert text.count('class="head-facts"') == 1, "its status and severity, once"


async def test_a_drafted_summary_invites_nobody_in_a_file(house: Exporting) -> None:
    """A file can't be edited, and what is published is no draft."""
    put = Put(DraftedSummary.marker, "summary", DraftedSummary("Nobody could buy."), first=True)

    def drafted(current: Notebook) -> Notebook:
        return merge(current, [put], WORDS.for_notebook(current))

    def published(current: Notebook) -> Notebook:
        head = msgspec.structs.replace(current.head, status=DocumentStatus.PUBLISHED)
        return msgspec.structs.replace(current, head=head)

    await change(house.context.notebooks, house.notebook.id, drafted)
    draft = (await html(house)).split("</style>")[1]
    kept = await change(house.context.notebooks, house.notebook.id, published)
    final, markdown = (await html(house)).split("</style>")[1], WORDS.to_markdown(kept, Locale.of("en"))
    for text in (draft, final, markdown):
        assert "Nobody could buy." in text
        assert "Drafted from the facts." in text
        assert "edit it" not in text
    badge = '<span class="badge">Draft</span>'
    assert badge in draft.split("Nobody could buy.")[1]
    assert badge not in final


async def test_hostile_text_is_text(house: Exporting) -> None:
    entry = Entry("h", NOON, HOSTILE, HOSTILE, "javascript:alert(3)")
    write = WORDS.for_notebook(house.notebook)
    await change(
        house.context.notebooks,
        house.notebook.id,
        lambda it: msgspec.structs.replace(merge(it, [entry], write), title=HOSTILE),
    )
    for text in (await html(house), await html(house, paper=True)):
        assert "<script" not in text
        assert "onerror=alert" not in re.sub(r"&[^;]+;", "", "".join(re.findall(r"<[a-z][^>]*>", text)))
        assert "javascript:" not in text
        assert "{{ 7*7 }}" in text
        assert text.count("</style>") == 1


async def test_a_picture_that_is_gone_is_a_link_with_its_description(house: Exporting) -> None:
    house = dataclasses.replace(
        house, context=dataclasses.replace(house.context, files=HashedFiles(FolderStore(Path("/nowhere"))))
    )
    text = await as_html(house.context, house.notebook)
    assert f'href="{BASE}/files/' in text
    assert f">{CLIP.alt_text}</a>" in text


async def test_twenty_presses_print_once_and_later_ones_not_at_all(house: Exporting) -> None:
    browsers = CountedBrowsers()
    async with house.printing(browsers):
        got = await asyncio.gather(*(house.client.get(f"{house.notebook.path}.pdf") for _ in range(20)))
        bodies = {await response.read() for response in got}
        assert bodies == {b"%PDF-1.7 1"}
        assert got[0].headers["Content-Type"] == "application/pdf"
        assert (await (await house.client.get(f"{house.notebook.path}.pdf")).read()) == b"%PDF-1.7 1"
    assert len(browsers.pages) == 1


async def test_a_changed_notebook_is_printed_anew(house: Exporting) -> None:
    browsers = CountedBrowsers()
    async with house.printing(browsers):
        await house.client.get(f"{house.notebook.path}.pdf")
        write = WORDS.for_notebook(house.notebook)
        news = Entry("n", NOON, "Rolled back")
        await change(house.context.notebooks, house.notebook.id, lambda it: merge(it, [news], write))
        again = await house.client.get(f"{house.notebook.path}.pdf")
        assert await again.read() == b"%PDF-1.7 2"
    assert "Rolled back" in browsers.pages[1]


async def test_a_failed_print_is_a_sentence_and_the_next_press_after_it_tries_again(
    house: Exporting, redis: Redis
) -> None:
    browsers = CountedBrowsers(failing=True)
    async with house.printing(browsers):
        response = await house.client.get(f"{house.notebook.path}.pdf")
        assert response.status == 503
        assert "No Chromium was found to play recordings." in await response.text()
        browsers.failing = False
        for key in await redis.keys("*printed-pdf*"):
            assert 0 < await redis.ttl(key) <= 30
            await redis.delete(key)
        assert (await house.client.get(f"{house.notebook.path}.pdf")).status == 200


@pytest.mark.parametrize(("accepts", "says"), [("en", "replaybook worker"), ("ko", "PDF가 아직 준비되지 않았습니다")])
async def test_where_nobody_prints_the_page_says_what_is_missing(
    redis_server: str, redis: Redis, tmp_path: Path, accepts: str, says: str
) -> None:
    async with exporting(redis_server, redis, tmp_path, wait_s=0.3) as house:
        headers = {"Accept-Language": accepts}
        response = await house.client.get(f"{house.notebook.path}.pdf", headers=headers)
        assert response.status == 503
        assert says in await response.text()


async def test_pages_and_pdfs_end_by_themselves(house: Exporting, redis: Redis) -> None:
    async with house.printing(CountedBrowsers()):
        await house.client.get(f"{house.notebook.path}.pdf")
    job = RenderPdfJob(team="T1", digest="d")
    await house.records.keep_page(job, "<p>")
    keys = [*await redis.keys("*print-page*"), *await redis.keys("*printed-pdf*")]
    assert len(keys) == 2
    assert all([await redis.ttl(key) > 0 for key in keys])


async def test_what_is_not_there_is_not_exported(house: Exporting) -> None:
    for kind in ("zip", "html", "pdf"):
        assert (await house.client.get(f"/notebooks/nope.{kind}")).status == 404


async def test_there_is_nothing_to_publish_to_where_nothing_is_set_up(house: Exporting) -> None:
    response = await house.client.post(f"{house.notebook.path}/publish/confluence")
    assert response.status == 404
    assert "There is no “confluence” to publish to" in await response.text()


async def test_other_sites_publish_nothing(house: Exporting) -> None:
    headers = {"Origin": "https://evil.example"}
    response = await house.client.post(f"{house.notebook.path}/publish/confluence", headers=headers)
    assert response.status == 400


async def test_both_languages_are_exported(house: Exporting) -> None:
    korean = await everything(house.context.files, "ko")  # type: ignore[arg-type]
    text = house.context.pages.html(korean, {}, BASE)
    assert '<html lang="ko">' in text
    assert "최신 내용은 원본에서 보기" in text


async def test_a_video_plays_in_the_file_and_stands_still_on_paper(house: Exporting) -> None:
    video = await house.context.files.put(film("red", "blue"), "mp4")
    clip = msgspec.structs.replace(CLIP, file=video)
    write = WORDS.for_notebook(house.notebook)
    await change(house.context.notebooks, house.notebook.id, lambda it: merge(it, [add_clip("v", clip)], write))
    text, paper = await html(house), await html(house, paper=True)
    assert '<video src="data:video/mp4;base64,' in text
    assert 'poster="data:image/png;base64,' in text
    assert "<video" not in paper
    assert f'<a class="watch" href="{BASE}/files/{video}">Watch the clip</a>' in paper
