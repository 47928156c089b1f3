"""axe-core finds nothing in an exported HTML file, nor on the page that says what became of publishing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.notebook.export_pictures import pictures_of
from bot.state.connection import connected
from bot.web.exported_page import ExportedPages
from tests.axe import VIEWS, View, seen, violations
from tests.browser import IN_A_BROWSER
from tests.providers.confluence.site import confluence_site
from tests.web.exporting import everything, exporting
from tests.web.served import BASE, PAGES

pytestmark = IN_A_BROWSER
PRESS = """(address) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: address });
  document.body.append(form);
  form.submit();
}"""


@pytest.mark.parametrize("view", VIEWS, ids="-".join)
async def test_an_exported_file_has_no_violation(browser: Browser, tmp_path: Path, view: View) -> None:
    files, file = HashedFiles(FolderStore(tmp_path / "files")), tmp_path / "it.html"
    notebook = await everything(files, view.language)
    html = ExportedPages.load(PAGES).html(notebook, await pictures_of(notebook, files, moving=True), BASE)
    await asyncio.to_thread(file.write_text, html, "utf-8")
    async with seen(browser, view) as page:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        await page.goto(file.as_uri())
        assert await violations(page) == []
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow == 0
        assert refused == [], "its own policy refuses nothing that is in it"


async def test_what_became_of_publishing_has_no_violation(browser: Browser, redis_server: str, tmp_path: Path) -> None:
    async with connected(redis_server) as redis:
        await redis.flushall()
        async with (
            confluence_site(redis, tmp_path) as site,
            exporting(redis_server, redis, tmp_path, {"confluence": site.exporter}) as house,
            seen(browser, VIEWS[0]) as page,
        ):
            await page.goto(str(house.client.make_url("/pages/page.css")))
            async with page.expect_navigation():
                await page.evaluate(PRESS, f"{house.notebook.path}/publish/confluence")
            assert "It is in Confluence" in await page.inner_text("h1")
            assert await violations(page) == []
