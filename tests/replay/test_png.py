"""Pictures are read as they are, whatever the one before was."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from bot.replay.encode.palette import unpack
from bot.replay.encode.png import PictureReader

HEIGHT, WIDTH = 37, 53
Picture = np.ndarray


def chromium_png(rgb: Picture) -> bytes:
    """As Chromium writes them: every row is its difference to the one above, in many pieces."""
    height, width = rgb.shape[:2]
    rows = rgb.reshape(height, 3 * width)
    above = np.vstack([np.zeros((1, 3 * width), np.uint8), rows[:-1]])
    packed = zlib.compress(np.hstack([np.full((height, 1), 2, np.uint8), rows - above]).tobytes(), 1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = [(b"IDAT", packed[at : at + 400]) for at in range(0, len(packed), 400)]
    chunks = [(b"IHDR", header), *pieces, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def other_png(rgb: Picture) -> bytes:
    output = io.BytesIO()
    Image.fromarray(rgb).convert("RGBA").save(output, "PNG")
    return output.getvalue()


def some_page(height: int = HEIGHT, width: int = WIDTH) -> Picture:
    page = np.full((height, width, 3), 240, np.uint8)
    page[5:12, 8:30] = np.random.default_rng(5).integers(0, 256, (7, 22, 3), np.uint8)
    return page


def changed(change: str) -> Picture:
    page = some_page()
    match change:
        case "nothing":
            pass
        case "one pixel":
            page[20, 11] = 3
        case "the first pixel":
            page[0, 0] = 3
        case "the last pixel":
            page[-1, -1] = 3
        case "a box":
            page[15:22, 30:44] = (200, 10, 10)
        case "a box to the foot":
            page[15:, 30:44] = (200, 10, 10)
        case "all as much darker":
            page -= 7
        case "a column":
            page[:, 17] = (1, 2, 3)
        case "two lines":
            page[3], page[30] = 1, 2
    return page


CHANGES = [
    "nothing",
    "one pixel",
    "the first pixel",
    "the last pixel",
    "a box",
    "a box to the foot",
    "all as much darker",
    "a column",
    "two lines",
]


@pytest.mark.parametrize("before", CHANGES)
@pytest.mark.parametrize("after", CHANGES)
def test_a_picture_is_read_as_it_is_whatever_was_before(before: str, after: str) -> None:
    reader = PictureReader()
    for change in (before, after, before):
        wanted = changed(change)
        np.testing.assert_array_equal(unpack(reader.read(chromium_png(wanted))), wanted)


def random_pictures() -> Iterator[Picture]:
    rng = np.random.default_rng(11)
    page = some_page()
    for _ in range(200):
        top, left = rng.integers(0, HEIGHT), rng.integers(0, WIDTH)
        part = page[top : top + rng.integers(1, HEIGHT), left : left + rng.integers(1, WIDTH)]
        if rng.random() < 0.5:
            part += np.uint8(rng.integers(0, 256))
        else:
            part[:] = rng.integers(0, 256, 3, np.uint8)
        yield page


def test_long_rows_of_changes_add_up() -> None:
    reader = PictureReader()
    for wanted in random_pictures():
        np.testing.assert_array_equal(unpack(reader.read(chromium_png(wanted))), wanted)


def test_pictures_of_other_sizes_and_kinds_come_in_between() -> None:
    reader = PictureReader()
    wide, high = some_page(HEIGHT, WIDTH + 4), some_page(HEIGHT + 9, WIDTH)
    for wanted in (some_page(), wide, changed("a box"), high, some_page()):
        np.testing.assert_array_equal(unpack(reader.read(chromium_png(wanted))), wanted)
        other = changed("two lines")
        np.testing.assert_array_equal(unpack(reader.read(other_png(other))), other)
