"""A clip begins with the failed click, marked, and holds its end; neither is part of its time."""

from __future__ import annotations

import io
from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from bot.replay.encode import ladder
from bot.replay.encode.draw import RED, Scale, Strip
from bot.replay.encode.frame_plans import DrawnClick, FramePlan, Shot
from bot.replay.encode.frames import PosterFrame, composed
from bot.replay.encode.ladder import HOLD_MS, POSTER_MS, QualityPlan
from bot.replay.encode.painter import Painter
from bot.replay.encode.palette import unpack

WIDTH, HEIGHT = 400, 200
PLANS = [FramePlan(at, 100) for at in range(0, 2_000, 100)]
COLOURS = {0: (250, 250, 250), 8: (40, 160, 40), 15: (30, 60, 200)}
"""The page at each of these plans; it stays so until the next one."""
CLICKS = (DrawnClick(1_020, 1), DrawnClick(1_180, 2), DrawnClick(1_340, 3), DrawnClick(1_900, 1))


def png(colour: tuple[int, int, int]) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), colour).save(output, "PNG")
    return output.getvalue()


def shots() -> list[Shot]:
    point = (100.0, 100.0)
    before, made = -1, []
    for index, colour in COLOURS.items():
        made.append(Shot(index, png(colour), [point] * (index - before)))
        before = index
    return [*made, Shot(len(PLANS) - 1, None, [point] * (len(PLANS) - 1 - before))]


def painter(failed: int | None, factor: float = 1.0) -> Painter:
    scale = Scale(round(WIDTH * factor))
    total = sum(plan.lasts_ms for plan in PLANS)
    return Painter(
        scale, Strip(scale, "Buy clicked 3×", (0.5,)), CLICKS, str, lambda ms: f"{ms} ms", total, factor, None, failed
    )


def gif(failed: int | None, plan: QualityPlan | None = None) -> list[tuple[np.ndarray, int]]:
    plan = plan or QualityPlan()
    written = ladder.write(shots(), PLANS, painter(failed, plan.share), plan, 10**6)
    assert written is not None
    with Image.open(io.BytesIO(written.data)) as image:
        shown = [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)]
    assert len(shown) == written.frames
    return shown


