"""What a phrase is looked up by, and the ways in which one phrase of a file is spelled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """A phrase without what doesn't count: case, spaces, hyphens, apostrophes, and how its letters are composed."""
    return re.sub(r"[\s\-'’]+", "", unicodedata.normalize("NFC", text).casefold())


def spellings(phrase: str) -> Iterator[str]:
    """`click(s)` is "click" and "clicks"."""
    if "(" not in phrase:
        yield phrase
        return
    before, optional, after = re.split(r"[()]", phrase, maxsplit=2)
    yield from spellings(before + after)
    yield from spellings(before + optional + after)


def grouped(phrase: str, around: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """ "by browser", "브라우저별": the phrase with each prefix and each suffix."""
    yield from (f"{before} {phrase}" for before in around.get("before", ()))
    yield from (f"{phrase}{after}" for after in around.get("after", ()))
