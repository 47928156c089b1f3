"""A GIF writer for recorded screens, fed one frame at a time.

Only what changed is written: the smallest rectangle around it, with unchanged pixels transparent where that is
smaller. No dithering: on user interfaces it costs bytes and sharpness. Frames are taken in batches; a batch that
the palette at hand serves badly (another page, a scrolled gradient) brings a palette of its own.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from bot.replay.palette import Indices, Palette, Pixels, choose, unpack

BATCH = 8  # frames looked at before a palette is chosen for them
TOLERANCE = 9.0  # mean squared error, of 255**2, above which a batch gets its own palette
TRANSPARENT = 255
MAX_DELAY = 65_535  # hundredths of a second; the field has two bytes

Box = tuple[int, int, int, int]
"""Top, bottom, left, right; bottom and right are outside."""


@dataclass(slots=True)
class Change:
    """What a frame changes on the one before: the pixels of `box`, of which those in `changed` are new."""

    box: Box
    pixels: Pixels
    changed: npt.NDArray[np.bool_]
    delay: int


@dataclass(slots=True)
class Block:
    """A frame as it is written: place, delay in hundredths of a second, compressed indices."""

    box: Box
    delay: int
    data: bytes
    transparent: bool
    colours: Pixels | None
    """The frame's own table of colours, when it is not that of the file."""


class GifWriter:
    """Collects frames of one size, `finish` gives the file. Equal frames in a row become one that lasts longer."""

    def __init__(self, width: int, height: int, *, colours: int = 255) -> None:
        self._size = width, height
        self._wanted = colours
        self._palette = Palette()
        self._table: Pixels | None = None
        self._source: Pixels | None = None
        self._shown = np.zeros((height, width), np.uint32)
        self._batch: list[Change] = []
        self._blocks: list[Block] = []
        self.bytes_so_far = 0

    @property
    def frames(self) -> int:
        return len(self._blocks) + len(self._batch)

    def add(self, pixels: Pixels | None, delay: int) -> None:
        """A frame, packed (height x width), shown for `delay` hundredths of a second. The caller gives it away.

        None is the frame before once more.
        """
        if pixels is None:
            self._last_lasts(delay)
            return
        before, self._source = self._source, pixels
        if before is None:
            height, width = pixels.shape
            everything = np.ones(pixels.shape, np.bool_)
            self._batch.append(Change((0, height, 0, width), pixels, everything, delay))
            return
        different = pixels != before
        box = bounds(different)
        if box is None:
            self._last_lasts(delay)
            return
        top, bottom, left, right = box
        inside = slice(top, bottom), slice(left, right)
        self._batch.append(Change(box, pixels[inside].copy(), different[inside], delay))
        if len(self._batch) >= BATCH:
            self._flush()

    def finish(self) -> bytes:
        """The whole file. Raises ValueError when there was no frame."""
        self._flush()
        if self._table is None:
            raise ValueError("a GIF needs a frame")
        width, height = self._size
        parts = [
            b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + _table(self._table),
            b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",  # for ever
        ]
        parts += [_written(block) for block in self._blocks]
        return b"".join([*parts, b";"])

    def _last_lasts(self, delay: int) -> None:
        last = self._batch[-1] if self._batch else self._blocks[-1]
        last.delay += delay

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        fresh = np.concatenate([change.pixels[change.changed] for change in batch])
        sample = fresh[:: max(1, fresh.size // 20_000)]
        if self._table is None or self._palette.error(sample) > TOLERANCE:
            self._palette.renew(choose(fresh, self._wanted))
        if self._table is None:
            self._table = self._palette.colours
        for change in batch:
            self._write(change)

    def _write(self, change: Change) -> None:
        top, bottom, left, right = change.box
        shown = self._shown[top:bottom, left:right]
        indices = self._palette.index(change.pixels)
        colours = self._palette.colours[indices]
        new = change.changed & (colours != shown)
        box = bounds(new)
        if box is None:
            self._last_lasts_or_first(change, indices)
            return
        first, last, start, stop = box
        inside = slice(first, last), slice(start, stop)
        data, transparent = _smaller(indices[inside], new[inside])
        np.copyto(shown, colours, where=new)
        own = None if self._palette.colours is self._table else self._palette.colours
        place = (top + first, top + last, left + start, left + stop)
        self._blocks.append(Block(place, change.delay, data, transparent, own))
        self.bytes_so_far += len(data) + (0 if own is None else 768)

    def _last_lasts_or_first(self, change: Change, indices: Indices) -> None:
        """The palette makes no difference visible; only a first frame is written all the same."""
        if self._blocks:
            self._blocks[-1].delay += change.delay
        else:
            self._blocks.append(Block(change.box, change.delay, compressed(indices), False, None))


def bounds(mask: npt.NDArray[np.bool_]) -> Box | None:
    """The smallest box that holds every True, or None."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return top, bottom, int(columns[0]), int(columns[-1]) + 1


def _smaller(indices: Indices, new: npt.NDArray[np.bool_]) -> tuple[bytes, bool]:
    share = float(new.mean())
    if share == 1.0:
        return compressed(indices), False
    clear = compressed(np.where(new, indices, np.uint8(TRANSPARENT)))
    if share < 0.3:
        return clear, True
    # Pixels that did not change have been quantised before, perhaps with another palette: `indices` repaints them.
    full = compressed(indices)
    return (full, False) if len(full) < len(clear) else (clear, True)


def compressed(indices: Indices) -> bytes:
    """LZW as GIF wants it, by Pillow's encoder in C. It is not public there; this is the one place that uses it."""
    image = Image.frombytes("P", (indices.shape[1], indices.shape[0]), np.ascontiguousarray(indices).tobytes())
    image.encoderconfig = (8, False)  # bits, not interlaced
    output = io.BytesIO()
    output.write(b"\x08")
    ImageFile._save(image, output, [ImageFile._Tile("gif", (0, 0, *image.size), 0, "P")])
    output.write(b"\0")
    return output.getvalue()


def _written(block: Block) -> bytes:
    top, bottom, left, right = block.box
    flags = 0x05 if block.transparent else 0x04  # leave the frame in place; index TRANSPARENT is clear
    control = struct.pack("<BHB", flags, min(block.delay, MAX_DELAY), TRANSPARENT if block.transparent else 0)
    place = struct.pack("<HHHH", left, top, right - left, bottom - top)
    own = b"\0" if block.colours is None else b"\x87" + _table(block.colours)
    return b"!\xf9\x04" + control + b"\0," + place + own + block.data


def _table(colours: Pixels) -> bytes:
    table = np.zeros((256, 3), np.uint8)
    table[: colours.size] = unpack(colours)
    return table.tobytes()
