"""Clips that are cancelled or fail at any moment leave no thread, no browser and no folder behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading

import pytest

from bot.kernel.errors import Unavailable
from bot.kernel.locale import Locale
from bot.kernel.processes import TemporaryFolder
from bot.replay.encode.frame_plans import Shot
from bot.replay.model import Masks, Style, Window
from bot.replay.render import ClipDraft, render
from bot.replay.shot_stream import ShotStream, Stopped, at_work
from bot.replay.stage import browser
from bot.replay.stage.pipe import Pipe
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER

WINDOW = Window(25_500, 28_500, 26_093)
SHOT = Shot(0, b"png", [None])


class FakeStage:
    """A stage without a browser, which says when it is ended."""

    alive = True
    time_limit: asyncio.Timeout | None = None

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> asyncio.Future[None]:
        self.closed = True
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        gone.set_result(None)
        return gone

    played = Stage.played


class Readers:
    """Reads streams in a thread, over and over, until it is stopped."""

    def __init__(self) -> None:
        self.reads, self.has_ended = threading.Event(), False

    def until_stopped(self, stream: ShotStream) -> None:
        try:
            while True:
                for _ in stream.live() if stream._taken == 0 else stream.again():
                    self.reads.set()
        except Stopped:
            self.has_ended = True


def filmed_stream() -> ShotStream:
    stream = ShotStream()
    stream.add(SHOT)
    stream.end(complete=True)
    return stream


def streams() -> dict[str, ShotStream]:
    going_on = ShotStream()
    going_on.add(SHOT)
    return {"while it is filmed": going_on, "after that": filmed_stream()}


@pytest.mark.parametrize("when", list(streams()))
async def test_who_is_cancelled_waits_until_the_writer_has_stopped(when: str) -> None:
    stream, readers = streams()[when], Readers()

    async def write() -> None:
        async with at_work(lambda: readers.until_stopped(stream), [stream]) as writing:
            await writing

    job = asyncio.create_task(write())
    assert await asyncio.to_thread(readers.reads.wait, 60)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert readers.has_ended


@IN_A_BROWSER
async def test_filming_ends_when_the_clip_cant_be_written(pool, shop, monkeypatch) -> None:
    told: list[float] = []

    async def note(step: str, share: float) -> None:
        told.append(share if step == "capture" else 0.0)

    def broken(_draft: ClipDraft, _stream: ShotStream) -> None:
        raise MemoryError

    monkeypatch.setattr(ClipDraft, "first", broken)
    with pytest.raises(MemoryError):
        await render(shop, WINDOW, pool=pool, style=Style(width=400), masks=Masks(), locale=Locale.of(), progress=note)
    assert max(told) < 1.0


def empty_pool(monkeypatch: pytest.MonkeyPatch, *opened: asyncio.Future[FakeStage], size: int = 1) -> RenderPool:
    """A pool whose stages come when these are done."""
    coming = iter(opened)

    async def opens(_pool: RenderPool) -> FakeStage:
        return await next(coming)

    monkeypatch.setattr(RenderPool, "_open", opens)
    monkeypatch.setattr("bot.replay.stage.pool.find_browser", lambda _path: ("/bin/true", "shell"))
    return RenderPool(size=size)


async def stage_of(pool: RenderPool) -> None:
    async with pool.stage():
        await asyncio.sleep(0)


async def test_who_is_cancelled_before_the_browser_is_there_leaves_it_to_the_next(monkeypatch) -> None:
    opened: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    spare: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    async with empty_pool(monkeypatch, opened, spare) as pool:
        job = asyncio.create_task(stage_of(pool))
        for _ in range(5):
            await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        opened.set_result(made := FakeStage())
        async with pool.stage() as stage:
            assert id(stage) == id(made)
    assert made.closed


@pytest.mark.parametrize("turns", range(5))
async def test_a_browser_that_is_there_just_when_its_clip_is_cancelled_is_not_lost(monkeypatch, turns: int) -> None:
    opened: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    spare: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    made = FakeStage()
    async with empty_pool(monkeypatch, opened, spare) as pool:
        job = asyncio.create_task(stage_of(pool))
        for _ in range(5):
            await asyncio.sleep(0)
        opened.set_result(made)
        for _ in range(turns):
            await asyncio.sleep(0)
        job.cancel()
        await asyncio.wait((job,))
    assert made.closed


async def test_a_pool_that_closes_ends_every_browser_whatever_became_of_the_others(monkeypatch) -> None:
    loop = asyncio.get_running_loop()
    broken, opened, coming = (loop.create_future() for _ in range(3))
    broken.set_exception(ValueError("no browser of ours"))
    opened.set_result(made := FakeStage())
    async with empty_pool(monkeypatch, broken, opened, coming, size=3) as pool:
        await asyncio.wait(pool._ready[:2])
    assert made.closed
    assert coming.cancelled()


async def test_a_browser_is_killed_before_anything_is_awaited(monkeypatch) -> None:
    """Its clip may end with the event loop, which takes no further step."""
    killed: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda pid, _signal: killed.append(pid))
    monkeypatch.setattr(browser, "_bury", lambda _pid, _folder: killed.append(0))
    reading, writing = os.pipe()
    ended = browser.Browser(12_345, Pipe(reading, writing), "shell", TemporaryFolder("replaybook-test-"), True)
    gone = ended.end()
    assert killed[0] == 12_345
    await gone
    ended.folder.remove()


def test_nobody_waits_for_a_browser_that_hangs_in_the_kernel(monkeypatch) -> None:
    monkeypatch.setattr(browser, "END_S", 0.0)
    hangs, folder = subprocess.Popen(["/bin/sleep", "600"]), TemporaryFolder("replaybook-test-")
    try:
        browser._bury(hangs.pid, folder)
        assert not folder.path.exists()
        assert hangs.poll() is None
    finally:
        hangs.kill()
        hangs.wait()


async def test_writing_has_no_time_limit_once_everything_is_played(monkeypatch) -> None:
    opened: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    opened.set_result(FakeStage())
    spare: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    async with empty_pool(monkeypatch, opened, spare) as pool, pool.stage() as stage:
        assert stage.time_limit is not None
        assert stage.time_limit.when() is not None
        stage.played()
        assert stage.time_limit.when() is None


async def test_what_ran_late_elsewhere_is_not_said_of_the_recording(monkeypatch) -> None:
    opened: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    opened.set_result(FakeStage())
    spare: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    async with empty_pool(monkeypatch, opened, spare) as pool:
        with pytest.raises(TimeoutError):
            async with pool.stage():
                raise TimeoutError("a disk")


async def test_a_stage_that_plays_too_long_is_still_stopped(monkeypatch) -> None:
    opened: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    opened.set_result(FakeStage())
    spare: asyncio.Future[FakeStage] = asyncio.get_running_loop().create_future()
    async with empty_pool(monkeypatch, opened, spare) as pool:
        pool._clip_s = 0.0
        with pytest.raises(Unavailable, match="0 seconds"):
            async with pool.stage():
                await asyncio.sleep(600)
