"""A font that can write what people see in clips, Korean included."""

from __future__ import annotations

import shutil
import subprocess
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
KOREAN_FACE = 1  # in Noto's collection: Japanese, Korean, simplified, traditional


@lru_cache(maxsize=1)
def korean_font() -> str | None:
    """The file of a font with Korean glyphs, or None: then text is drawn with Pillow's own font, Latin only."""
    for path in KNOWN:
        if Path(path).is_file():
            return path
    program = shutil.which("fc-match")
    if program is None:
        return None
    answer = subprocess.run(  # noqa: S603  # a fixed question to a program from the PATH
        [program, "--format=%{file}|%{lang}", "sans:lang=ko"], capture_output=True, text=True, timeout=10, check=False
    ).stdout
    path, _, languages = answer.partition("|")
    return path if "ko" in languages.split("|") and Path(path).is_file() else None


@lru_cache(maxsize=16)
def font(size: int) -> Font:
    path = korean_font()
    if path is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(path, size, index=KOREAN_FACE if path.endswith("CJK-Regular.ttc") else 0)
