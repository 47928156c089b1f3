"""Reads the pictures that Chromium takes: fast PNGs of one kind, which can be read faster than others.

Inflating is most of the work, and the size of what comes out is known: libdeflate does it in half of zlib's time. Most
pictures of a clip differ from the one before in a few rows, and only these are read further.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import deflate
import numpy as np
import numpy.typing as npt
from PIL import Image

from bot.replay.encode.palette import Pixels, pack

Bytes = npt.NDArray[np.uint8]

RGB_8 = b"\x08\x02\x00\x00\x00"  # bit depth, colour type, compression, filter method, not interlaced
UP = 2  # each row holds its difference to the row above
WORD = 8  # bytes compared at once
HEAD = 33  # bytes before the first pixel: the signature and the header with its checksum


def size_of(png: bytes) -> tuple[int, int]:
    """Returns width and height. Raises OSError for what is too short for a picture."""
    if len(png) < HEAD:
        raise OSError("no picture")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def decode(png: bytes) -> Pixels:
    """A PNG as packed pixels (height x width)."""
    return PictureReader().read(png)


class PictureReader:
    """Reads one picture after the other, and of each only what is not as in the one before."""

    def __init__(self) -> None:
        self._filtered = np.zeros((0, 0), np.uint8)  # rows as they are in the file, with their filter's number
        self._flat = np.zeros(0, np.uint8)  # rows of RGB, and one spare byte
        self._pixels = np.zeros((0, 0), np.uint32)

    def read(self, png: bytes) -> Pixels:
        """A PNG as packed pixels (height x width), the reader's own: the next call may write into the same array.

        Raises OSError for what is damaged or no picture.
        """
        width, height = size_of(png)
        filtered = _filtered(png, width, height)
        if filtered is None:
            with Image.open(io.BytesIO(png)) as image:
                return pack(np.asarray(image.convert("RGB")))
        if filtered.shape == self._filtered.shape:
            first, end = _differing_rows(filtered, self._filtered)
        else:
            first, end = 0, height
            self._flat = np.empty(height * 3 * width + 1, np.uint8)
            self._pixels = np.empty((height, width), np.uint32)
        self._filtered = filtered
        end = _sum(filtered, self._flat[:-1].reshape(height, 3 * width), first, end)
        _pack(self._flat, self._pixels, first, end)
        return self._pixels


def _filtered(png: bytes, width: int, height: int) -> Bytes | None:
    """Returns the rows as they are in the file, or None where it is of another kind than Chromium's, or damaged."""
    if png[24:29] != RGB_8:
        return None
    size = height * (1 + 3 * width)
    try:
        unpacked = deflate.zlib_decompress(b"".join(_data(png)), size)
    except (deflate.DeflateError, struct.error):
        return None
    if len(unpacked) != size:
        return None
    rows = np.frombuffer(unpacked, np.uint8).reshape(height, 1 + 3 * width)
    return rows if (rows[:, 0] == UP).all() else None


def _data(png: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"IDAT":
            yield png[at + 8 : at + 8 + length]
        at += 12 + length


def _differing_rows(some: Bytes, others: Bytes) -> tuple[int, int]:
    """Returns the first row that differs, and the one after the last."""
    height, length = some.shape
    whole = some.size // WORD * WORD
    one, other = some.ravel(), others.ravel()
    words = np.flatnonzero(one[:whole].view(np.uint64) != other[:whole].view(np.uint64))
    if not np.array_equal(one[whole:], other[whole:]):
        words = np.append(words, whole // WORD)
    if not words.size:
        return 0, 0
    return int(words[0]) * WORD // length, min(height, ((int(words[-1]) + 1) * WORD - 1) // length + 1)


def _sum(filtered: Bytes, full: Bytes, first: int, end: int) -> int:
    """Writes the rows from `first` on, each added to the one above. Returns where the rows begin that are as before.

    Those from `end` on are, unless the last row above them is not: they hold no more than their differences to it.
    """
    rows, height = filtered[:, 1:], len(full)
    last = full[end - 1].copy()
    if first == 0 and end:
        full[0] = rows[0]
    for row in range(max(first, 1), end):  # six times faster than adding along the axis
        np.add(full[row - 1], rows[row], out=full[row])
    if end in {0, height} or np.array_equal(full[end - 1], last):
        return end
    for row in range(end, height):
        np.add(full[row - 1], rows[row], out=full[row])
    return height


def _pack(flat: Bytes, pixels: Pixels, first: int, end: int) -> None:
    """Four bytes are read at each third one; the fourth is the next pixel's and is taken away."""
    height, width = pixels.shape
    overlapping = np.ndarray((height, width), "<u4", flat, strides=(3 * width, 3))
    np.bitwise_and(overlapping[first:end], np.uint32(0xFFFFFF), out=pixels[first:end])
