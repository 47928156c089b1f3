"""What can be seen of people in style sheets, taken out.

A background can show a face as well as an <img> can, and `content` an address as well as a text.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.replay.mask.texts import Hide

_URL = re.compile(r"""url\(\s*+(?:"(?P<d>[^"]*+)"?|'(?P<s>[^']*+)'?|(?P<bare>[^)"']*+))\s*+(?:\)|$)""", re.IGNORECASE)
_SET = re.compile(r"(?:-webkit-)?image-set\((?=(?P<set>(?:[^()]|\([^()]*+\))*))(?P=set)(?:\)|$)", re.IGNORECASE)
_FONT = re.compile(
    r"#|data:(?:font|application/(?:x-)?font|application/vnd\.ms-font)|[^?#]*\.(?:woff2?|ttf|otf|eot)\b", re.I
)
"""What is no picture: a part of the page itself (filters, clips), and fonts."""


def without_pictures(css: str) -> tuple[str, int]:
    """The style with nothing where pictures were, and how many there were. Fonts and parts of the page stay."""
    count = 0

    def emptied(match: re.Match[str]) -> str:
        nonlocal count
        if _FONT.match((match["d"] or match["s"] or match["bare"] or "").strip()):
            return match[0]
        count += 1
        return "url()"

    def no_set(_: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return "none"

    return _URL.sub(emptied, _SET.sub(no_set, css)), count


_WRITTEN = re.compile(
    r"""url\([^)]*+\)?|@(?:import|charset|namespace)[^;]*+|"(?P<d>[^"\n]*+)"|'(?P<s>[^'\n]*+)'""", re.I
)
"""Strings, and before them what has strings that are no texts."""


def without_values(css: str, hide: Hide) -> tuple[str, Counter[str]]:
    """The style with what `hide` hides hidden in the texts that it adds to a page, and how much of what kind."""
    found: Counter[str] = Counter()
    if '"' not in css and "'" not in css:
        return css, found

    def hidden(match: re.Match[str]) -> str:
        text = match["d"] if match["d"] is not None else match["s"]
        if not text:
            return match[0]
        covered, kinds = hide(text)
        found.update(kinds)
        return match[0][0] + covered + match[0][0]

    return _WRITTEN.sub(hidden, css), found
