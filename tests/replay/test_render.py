"""Clips of a real recording, made by a real browser."""

import asyncio
import io
from dataclasses import replace

import av
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from bot.kernel.errors import Misunderstood, Unfilmable
from bot.kernel.locale import Locale
from bot.replay.encode import ladder
from bot.replay.encode.frames import PosterFrame, composed, picture
from bot.replay.encode.ladder import HOLD_MS, POSTER_MS
from bot.replay.encode.palette import unpack
from bot.replay.encode.placement import surroundings
from bot.replay.model import Masks, Style, Window
from bot.replay.read_recording import read, read_path
from bot.replay.render import render, still
from bot.replay.scene import film, painter_of, scene_of
from bot.replay.shot_stream import ShotStream
from bot.replay.stage.pool import RenderPool
from tests.browser import IN_A_BROWSER
from tests.replay.conftest import SHOP
from tests.replay.pages import Page, recording
from tests.replay.sessions import Session, element

pytestmark = IN_A_BROWSER
RAGE = Window(25_500, 28_500, 26_093)
SMALL = Style(width=400)


async def clip(pool, recorded, window=RAGE, style=SMALL, masks=None, tag="en"):
    return await render(recorded, window, pool=pool, style=style, masks=masks or Masks(), locale=Locale.of(tag))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def usual(pool):
    """The clip that several tests look at."""
    return await clip(pool, read(read_path(SHOP)))


async def test_a_clip_is_a_gif_of_the_window(usual):
    made = usual
    with Image.open(io.BytesIO(made.data)) as gif:
        assert gif.size == (made.width, made.height) == (400, 256)
        assert gif.n_frames == made.frames
    assert made.kind == "gif"
    assert made.duration_ms == 3100
    assert made.caption.startswith("Buy clicked")
    assert made.masked.hidden["input"] > 0
    assert made.transcript
    assert set(made.timings_ms) == {"load", "capture", "encode", "total"}


async def test_the_same_input_gives_the_same_bytes(pool, shop, usual):
    assert (await clip(pool, shop)).data == usual.data


async def test_both_ways_of_taking_pictures_give_the_same(shop):
    async def pictures(begin_frame):
        scene, take = scene_of(shop, RAGE, SMALL, Masks()), ShotStream()
        async with RenderPool(begin_frame=begin_frame) as pool, pool.stage() as stage:
            await stage.load(scene.events, scene.size.width, scene.size.height)
            await film(stage, scene, take, lambda _: asyncio.sleep(0))
        return [(shot.index, shot.png) for shot in take.shots]

    assert await pictures(True) == await pictures(False)


async def test_pictures_are_taken_only_where_the_page_changes(usual):
    assert 5 < usual.shots < 31


async def test_progress_is_told_to_the_end(pool, shop, english):
    told = []

    async def note(step, share):
        told.append((step, share))

    await render(shop, RAGE, pool=pool, style=SMALL, masks=Masks(), locale=english, progress=note)
    assert told[0][0] == "load"
    assert told[-1] == ("encode", 1.0)
    assert [share for step, share in told if step == "capture"][-1] == 1.0


async def test_mp4_is_made_on_request(pool, shop):
    made = await clip(pool, shop, style=replace(SMALL, format="mp4"))
    with av.open(io.BytesIO(made.data)) as video:
        stream = video.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == (400, 256)
        assert float(video.duration / av.time_base) == pytest.approx(3.0 + (POSTER_MS + HOLD_MS) / 1000, abs=0.1)


async def test_a_video_has_a_poster_of_the_failed_click_and_a_gif_none(pool, shop, usual):
    made = await clip(pool, shop, style=replace(SMALL, format="mp4"))
    with Image.open(io.BytesIO(made.poster)) as poster, Image.open(io.BytesIO(usual.data)) as gif:
        assert (poster.format, poster.size) == ("PNG", (400, 256))
        unlike = np.abs(np.asarray(gif.convert("RGB"), int) - np.asarray(poster.convert("RGB"), int))
    assert (unlike.max(axis=2) > 40).mean() < 0.01
    assert usual.poster == b""


async def test_a_long_gif_over_its_budget_becomes_a_video_at_once(pool, shop, usual, monkeypatch):
    monkeypatch.setattr(ladder, "LONG_MS", 1_000)
    style = replace(SMALL, max_bytes=round(len(usual.data) * 0.96))
    made = await clip(pool, shop, style=style)
    assert (made.kind, made.steps) == ("mp4", ("video (MP4) instead of GIF",))
    assert made.poster
    smaller = await clip(pool, shop, style=replace(style, max_bytes=len(made.data) - 1))
    assert (smaller.kind, smaller.steps) == ("mp4", ("video (MP4) instead of GIF", "smaller picture"))
    assert smaller.width == 240
    still_one = await clip(pool, shop, style=replace(style, max_bytes=1_500))
    assert (still_one.kind, still_one.steps) == ("png", ("still picture instead of a clip",))


async def test_more_than_a_minute_is_refused_with_both_numbers():
    busy = Session(element(5, "p"))
    for at in range(500, 70_000, 500):
        busy.mutation(at, 5)
    with pytest.raises(Unfilmable, match=r"62 seconds of it would be shown.*at most 60"):
        scene_of(busy.recording(), Window(1_000, 62_500), SMALL, Masks())
    assert scene_of(busy.recording(), Window(1_000, 61_000), Style(fps=30), Masks()).total_ms >= 60_000


