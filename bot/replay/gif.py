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

from bot.replay.palette import Finder, Indices, Pixels, choose, error, unpack

BATCH = 12  # frames looked at before a palette is chosen for them
TOLERANCE = 5.0  # mean squared error, of 255**2, above which a batch gets its own palette
SMALL_TOLERANCE = 15.0  # the same for a batch that changes less than one whole picture
TRANSPARENT = 255
LIKE = 5  # of 255 in each channel: a pixel this near to what is shown already stays as it is
MOSTLY = 0.3  # share of new pixels above which it is worth trying to repaint the others
TASTED = 5_000  # pixels that tell how well a palette serves
KEPT = 4  # palettes remembered
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
    data: bytes = b""
    clear: int | None = None
    """The index that is transparent, if one is."""
    table: bytes = b""
    """The frame's own colours, when they are not those of the file: 3 bytes for each of a power of two."""

    def fill(self, pixels: Pixels, new: npt.NDArray[np.bool_], finder: Finder, *, bring: bool) -> Pixels:
        """Compresses the frame and gives the colours of its new pixels; the others may be left out of it.

        `bring` says that the palette is not the file's and has to come along.
        """
        chosen = finder.index(pixels[new])
        colours: Pixels = finder.palette[chosen]
        bits, clear = 8, TRANSPARENT
        if bring:
            chosen, used = _renumbered(chosen)
            bits, clear = max(2, int(used.size).bit_length()), used.size
            self.table = _table(finder.palette[used], bits)
        indices = np.full(new.shape, clear, np.uint8)
        indices[new] = chosen
        share = chosen.size / new.size
        self.data, self.clear = compressed(indices, bits), None if share == 1.0 else clear
        if MOSTLY < share < 1.0 and not bring:
            # Pixels that stay as they are may be painted again where that is shorter.
            full = compressed(finder.index(pixels), bits)
            if len(full) < len(self.data):
                self.data, self.clear = full, None
        return colours


class GifWriter:
    """Collects frames of one size, `finish` gives the file. Equal frames in a row become one that lasts longer."""

    def __init__(self, width: int, height: int, *, colours: int = 255) -> None:
        self._size = width, height
        self._wanted = colours
        self._palettes: list[Pixels] = []
        self._finder: Finder | None = None
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
        if not self._palettes:
            raise ValueError("a GIF needs a frame")
        width, height = self._size
        parts = [
            b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + _table(self._palettes[0], 8),
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
        sample = fresh[:: max(1, fresh.size // TASTED)]
        allowed = SMALL_TOLERANCE if fresh.size < self._shown.size else TOLERANCE
        allowed *= (255 / self._wanted) ** 2  # with fewer colours none fits as well
        palette = next((known for known in self._palettes if error(known, sample) <= allowed), None)
        if palette is None:
            palette = choose(fresh, self._wanted)
            # The first is the file's own; of the others the latest are kept, for scenes that come back.
            self._palettes = [*self._palettes[:1], palette, *self._palettes[1 : KEPT - 1]]
        if self._finder is None:
            self._finder = Finder(palette)
        self._finder.turn_to(palette)
        for change in batch:
            self._write(change, self._finder)

    def _write(self, change: Change, finder: Finder) -> None:
        top, bottom, left, right = change.box
        shown = self._shown[top:bottom, left:right]
        new = change.changed
        if self._blocks:
            new = new & _apart(change.pixels, shown)
            box = bounds(new)
            if box is None:
                self._blocks[-1].delay += change.delay
                return
            top, left = top + box[0], left + box[2]
            inside = slice(box[0], box[1]), slice(box[2], box[3])
        else:
            inside = slice(None), slice(None)
        part = new[inside]
        block = Block((top, top + part.shape[0], left, left + part.shape[1]), change.delay)
        bring = finder.palette is not self._palettes[0]
        shown[inside][part] = block.fill(change.pixels[inside], part, finder, bring=bring)
        self._blocks.append(block)
        self.bytes_so_far += len(block.data) + len(block.table)


def _apart(pixels: Pixels, shown: Pixels) -> npt.NDArray[np.bool_]:
    """Where the pixels are further from what is shown than the eye, or a palette, would tell."""
    one, other = (np.ascontiguousarray(side).view(np.uint8) for side in (pixels, shown))
    far = np.maximum(one, other) - np.minimum(one, other) > LIKE
    apart: npt.NDArray[np.bool_] = far.view(np.uint32) != 0
    return apart


def bounds(mask: npt.NDArray[np.bool_]) -> Box | None:
    """The smallest box that holds every True, or None."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return top, bottom, int(columns[0]), int(columns[-1]) + 1


def _renumbered(indices: Indices) -> tuple[Indices, npt.NDArray[np.intp]]:
    """Indices into only those colours that are used, and which those are: shorter tables, shorter codes."""
    used = np.flatnonzero(np.bincount(indices, minlength=256))
    numbers = np.zeros(256, np.uint8)
    numbers[used] = np.arange(used.size)
    return numbers[indices], used


def compressed(indices: Indices, bits: int) -> bytes:
    """LZW as GIF wants it, by Pillow's encoder in C. It is not public there; this is the one place that uses it."""
    image = Image.frombytes("P", (indices.shape[1], indices.shape[0]), np.ascontiguousarray(indices).tobytes())
    image.encoderconfig = (bits, False)  # bits of an index, not interlaced
    output = io.BytesIO()
    output.write(bytes([bits]))
    ImageFile._save(image, output, [ImageFile._Tile("gif", (0, 0, *image.size), 0, "P")])
    output.write(b"\0")
    return output.getvalue()


def _written(block: Block) -> bytes:
    top, bottom, left, right = block.box
    flags = 0x04 if block.clear is None else 0x05  # the frame stays in place; one index is clear
    control = struct.pack("<BHB", flags, min(block.delay, MAX_DELAY), block.clear or 0)
    place = struct.pack("<HHHH", left, top, right - left, bottom - top)
    own = bytes([0x80 | (len(block.table) // 3).bit_length() - 2]) + block.table if block.table else b"\0"
    return b"!\xf9\x04" + control + b"\0," + place + own + block.data


def _table(colours: Pixels, bits: int) -> bytes:
    table = np.zeros((1 << bits, 3), np.uint8)
    table[: colours.size] = unpack(colours)
    return table.tobytes()
