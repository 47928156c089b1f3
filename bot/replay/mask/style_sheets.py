"""Pictures in style sheets, taken out: a background can show a face as well as an <img> can."""

from __future__ import annotations

import re

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