def page_colour(frame: np.ndarray) -> tuple[int, ...]:
    return tuple(int(value) for value in np.median(frame[: frame.shape[0] // 2].reshape(-1, 3), axis=0))


@pytest.mark.parametrize("plan", [QualityPlan(), *ladder.AFTER_GIF[:3]], ids=lambda plan: plan.step or "first")
def test_the_first_frame_of_a_gif_is_the_failed_click(plan):
    (first, lasts), (second, _), *_ = gif(1_020, plan)
    assert lasts == POSTER_MS >= 300
    assert np.abs(np.subtract(page_colour(first), COLOURS[8])).max() < 12
    assert np.abs(np.subtract(page_colour(second), COLOURS[0])).max() < 12


def test_the_rest_of_the_clip_is_as_it_was():
    marked, plain = gif(1_020), gif(None)
    assert len(marked) == len(plain) + 1
    for (one, one_ms), (other, other_ms) in zip(marked[1:], plain, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one_ms == other_ms


def test_a_clip_without_a_failed_click_begins_with_its_beginning():
    (first, _), *_ = gif(None)
    assert page_colour(first) == COLOURS[0]


def test_the_last_frame_is_held():
    for failed in (None, 1_020):
        assert gif(failed)[-1][1] >= HOLD_MS >= 1_500


def test_the_click_is_marked_and_all_clicks_on_its_spot_are_counted():
    looks = painter(1_020).poster_looks(PLANS[11], 1_100, (100.0, 100.0), np.zeros((HEIGHT, WIDTH), np.uint32))
    assert (looks.age, looks.count) == (0, 3)
    first = gif(1_020)[0][0].astype(int)
    reds = (np.abs(first - RED).sum(axis=-1) < 60)[:HEIGHT].sum()
    assert reds > 300


@pytest.mark.parametrize("failed", [-500, 0, 750, 801, 1_900, 9_999])
def test_the_picture_is_that_of_its_time(failed):
    """Also for a click at an edge of the clip; one outside of it has none."""
    plans = PLANS
    poster = PosterFrame(plans, painter(failed))
    passed_on = list(poster.watch(shots()))
    assert [shot.index for shot in passed_on] == [shot.index for shot in shots()]
    if not plans[0].at_ms <= failed <= plans[-1].at_ms:
        assert poster.pixels is None
        return
    assert poster.pixels is not None
    at = next(number for number, plan in enumerate(plans) if plan.at_ms >= failed)
    wanted = COLOURS[max(index for index in COLOURS if index <= at)]  # nothing is known of the click's target
    assert page_colour(unpack(poster.pixels)) == wanted


@pytest.mark.parametrize(("failed", "count"), [(1_020, 3), (950, 3), (1_100, 3), (1_900, 1), (10, 0), (3_500, 0)])
def test_the_clicks_that_the_failed_one_begins_are_counted(failed, count):
    looks = painter(failed).poster_looks(PLANS[11], 1_100, (100.0, 100.0), np.zeros((HEIGHT, WIDTH), np.uint32))
    assert looks.count == (count if count > 1 else 0)


def test_it_shows_what_was_clicked_as_it_was_then():
    """The page answers within a tenth of a second: another picture, and the button is elsewhere."""
    button, elsewhere = [60.0, 80.0, 140.0, 120.0], [200.0, 20.0, 280.0, 60.0]
    label, other = [80.0, 90.0, 120.0, 110.0], [220.0, 30.0, 260.0, 50.0]
    before, after = (30.0, 30.0, None, None, button, label), (100.0, 100.0, elsewhere, other, None, None)
    plans = PLANS[:6]
    taken = [Shot(0, png((250, 250, 250)), [before] * 1), Shot(3, png((9, 9, 9)), [before, before, after])]
    poster = PosterFrame(plans, replace(painter(250), clicks=()))
    list(poster.watch([*taken, Shot(5, None, [after, after])]))
    assert poster.pixels is not None
    shown = unpack(poster.pixels)
    assert page_colour(shown) == (250, 250, 250)
    reds = np.abs(shown[:HEIGHT].astype(int) - RED).sum(axis=-1) < 60
    columns = np.flatnonzero(reds.any(axis=0))
    assert columns.min() < 62
    assert 138 < columns.max() < 150
    assert (shown[90:110, 80:120] == 250).all()


def test_a_video_begins_with_it_too_and_ends_with_the_hold():
    written = ladder.write(shots(), PLANS, painter(1_020), QualityPlan(kind="mp4"), 10**6)
    with av.open(io.BytesIO(written.data)) as video:
        frames = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in video.decode(video=0)]
        length = float(video.duration / av.time_base)
    assert np.abs(np.subtract(page_colour(frames[0][1]), COLOURS[8])).max() < 12
    assert np.abs(np.subtract(page_colour(frames[1][1]), COLOURS[0])).max() < 12
    assert frames[1][0] == pytest.approx(POSTER_MS / 1000, abs=0.02)
    assert length == pytest.approx((POSTER_MS + 1_900 + HOLD_MS) / 1000, abs=0.1)


def test_the_still_is_the_first_frame():
    still = ladder.still(shots(), PLANS, painter(1_020), 1_020, 10**6)
    with Image.open(io.BytesIO(still.data)) as image:
        shown = np.asarray(image.convert("RGB"))
    assert np.abs(np.subtract(shown, gif(1_020)[0][0], dtype=int)).max() <= 8  # a GIF has 255 colours


@pytest.mark.parametrize("failed", [-500, 9_999])
def test_a_still_of_a_click_outside_of_the_clip_is_its_nearest_frame(failed):
    still = ladder.still(shots(), PLANS, painter(failed), failed, 10**6)
    with Image.open(io.BytesIO(still.data)) as image:
        assert page_colour(np.asarray(image.convert("RGB"))) == COLOURS[0 if failed < 0 else 15]


def test_a_still_of_another_time_is_not_marked():
    still = ladder.still(shots(), PLANS, painter(1_020), 300, 10**6)
    with Image.open(io.BytesIO(still.data)) as image:
        assert page_colour(np.asarray(image.convert("RGB"))) == COLOURS[0]


def test_the_time_in_the_clip_is_the_replays():
    """No frame but the first one has another clock than in a clip without it."""
    clocks = [lasts for _, lasts in composed(shots(), PLANS, painter(1_020))]
    assert sum(clocks) == sum(plan.lasts_ms for plan in PLANS)


def test_the_budget_counts_the_first_frame():
    marked = ladder.write(shots(), PLANS, painter(1_020), QualityPlan(), 10**6)
    without = ladder.write(shots(), PLANS, painter(None), QualityPlan(), 10**6)
    assert len(marked.data) > len(without.data)
    assert ladder.write(shots(), PLANS, painter(1_020), QualityPlan(), len(marked.data) - 1) is None
