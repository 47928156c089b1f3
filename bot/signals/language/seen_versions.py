"""Versions of one's own application: when each was first seen, and which numbers are none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from lark import Token

from bot.signals.language.lexer import raw
from bot.signals.language.parse_errors import Puzzled

_BESIDE_VERSIONS = frozenset({"FACET", "FACETS", "DEPLOY", "UNIT", "VALUE"})
"""Beside these a number with a dot is a version, or a length."""
_VERSIONED = ("browser=", "os=", "device=")


def first_seen(wanted: str, versions: Mapping[str, datetime]) -> datetime:
    """Returns when a version was first seen; 2.31 means 2.31.0 and the like too, where there is no plain 2.31."""
    exact = [seen for version, seen in versions.items() if _number(version) == _number(wanted)]
    kin = [seen for version, seen in versions.items() if _number(version).startswith(f"{_number(wanted)}.")]
    if not (times := exact or kin):
        raise Puzzled("I haven’t seen version %(version)s here.", at=str(wanted), version=str(wanted))
    return min(times)


def _number(version: str) -> str:
    return version.lower().removeprefix("v")


def dotted_date(tokens: Sequence[Token], text: str, versions: Mapping[str, datetime]) -> Puzzled | None:
    """Returns the problem with "11.20", "20.11" and "26.11.20", if no such version was seen and it may be a date."""
    known = {_number(version) for version in versions}
    for at, token in enumerate(tokens):
        typed = raw(token, text)
        turned = re.fullmatch(r"(1[3-9]|2\d|3[01])\.(1[0-2]|0?[1-9])", typed)
        date = re.fullmatch(r"(?:(\d{2})\.)?(1[0-2]|0?[1-9])\.(0?[1-9]|[12]\d|3[01])", typed)
        beside = {other.type for other in tokens[max(at - 1, 0) : at + 2]}
        own = any(version == typed or version.startswith(f"{typed}.") for version in known)
        if token.type != "VERSION" or not (date or turned) or own or not known or beside & _BESIDE_VERSIONS:
            continue
        day = f"20{date[1]}-{date[2]:0>2}-{date[3]:0>2}" if date and date[1] else typed.replace(".", "/")
        problem = Puzzled(
            "“%(what)s” is no version that was seen here; if it is a date, write %(date)s.",
            at=typed,
            what=typed,
            date=day,
        )
        problem.instead = (f"{text[: token.start_pos]}{day}{text[token.end_pos :]}",)
        return problem
    return None


def versioned(value: Token, number: Token, text: str) -> Puzzled:
    """Returns the problem with the number behind a browser, a system or a device."""
    what = text[value.start_pos : number.end_pos].strip()
    problem = Puzzled(
        "Versions of browsers, systems and devices can’t be asked for: leave out the “%(n)s” of “%(what)s”.",
        at=what,
        what=what,
        n=raw(number, text),
    )
    problem.instead = (" ".join(f"{text[: value.end_pos]}{text[number.end_pos :]}".split()),)
    return problem


def foreign_version(tokens: Sequence[Token], text: str, versions: Mapping[str, datetime]) -> Puzzled | None:
    """Returns the problem with "iOS 17.2", where no version of the own application is called that."""
    known = {_number(version) for version in versions}
    for last, token in pairwise(tokens):
        number = str(token).lower()
        own = number.startswith("v") or any(it == number or it.startswith(f"{number}.") for it in known)
        beside = text[last.end_pos : token.start_pos].strip() == ""
        if token.type == "VERSION" and last.type == "VALUE" and last.startswith(_VERSIONED) and beside and not own:
            return versioned(last, token, text)
    return None
