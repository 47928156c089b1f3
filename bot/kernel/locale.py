"""In the asker's language, zone and week.

Texts are written in English in the code and the templates, and translated through gettext catalogs:
`templates/locales/<language>/<domain>.po`, one domain a room, all merged when a language is first used.
Dates and numbers come from Babel.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import babel
from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.kernel.particles import filled
from bot.kernel.paths import TEMPLATES

CATALOGS = TEMPLATES / "locales"
LANGUAGES = ("en", *sorted(folder.name for folder in CATALOGS.iterdir() if folder.is_dir() and folder.name != "en"))
"""Every language that has a folder: English first, whose texts are the keys of the catalogs."""


@lru_cache
def catalog(language: str) -> gettext.NullTranslations:
    """Every domain of one language in one catalog. English has none: its texts are the keys."""
    merged = gettext.NullTranslations()
    for path in sorted((CATALOGS / language).glob("*.po")):
        merged = _stacked(merged, path)
    return merged


def _stacked(below: gettext.NullTranslations, path: Path) -> gettext.NullTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, abort_invalid=True))
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    translations.add_fallback(below)
    return translations


@dataclass(frozen=True, slots=True)
class Locale:
    """A language, a time zone and the first day of the week (0 is Monday).

    Dates of any other year than `year` are told with theirs; where it is 0, none is.
    """

    tag: str
    zone: ZoneInfo
    first_weekday: int
    _catalog: gettext.NullTranslations = field(repr=False, compare=False)
    _babel: babel.Locale = field(repr=False, compare=False)
    year: int = field(default=0, repr=False, compare=False)

    @classmethod
    def of(cls, tag: str = "en", zone: str | ZoneInfo = "UTC") -> Locale:
        """The nearest language we speak for a tag such as `ko-KR`; an unknown tag gives English, an unknown zone UTC.

        A week begins on Monday unless the territory in the tag says otherwise: `en-US` on Sunday, `en` on Monday.
        """
        wanted = _parsed(tag)
        language = wanted.language if wanted.language in LANGUAGES else "en"
        spoken = wanted if wanted.language == language else _parsed(language)
        first = spoken.first_week_day if spoken.territory else 0
        return cls(language, _zone(zone), first, catalog(language), spoken)

    def as_of(self, now: datetime | None) -> Self:
        """The same, where the year of that moment goes without saying, and no other does; without one, all do."""
        return replace(self, year=now.astimezone(self.zone).year if now else 0)

    @property
    def day_first(self) -> bool:
        """Whether 5/10 is the fifth of October here (`en-GB`) rather than the tenth of May (`en`, `en-US`, `ko`)."""
        pattern = str(self._babel.date_formats["short"].pattern)
        return pattern.find("d") < pattern.find("M")

    @property
    def year_first(self) -> bool:
        """Whether dates begin with the year here (`ko`), so that 5/10 is the tenth of May to everybody."""
        return str(self._babel.date_formats["short"].pattern).startswith("y")

    def text(self, message: str, /, **values: object) -> str:
        translated = self._catalog.gettext(message) if message else ""  # gettext keeps the catalog's head under ""
        return filled(translated, values) if values else translated

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for `n`; `%(n)s` in it is the number in the locale's digits and groups."""
        return filled(self.form(one, many, n), {"n": self.number(n), **values})

    def form(self, one: str, many: str, n: int) -> str:
        """The translated form for `n`, its values not filled in."""
        return self._catalog.ngettext(one, many, n)

    def number(self, value: float) -> str:
        return numbers.format_decimal(value, locale=self._babel)

    def percent(self, ratio: float) -> str:
        """A ratio as whole percent, or with one digit below one percent: 0.123 is 12%, 0.0042 is 0.4%.

        Some is never called none, nor nearly all all: these get the digits that it takes (0.9996 is 99.96%).
        """
        return numbers.format_percent(ratio, format=f"{_pattern(ratio)}%", locale=self._babel)

    def of_hundred(self, ratio: float) -> str:
        """A ratio as how many of a hundred: 0.123 is 12, 0.0042 is 0.4."""
        return numbers.format_decimal(Decimal(str(ratio)) * 100, format=_pattern(ratio), locale=self._babel)

    def date(self, moment: datetime) -> str:
        """Short, with the weekday: "Mon, Nov 23", "11월 23일 (월)"; see `year`."""
        another_year = self.year and moment.astimezone(self.zone).year != self.year
        skeleton = "yMMMEd" if another_year else "MMMEd"
        return dates.format_skeleton(skeleton, moment, tzinfo=self.zone, locale=self._babel)

    def long_date(self, moment: datetime) -> str:
        """With the year: "Oct 25, 2026", "2026년 10월 25일"."""
        return dates.format_skeleton("yMMMd", moment, tzinfo=self.zone, locale=self._babel)

    def calendar_day(self, day: dt.date) -> str:
        """A day of the calendar, which is the same in every zone: "Fri, Dec 11, 2026"."""
        return dates.format_skeleton("yMMMEd", day, locale=self._babel)

    def day(self, moment: datetime) -> str:
        """Shortest, for the foot of a bar: "Mon 23", "23일 (월)"; the weekday stands where it does in longer dates."""
        if str(self._babel.datetime_skeletons["MMMEd"].pattern).startswith("E"):
            return dates.format_datetime(moment, "EEE d", tzinfo=self.zone, locale=self._babel)
        return dates.format_skeleton("Ed", moment, tzinfo=self.zone, locale=self._babel)

    def time(self, moment: datetime) -> str:
        return dates.format_time(moment, "HH:mm", tzinfo=self.zone, locale=self._babel)

    def hour(self, moment: datetime) -> str:
        """Returns the time, with the zone's letters where clocks go back and an hour comes twice: "01:00 EDT"."""
        local = moment.astimezone(self.zone)
        return f"{self.time(local)} {zone_name(local)}" if is_repeated(local) else self.time(local)

    def same_date(self, moment: datetime) -> datetime:
        """Returns the date and time of the moment's own zone as one of this zone, for a day to be named as that which
        it was where it was counted."""
        return moment.replace(tzinfo=self.zone)

    def country(self, code: str) -> str:
        """The name of a country by its two letters ("South Korea"); anything else stays as it is."""
        return str(self._babel.territories.get(code.upper(), code)) if len(code) == 2 else code

    def moment(self, moment: datetime) -> str:
        """Date, time and zone: "Mon, Nov 23 14:05 KST"."""
        return f"{self.date(moment)} {self.time(moment)} {self.zone_name(moment)}"

    def dated_moment(self, moment: datetime) -> str:
        """Date, time and zone, always with the year: "Mon, Nov 23, 2026 14:05 KST"."""
        day = dates.format_skeleton("yMMMEd", moment, tzinfo=self.zone, locale=self._babel)
        return f"{day} {self.time(moment)} {self.zone_name(moment)}"

    def span(self, start: datetime, end: datetime) -> str:
        """Both ends of a stretch of time: "Mon, Nov 23 14:05 – 15:00 KST", with the second date where it differs."""
        start, end = start.astimezone(self.zone), end.astimezone(self.zone)
        until = self.time(end) if start.date() == end.date() else f"{self.date(end)} {self.time(end)}"
        zones = dict.fromkeys((self.zone_name(start), self.zone_name(end)))
        return f"{self.date(start)} {self.time(start)} – {until} {'/'.join(zones)}"

    def zone_name(self, moment: datetime) -> str:
        """The zone's usual letters at that time ("KST", "EDT"), or its offset where it has none ("UTC+03")."""
        return zone_name(moment.astimezone(self.zone))


