"""What stands in the style of an element, as far as one must know it to tell what is hidden by it."""

from __future__ import annotations

from typing import Any

LONGEST = 10_000
"""Letters; a longer style is none that is known, since every change would read all of it again."""


def declarations(style: str) -> dict[str, str]:
    """Returns the properties of a style with their values, in small letters; the last of equal ones counts."""
    pairs = (part.partition(":") for part in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def restyled(style: Any, changes: dict[str, Any]) -> str:
    """Returns a style after changes of its properties: a value, a value with its priority, or False without it."""
    now = declarations(style) if isinstance(style, str) and len(style) < LONGEST else {}
    for name, value in changes.items():
        one = value[0] if isinstance(value, list) and value else value
        now.pop(name, None)
        if isinstance(one, str):
            now[name] = one.strip().lower()
    return ";".join(f"{name}:{value}" for name, value in now.items())
