"""Text in pictures, in every script that a font of this machine has.

Names and errors in captions are in the language of the page. What the usual font lacks is written in others, run by
run; within a run the font's own rules join and order the letters (Arabic, Devanagari, emoji of several parts). Runs
follow each other from left to right, as in the languages that captions are made in.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from bot.replay.fonts import FontFile, covers_usually, font, font_with

Colour = tuple[int, int, int] | tuple[int, int, int, int]
BITMAP_PX = (109, 128, 136, 160)  # sizes of fonts that hold pictures of emoji; each has one
EMOJI_STYLE, JOINER = "\ufe0f", "\u200d"


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one font; `file` is None for the usual one."""

    text: str
    file: FontFile | None = None


class Lettering:
    """Text of one size. It takes the place of a font where text is measured."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._usual = font(size)

    def getlength(self, text: str) -> float:
        """Returns how wide the text is, in px."""
        return sum(self._length(run) for run in runs(text))

    def draw(self, image: Image.Image, xy: tuple[float, float], text: str, fill: Colour, anchor: str = "ls") -> None:
        """Writes the text on an image at `xy`; `anchor` is Pillow's, as of text in the usual font alone."""
        parts = list(runs(text))
        if all(run.file is None for run in parts):
            ImageDraw.Draw(image).text(xy, text, font=self._usual, fill=fill, anchor=anchor)
            return
        lengths = [self._length(run) for run in parts]
        x = xy[0] - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * sum(lengths)
        base = xy[1] + self._down_to_baseline(anchor[1])
        for run, length in zip(parts, lengths, strict=True):
            self._write(image, (x, base), run, fill)
            x += length

    def _down_to_baseline(self, anchor: str) -> float:
        if not isinstance(self._usual, ImageFont.FreeTypeFont):
            return 0.0
        ascent, descent = self._usual.getmetrics()
        return {"s": 0.0, "a": float(ascent), "m": (ascent - descent) / 2}[anchor]

    def _length(self, run: Run) -> float:
        face = run.file and _face(run.file, self.size)
        return face.font.getlength(run.text) * face.factor if face else self._usual.getlength(run.text)

    def _write(self, image: Image.Image, at: tuple[float, float], run: Run, fill: Colour) -> None:
        face = run.file and _face(run.file, self.size)
        if not face:
            ImageDraw.Draw(image).text(at, run.text, font=self._usual, fill=fill, anchor="ls")
            return
        if face.factor == 1.0:
            ImageDraw.Draw(image).text(at, run.text, font=face.font, fill=fill, anchor="ls", embedded_color=True)
            return
        _, top, right, bottom = face.font.getbbox(run.text, anchor="ls")
        if right < 1 or bottom <= top:
            return
        big = Image.new("RGBA", (round(right), round(bottom - top)))
        ImageDraw.Draw(big).text((0, -top), run.text, font=face.font, fill=fill, anchor="ls", embedded_color=True)
        size = max(1, round(big.width * face.factor)), max(1, round(big.height * face.factor))
        small = big.resize(size, Image.Resampling.LANCZOS)
        image.paste(small, (round(at[0]), round(at[1] + top * face.factor)), small)


@dataclass(frozen=True, slots=True)
class Face:
    """A font as it can be had, and how large its letters are to be shown."""

    font: ImageFont.FreeTypeFont
    factor: float


@lru_cache(maxsize=64)
def _face(file: FontFile, size: int) -> Face | None:
    """None where the file can't be read any more, or holds pictures of a size that nobody expects."""
    for own in (size, *BITMAP_PX):
        with suppress(OSError):
            return Face(ImageFont.truetype(file.path, own, index=file.index), size / own)
    return None


def runs(text: str) -> list[Run]:
    """Returns the text in pieces that one font has. What none has is left to the usual one, and shown as a box."""
    if text.isascii() or all(map(covers_usually, text)):
        return [Run(text)]
    return _joined(_split(text))


def _split(text: str) -> list[Run]:
    found: list[Run] = []
    for letter, after in zip(text, [*text[1:], ""], strict=True):
        last = found[-1] if found else None
        if last and (_joins(letter) or last.text.endswith(JOINER)):
            found[-1] = replace(last, text=last.text + letter)
            continue
        usual = covers_usually(letter) and after != EMOJI_STYLE
        file = None if usual or letter.isspace() else font_with(letter, emoji=after == EMOJI_STYLE)
        if last and last.file == file:
            found[-1] = replace(last, text=last.text + letter)
        else:
            found.append(Run(letter, file))
    return found


def _joins(letter: str) -> bool:
    """Whether a letter is a part of the one before it: an accent, a vowel's sign, a colour of skin."""
    return unicodedata.category(letter) in {"Mn", "Mc", "Me", "Cf"} or "\U0001f3fb" <= letter <= "\U0001f3ff"


def _joined(parts: list[Run]) -> list[Run]:
    """Joins words of one font over spaces, digits and marks between them: their order is the script's, too."""
    joined: list[Run] = []
    for run in parts:
        if (
            len(joined) > 1
            and run.file
            and joined[-2].file == run.file
            and run.text[0].isalpha()
            and not any(letter.isalpha() for letter in joined[-1].text)
            and all(run.file.has(letter) for letter in joined[-1].text)
        ):
            between = joined.pop().text
            joined[-1] = Run(joined[-1].text + between + run.text, run.file)
        else:
            joined.append(run)
    return joined


def whole(text: str, end: int) -> int:
    """Returns the last place up to `end` where the text can be cut without cutting a letter."""
    while 0 < end < len(text) and (_joins(text[end]) or text[end - 1] == JOINER):
        end -= 1
    return end
