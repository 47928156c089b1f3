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


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (3, 3)])
def test_pictures_of_few_pixels_are_read(size: tuple[int, int]) -> None:
    reader, rng = PictureReader(), np.random.default_rng(3)
    for _ in range(5):
        wanted = rng.integers(0, 256, (*size, 3), np.uint8)
        for _ in range(2):
            np.testing.assert_array_equal(unpack(reader.read(chromium_png(wanted))), wanted)


def kinds() -> Iterator[bytes]:
    """The same picture as every other kind of PNG that has its colours."""
    grey = Image.fromarray(np.repeat(some_page()[:, :, :1], 3, axis=2))
    for mode in ("L", "LA", "P", "RGB", "RGBA", "I;16"):
        output = io.BytesIO()
        (
            grey.convert("L").point(lambda one: one * 257, "I").convert("I;16")
            if mode == "I;16"
            else grey.convert(mode)
        ).save(output, "PNG")
        yield output.getvalue()


def test_every_kind_of_picture_is_read_and_spoils_none_after_it() -> None:
    reader = PictureReader()
    before = changed("a box")
    for png in kinds():
        np.testing.assert_array_equal(unpack(reader.read(chromium_png(before))), before)
        with Image.open(io.BytesIO(png)) as image:
            wanted = np.asarray(image.convert("RGB"))
        np.testing.assert_array_equal(unpack(reader.read(png)), wanted)


def test_what_is_damaged_is_refused_as_such_and_spoils_nothing() -> None:
    reader, wanted = PictureReader(), some_page()
    whole = chromium_png(wanted)
    for end in [*range(0, 60), *range(60, len(whole) - 20, 97)]:
        with pytest.raises(OSError, match=r"."):
            reader.read(whole[:end])
        np.testing.assert_array_equal(unpack(reader.read(whole)), wanted)
    for header in (whole[16:20], whole[20:24]):  # as large as no picture in it
        larger = whole.replace(header, struct.pack(">I", 4_000), 1)
        with pytest.raises((OSError, SyntaxError)):
            reader.read(larger)
        np.testing.assert_array_equal(unpack(reader.read(whole)), wanted)


def test_a_change_at_the_begin_of_the_last_row_is_read_where_rows_are_no_multiple_of_what_is_compared_at_once() -> None:
    before = some_page(width=WIDTH + 1)
    after = before.copy()
    after[-1, 0] = 3
    reader = PictureReader()
    reader.read(chromium_png(before))
    assert np.array_equal(unpack(reader.read(chromium_png(after))), after)
