"""What every exporter does: one document for a notebook, found again, written once for one state of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.notebook.ports import Exporter, Outgoing
from bot.providers.registry import names_with
from tests.providers.contract.conftest import Provide
from tests.providers.contract.provided import PUBLIC_URL, Content
from tests.web.exporting import everything


@pytest.fixture(params=names_with("exporter"))
async def exporter(request: pytest.FixtureRequest, provide: Provide) -> Exporter:
    parts = (await provide(request.param, Content())).parts
    assert parts.exporter
    return parts.exporter


@pytest.fixture
async def outgoing(tmp_path: Path, redis: Redis) -> Outgoing:
    files = HashedFiles(FolderStore(tmp_path / "exported"))
    notebook = await everything(files)
    return Outgoing(notebook, files, f"# {notebook.title}\n\nText.\n", PUBLIC_URL)


async def test_there_is_no_link_before_it_is_published_and_the_same_one_ever_after(
    exporter: Exporter, outgoing: Outgoing
) -> None:
    assert await exporter.link(outgoing.notebook) == ""
    first = await exporter.put(outgoing)
    assert first.changed
    assert first.link.startswith("http")
    assert await exporter.link(outgoing.notebook) == first.link
    again = await exporter.update(outgoing)
    assert (again.link, again.changed) == (first.link, False)


async def test_putting_twice_makes_one(exporter: Exporter, outgoing: Outgoing) -> None:
    first = await exporter.put(outgoing)
    assert (await exporter.put(outgoing)).link == first.link


def test_every_exporter_says_what_people_call_it(exporter: Exporter) -> None:
    assert exporter.title
