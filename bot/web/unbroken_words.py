"""Keeps lines from breaking within a word that goes on behind a mark, as a Korean one does: “결제”는, 80%가.

`word-break: keep-all` keeps syllables together, and browsers break behind a percent sign, a bracket or a quotation mark
nevertheless.
"""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
_MARKS = "[%”’)\\]]"
_BREAK = re.compile(
    # Tags are passed over, and so is what people may copy, send or run.
    r"(?P<kept><(?P<tag>textarea|script|style|pre|code|title|option)\b.*?</(?P=tag)>|<[^>]*>)"
    rf"|(?:(?<={_MARKS})|(?<={_MARKS}</b>))(?=[\uac00-\ud7a3])",
    re.DOTALL,
)


def unbroken(html: str) -> str:
    """Returns a page with a word joiner in such places of its texts; attributes and fields stay as they are."""
    return _BREAK.sub(lambda match: match["kept"] or WORD_JOINER, html)