def is_repeated(moment: datetime) -> bool:
    """Whether clocks show this time twice, as they go back. `moment` is in its zone, at a time that there was."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def language_name(language: str) -> str:
    """Returns what a language calls itself: “English”, “한국어”."""
    return str(babel.Locale.parse(language).get_display_name(language))


def zone_name(moment: datetime) -> str:
    """Returns the same for the moment's own zone."""
    name = moment.strftime("%Z")
    return name if name.isalpha() else f"UTC{name}"


def is_spoken(tag: str) -> bool:
    """Whether we speak the language of a tag, whatever territory is behind it."""
    return _language(tag) in LANGUAGES


def _language(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


def _parsed(tag: str) -> babel.Locale:
    """A territory that there isn't leaves the language."""
    for known in (tag.replace("-", "_"), _language(tag)):
        with suppress(ValueError, babel.UnknownLocaleError):
            return babel.Locale.parse(known, resolve_likely_subtags=False)
    return babel.Locale("en")


def _pattern(ratio: float) -> str:
    """Returns the pattern with as many digits as a ratio takes in hundredths."""
    percent = abs(Decimal(str(ratio))) * 100
    digits = 1 if 0 < percent < 1 else 0
    while 0 < percent < 100 and round(percent, digits) in (0, 100):
        digits += 1
    return "#,##0." + "0" * digits if digits else "#,##0"


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    if isinstance(zone, ZoneInfo):
        return zone
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
