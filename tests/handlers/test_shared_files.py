"""Bots and workers that share no folder: recordings and clips are in a bucket alone."""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from bot.files.file_areas import FileAreas, file_areas
from bot.kernel.clock import Clock
from tests.bucket_server import SECRET, BucketServer
from tests.handlers.datadog import CHANGE, QUESTION, Shop, filmed, with_datadog
from tests.handlers.house import House, has, open_house
from tests.handlers.test_replicas import second_bot

RAGE = msgspec.json.decode(gzip.decompress(Path("tests/recordings/rrweb/shop-rage.json.gz").read_bytes()))


@asynccontextmanager
async def worker_elsewhere(house: House, folder: Path) -> AsyncIterator[Path]:
    """`replaybook worker` as a process with a data folder of its own. Gives the file that its log is in."""
    settings = msgspec.structs.replace(house.settings, data=folder)
    log = folder.with_suffix(".log")
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "worker"), env={**os.environ, **settings.to_env()}, stdout=out, stderr=out
        )
    try:
        yield log
    finally:
        process.kill()
        await process.wait()


def in_bucket(server: BucketServer) -> tuple[dict[str, Any], FileAreas]:
    """Settings for files of a test's own, and these files."""
    settings = server.settings(f"shared-{uuid.uuid4()}")
    names = ("files", "files_endpoint", "files_region", "files_key", "files_secret")
    return {name: getattr(settings, name) for name in names}, file_areas(settings)


async def send_recording(house: House) -> None:
    """An angry visitor of half an hour ago, as our recorder sends it, in two deliveries."""
    events: list[dict[str, Any]] = RAGE["events"] if isinstance(RAGE, dict) else RAGE
    shift = round((house.clock() - timedelta(minutes=30)).timestamp() * 1000) - events[0]["timestamp"]
    moved = [{**event, "timestamp": event["timestamp"] + shift} for event in events]
    half = len(moved) // 2
    for number, some in enumerate((moved[:half], moved[half:])):
        sent = {"session": "../../angry", "view": "v", "person": "p", "seq": number, "events": some}
        url = f"http://127.0.0.1:{house.settings.port}/intake/rrweb"
        async with house.session.post(url, data=msgspec.json.encode(sent)) as answer:
            assert answer.status == 202, await answer.text()


def folders_with_files(folder: Path) -> list[Path]:
    """Of bots and workers that keep files in them; the workspace has some of its own."""
    return [found for own in folder.iterdir() for name in ("rum/segments", "files", "tee") for found in own.glob(name)]


async def clip_in(areas: FileAreas) -> str:
    [name] = [file.key async for file in areas.pictures.list() if file.key.endswith(".gif")]
    return name


async def test_a_clip_is_made_of_what_the_intake_put_into_the_bucket_and_shown_from_there(
    tmp_path: Path, redis: Redis, redis_server: str, clock: Clock, bucket_server: BucketServer
) -> None:
    settings, areas = in_bucket(bucket_server)
    async with (
        open_house(tmp_path / "bot", None, redis_server, clock, **settings) as house,
        worker_elsewhere(house, tmp_path / "worker") as log,
    ):
        await send_recording(house)
        assert len([file async for file in areas.segments.list()]) == 2
        said = await house.ask("rage clicks in the last 24 hours")
        assert "2 rage clicks" in said["text"]  # found in the recording by the bot
        await house.press(said, "clip.make")
        shown = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
        assert "Buy" in str(shown)
        name = await clip_in(areas)
        url = f"http://127.0.0.1:{house.settings.port}/files/{name}"
        async with house.session.get(url, headers={"Range": "bytes=0-5"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"GIF89a")
        async with house.session.get(url) as answer:
            assert await answer.read() == await areas.pictures.get(name)
        assert folders_with_files(tmp_path) == []
        assert SECRET not in log.read_text()
        bucket_server.kill()
        try:
            async with house.session.get(url) as answer:
                page = await answer.text()
                assert (answer.status, "s3://replaybook-tests/shared-" in page, SECRET in page) == (503, True, False)
            with pytest.raises(AssertionError, match="503"):
                await send_recording(house)
        finally:
            bucket_server.start()
        await send_recording(house)
        async with house.session.get(url) as answer:
            assert answer.status == 200


async def test_bots_and_a_worker_that_share_a_bucket_show_the_same_clip(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop, bucket_server: BucketServer
) -> None:
    settings, areas = in_bucket(bucket_server)
    async with (
        with_datadog(shop(CHANGE), tmp_path / "first", redis_server, **settings) as house,
        second_bot(house, tmp_path / "second") as other,
        worker_elsewhere(house, tmp_path / "worker"),
    ):
        await filmed(house, await house.ask(QUESTION))
        path = f"/files/{await clip_in(areas)}"
        for bot in (f"http://127.0.0.1:{house.settings.port}", other):
            async with house.session.get(bot + path) as answer:
                assert (await answer.read())[:6] == b"GIF89a"
        assert folders_with_files(tmp_path) == []
