"""A GIF writer for recorded screens, fed one frame at a time.

Only what changed is written: the smallest rectangle around it, with unchanged pixels transparent where that is
smaller. Nothing is dithered: that costs bytes and likeness, so what gentle gradients need is chosen into the palette.
Frames are taken in batches; those that the palette at hand serves badly (another page, a scrolled gradient) bring one
of their own. A page that moves is written in fewer colours, until it rests.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from PIL import Image, ImageFile

from bot.replay.encode.artifacts import Box, LeftPixels, Mask, bounds, differing, gentle, inside
from bot.replay.encode.palette import Finder, Indices, Pixels, renumbered, unpack
from bot.replay.encode.scene_palettes import COLOURS, THIN, ScenePalettes

BATCH = 12  # frames looked at before a palette is chosen for them
LAST = 3  # frames that are left for the end when their number is known
TRANSPARENT = 255
LIKE = 5  # of 255 in each channel: a pixel this near to what is shown already stays as it is
MOSTLY = 0.3  # share of new pixels above which it is worth trying to repaint the others
LARGE = 0.25  # of the frame: pages that scroll change more than this at every step
REST = 40  # hundredths of a second that a large change must stay not to be a step of a movement
SHIFT = 0.02  # of the frame: a change that goes on at every step, like a fade, is worth no second look before it ends
MOMENT = 10  # hundredths of a second that a picture is shown before it is mended
MAX_DELAY = 65_535  # hundredths of a second; the field has two bytes


@dataclass(slots=True)
class FrameChange:
    """What a frame changes on the one before: the pixels of `box`, of which those in `changed` are new."""

    box: Box
    pixels: Pixels
    changed: Mask
    delay: int

    def covers(self, frame: Pixels, share: float = LARGE) -> bool:
        """Whether it changes more than a share of the frame: much for a new page, or one that is scrolled."""
        return bool(np.count_nonzero(self.changed) > share * frame.size)

    def gentle_pixels(self) -> Pixels:
        """One in `THIN` of those of its new pixels whose bands would be seen."""
        rows, columns = np.divmod(np.flatnonzero(self.changed)[::THIN], self.changed.shape[1])
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

    def fill(self, pixels: Pixels, new: Mask, finder: Finder, *, bring: bool) -> tuple[Mask, Pixels]:
        """Compresses the frame; returns which pixels it paints, all `new` ones among them, and in which colours.

        `bring` says that the palette is not the file's and has to come along.
        """
        chosen = finder.index(pixels[new])
        colours: Pixels = finder.palette[chosen]
        bits, clear = 8, TRANSPARENT
        if bring:
            chosen, used = renumbered(chosen)
            bits, clear = max(2, int(used.size).bit_length()), used.size
            self.table = _table(finder.palette[used], bits)
        indices = np.full(new.shape, clear, np.uint8)
        indices[new] = chosen
        share = chosen.size / new.size
        self.data, self.clear = compressed(indices, bits), None if share == 1.0 else clear
        if MOSTLY < share < 1.0 and not bring:
            # Pixels that stay as they are may be painted again where that is shorter.
            every = finder.index(pixels)
            full = compressed(every, bits)
            if len(full) < len(self.data):
                self.data, self.clear = full, None
                return np.ones(new.shape, np.bool_), finder.palette[every.ravel()]
        return new, colours


class GifWriter:
    """Collects frames of one size, `finish` gives the file. Equal frames in a row become one that lasts longer.

    `coming` is how many frames will be added, if that is known: then little is left to be written when the last one is.
    `loops` is how often the file plays; 0 is for ever.
    """

    def __init__(self, width: int, height: int, *, colours: int = COLOURS, coming: int = 0, loops: int = 0) -> None:
        self._size = width, height
        self._in_full = colours == COLOURS
        self._coming = coming
        self._loops = loops
        self._palettes = ScenePalettes(colours, width * height)
        self._finder: Finder | None = None
        self._source: Pixels | None = None
        self._shown = np.zeros((height, width), np.uint32)
        self._left = LeftPixels(height, width)
        self._coarse = np.zeros((height, width), np.bool_)
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
        here = inside(box)
        self._batch.append(FrameChange(box, pixels[here].copy(), different[here], delay))
        if len(self._batch) >= BATCH:
            self._flush()

    def finish(self) -> bytes:
        """Returns the file. Raises ValueError when there was no frame."""
        self._flush(last=True)
        own = self._palettes.own
        if own is None:
            raise ValueError("a GIF needs a frame")
        width, height = self._size
        parts = [
            b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + _table(own, 8),
            _repeated(self._loops),
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
        if not last and large and large[-1] and len(batch) > 1:
            self._batch.append(batch.pop())
            large.pop()
        if batch:
            self._write_batch(batch, large, last=last)
        elif last and self._finder is not None:
            self._mend_last(self._finder)

    def _write_batch(self, batch: list[FrameChange], large: list[bool], *, last: bool) -> None:
        stays = _stays(batch, large, 0 if self._batch else REST)
        moving = [self._in_full and is_large and lasts < REST for is_large, lasts in zip(large, stays, strict=True)]
        shifts = [change.covers(self._shown, SHIFT) for change in batch]
        calm = [lasts >= REST for lasts in _stays(batch, shifts, REST if last else 0)]
        for moves, numbers in groupby(range(len(batch)), moving.__getitem__):
            part = list(numbers)
            if not moves and self._coarse.any():
                batch[part[0]] = self._with_coarse(batch[part[0]])
            finder = self._finder_for([batch[number] for number in part], moves=moves)
            for number in part:
                ends = last and number == len(batch) - 1
                self._write(batch[number], finder, at_rest=calm[number], last=ends)
            if moves:
                self._coarse |= self._shown != self._left.wanted

    def _with_coarse(self, change: FrameChange) -> FrameChange:
        """Returns the first change after a movement, with all that the movement left in too few colours."""
        pixels, changed = self._left.wanted.copy(), self._coarse.copy()
        pixels[inside(change.box)] = change.pixels
        changed[inside(change.box)] |= change.changed
        self._coarse[:] = False
        return FrameChange(self._left.box, pixels, changed, change.delay)

    def _finder_for(self, changes: list[FrameChange], *, moves: bool) -> Finder:
        fresh = np.concatenate([change.pixels[change.changed] for change in changes])
        if moves:
            palette = self._palettes.for_movement(fresh)
        else:
            seen = (change.gentle_pixels() for change in changes if self._in_full and change.covers(self._shown))
            palette = self._palettes.for_scene(fresh, seen)
        if self._finder is None:
            self._finder = Finder(palette)
        self._finder.turn_to(palette)
        return self._finder

    def _write(self, change: FrameChange, finder: Finder, *, at_rest: bool, last: bool) -> None:
        """Writes what a frame changes, and where the page is at rest then, what was left of the ones before."""
        box, pixels, new, shown = change.box, change.pixels, change.changed, self._shown[inside(change.box)]
        if self._blocks:
            new = new & differing(pixels, shown, LIKE)
        self._left.note(box, pixels, change.changed, new)
        if at_rest and self._left.many(last=last):
            shown[new] = finder.palette[finder.index(pixels[new])]
            ghosts = self._left.ghosts(self._shown, finder)
            if ghosts is not None:
                ghosts[inside(box)] |= new
                box, pixels, new = self._left.box, self._left.wanted, ghosts
        self._put(box, pixels, new, change.delay, finder)

    def _mend_last(self, finder: Finder) -> None:
        """Gives the last frame, which was written before anyone knew that it stays, what it lacks, after a moment."""
        ghosts, last = self._left.ghosts(self._shown, finder), self._blocks[-1]
        if ghosts is not None and last.delay > 1:
            moment = min(MOMENT, last.delay // 2)
            delay, last.delay = last.delay - moment, moment
            self._put(self._left.box, self._left.wanted, ghosts, delay, finder)

    def _put(self, box: Box, pixels: Pixels, new: Mask, delay: int, finder: Finder) -> None:
        """Writes the `new` ones of the pixels in a box; where there are none the frame before lasts longer."""
        inner = bounds(new)
        if inner is None:
            self._blocks[-1].delay += delay
            return
        top, bottom, left, right = inner
        place, part = (box[0] + top, box[0] + bottom, box[2] + left, box[2] + right), new[inside(inner)]
        block = Block(place, delay)
        bring = finder.palette is not self._palettes.own
        painted, colours = block.fill(pixels[inside(inner)], part, finder, bring=bring)
        self._shown[inside(place)][painted] = colours
        self._blocks.append(block)
        self.bytes_so_far += len(block.data) + len(block.table)


def _stays(batch: list[FrameChange], large: list[bool], after: int) -> list[int]:
    """Returns for each change how long (1/100 s) it is until the next large one, or `after` the batch."""
    stays: list[int] = []
    lasts = after
    for change, is_large in zip(reversed(batch), reversed(large), strict=True):
        lasts += change.delay
        stays.append(lasts)
        lasts = 0 if is_large else lasts
    return stays[::-1]


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


def _repeated(loops: int) -> bytes:
    """Returns the block that says how often a file comes again after it played once; a file without one plays once."""
    if loops == 1:
        return b""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", max(0, loops - 1)) + b"\0"


def _table(colours: Pixels, bits: int) -> bytes:
    table = np.zeros((1 << bits, 3), np.uint8)
    table[: colours.size] = unpack(colours)
    return table.tobytes()
