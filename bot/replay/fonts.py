"""Fonts for what people see in clips, Korean included, and the scripts that have none on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

KNOWN = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
)
_RANGE = re.compile(r"\b([0-9a-f]+)(?:-([0-9a-f]+))?\b")
LATIN = ((0x20, 0x7E), (0xA0, 0xFF), (0x2013, 0x2026))
"""What Pillow's own font has."""
EVERYTHING = ((0, 0x10FFFF),)
FIRST_EMOJI = "\U0001f000"
PATIENCE_S = 30  # with fontconfig, which reads all fonts when it is asked for the first time
KOREAN_FACE = 1  # in Noto's collection: Japanese, Korean, simplified, traditional


@lru_cache(maxsize=1)
def korean_font() -> str | None:
    """The file of a font with Korean glyphs, or None: then text is drawn with Pillow's own font, Latin only."""
    for path in KNOWN:
        if Path(path).is_file():
            return path
    answer = _asked("fc-match", "--format=%{file}|%{lang}", "sans:lang=ko")
    path, _, languages = answer.partition("|")
    return path if "ko" in languages.split("|") and Path(path).is_file() else None


@lru_cache(maxsize=16)
def font(size: int) -> Font:
    path = korean_font()
    if path is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(path, size, index=KOREAN_FACE if path.endswith("CJK-Regular.ttc") else 0)


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font on this machine, and the ranges of letters that it has."""

    path: str
    index: int
    letters: tuple[tuple[int, int], ...]

    def has(self, letter: str) -> bool:
        return any(first <= ord(letter) <= last for first, last in self.letters)


def covers_usually(letter: str) -> bool:
    """Whether `font` has the letter; all of them where that is unknown."""
    if letter.isascii():
        return True
    try:
        letters = _usual_letters()
    except subprocess.TimeoutExpired:  # and the next time it may be known
        return True
    return any(first <= ord(letter) <= last for first, last in letters)


@lru_cache(maxsize=1)
def _usual_letters() -> tuple[tuple[int, int], ...]:
    path = korean_font()
    if path is None:
        return LATIN
    answer = _asked("fc-scan", "--format=%{charset}\n", path)
    return ranges_in(answer.partition("\n")[0]) or EVERYTHING  # a collection's fonts have the same letters


def font_with(letter: str, *, emoji: bool = False) -> FontFile | None:
    """Returns the font that has a letter, and others of its script; None where there is none. Blocks."""
    script = next((letters[0] for letters in SCRIPTS.values() if re.match(f"[{letters}]", letter)), letter)
    try:
        found = _font_with(script, emoji=emoji)
        return found if script == letter or (found and found.has(letter)) else _font_with(letter, emoji=emoji)
    except subprocess.TimeoutExpired:  # and the next time it may be known
        return None


@lru_cache(maxsize=512)
def _font_with(letter: str, *, emoji: bool) -> FontFile | None:
    family = "emoji" if emoji or letter >= FIRST_EMOJI else "sans"
    answer = _asked("fc-match", "--format=%{file}|%{index}|%{charset}", f"{family}:charset={ord(letter):x}")
    path, _, rest = answer.partition("|")
    index, _, charset = rest.partition("|")
    if not index.isdigit():
        return None
    found = FontFile(path, int(index) & 0xFFFF, ranges_in(charset))  # above that: an instance of a variable font
    return found if found.has(letter) and Path(path).is_file() else None


def _asked(name: str, *question: str) -> str:
    """What a program of fontconfig answers; nothing where it can't be asked. Raises TimeoutExpired."""
    program = shutil.which(name)
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  # a fixed question to a program from the PATH
            [program, *question], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


WITHOUT_FONT = "letter without a font on this machine"
"""What such letters are called where losses are counted, after their script."""
SCRIPTS = {
    "Greek": "\u0391-\u03c9",
    "Cyrillic": "\u0410-\u044f",
    "Armenian": "\u0531-\u0556\u0561-\u0586",
    "Hebrew": "\u05d0-\u05ea",
    "Arabic": "\u0621-\u064a",
    "Devanagari": "\u0904-\u0939",
    "Bengali": "\u0985-\u098c\u0995-\u09a8",
    "Gurmukhi": "\u0a05-\u0a0a\u0a15-\u0a28",
    "Gujarati": "\u0a85-\u0a8b\u0a95-\u0aa8",
    "Odia": "\u0b05-\u0b0c\u0b15-\u0b28",
    "Tamil": "\u0b85-\u0b8a\u0b95\u0ba3\u0ba4\u0ba8-\u0baa",
    "Telugu": "\u0c05-\u0c0c\u0c15-\u0c28",
    "Kannada": "\u0c85-\u0c8c\u0c95-\u0ca8",
    "Malayalam": "\u0d05-\u0d0c\u0d15-\u0d28",
    "Sinhala": "\u0d85-\u0d96\u0d9a-\u0db1",
    "Thai": "\u0e01-\u0e30",
    "Lao": "\u0e81\u0e82\u0e94-\u0e97\u0e99-\u0e9f",
    "Tibetan": "\u0f40-\u0f47",
    "Myanmar": "\u1000-\u1021",
    "Georgian": "\u10d0-\u10f0",
    "Ethiopic": "\u1200-\u1206",
    "Khmer": "\u1780-\u17a2",
    "Mongolian": "\u1820-\u1842",
    "Hangul": "\uac00-\ud7a3",
    "Kana": "\u3041-\u3093\u30a1-\u30f3",
    "Han": "\u4e00-\u9fa5",
    "Emoji": "\U0001f600-\U0001f64f\U0001f680-\U0001f6c5",
}
"""Letters that each script certainly has (Unicode, Blocks.txt), as in a class of a regular expression."""


@lru_cache(maxsize=1)
def missing_scripts() -> tuple[str, ...] | None:
    """Returns the scripts that no font of this machine has, None where that is unknown."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    answer = subprocess.run(  # noqa: S603  # a fixed question to a program from the PATH
        [program, "--format=%{charset}\n"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    return without_glyphs(answer.stdout) if answer.returncode == 0 else None


def without_glyphs(charsets: str) -> tuple[str, ...]:
    """Returns the scripts whose first letter is in none of fontconfig's ranges of hexadecimal numbers."""
    ranges = ranges_in(charsets)
    samples = {name: ord(letters[0]) for name, letters in SCRIPTS.items()}
    return tuple(name for name, letter in samples.items() if not any(first <= letter <= last for first, last in ranges))


def ranges_in(charset: str) -> tuple[tuple[int, int], ...]:
    """Returns fontconfig's ranges of hexadecimal numbers: "20-7e a0" is from 32 to 126, and 160."""
    return tuple((int(first, 16), int(last or first, 16)) for first, last in _RANGE.findall(charset))


def unwritable(text: str, missing: Sequence[str] | None) -> Counter[str]:
    """Returns how many letters of the text have no font on this machine, by script."""
    if not missing or text.isascii():
        return Counter()
    letters = Counter(re.findall(f"[{''.join(SCRIPTS[name] for name in missing)}]", text))
    counts: Counter[str] = Counter()
    for letter, times in letters.items():
        script = next(name for name in missing if re.match(f"[{SCRIPTS[name]}]", letter))
        counts[f"{script} {WITHOUT_FONT}"] += times
    return counts
