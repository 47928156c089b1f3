"""The GIF that is written shows the frames that went in."""

import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from bot.replay.encode.artifacts import bounds
from bot.replay.encode.draw import RED
from bot.replay.encode.gif import LIKE, GifWriter
from bot.replay.encode.palette import Finder, choose, error, pack, unpack
from bot.replay.encode.png import decode
from bot.replay.encode.scene_palettes import MOVING_COLOURS, OURS, ScenePalettes


def gradient(width: int = 160, height: int = 90, shift: int = 0) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([(x + shift) * 255 // (width + 60), y * 255 // height, (x + y + shift) % 128], axis=-1).astype(
        np.uint8
    )


def shown(gif: bytes) -> list[tuple[np.ndarray, int]]:
    with Image.open(io.BytesIO(gif)) as image:
        return [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)]


def written(frames: list[np.ndarray], **options: int) -> bytes:
    writer = GifWriter(frames[0].shape[1], frames[0].shape[0], **options)
    for frame in frames:
        writer.add(pack(frame), 10)
    return writer.finish()


def flat(*colour: int) -> np.ndarray:
    return np.full((40, 60, 3), colour, np.uint8)


def test_few_colours_come_back_exactly():
    one, other = flat(1, 2, 3), flat(1, 2, 3)
    other[10:20, 5:30] = (200, 100, 50)
    other[25, 25] = (9, 120, 250)
    frames = shown(written([one, other, one]))
    assert [duration for _, duration in frames] == [100, 100, 100]
    for (got, _), wanted in zip(frames, (one, other, one), strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_equal_frames_become_one_that_lasts():
    writer = GifWriter(60, 40)
    for pixels in (pack(flat(1, 1, 1)), pack(flat(1, 1, 1)), None, pack(flat(90, 1, 1)), None):
        writer.add(pixels, 10)
    assert [duration for _, duration in shown(writer.finish())] == [300, 200]


def test_only_what_changed_is_written():
    page = gradient()
    changed = page.copy()
    changed[40:44, 50:55] = 0
    once, twice = written([page]), written([page, changed])
    assert len(twice) - len(once) < 200


def test_gradients_stay_near_and_a_new_scene_gets_its_own_colours():
    red, blue = gradient(), gradient()[..., ::-1].copy()
    for (got, _), wanted in zip(shown(written([red, blue])), (red, blue), strict=True):
        assert ((got.astype(int) - wanted) ** 2).mean() < 60
    many = [gradient(shift=0)] + [blue] * 13 + [gradient(shift=40)]
    assert ((shown(written(many))[-1][0].astype(int) - many[-1]) ** 2).mean() < 60


def test_a_page_that_moves_is_written_in_fewer_colours_until_it_rests():
    """And the others lose nothing by it."""
    writer = GifWriter(160, 90)
    steps = [(0, 100), *((shift, 10) for shift in range(10, 60, 10)), (60, 100)]
    for shift, delay in steps:
        writer.add(pack(gradient(shift=shift)), delay)
    frames = shown(writer.finish())
    assert [duration for _, duration in frames] == [delay * 10 for _, delay in steps]
    first, _, *moving, last = [
        len(np.unique(pack(got))) for got, _ in frames
    ]  # in the second some of the first is left
    assert max(moving) <= MOVING_COLOURS
    assert min(first, last) > 1.5 * MOVING_COLOURS
    for (got, _), (shift, _) in zip(frames, steps, strict=True):
        assert ((got.astype(int) - gradient(shift=shift)) ** 2).mean() < 120


def test_fewer_colours_make_a_smaller_file():
    frames = [gradient(shift=shift) for shift in range(0, 40, 10)]
    assert len(written(frames, colours=32)) < 0.7 * len(written(frames))


def test_the_same_frames_give_the_same_bytes():
    frames = [gradient(shift=shift) for shift in range(0, 60, 5)]
    assert written(frames) == written(frames)


@pytest.mark.parametrize(("loops", "counted"), [(1, None), (2, 1), (3, 2), (0, 0)])
def test_a_file_says_how_often_it_comes_again(loops, counted):
    """The block counts repetitions, so a file that plays three times comes again twice; 0 is for ever."""
    data = written([flat(1, 1, 1), flat(9, 90, 9)], loops=loops)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info.get("loop") == counted
    assert data.count(b"NETSCAPE2.0") == (counted is not None)


def test_a_file_without_frames_is_refused():
    with pytest.raises(ValueError, match="frame"):
        GifWriter(10, 10).finish()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6), st.integers(3, 40), st.integers(3, 40))