@pytest.mark.parametrize(
    ("share", "kind", "steps"),
    [
        (0.96, "gif", ("fewer colours",)),
        (0.65, "gif", ("fewer colours", "fewer frames")),
        (0.01, "png", ("still picture instead of a clip",)),
    ],
)
async def test_the_ladder_says_which_steps_it_took(pool, shop, usual, share, kind, steps):
    made = await clip(pool, shop, style=replace(SMALL, max_bytes=round(len(usual.data) * share)))
    assert (made.kind, made.steps) == (kind, steps)
    assert len(made.data) <= len(usual.data) * share


async def test_an_idle_stretch_is_left_out_with_a_card(pool, english):
    page = Page()
    box = page.element("p", {"style": "margin:0;background:#00f;width:640px;height:360px"}, "x")
    made_of = recording(page.document([], [box]))
    made_of.events[-1].at += 28_000
    made = await clip(pool, made_of, Window(0, 30_000))
    assert made.duration_ms < 15_000


async def test_a_still_is_one_frame(pool, shop, english):
    drawn = Image.open(io.BytesIO(await still(shop, 26_900, pool=pool, masks=Masks(), locale=english)))
    raw = Image.open(io.BytesIO(await still(shop, 26_900, pool=pool, raw=True, masks=Masks(), locale=english)))
    assert drawn.size == (800, 494)
    assert raw.size == (1280, 720)
    assert np.asarray(raw.convert("RGB")).std() > 20
    with pytest.raises(Misunderstood):
        await still(shop, 10**9, pool=pool, masks=Masks(), locale=english)


async def test_what_was_typed_is_not_in_the_picture(pool, english):
    """Two people type different names; their clips are the same."""

    def typed(name):
        page = Page()
        return recording(page.document([], [page.element("input", {"type": "text", "value": name})]))

    one = await clip(pool, typed("hunter2"), Window(0, 500))
    other = await clip(pool, typed("letmein"), Window(0, 500))
    assert one.data == other.data


async def test_no_clip_without_a_mask_that_is_understood(pool, shop):
    with pytest.raises(Misunderstood):
        await clip(pool, shop, masks=Masks(selectors=("p:hover",)))


async def test_animations_run_in_the_recordings_time(pool):
    page = Page()
    css = "@keyframes go{to{margin-left:400px}}div{width:50px;height:50px;background:red;animation:go 1s linear}"
    style = page.element("style", {"_cssText": css})
    turning = recording(page.document([style], [page.element("div", {})]))
    made = await clip(pool, turning, Window(0, 1500))
    assert 9 <= made.shots <= 12


async def test_a_page_of_100_000_nodes_is_filmed_or_refused_in_time(pool):
    page = Page()
    rows = [page.element("p", {}, f"row {i}") for i in range(33_000)]
    big = recording(page.document([], [page.element("div", {}, row, "x") for row in rows]))
    made = await clip(pool, big, Window(0, 300))  # the pool's time limit ends what takes too long
    assert made.kind == "gif"


async def test_a_window_that_is_too_long_is_refused(pool, shop):
    with pytest.raises(Unfilmable, match="too long"):
        scene_of(shop, Window(0, 34_000), Style(fps=60), Masks())


async def test_the_gif_shows_the_frames_it_was_made_from(pool, shop, usual):
    scene, take = scene_of(shop, RAGE, SMALL, Masks()), ShotStream()
    async with pool.stage() as stage:
        await stage.load(scene.events, scene.size.width, scene.size.height)
        await film(stage, scene, take, lambda _: asyncio.sleep(0))
    painter = painter_of(scene, RAGE, 400, usual.caption, Locale.of())
    first = next(composed(take.shots, scene.frame_plans, painter))[0]
    poster = PosterFrame(scene.frame_plans, painter)
    list(poster.watch(take.shots))
    with Image.open(io.BytesIO(usual.data)) as gif:
        for number, drawn in enumerate((poster.pixels, first)):
            gif.seek(number)
            away = np.abs(np.subtract(np.asarray(gif.convert("RGB")), unpack(drawn), dtype=int))
            assert away.mean() < 3
    assert (poster.pixels != first).any()


async def test_the_label_of_what_was_clicked_can_be_read_in_the_first_frame(pool, shop, usual):
    """Nothing that is drawn covers it: where it stands the first frame is the page."""
    scene, take = scene_of(shop, RAGE, SMALL, Masks()), ShotStream()
    async with pool.stage() as stage:
        await stage.load(scene.events, scene.size.width, scene.size.height)
        await film(stage, scene, take, lambda _: asyncio.sleep(0))
    painter = painter_of(scene, RAGE, 400, usual.caption, Locale.of())
    poster = PosterFrame(scene.frame_plans, painter)
    list(poster.watch(take.shots))
    at = next(number for number, plan in enumerate(scene.frame_plans) if plan.at_ms >= RAGE.failed_ms)
    page = picture(next(shot.png for shot in reversed(take.shots) if shot.png and shot.index <= at))
    point = [point for shot in take.shots for point in shot.points][at]
    near = surroundings(point, 1.0, *page.shape[::-1])
    assert near.labels
    for left, top, right, bottom in near.labels:
        assert (poster.pixels[top:bottom, left:right] == page[top:bottom, left:right]).all()
    drawn_on = (poster.pixels[: page.shape[0]] != page).sum()
    assert drawn_on > 300
