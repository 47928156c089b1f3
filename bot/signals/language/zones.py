"""Zones that are named with a time: "14:00 UTC", "9am PST to 5pm PST", "오후 2시 KST", "14:00+09:00".

The zone of the words wins over the asker's: the whole question is read in it, and its moments are told in the asker's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lark import Token

from bot.signals.language.lexer import NAMELIKE, raw, retyped
from bot.signals.language.open_ends import TIMES
from bot.signals.language.parse_errors import Puzzled, SeveralZones
from bot.signals.question import Period, Question

ASSUMED_ZONE = "Days and times are read in “%(zone)s”, as you typed it."
_SEVERAL = "?"
"""Begins the value of an abbreviation that is the name of several zones; the offset of each and its country follow."""
_SEASON = "@"
"""Stands before the offset of an abbreviation that holds for a part of the year in its zone."""
_OFFSET = re.compile(r"([+\-−])\s?(\d{1,2}):?(\d{2})?$")
_LONGEST_OFFSET = timedelta(hours=14)
_MINUTES = 60
_BETWEEN = frozenset({"IN", "THE", "FILLER"})
"""May stand between a time and its zone: "today in UTC"."""
_TIMES = TIMES - {"AGO", "AFTER", "VERSION", "DEPLOY", "SHIFT"}


@dataclass(frozen=True, slots=True)
class NamedZone:
    """`typed` is how it was typed; `region` where its time holds for a part of the year, None for any other."""

    zone: tzinfo
    typed: str
    region: ZoneInfo | None = None
    places: tuple[tuple[int, int], ...] = ()
    """Where it stands in the text; a name may be spelled like it."""

    def told_in(self, question: Question, own: tzinfo, now: datetime, text: str) -> Question:
        """Returns the question with its moments in the asker's own zone.

        Raises Puzzled where clocks in the zone didn't show that time on the days that are named.
        """
        periods = [question.period, *([question.compare] if question.compare else [])]
        moments = [moment for period in periods for moment in (period.start, period.end) if moment != now]
        shown = [moment.astimezone(self.region).utcoffset() for moment in moments] if self.region else []
        offset = now.astimezone(self.zone).utcoffset()
        if any(other != offset for other in shown):
            problem = Puzzled(
                "Clocks didn’t show “%(zone)s” on that day: say how far from UTC is meant.",
                at=self.typed,
                zone=self.typed,
            )
            offsets = dict.fromkeys(other or timedelta() for other in (offset, *shown))
            problem.instead = tuple(_replaced(text, self.places, _written(other)) for other in offsets)
            raise problem
        moved = [_moved(period, own) for period in periods]
        return replace(question, period=moved[0], compare=moved[1] if question.compare else None)


def split_zones(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """Returns the tokens without zones that stand beside a time, and those zones.

    A word that looks like a zone anywhere else is a part of a name, or is refused by name.
    """
    rest: list[Token] = []
    zones: list[Token] = []
    for at, token in enumerate(tokens):
        if token.type != "ZONE":
            rest.append(token)
            continue
        kinds = {other.type for other in tokens[at + 1 : at + 2]}
        passed = [last for last in reversed(rest) if last.type not in _BETWEEN]
        pointed = _is_pointed(rest)
        done = bool(rest) and rest[-1].type == "ADJ"  # "rage clicked PT": what was clicked, or when
        placed = kinds & {"ON_P", "IN_P"} and not any(other.type in _TIMES | {"TO_P"} for other in tokens[at + 2 :])
        if not placed and ((passed and passed[0].type in _TIMES) or (kinds & _TIMES and not pointed and not done)):
            while rest and rest[-1].type in _BETWEEN and passed and passed[0].type in _TIMES:
                rest.pop()  # "today in UTC": nothing points at a name
            zones.append(token)
        else:
            named = pointed or bool(placed) or bool(kinds & NAMELIKE) or bool(rest and rest[-1].type in NAMELIKE)
            rest.append(retyped(token, "NAME" if named else "UNREAD"))
    return rest, zones


def _is_pointed(before: Sequence[Token]) -> bool:
    """Whether these end with "on", an article or a kind of control behind it: "on the EST", "on link to Z"."""
    kinds = [token.type for token in before[-4:]]
    while kinds[-1:] in (["THE"], ["NOUN"], ["PLACE"], ["TO"]):
        kinds.pop()
    return kinds[-1:] in (["ON"], ["FOR"])


def one_zone(zones: Sequence[Token], text: str) -> NamedZone | None:
    """Returns the zone that the words name. Raises Puzzled for several, and for what may be several."""
    named = [_named(token, zones, text) for token in zones]
    for one, other in pairwise(named):
        if (one.zone, one.region) != (other.zone, other.region):
            both = f"{one.typed}, {other.typed}"
            raise Puzzled("Say all times in one zone, not in several (%(zones)s).", at=other.typed, zones=both)
    return named[0] if named else None


def _named(token: Token, zones: Sequence[Token], text: str) -> NamedZone:
    value, typed = str(token), raw(token, text)
    places = tuple((zone.start_pos or 0, zone.end_pos or 0) for zone in zones if str(zone) == value)
    if value.startswith(_SEVERAL):
        several = [place.split() for place in value.removeprefix(_SEVERAL).split(",")]
        problem = SeveralZones(typed, [(f"UTC{offset}", country) for offset, country in several])
        problem.instead = tuple(_replaced(text, places, f"UTC{offset}") for offset, _ in several)
        raise problem
    name, _, season = value.partition(_SEASON)
    offset = _offset(season or name)
    if season or offset is None:
        try:
            region = ZoneInfo(name)
            fixed = timezone(offset) if offset is not None else None
            return NamedZone(fixed or region, typed, region if fixed else None, places)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Puzzled("I know no time zone “%(zone)s”.", at=typed, zone=typed) from None
    if abs(offset) > _LONGEST_OFFSET:
        raise Puzzled("I know no time zone “%(zone)s”.", at=typed, zone=typed)
    return NamedZone(timezone(offset), typed, places=places)


def _offset(text: str) -> timedelta | None:
    """ "UTC+5:30", "+09:00", "GMT-5"; None where there is no such number in it."""
    found = _OFFSET.search(text)
    if found is None:
        return None
    if int(found[3] or 0) >= _MINUTES:
        return timedelta.max  # "UTC+5:99"
    length = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return length if found[1] == "+" else -length


def _written(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    rest = f":{minutes % 60:02}" if minutes % 60 else ""
    return f"UTC{'-' if offset < timedelta() else '+'}{minutes // 60}{rest}"


def _replaced(text: str, places: Sequence[tuple[int, int]], new: str) -> str:
    for start, end in sorted(places, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _moved(period: Period, own: tzinfo) -> Period:
    """Returns the same moments in the asker's zone, where they may begin no calendar unit."""
    start, end = period.start.astimezone(own), period.end.astimezone(own)
    return Period(start, end, period.unit if start.utcoffset() == period.start.utcoffset() else "")
