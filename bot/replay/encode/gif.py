"""A GIF writer for recorded screens, fed one frame at a time.

Only what changed is written: the smallest rectangle around it, with unchanged pixels transparent where that is
smaller. Dithering everything would cost bytes and sharpness; only gentle gradients of a page that stands are softened.
Frames are taken in batches; a batch that the palette at hand serves badly (another page, a scrolled gradient) brings a
palette of its own.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from bot.replay.encode.palette import Finder, Indices, Pixels, choose, error, unpack
from bot.replay.encode.soften import gentle, softened

BATCH = 12  # frames looked at before a palette is chosen for them
LAST = 3  # frames that are left for the end when their number is known
TOLERANCE = 5.0  # mean squared error, of 255**2, above which a batch gets its own palette
SMALL_TOLERANCE = 15.0  # the same for a batch that changes less than one whole picture
COLOURS = 255  # and one for transparent pixels
TRANSPARENT = 255
BANDS = 9  # times that pixels of gentle gradients count more for a palette than others: their bands are seen most
LIKE = 5  # of 255 in each channel: a pixel this near to what is shown already stays as it is
MOSTLY = 0.3  # share of new pixels above which it is worth trying to repaint the others
SAMPLED = 5_000  # pixels by which to see how well a palette serves
KEPT = 4  # palettes remembered
LARGE = 0.25  # of the frame: pages that scroll change more than this at every step
REST = 40  # hundredths of a second that a large change must stay to be worth softening
MAX_DELAY = 65_535  # hundredths of a second; the field has two bytes

Box = tuple[int, int, int, int]
"""Top, bottom, left, right; bottom and right are outside."""


@dataclass(slots=True)
class FrameChange:
    """What a frame changes on the one before: the pixels of `box`, of which those in `changed` are new."""

    box: Box
    pixels: Pixels
    changed: npt.NDArray[np.bool_]
    delay: int

    def covers(self, frame: Pixels) -> bool:
        """Whether it is large: a new page, or one that is scrolled."""
        return bool(np.count_nonzero(self.changed) > LARGE * frame.size)

    def gentle_pixels(self) -> Pixels:
        """Those of its new pixels whose bands would be seen."""
        rows, columns = np.divmod(np.flatnonzero(self.changed), self.changed.shape[1])
        smooth = gentle(self.pixels, rows, columns)
        pixels: Pixels = self.pixels[rows[smooth], columns[smooth]]
        return pixels


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

    def fill(self, pixels: Pixels, new: npt.NDArray[np.bool_], finder: Finder, *, bring: bool, soft: bool) -> Pixels:
        """Compresses the frame and gives the colours of its new pixels; the others may be left out of it.

        `bring` says that the palette is not the file's and has to come along; `soft`, that bands are to be softened.
        """
        chosen = finder.index(pixels[new])
        if soft:
            chosen = softened(pixels, new, chosen, finder, (self.box[0], self.box[2]))
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
        if MOSTLY < share < 1.0 and not bring and not soft:
            # Pixels that stay as they are may be painted again where that is shorter.
            full = compressed(finder.index(pixels), bits)
            if len(full) < len(self.data):
                self.data, self.clear = full, None
        return colours


class GifWriter:
    """Collects frames of one size, `finish` gives the file. Equal frames in a row become one that lasts longer.

    `coming` is how many frames will be added, if that is known: then little is left to be written when the last one is.
    """

    def __init__(self, width: int, height: int, *, colours: int = COLOURS, coming: int = 0) -> None:
        self._size = width, height
        self._wanted = colours
        self._coming = coming
        self._palettes: list[Pixels] = []
        self._finder: Finder | None = None
        self._source: Pixels | None = None
        self._shown = np.zeros((height, width), np.uint32)
        self._batch: list[FrameChange] = []
        self._blocks, self.before = list[Block](), list[Block]()  # `before` come first, whenever they are given
        self.bytes_so_far = 0

    @property
    def frames(self) -> int:
        return len(self.before) + len(self._blocks) + len(self._batch)

    def add(self, pixels: Pixels | None, delay: int) -> None:
        """A frame, packed (height x width), shown for `delay` hundredths of a second. The caller gives it away.

        None is the frame before once more.
        """
        self._coming -= 1
        if self._coming == LAST and self._batch:
            self._flush()
        if pixels is None:
            self._last_lasts(delay)
            return
        before, self._source = self._source, pixels
        if before is None:
            height, width = pixels.shape
            everything = np.ones(pixels.shape, np.bool_)
            self._batch.append(FrameChange((0, height, 0, width), pixels, everything, delay))
            return
        different = pixels != before
        box = bounds(different)
        if box is None:
            self._last_lasts(delay)
            return
        top, bottom, left, right = box
        inside = slice(top, bottom), slice(left, right)
        self._batch.append(FrameChange(box, pixels[inside].copy(), different[inside], delay))
        if len(self._batch) >= BATCH:
            self._flush()

    def finish(self) -> bytes:
        """Returns the file. Raises ValueError when there was no frame."""
        self._flush(last=True)
        if not self._palettes:
            raise ValueError("a GIF needs a frame")
        width, height = self._size
        parts = [
            b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + _table(self._palettes[0], 8),
            b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",  # for ever
        ]
        parts += [_written(block) for block in [*self.before, *self._blocks]]
        return b"".join([*parts, b";"])

    def _last_lasts(self, delay: int) -> None:
        last = self._batch[-1] if self._batch else self._blocks[-1]
        last.delay += delay

    def _flush(self, *, last: bool = False) -> None:
        """Writes the batch. A last change that may be a step of a movement waits, unless the file ends here."""
        batch, self._batch = self._batch, []
        large = [change.covers(self._shown) for change in batch]
        if not last and large[-1] and len(batch) > 1:
            self._batch.append(batch.pop())
            large.pop()
        if not batch:
            return
        soft = [self._wanted == COLOURS and not moves for moves in _moving(batch, large, self._batch)]
        palette = self._palette_for(batch, soft)
        if self._finder is None:
            self._finder = Finder(palette)
        self._finder.turn_to(palette)
        for change, softly in zip(batch, soft, strict=True):
            self._write(change, self._finder, soft=softly)

    def _palette_for(self, batch: list[FrameChange], soft: list[bool]) -> Pixels:
        """One that is known and serves the batch, else a new one."""
        fresh = np.concatenate([change.pixels[change.changed] for change in batch])
        sample = fresh[:: max(1, fresh.size // SAMPLED)]
        allowed = SMALL_TOLERANCE if fresh.size < self._shown.size else TOLERANCE
        allowed *= (COLOURS / self._wanted) ** 2  # with fewer colours none fits as well
        for known in self._palettes:
            if error(known, sample) <= allowed:
                return known
        seen = [
            change.gentle_pixels()
            for change, softly in zip(batch, soft, strict=True)
            if softly and change.covers(self._shown)
        ]
        palette = choose(fresh, self._wanted, dear=seen, times=BANDS)
        # The first is the file's own; of the others the latest are kept, for scenes that come back.
        self._palettes = [*self._palettes[:1], palette, *self._palettes[1 : KEPT - 1]]
        return palette

    def _write(self, change: FrameChange, finder: Finder, *, soft: bool) -> None:
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
        shown[inside][part] = block.fill(change.pixels[inside], part, finder, bring=bring, soft=soft)
        self._blocks.append(block)
        self.bytes_so_far += len(block.data) + len(block.table)


def _moving(batch: list[FrameChange], large: list[bool], waiting: list[FrameChange]) -> Iterator[bool]:
    """Which changes are steps of a page that moves: large ones that another large one follows soon."""
    stays = 0 if waiting else REST
    moving: list[bool] = []
    for change, is_large in zip(reversed(batch), reversed(large), strict=True):
        stays += change.delay
        moving.append(is_large and stays < REST)
        stays = 0 if is_large else stays
    return reversed(moving)


def _apart(pixels: Pixels, shown: Pixels) -> npt.NDArray[np.bool_]:
    """Returns where the pixels differ from what is shown by more than the eye, or a palette, would notice."""
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
