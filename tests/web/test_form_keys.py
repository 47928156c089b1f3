"""What people add on a page has an id that can be a part of its addresses, whatever their form says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.notebook.notebook import digest
from tests.web.served import Served, served


@pytest.fixture
async def page(redis: Redis, tmp_path: Path) -> AsyncIterator[Served]:
    running = await served(redis, tmp_path / "files")
    yield running
    await running.client.close()


@pytest.mark.parametrize(
    "key", ["", "\x00", "a\r\nSet-Cookie: a=b", "a/b", "../../x", "a?b#c", "\u202eabc", "é", "x" * 50, "a b"]
)
async def test_what_people_add_has_an_id_of_ours_whatever_a_form_calls_it(page: Served, key: str) -> None:
    """One with a slash could not be edited any more, one with a line end broke the answer off."""
    status, where = await page.post("/cells", text="Added", after="", name="Mina", key=key)
    id = where.partition("#cell-")[2]
    assert (status, bool(re.fullmatch(r"[\w-]{10,40}", id, re.ASCII))) == (303, True)
    added = (await page.store.get(page.notebook.id)).cell(id)
    assert await page.post(f"/cells/{id}/remove", seen=digest(added.markdown)) == (303, f"{page.notebook.path}#removed")
    assert (await page.post("/comments", text="Said", name="Mina", key=key))[0] == 303
    status, where = await page.post("/timeline", do="add", key=key, at="2026-11-23T20:00", text="Done", name="Mina")
    assert (status, bool(re.search(r"#entry-page/[\w-]{10,40}$", where, re.ASCII))) == (303, True)
