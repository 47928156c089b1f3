"""Gentle gradients get more of the colours than their pixels would, and pages that move get fewer."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from bot.replay.encode.artifacts import REACH, gentle
from bot.replay.encode.gif import GifWriter
from bot.replay.encode.palette import Pixels, pack, unpack

HEIGHT, WIDTH = 96, 320


def hero(shift: int = 0) -> Pixels:
    """A wide gradient with more colours than a palette has, and a hard edge at the bottom."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    steps = (x + shift) % 400
    rgb = np.stack([250 - steps // 4, 120 + steps // 5 + y // 20, 90 + (steps + y) // 7], axis=-1).astype(np.uint8)
    rgb[-20:] = 255
    return pack(rgb)


def hero_beside_noise() -> Pixels:
    """The gradient on the left, a photograph's grain on the right."""
    pixels = hero()
    pixels[:, WIDTH // 2 :] = pack(np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH // 2, 3), np.uint8))
    return pixels


def gentle_parts(pixels: Pixels) -> np.ndarray:
    return gentle(pixels, *np.indices(pixels.shape).reshape(2, -1)).reshape(pixels.shape)


@pytest.mark.parametrize("size", [(1, 1), (2 * REACH, 90), (90, 2 * REACH), (2 * REACH + 1, 2 * REACH + 1)])
def test_small_boxes_have_at_most_a_middle(size: tuple[int, int]) -> None:
    found = gentle_parts(np.zeros(size, np.uint32))
    assert found.sum() == (1 if min(size) > 2 * REACH else 0)


def test_letters_edges_and_grain_are_not_gentle() -> None:
    pixels = hero_beside_noise()
    pixels[30:40, 60:64] = 0  # a letter
    smooth = gentle_parts(pixels)
    assert smooth[REACH:20, REACH:50].all()
    assert not smooth[30:40, 60:64].any()
    assert not smooth[-20 - REACH : -20].any()
    assert smooth[:, WIDTH // 2 :].mean() < 0.001


def decoded_frames(frames: list[tuple[Pixels, int]], colours: int = 255) -> list[np.ndarray]:
    writer = GifWriter(WIDTH, HEIGHT, colours=colours)
    for pixels, delay in frames:
        writer.add(pixels, delay)
    with Image.open(io.BytesIO(writer.finish())) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def mean_error(picture: np.ndarray, wanted: Pixels) -> float:
    """How far the gradient is from what it should be, where no grain is: of 255, a mean over the channels."""
    part = slice(None), slice(0, WIDTH // 2)
    return float(np.abs(picture[part].astype(int) - unpack(wanted)[part].astype(int)).mean())


def test_a_gradient_keeps_its_colours_beside_grain_that_has_many() -> None:
    pixels = hero_beside_noise()
    (in_full,), (in_few,) = (
        decoded_frames([(pixels, 100)], colours) for colours in (255, 254)
    )  # few: without the weighting
    assert mean_error(in_full, pixels) < 0.9 * mean_error(in_few, pixels)


def test_a_gradient_has_no_grain_that_the_page_has_not() -> None:
    (picture,) = decoded_frames([(hero(), 100)])
    row = pack(picture)[: HEIGHT - 20]
    alone = (row[:, 1:-1] != row[:, :-2]) & (row[:, 1:-1] != row[:, 2:]) & (row[:, :-2] == row[:, 2:])
    assert alone.mean() < 0.01


def test_a_page_that_moves_keeps_the_colours_that_are_wanted_where_these_are_few() -> None:
    scroll = [(hero(shift), 10) for shift in range(0, 50, 10)]
    for picture in decoded_frames([*scroll, (hero(300), 100)], colours=64):
        assert np.unique(pack(picture)).size <= 65
