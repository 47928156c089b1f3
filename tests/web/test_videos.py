"""Clips that are videos, on a notebook's page and in what is taken away of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.notebook.facts import add_clip
from bot.notebook.merge import merge
from bot.notebook.ports import change
from tests.notebook.examples import CLIP
from tests.web.served import BASE, WORDS, Served, served

VIDEO = msgspec.structs.replace(CLIP, file="b" * 64 + ".mp4", poster="c" * 64 + ".png", duration_ms=42_000)


@pytest.fixture
async def page(redis: Redis, tmp_path: Path) -> AsyncIterator[Served]:
    running = await served(redis, tmp_path / "files")
    yield running
    await running.client.close()


async def html(page: Served) -> str:
    return await (await page.client.get(page.notebook.path)).text()


async def test_a_video_plays_on_the_page_and_shows_its_poster_until_then(page: Served) -> None:
    write = WORDS.for_notebook(page.notebook)
    await change(page.store, page.notebook.id, lambda it: merge(it, [add_clip("video", VIDEO)], write))
    [player] = re.findall(r"<video[^>]*>", await html(page))
    for part in (f'src="/files/{VIDEO.file}"', f'poster="/files/{VIDEO.poster}"', " controls", 'aria-label="'):
        assert part in player
    assert "autoplay" not in player
    assert f'href="/files/{VIDEO.file}" download>Download the video (MP4)</a>' in await html(page)
    text = await (await page.client.get(f"{page.notebook.path}.md")).text()
    root = f"{BASE}/files"
    assert f"]({root}/{VIDEO.poster})]({root}/{VIDEO.file})" in text
    assert f"[Play the video (MP4, 42 s)]({root}/{VIDEO.file})" in text


async def test_a_video_from_before_there_were_posters_is_shown_without_one(page: Served) -> None:
    old = msgspec.structs.replace(VIDEO, poster="")
    write = WORDS.for_notebook(page.notebook)
    await change(page.store, page.notebook.id, lambda it: merge(it, [add_clip("video", old)], write))
    [player] = re.findall(r"<video[^>]*>", await html(page))
    assert "poster" not in player


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-", 206, slice(0, None), "bytes 0-999/1000"),
        ("bytes=0-1", 206, slice(0, 2), "bytes 0-1/1000"),
        ("bytes=990-", 206, slice(990, None), "bytes 990-999/1000"),
        ("bytes=-7", 206, slice(-7, None), "bytes 993-999/1000"),
        ("bytes=900-5000", 206, slice(900, None), "bytes 900-999/1000"),
        ("bytes=1000-", 416, slice(0, 0), "bytes */1000"),
        ("bytes=9-2", 200, slice(None), None),
        ("lines=1-2", 200, slice(None), None),
        (None, 200, slice(None), None),
    ],
)
async def test_players_get_the_part_of_a_video_that_they_ask_for(
    page: Served, asked: str | None, status: int, part: slice, content_range: str | None
) -> None:
    data = bytes(n % 251 for n in range(1000))
    name = await page.files.put(data, "mp4")
    response = await page.client.get(f"/files/{name}", headers={"Range": asked} if asked else {})
    assert (response.status, await response.read()) == (status, data[part])
    assert response.headers.get("Content-Range") == content_range
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "media-src 'self'" in response.headers["Content-Security-Policy"]
