"""The PDF of a post-mortem, printed by a real browser and opened: tagged, titled, with all that is in it."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Unavailable
from bot.notebook.edits import add_cell
from bot.notebook.export_pictures import pictures_of
from bot.notebook.notebook import Notebook
from bot.replay.stage.pool import RenderPool
from bot.web.exported_page import ExportedPages
from tests.http_server import answering
from tests.notebook.examples import CLIP
from tests.web.exporting import everything
from tests.web.served import BASE, PAGES

TITLES = {"en": "Checkout: Buy fails <on 2.31.0> & more", "ko": "결제: 구매 버튼이 안 눌림"}
WRITTEN = {"en": "One in three could not buy.", "ko": "세 명 가운데 한 명이 사지 못했습니다."}
HEADINGS = {
    "en": ["Summary", "Impact", "What people saw", "Timeline", "Follow-ups", "Discussion"],
    "ko": ["요약", "영향", "사용자가 본 것", "타임라인", "후속 조치", "논의"],
}


@pytest.fixture
def pool() -> RenderPool:
    """It starts no browser that waits: what prints is started for it."""
    return RenderPool(None, 1)


async def notebook_in(language: str, files: HashedFiles) -> Notebook:
    notebook = msgspec.structs.replace(await everything(files, language), title=TITLES[language])
    return add_cell(notebook, markdown=WRITTEN[language], after=notebook.cells[0].id, author="Mina")


async def printed(notebook: Notebook, files: HashedFiles, pool: RenderPool) -> PdfReader:
    html = ExportedPages.load(PAGES).html(notebook, await pictures_of(notebook, files, moving=False), BASE, paper=True)
    return PdfReader(io.BytesIO(await pool.pdf(html)))


def tags(node: Any) -> Iterator[DictionaryObject]:
    """Every element of the structure tree."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        for each in node:
            yield from tags(each)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def squeezed(reader: PdfReader) -> str:
    """The text without spaces: where a font changes within a line, readers of PDF see some that nobody wrote."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


def headings(outline: list[Any]) -> list[str]:
    flat: list[str] = []
    for each in outline:
        flat += headings(each) if isinstance(each, list) else [str(each.title)]
    return flat


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_the_pdf_is_tagged_titled_and_has_all_of_it(pool: RenderPool, tmp_path: Path, language: str) -> None:
    files = HashedFiles(FolderStore(tmp_path))
    reader = await printed(await notebook_in(language, files), files, pool)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert reader.metadata.title == TITLES[language]
    assert headings(reader.outline) == [TITLES[language], *HEADINGS[language]]
    text = squeezed(reader)
    facts = ("3,361", CLIP.caption, "clicks Buy ×5", "Deploy v2.31", "SHOP-412")
    for wanted in (TITLES[language], WRITTEN[language], *facts):
        assert re.sub(r"\s", "", wanted) in text, wanted
    found = list(tags(root["/StructTreeRoot"]["/K"]))
    kinds = [str(tag["/S"]) for tag in found]
    for kind in ("/H1", "/H2", "/Table", "/TH", "/L", "/Link", "/Figure"):
        assert kind in kinds, kind
    described = [str(tag.get("/Alt", "")) for tag in found if str(tag["/S"]) == "/Figure"]
    assert all(described), "each picture is described"
    assert CLIP.alt_text in described
    assert 2 <= len(reader.pages) <= 6


async def test_clips_stand_still_in_it_and_links_lead_out(pool: RenderPool, tmp_path: Path) -> None:
    files = HashedFiles(FolderStore(tmp_path))
    notebook = await notebook_in("en", files)
    reader = await printed(notebook, files, pool)
    pictures = [picture for page in reader.pages for picture in page.images]
    assert len(pictures) == 1
    red, green, blue = pictures[0].image.convert("RGB").getpixel((5, 5))  # type: ignore[union-attr,misc]
    assert (red > 200, green < 50, blue < 50) == (True, True, True), "its first picture, not its last"
    annotations: list[Any] = [each.get_object() for page in reader.pages for each in page.get("/Annots", [])]
    addresses = {str(each["/A"]["/URI"]) for each in annotations if "/A" in each}
    clip = next(cell.data.file for cell in notebook.cells if cell.kind == "clip")  # type: ignore[union-attr]
    assert {f"{BASE}{notebook.path}", f"{BASE}/files/{clip}", f"{BASE}/tickets/SHOP-412"} <= addresses
    assert all(address.startswith("https://") for address in addresses)


async def test_a_page_on_paper_reaches_no_network(pool: RenderPool, listener: list[str]) -> None:
    address = listener[0]
    page = (
        f'<!doctype html><title>t</title><link rel=stylesheet href="{address}/a"><img src="{address}/b">'
        f'<script>fetch("{address}/c")</script><iframe src="{address}/d"></iframe>'
        f"<style>@font-face{{font-family:x;src:url({address}/e)}} p{{font-family:x}}</style><p>kept</p>"
    )
    reader = PdfReader(io.BytesIO(await pool.pdf(page)))
    assert "kept" in reader.pages[0].extract_text()
    assert listener[1:] == []


async def test_where_there_is_no_browser_the_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        await RenderPool(str(tmp_path / "none"), 1).pdf("<p>")
    assert "REPLAYBOOK_BROWSER" in refused.value.sentence


@pytest.fixture
async def listener() -> AsyncIterator[list[str]]:
    """An address on loopback, and behind it in the list whatever was asked for there."""
    heard: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        heard.append(request.path)
        return web.Response(text="x")

    async with answering(answer) as address:
        heard.insert(0, address)
        yield heard
