"""Versions of one's own application: when each was first seen, and which numbers are none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from lark import Token

from bot.signals.language.lexer import raw
from bot.signals.language.parse_errors import Puzzled

_VERSIONED = ("browser=", "os=", "device=")


def first_seen(wanted: str, versions: Mapping[str, datetime]) -> datetime:
    """Returns when a version was first seen; 2.31 means 2.31.0 and the like too, where there is no plain 2.31."""
    exact = [seen for version, seen in versions.items() if _number(version) == _number(wanted)]
    kin = [seen for version, seen in versions.items() if _number(version).startswith(f"{_number(wanted)}.")]
    if not (times := exact or kin):
        raise Puzzled("I haven't seen version %(version)s here.", at=str(wanted), version=str(wanted))
    return min(times)


def _number(version: str) -> str:
    return version.lower().removeprefix("v")


def versioned(value: Token, number: Token, text: str) -> Puzzled:
    """Returns the problem with the number behind a browser, a system or a device."""
    what = text[value.start_pos : number.end_pos].strip()
    problem = Puzzled(
        "Versions of browsers, systems and devices can't be asked for: leave out the “%(n)s” of “%(what)s”.",
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
