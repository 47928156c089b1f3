"""Reads a moment that a person typed, in the notebook's zone: a date with a time, or a time of the day in question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale, is_repeated, zone_name
from bot.kernel.typed_words import sections, typed_pattern
from bot.signals.periods import Clock


@dataclass(frozen=True, slots=True)
class _TimeForms:
    """How days and times are written, in all languages."""

    time: re.Pattern[str]
    dates: tuple[re.Pattern[str], ...]
    months: dict[str, int]
    """Number of a month by each of its names."""
    weekday: re.Pattern[str]


HALVES = ("am", "pm", "before_am", "before_pm")
"""Halves of the day as groups of the pattern of times; what stands behind the hour goes before."""
YEARS = range(1970, 2200)
UNREADABLE = "“%(text)s” can’t be read as a time; write it like %(example)s (%(zone)s)."


def read_typed_time(text: str, locale: Locale, near: datetime, now: datetime) -> datetime:
    """Returns the moment, in UTC. A time alone is on the day of `near`, a day without a year nearest to it.

    Raises Misunderstood: what can't be read, a time that clocks skipped or showed twice, and one still to come.
    """
    words, local = " ".join(text.split()), near.astimezone(locale.zone)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?", words):
        words = words.replace("T", " ")
    day, rest = _day(_forms().weekday.sub(" ", words).strip(), local, words, locale)
    typed = _forms().time.match(rest)
    if typed is None or not (typed["minute"] or typed["unit"] or any(typed[half] for half in HALVES)):
        raise _unreadable(words, locale, local)
    moment = _moment(day, _clock_time(typed, words, locale, local), typed["zone"] or "", locale, words)
    if moment > now + timedelta(minutes=1):
        raise Misunderstood("%(moment)s is still to come.", moment=locale.moment(moment))
    return moment.astimezone(UTC)  # in an hour that comes twice, times of two zones are never equal (PEP 495)


def typed_text(moment: datetime | None, locale: Locale) -> str:
    """Returns what a person would type for a moment, with the zone's letters where that time comes twice."""
    if moment is None:
        return ""
    local = moment.astimezone(locale.zone)
    return f"{local:%Y-%m-%d %H:%M} {zone_name(local)}" if is_repeated(local) else f"{local:%Y-%m-%d %H:%M}"


@lru_cache
def _forms() -> _TimeForms:
    year, month, day, hour, minute, am, pm, before_am, before_pm = (
        typed_pattern("time", name)
        for name in ("year", "month", "day", "hour", "minute", "am", "pm", "before_am", "before_pm")
    )
    dates = (
        rf"(?P<year>\d{{4}})(?:[-./]|{year}\s*)(?P<month>\d{{1,2}})(?:[-./]|{month}\s*)(?P<day>\d{{1,2}}){day}?",
        rf"(?P<month>\d{{1,2}}){month}\s*(?P<day>\d{{1,2}}){day}",
        r"(?P<day>\d{1,2})\.?\s+(?P<name>[^\W\d_]{3,9})\.?,?(?:\s+(?P<year>\d{4}))?",
        r"(?P<name>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2}),?(?:\s+(?P<year>\d{4}))?(?!\d*:)",
    )
    time = (
        rf"(?:(?P<before_am>{before_am})|(?P<before_pm>{before_pm}))?\s*(?P<hour>\d{{1,2}})"
        rf"(?:(?::|(?P<unit>{hour}))\s*(?P<minute>\d{{2}})?(?:{minute}|:(?P<second>\d{{2}})(?:\.\d+)?)?)?\s*"
        rf"(?:(?P<am>{am})|(?P<pm>{pm}))?"
        r"(?:\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|UTC(?:[+-]\d{2}(?::?\d{2})?)?|[A-Z]{2,5}))?$"
    )
    return _TimeForms(
        time=re.compile(time, re.IGNORECASE),
        dates=tuple(re.compile(each, re.IGNORECASE) for each in dates),
        months={
            name: number
            for section in sections("time")
            for number, names in enumerate(section.get("months", ()), 1)
            for name in names.split("|")
        },
        weekday=re.compile(typed_pattern("time", "weekday"), re.IGNORECASE),
    )


def _unreadable(text: str, locale: Locale, near: datetime) -> Misunderstood:
    return Misunderstood(UNREADABLE, text=text[:60], example=f"{near:%Y-%m-%d %H:%M}", zone=locale.zone.key)


def _day(words: str, near: datetime, text: str, locale: Locale) -> tuple[date, str]:
    """Returns the day, and what stands behind it."""
    forms = _forms()
    for form in forms.dates:
        typed = form.match(words)
        if typed is None:
            continue
        parts = typed.groupdict()
        month = forms.months.get((parts.get("name") or "").lower()) or int(parts.get("month") or 0)
        years = (int(parts["year"]),) if parts.get("year") else (near.year - 1, near.year, near.year + 1)
        days = [day for year in years if (day := _date(year, month, int(parts["day"])))]
        if days:
            return min(days, key=lambda each: abs(each - near.date())), words[typed.end() :].lstrip(" ,")
        raise _unreadable(text, locale, near)
    return near.date(), words


def _date(year: int, month: int, day: int) -> date | None:
    """None for what is no day, and beside the years that a zone's clock can be reckoned in."""
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _clock_time(typed: re.Match[str], text: str, locale: Locale, near: datetime) -> time:
    hour, minute, second = (int(typed[name] or 0) for name in ("hour", "minute", "second"))
    if half := next((half for half in HALVES if typed[half]), None):
        if not 1 <= hour <= 12:
            raise _unreadable(text, locale, near)
        hour = hour % 12 + 12 * (half in {"pm", "before_pm"})
    try:
        return time(hour, minute, second)
    except ValueError:
        raise _unreadable(text, locale, near) from None


def _moment(day: date, when: time, zone: str, locale: Locale, text: str) -> datetime:
    """The zone's letters tell which one is meant of a time that comes twice; an offset stands for itself."""
    clock = Clock(datetime.combine(day, time.min, locale.zone), locale.zone)
    if offset := re.fullmatch(r"Z|(?:UTC)?(?:([+-])(\d{2}):?(\d{2})?)?", zone, re.IGNORECASE) if zone else None:
        shift = timedelta(hours=int(offset[2] or 0), minutes=int(offset[3] or 0)) if offset[1] else timedelta()
        fixed = datetime.combine(day, when, UTC) - (-shift if offset[1] == "-" else shift)
        return fixed.astimezone(locale.zone)
    if clock.gap(day, when):
        raise Misunderstood("Clocks skipped %(text)s in %(zone)s.", text=text, zone=locale.zone.key)
    both = [datetime.combine(day, when, locale.zone).replace(fold=fold) for fold in (0, 1)]
    named = [moment for moment in both if zone_name(moment).upper() == zone.upper()]
    if zone and not named:
        raise Misunderstood(
            "The times here are in %(zone)s, which has no %(letters)s.", zone=locale.zone.key, letters=zone
        )
    if clock.is_twice(day, when) and not zone:
        letters = [f"{when:%H:%M} {zone_name(moment)}" for moment in both]
        raise Misunderstood("%(text)s came twice that night: write %(first)s or %(second)s.", text=text,
                            first=letters[0], second=letters[1])  # fmt: skip
    return (named or both)[0].astimezone(UTC).astimezone(locale.zone)
