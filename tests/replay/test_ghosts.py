"""A page that gives way to another leaves no outline behind, and what that costs is little."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageSequence

from bench.likeness import last_picture, outline
from bot.replay.encode.artifacts import LeftPixels
from bot.replay.encode.gif import GifWriter
from bot.replay.encode.palette import Pixels, pack, unpack
from bot.replay.fonts import font

HEIGHT, WIDTH = 300, 480
SEEN = 200
"""Pixels of an outline that is a ghost for certain."""
Colour = tuple[int, int, int]


def page(back: Colour, card: Colour, line: Colour, top: int, words: str) -> np.ndarray:
    """A heading, a card with a border and text, and a strip with a wide gradient."""
    image = Image.new("RGB", (WIDTH, HEIGHT), back)
    pen = ImageDraw.Draw(image)
    pen.text((20, 12), words, font=font(20), fill=(30, 34, 45))
    pen.rectangle((40, top, 300, top + 130), fill=card, outline=line, width=2)
    for row in range(5):
        pen.text((54, top + 12 + 22 * row), f"{words} {row}", font=font(13), fill=(70, 78, 92))
    rgb = np.array(image)
    x = np.arange(WIDTH)
    rgb[-50:] = np.stack([90 + x // 4, 160 - x // 8, 200 - x // 12], axis=-1).astype(np.uint8)
    return rgb


SHOP = page((247, 248, 250), (251, 252, 254), (243, 244, 247), 70, "Your cart is empty")
CART = page((250, 250, 250), (250, 250, 250), (250, 250, 250), 100, "Thank you for your order")
WHITE = page((255, 255, 255), (252, 252, 253), (251, 251, 252), 60, "Delivery")
DARK = page((24, 26, 30), (28, 30, 35), (21, 23, 27), 90, "Night")
DARKER = page((26, 27, 29), (26, 27, 29), (26, 27, 29), 80, "Midnight")


def pointed(rgb: np.ndarray, step: int) -> np.ndarray:
    """The page with a pointer that moves on."""
    with_pointer = rgb.copy()
    with_pointer[180 + step : 196 + step, 330 + 2 * step : 340 + 2 * step] = (20, 23, 31)
    return with_pointer


def with_popup(rgb: np.ndarray, strength: float) -> np.ndarray:
    """A notice over the page, of which the rest grows dim."""
    dim = (rgb * (1 - 0.015 * strength)).astype(np.uint8)
    dim[120:200, 140:340] = (dim[120:200, 140:340] * (1 - strength) + 252 * strength).astype(np.uint8)
    return dim


def written(frames: list[tuple[np.ndarray, int]], coming: int = 0) -> bytes:
    writer = GifWriter(WIDTH, HEIGHT, coming=coming)
    before: Pixels | None = None
    for rgb, delay in frames:
        pixels = pack(rgb)
        writer.add(None if before is not None and (pixels == before).all() else pixels, delay)
        before = pixels
    return writer.finish()


def moving(rgb: np.ndarray, frames: int, start: int = 0) -> list[tuple[np.ndarray, int]]:
    return [(pointed(rgb, start + step), 10) for step in range(frames)]


CLIPS = {
    "a page, then another": [(SHOP, 100), (CART, 100)],
    "a light page, then a white one": [(SHOP, 100), (WHITE, 100)],
    "dark pages": [(DARK, 100), (DARKER, 100)],
    "while the pointer moves": [*moving(SHOP, 15), *moving(CART, 15)],
    "three pages": [*moving(WHITE, 7), *moving(SHOP, 9), *moving(CART, 11), *moving(WHITE, 5)],
    "at the very end": [*moving(SHOP, 10), (CART, 10)],
    "after a fade": [(SHOP, 50), *(((SHOP * (1 - t) + CART * t).astype(np.uint8), 10) for t in np.linspace(0, 1, 9))],
    "a notice that comes and goes": [
        (SHOP, 50),
        *((with_popup(SHOP, t), 10) for t in (0.3, 0.7, 1.0, 1.0, 1.0, 0.6, 0.2)),
        (CART, 60),
    ],
    "and nothing more happens": [*moving(SHOP, 11), *[(CART, 10)] * 20],
}


@pytest.mark.parametrize("name", CLIPS)
def test_the_last_frame_shows_no_outline_of_a_former_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = CLIPS[name]
    wanted = frames[-1][0]
    for coming in (0, len(frames)):
        assert outline(last_picture(written(frames, coming)), wanted) <= 50
    monkeypatch.setattr(LeftPixels, "many", lambda _, last: False)
    monkeypatch.setattr("bot.replay.encode.gif.MOSTLY", 1.0)  # what is painted again as a whole has none anyway
    assert outline(last_picture(written(frames)), wanted) > SEEN  # else these pages would prove nothing


def test_the_outline_is_gone_before_the_end_where_the_page_rests() -> None:
    frames = [*moving(SHOP, 15), *moving(CART, 25)]
    with Image.open(io.BytesIO(written(frames))) as image:
        pictures = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
    assert outline(pictures[25], frames[25][0]) <= 50


def test_all_frames_are_shown_as_long_as_they_were_to_be() -> None:
    for frames in CLIPS.values():
        for coming in (0, len(frames)):
            with Image.open(io.BytesIO(written(frames, coming))) as image:
                durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
            assert sum(durations) == 10 * sum(delay for _, delay in frames)
            assert min(durations) > 0


def test_gradients_that_move_are_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = np.mgrid[0:HEIGHT, 0 : WIDTH + 400]
    wide = np.stack([250 - x // 5, 120 + x // 9 + y // 20, 90 + (x + y) // 9], axis=-1).astype(np.uint8)
    frames = [(np.ascontiguousarray(wide[:, shift : shift + WIDTH]), 10) for shift in range(0, 300, 12)]
    frames += moving(frames[-1][0], 12)
    mended = len(written(frames))
    monkeypatch.setattr(LeftPixels, "many", lambda _, last: False)
    monkeypatch.setattr("bot.replay.encode.gif.MOSTLY", 1.0)  # what is painted again as a whole has none anyway
    assert mended <= 1.03 * len(written(frames))


@pytest.mark.parametrize("mended", [True, False])
def test_the_writer_knows_what_is_shown(mended: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it painted pixels again that could have stayed, because that was shorter."""
    if not mended:
        monkeypatch.setattr(LeftPixels, "many", lambda _, last: False)
    speckled = np.random.default_rng(3).choice([20, 197], (HEIGHT, WIDTH, 1)).repeat(3, axis=2).astype(np.uint8)
    for frames in [[(speckled, 50), (np.full_like(speckled, 200), 50)], *CLIPS.values()]:
        for colours in (64, 255):
            writer = GifWriter(WIDTH, HEIGHT, colours=colours)
            for rgb, delay in frames:
                writer.add(pack(rgb), delay)
            np.testing.assert_array_equal(last_picture(writer.finish()), unpack(writer._shown))


def test_the_same_pages_give_the_same_bytes() -> None:
    for frames in CLIPS.values():
        assert written(frames) == written(frames)


def test_an_outline_is_what_is_seen_where_nothing_should_be() -> None:
    flat = unpack(np.full((60, 60), 0xF0F0F0, np.uint32)).copy()
    framed = flat.copy()
    framed[10:50, 10:50] -= 3
    assert outline(flat, flat) == 0
    assert outline(framed, flat) == 4 * 40 - 4 + 4 * 40  # both sides of the edge
    assert outline(framed, framed) == 0
    assert outline(flat, framed) == 0
