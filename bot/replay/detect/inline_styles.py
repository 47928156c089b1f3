"""What stands in the style of an element, as far as one must know it to tell what is hidden by it."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 10_000
"""Letters; a longer style is none that is known, since every change would read all of it again."""
_OFF = {"display": {"none"}, "visibility": {"hidden", "collapse"}, "opacity": {"0", "0.0", "0%"}}
HIDING = frozenset(_OFF)
"""The properties that can hide an element. Only of these it is known what they were changed to."""
_TELLS = re.compile("|".join(HIDING), re.IGNORECASE)


def declarations(style: str) -> dict[str, str]:
    """Returns the properties of a style with their values, in small letters; the last of equal ones counts."""
    pairs = (part.partition(":") for part in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def is_off(style: str) -> bool:
    """Whether a style hides its element."""
    if not _TELLS.search(style):
        return False
    known = declarations(style)
    return any(known.get(name, "") in off for name, off in _OFF.items())


def restyled(style: Any, changes: dict[str, Any]) -> str:
    """Returns a style after changes of its properties: a value, a value with its priority, or False without it."""
    before = style if isinstance(style, str) and len(style) < LONGEST else ""
    if HIDING.isdisjoint(changes):
        return before
    now = declarations(before)
    for name in HIDING & changes.keys():
        value = changes[name]
        one = value[0] if isinstance(value, list) and value else value
        now.pop(name, None)
        if isinstance(one, str):
            now[name] = one.strip().lower()
    return ";".join(f"{name}:{value}" for name, value in now.items())
