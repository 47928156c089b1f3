"""How dates, times and ordinals are written in each language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Numerals:
    """Patterns and words of every language. Patterns are parts of regular expressions, "" where no language has any."""

    written: dict[str, str]
    """By kind of token: dates and times with their units ("11월 5일")."""
    before_time: str
    behind_time: str
    ordinals: str
    half_of_day: re.Pattern[str]
    begin: dict[str, int]
    """Words for a half of the day, and the hour at which each begins."""
    half_hour: tuple[str, ...]
    days: frozenset[str]
    """Units that may also be a day of a month."""


def read_numerals(files: Sequence[dict[str, Any]]) -> Numerals:
    """Reads the sections `_written`, `_numbers` and `_hours`."""
    written = [file.get("_written", {}) for file in files]
    numbers = [file.get("_numbers", {}) for file in files]
    hours = [file.get("_hours", {}) for file in files]
    before, behind = _all(hours, "before"), _all(hours, "behind")
    return Numerals(
        written={
            kind: _either(_all(written, kind)) for kind in dict.fromkeys(name for file in written for name in file)
        },
        before_time=_either(before),
        behind_time=_either(behind),
        ordinals=_either(_all(numbers, "ordinals")),
        half_of_day=re.compile(_either([*behind, *before]) or "(?!)", re.IGNORECASE),
        begin={word: hour for file in hours for word, hour in file.get("begin", {}).items()},
        half_hour=tuple(_all(hours, "half")),
        days=frozenset(_all(numbers, "days")),
    )


def _all(sections: Iterable[dict[str, Any]], name: str) -> list[str]:
    return [text for section in sections for text in section.get(name, ())]


def _either(patterns: Sequence[str]) -> str:
    """One pattern for all of them, to be put into one in verbose mode."""
    return f"(?-x:{'|'.join(patterns)})" if patterns else ""
