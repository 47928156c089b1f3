"""Share of a page's words that tesseract reads in one frame of a clip shown as wide as in a thread (360 px).

Words come from the page of the replay, masked as in the clip. `target`: those in the clicked element; `around`: the
others whose middle lies within 160 x 90 px (of a picture 800 px wide) of the click; both in the frame half a second
after the failed click. `message`: those of texts that were not on the page before the click, in the last frame of that
page. All of a group are read at once, and those that are missed then by their line. Only words are asked for that
tesseract reads in the page drawn at twice its size: what it can't read there says nothing about a clip.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from bot.replay.scene import Size
from bot.replay.stage.stage import Stage, View

SHOWN = 360
AROUND = 160, 90
MODES = ("11", "6", "7")
LINE = "7"
WORDS = """((atX, atY) => {
  const frame = document.querySelector("iframe"), page = frame.contentDocument, made = [];
  const { left, top } = frame.getBoundingClientRect(), scale = frame.getBoundingClientRect().width / frame.offsetWidth;
  const clicked = page.elementFromPoint(atX, atY), target = clicked?.closest("button,a,label,[role=button]") ?? clicked;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT), range = page.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode, holder = node.parentElement, style = getComputedStyle(holder);
    if (/^(SCRIPT|STYLE|NOSCRIPT|OPTION|TEXTAREA)$/.test(holder.tagName) || style.visibility === "hidden") continue;
    for (const word of node.data.matchAll(/\\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const box = range.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
      const hit = page.elementFromPoint(x, y);
      if (box.width < 2 || !hit || !(hit.contains(holder) || holder.contains(hit))) continue;
      const place = [box.left * scale + left, box.top * scale + top, box.width * scale, box.height * scale];
      made.push([word[0], node.data, target?.contains(node) ?? false, ...place]);
    }
  }
  return made;
})"""


@dataclass(frozen=True, slots=True)
class Word:
    """A word on the page and the text it stands in; place and size in px of the picture."""

    word: str
    text: str
    clicked: bool
    """Whether it stands in the clicked element."""
    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def installed() -> bool:
    return shutil.which("tesseract") is not None


def plain(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFC", word).casefold() if char.isalnum())


def texts_in(image: Image.Image, language: str, modes: Sequence[str] = MODES) -> str:
    """What tesseract reads in a picture, in all these modes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    env = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    commands = [["tesseract", "-", "-", "-l", language, "--psm", mode] for mode in modes]
    runs = [subprocess.run(it, input=buffer.getvalue(), capture_output=True, env=env, check=True) for it in commands]
    return "\n".join(run.stdout.decode() for run in runs)


def read_of(text: str, words: list[Word]) -> list[Word]:
    """Those of the words that stand in a text; with four letters or more also within a run of others."""
    single, run = {plain(word) for word in text.split()}, plain(text)
    return [it for it in words if plain(it.word) in single or (len(plain(it.word)) >= 4 and plain(it.word) in run)]


def read_in(image: Image.Image, words: list[Word], view: View, size: Size, language: str) -> list[Word]:
    """The words that can be read in a picture of a view, which is as wide as the image; `size` is that of the page."""
    seen = [it for it in words if inside(it, view, size)]
    if not seen:
        return []
    read = read_of(texts_in(_part(image, seen, view, size, 10), language), seen)
    for line in _lines([it for it in seen if it not in read]):
        # Tesseract takes frames of buttons that stand in a row for a table; it reads each of them alone.
        read += read_of(texts_in(_part(image, line, view, size, 2), language, (LINE,)), line)
    return read


def _lines(words: list[Word]) -> list[list[Word]]:
    """The words by the line of the text that they stand in."""
    lines: dict[tuple[str, float], list[Word]] = {}
    for it in words:
        lines.setdefault((it.text, it.top), []).append(it)
    return list(lines.values())


def _part(image: Image.Image, words: list[Word], view: View, size: Size, margin: int) -> Image.Image:
    """Where these words stand in the picture, with a margin in px of it; larger, as tesseract likes it."""
    x, y, zoom = view
    scale = image.width / size.width * zoom
    left, top = min(it.left for it in words), min(it.top for it in words)
    right, bottom = max(it.left + it.width for it in words), max(it.top + it.height for it in words)
    edges = [(left - x) * scale, (top - y) * scale, (right - x) * scale, (bottom - y) * scale]
    edges = [edge + (margin if place > 1 else -margin) for place, edge in enumerate(edges)]
    part = image.crop((max(0, int(edges[0])), max(0, int(edges[1])), int(edges[2]), int(edges[3])))
    grow = 4 if image.width <= SHOWN else 2
    return part.resize((part.width * grow, part.height * grow), Image.Resampling.BICUBIC)


def inside(it: Word, view: View, size: Size) -> bool:
    x, y, zoom = view
    right, bottom = x + size.width / zoom + 1, y + size.height / zoom + 1
    return it.left >= x - 1 and it.top >= y - 1 and it.left + it.width <= right and it.top + it.height <= bottom


async def words_at(stage: Stage, at: int, point: tuple[float, float]) -> list[Word]:
    """The words that can be seen at a time of the recording that is loaded; `point` is where somebody clicks."""
    await stage.start([at])
    found = await stage._evaluate(f"{WORDS}({point[0]},{point[1]})")
    return [Word(*row) for row in found if len(plain(row[0])) >= 2]
