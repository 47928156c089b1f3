"""Gentle gradients lose their bands; letters, lines and moving pages stay as they are."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from bot.replay.encode.artifacts import REACH, gentle, softened
from bot.replay.encode.gif import GifWriter
from bot.replay.encode.palette import Finder, Pixels, choose, pack, unpack

HEIGHT, WIDTH = 96, 320


def hero(shift: int = 0) -> Pixels:
    """A wide gradient with more colours than a palette has, and a hard edge at the bottom."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    steps = (x + shift) % 400
    rgb = np.stack([250 - steps // 4, 120 + steps // 5 + y // 20, 90 + (steps + y) // 7], axis=-1).astype(np.uint8)
    rgb[-20:] = 255
    return pack(rgb)


def few(pixels: Pixels, colours: int = 24) -> Finder:
    return Finder(choose(pixels.ravel(), colours))


def nearest(pixels: Pixels, finder: Finder) -> np.ndarray:
    return finder.index(pixels.ravel()).reshape(pixels.shape)


def soft(pixels: Pixels, finder: Finder, place: tuple[int, int] = (0, 0)) -> np.ndarray:
    whole = np.ones(pixels.shape, np.bool_)
    return softened(pixels, whole, finder.index(pixels.ravel()), finder, place).reshape(pixels.shape)


def gentle_parts(pixels: Pixels) -> np.ndarray:
    return gentle(pixels, *np.indices(pixels.shape).reshape(2, -1)).reshape(pixels.shape)


def means(shown: np.ndarray) -> np.ndarray:
    """Over squares of 8 x 8 px: what the eye makes of a mixture."""
    return shown.reshape(HEIGHT // 8, 8, WIDTH // 8, 8, 3).mean(axis=(1, 3))


def test_a_gradient_is_nearer_to_itself_when_its_bands_are_mixed() -> None:
    pixels = hero()
    finder = few(pixels)
    wanted = means(unpack(pixels).astype(float))
    banded, mixed = (means(unpack(finder.palette[it(pixels, finder)]).astype(float)) for it in (nearest, soft))
    gentle_part = slice(2, 7), slice(2, -2)
    assert np.abs(mixed - wanted)[gentle_part].mean() < 0.6 * np.abs(banded - wanted)[gentle_part].mean()


def test_only_gentle_parts_are_touched() -> None:
    pixels = hero()
    pixels[30:40, 100:104] = 0  # a letter
    finder = few(pixels)
    touched = soft(pixels, finder) != nearest(pixels, finder)
    assert touched.any()
    assert not touched[~gentle_parts(pixels)].any()
    assert not touched[-20 - REACH :].any()
    assert not touched[30:40, 100:104].any()


def test_the_pattern_stands_still_whatever_the_box() -> None:
    pixels = hero()
    finder = few(pixels)
    part = pixels[10:, 7:].copy()
    inner = slice(REACH, -REACH)
    np.testing.assert_array_equal(
        soft(part, finder, (10, 7))[inner, inner], soft(pixels, finder)[10:, 7:][inner, inner]
    )


def test_exact_colours_stay_exact() -> None:
    pixels = pack(np.full((HEIGHT, WIDTH, 3), 77, np.uint8))
    pixels[:, WIDTH // 2 :] = 0xFF8800
    np.testing.assert_array_equal(few(pixels).palette[soft(pixels, few(pixels))], pixels)


@pytest.mark.parametrize("size", [(1, 1), (2 * REACH, 90), (90, 2 * REACH), (2 * REACH + 1, 2 * REACH + 1)])
def test_small_boxes_have_at_most_a_middle(size: tuple[int, int]) -> None:
    found = gentle_parts(np.zeros(size, np.uint32))
    assert found.sum() == (1 if min(size) > 2 * REACH else 0)


def shown(frames: list[tuple[Pixels, int]], colours: int = 255) -> list[np.ndarray]:
    writer = GifWriter(WIDTH, HEIGHT, colours=colours)
    for pixels, delay in frames:
        writer.add(pixels, delay)
    with Image.open(io.BytesIO(writer.finish())) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def mixture(shown: np.ndarray) -> float:
    """How often a pixel of the gradient equals neither neighbour in its row: bands have long runs, mixtures don't."""
    row = pack(shown)[: HEIGHT - 20 - REACH]
    return float(((row[:, 1:-1] != row[:, :-2]) & (row[:, 1:-1] != row[:, 2:])).mean())


def test_a_page_that_stands_is_softened_and_one_that_moves_is_not() -> None:
    scroll = [(hero(shift), 10) for shift in range(0, 150, 10)]
    pictures = shown([(hero(200), 100), *scroll, (hero(300), 100)])
    still, *moving, last = map(mixture, pictures)
    assert min(still, last) > 1.5 * max(moving)


def test_with_few_colours_wanted_nothing_is_mixed() -> None:
    (many,), (fewer,) = (shown([(hero(), 100)], colours=colours) for colours in (255, 64))
    assert mixture(fewer) < 0.02 < mixture(many)