@example([28_424, 0], 10, 22)  # what came in a frame that moves, and stayed
def test_any_flat_drawing_comes_back(seeds, width, height):
    """Frames of few colours: each pixel shown is the one drawn, or no further from it than the eye tells."""
    frames = []
    for seed in seeds:
        random = np.random.default_rng(seed)
        frames.append((random.integers(0, 6, (height, width, 3)) * 40).astype(np.uint8))
    got = shown(written(frames))
    last = got[-1][0].astype(int)
    assert np.abs(last - frames[-1]).max() <= max(LIKE, 25)
    assert sum(duration for _, duration in got) == 100 * len(frames)


def test_a_palette_of_enough_colours_is_exact():
    pixels = pack(gradient())[:5, :40].ravel()
    palette = choose(pixels)
    np.testing.assert_array_equal(palette[Finder(palette).index(pixels)], pixels)
    assert error(palette, pixels) == 0


def test_the_nearest_colour_is_found():
    random = np.random.default_rng(7)
    colours = pack(random.integers(0, 256, (1, 200, 3)).astype(np.uint8))[0]
    asked = pack(random.integers(0, 256, (1, 900, 3)).astype(np.uint8))[0]
    distances = ((unpack(asked)[:, None].astype(int) - unpack(colours)[None].astype(int)) ** 2).sum(-1)
    chosen = Finder(colours).index(asked)
    np.testing.assert_array_equal(distances[np.arange(900), chosen], distances.min(axis=1))


@pytest.mark.parametrize("colours", [255, 127, 64])
def test_what_marks_a_click_keeps_its_colour_however_small_it_is(colours):
    """It is a few px of a timeline; of a large picture only some pixels are looked at."""
    page = pack(gradient(400, 400)).ravel()
    marked, mark = page.copy(), pack(np.array([[RED]], np.uint8))[0, 0]
    marked[101:141:2] = mark
    palettes = ScenePalettes(colours, page.size)
    assert mark not in palettes.for_scene(page, [])
    assert mark in palettes.for_scene(marked, [])
    assert mark in palettes.for_movement(marked)
    assert len(choose(marked, colours, kept=OURS)) <= colours


def test_thinned_pixels_count_as_often_as_all_of_them():
    grey, gentle = pack(gradient()).ravel(), pack(gradient(shift=40)[..., ::-1].copy()).ravel()
    every = choose(grey, 40, dear=[gentle], times=9)
    thinned = choose(grey, 40, dear=[gentle[::3]], times=9, thin=3)
    assert error(thinned, gentle) < 1.1 * error(every, gentle)
    assert error(thinned, grey) < 1.1 * error(every, grey)


def test_another_palette_is_asked_anew():
    grey, blue = pack(np.array([[[0, 0, 0], [200, 200, 200]], [[0, 0, 90], [0, 0, 255]]], np.uint8))
    finder = Finder(grey)
    assert [list(finder.index(grey)), list(finder.index(blue))] == [[0, 1], [0, 0]]
    finder.turn_to(blue)
    assert [list(finder.index(grey)), list(finder.index(blue))] == [[0, 1], [0, 1]]


def test_the_error_is_the_mean_square_of_what_each_channel_is_off():
    off = pack(np.array([[[0, 0, 3], [0, 0, 0], [0, 3, 0]]], np.uint8)).ravel()
    assert error(pack(np.zeros((1, 1, 3), np.uint8)).ravel(), off) == 2.0


def test_bounds_hold_every_change():
    mask = np.zeros((9, 9), np.bool_)
    assert bounds(mask) is None
    mask[2, 3] = mask[6, 1] = True
    assert bounds(mask) == (2, 7, 1, 4)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_any_png_is_read(mode):
    output = io.BytesIO()
    Image.fromarray(gradient()).convert(mode).save(output, "PNG")
    expected = np.asarray(Image.open(io.BytesIO(output.getvalue())).convert("RGB"))
    np.testing.assert_array_equal(unpack(decode(output.getvalue())), expected)
