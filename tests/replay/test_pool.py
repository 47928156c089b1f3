"""Browsers die, hang and are cancelled; one job pays for it, the next is served."""

import asyncio
import os
import signal
import threading
from pathlib import Path

import pytest

from bot.kernel.errors import Unavailable
from bot.kernel.locale import Locale
from bot.replay.model import Masks, Style, Window
from bot.replay.render import render
from bot.replay.stage import browser
from bot.replay.stage.browser import find_browser
from bot.replay.stage.pool import CLIP_S, RenderPool
from tests.waiting import settled

WINDOW = Window(25_500, 28_500, 26_093)


async def clip(pool, recorded, progress=None):
    return await render(
        recorded, WINDOW, pool=pool, style=Style(width=400), masks=Masks(), locale=Locale.of(), progress=progress
    )


def running(home: str) -> list[str]:
    """Command lines of processes that were started with this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if home in line:
            found.append(line)
    return found


async def test_a_browser_killed_in_the_middle_costs_one_clip(shop):
    async with RenderPool() as pool:

        async def kill(step, share):
            if step == "capture" and share > 0.3:
                os.killpg(victims[0], signal.SIGKILL)

        victims = [(await pool._ready[0]).browser.pid]
        with pytest.raises(Unavailable, match="stopped"):
            await clip(pool, shop, kill)
        assert (await clip(pool, shop)).kind == "gif"


async def test_a_page_that_crashes_costs_one_clip(shop):
    async def crash(stage):
        stage.browser.pipe.send("Page.crash", {}, stage._session).add_done_callback(lambda sent: sent.exception())
        await stage._evaluate("new Promise(() => {})")

    async with RenderPool() as pool:
        async with asyncio.timeout(240), pool.stage() as stage:
            with pytest.raises(Unavailable):
                await crash(stage)
        assert (await clip(pool, shop)).kind == "gif"


async def test_a_browser_that_died_while_it_waited_is_replaced(shop):
    async with RenderPool() as pool:
        waiting = await pool._ready[0]
        os.killpg(waiting.browser.pid, signal.SIGKILL)
        await settled(lambda: not waiting.alive)
        assert (await clip(pool, shop)).kind == "gif"


async def test_a_hang_ends_at_the_time_limit_and_the_next_clip_is_made(shop):
    async with RenderPool(clip_s=2) as pool:
        with pytest.raises(Unavailable, match="2 seconds"):
            async with pool.stage() as stage:
                await stage._evaluate("while (true) {}")
        pool._clip_s = CLIP_S
        assert (await clip(pool, shop)).kind == "gif"


async def test_a_cancelled_clip_frees_its_place_and_leaves_no_process(shop):
    async with RenderPool() as pool:
        stage = await pool._ready[0]
        started = asyncio.Event()

        async def note(step, share):
            started.set()

        job = asyncio.create_task(clip(pool, shop, note))
        await started.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert (await clip(pool, shop)).kind == "gif"
        assert running(stage.browser.home) == []


async def test_nothing_is_left_when_the_pool_closes(shop):
    async with RenderPool(size=2) as pool:
        homes = [(await task).browser.home for task in pool._ready]
        await asyncio.gather(clip(pool, shop), clip(pool, shop))
        homes += [(await task).browser.home for task in pool._ready]
    assert len(homes) == 4
    assert not [line for home in homes for line in running(home)]
    assert not [home for home in homes if os.path.exists(home)]  # noqa: ASYNC240, PTH110  # nothing else runs here


async def test_nobody_waits_until_the_browser_before_has_ended(shop, monkeypatch):
    may_end, real = threading.Event(), browser._bury

    def bury(*args):
        may_end.wait()
        real(*args)

    async with RenderPool() as pool:
        homes = [(await pool._ready[0]).browser.home]
        monkeypatch.setattr(browser, "_bury", bury)
        assert (await clip(pool, shop)).kind == "gif"
        homes.append((await pool._ready[0]).browser.home)
        assert (await clip(pool, shop)).kind == "gif"
        assert all(Path(home).exists() for home in homes)  # noqa: ASYNC240
        may_end.set()
    assert not [line for home in homes for line in running(home)]
    assert not [home for home in homes if Path(home).exists()]  # noqa: ASYNC240


async def test_a_browser_that_has_ended_is_not_killed_again(monkeypatch):
    """Its process number may be another's by then."""
    killed, real = [], os.killpg

    def kill(pid, number):
        killed.append(pid)
        real(pid, number)

    monkeypatch.setattr(os, "killpg", kill)
    async with RenderPool() as pool:
        opened = (await pool._ready[0]).browser
        await opened.end()
        await opened.end()
        assert killed == [opened.pid]
    assert killed == [opened.pid]


async def test_every_recording_gets_a_browser_of_its_own(shop):
    async with RenderPool() as pool:
        async with pool.stage() as one:
            pass
        async with pool.stage() as other:
            pass
    assert one.browser.pid != other.browser.pid


def test_a_configured_browser_that_is_not_there_is_named():
    with pytest.raises(Unavailable, match="/no/such/browser"):
        find_browser("/no/such/browser")


async def test_a_program_that_is_no_browser_is_an_error_and_not_a_hang(shop):
    async with asyncio.timeout(240), RenderPool("/bin/true") as pool:
        with pytest.raises(Unavailable):
            await clip(pool, shop)
