"""The bot's own page of a notebook works on one that is in Datadog, and both show the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.notebook.notebook import digest
from bot.notebook.ports import change
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.notebooks.datadog_notebooks import DatadogNotebooks
from bot.state.redis_records import RedisRecords
from bot.web.html_pages import HtmlPages
from bot.web.notebook_pages import notebook_routes
from standins.datadog.notebook_service import markdown
from standins.datadog.world import World
from tests.notebook.examples import EVERYTHING, NOON, opened
from tests.providers.datadog.house import WORDS, merged, only, text_of


@pytest.fixture
def store(client: Client, redis: Redis) -> DatadogNotebooks:
    return DatadogNotebooks(
        client, redis, RedisRecords(redis), public_url="https://bot.example", fresh_s=0.001, head=WORDS.own_head
    )


@pytest.fixture
async def page(store: DatadogNotebooks, tmp_path: Path) -> AsyncIterator[TestClient]:
    app, files = web.Application(), HashedFiles(FolderStore(tmp_path))
    app.add_routes(notebook_routes(store, files, WORDS, HtmlPages.load(), now=lambda: NOON))
    async with TestClient(TestServer(app)) as page:
        yield page


async def test_a_comment_on_the_page_is_in_datadog_once(
    store: DatadogNotebooks, page: TestClient, world: World
) -> None:
    made = await store.create(opened(WORDS))
    said = {"text": "Seen it too", "name": "Hana", "key": "k1"}
    for _ in range(2):
        answer = await page.post(f"{made.path}/comments", data=said, allow_redirects=False)
        assert answer.status == 303
    assert text_of(world).count("> Seen it too") == 1


async def test_the_page_shows_what_people_wrote_in_datadog_and_graphs_by_name(
    store: DatadogNotebooks, page: TestClient, world: World
) -> None:
    made = await store.create(opened(WORDS))
    await change(store, made.id, merged(*EVERYTHING))
    only(world).edit(lambda cells: cells.append(markdown("Written <b>in Datadog</b>")))
    shown = await (await page.get(made.path)).text()
    assert "Written &lt;b&gt;in Datadog" in shown
    assert "Deploy v2.31" in shown


async def test_of_two_edits_of_one_text_in_both_places_the_page_shows_both(
    store: DatadogNotebooks, page: TestClient, world: World
) -> None:
    made = await store.create(opened(WORDS))
    answer = await page.post(f"{made.path}/cells", data={"text": "First", "name": "Hana", "key": "mine"})
    assert answer.status == 200
    only(world).edit(lambda cells: cells.__setitem__(-1, markdown("From Datadog")))
    edit = {"text": "From the page", "name": "Hana", "seen": digest("First")}
    answer = await page.post(f"{made.path}/cells/mine", data=edit, allow_redirects=False)
    shown = await answer.text()
    assert answer.status == 409
    assert "From Datadog" in shown
    assert "From the page" in shown
    assert only(world).cells[-1].text == "From Datadog"
