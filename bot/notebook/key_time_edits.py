"""What people do to key times. Each edit names what it was made over, so that nobody writes over anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import msgspec

from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale
from bot.notebook.key_time_words import NAMES
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes
from bot.notebook.merge import Put, Write, merge
from bot.notebook.notebook import Notebook
from bot.notebook.timeline import Entry

ENDS = ((KeyTimeKind.IMPACT_START, KeyTimeKind.IMPACT_END),)
"""What ends can't be before it begins."""


MOST_OTHERS = 5
MARKS = re.compile(r"[*_~`]|<[^<>]*>")
"""What Slack formats by; a button shows plain words."""


def seen_of(times: KeyTimes, kind: KeyTimeKind) -> str:
    """Returns what a person sees of a kind: who set it to what; empty for a proposal, whatever it is at the moment."""
    time = times.correction(kind)
    return f"{time.at.timestamp() if time.at else ''}/{time.set_by}" if time else ""


def same_moments(
    notebook: Notebook, kind: KeyTimeKind, locale: Locale, text_of_entry: Callable[[Entry, Locale], str]
) -> list[tuple[str, datetime]]:
    """Returns other moments that a key time may be, with what they are, of the key times and the timeline.

    They are the nearest and, as something may have begun long before anybody noticed, the earliest; ordered by time,
    so that they read as what happened. `text_of_entry` gives the words of an entry, without markup.
    """
    times = notebook.key_times
    held = times.of(kind)
    others = [(locale.text(NAMES[time.kind]), time.at) for time in times.known if time.kind is not kind and time.at]
    others += [(_words(entry, locale, text_of_entry), entry.when) for entry in notebook.timeline]
    near = held.at if held and held.at else min((at for _name, at in others), default=None)
    if near is None:
        return []
    distinct = {at: (name, at) for name, at in reversed(others) if at != near or not (held and held.at)}
    ordered = sorted(distinct.values(), key=lambda each: each[1])
    nearest = sorted(ordered[1:], key=lambda each: abs(each[1] - near))[: MOST_OTHERS - 1]
    return [*ordered[:1], *sorted(nearest, key=lambda each: each[1])]


def _words(entry: Entry, locale: Locale, text_of_entry: Callable[[Entry, Locale], str]) -> str:
    """Of old entries only the text is known as Slack has it."""
    if entry.what or entry.markdown or entry.rewritten is not None:
        return text_of_entry(entry, locale)
    return " ".join(MARKS.sub("", entry.text).split())


def correct_key_time(  # noqa: PLR0913 - one keyword a fact; callers name them
    notebook: Notebook, kind: KeyTimeKind, at: datetime | None, *, by: str, seen: str, locale: Locale, write: Write
) -> Notebook:
    """The notebook with what a person says; `at` is None for "there was none". Raises Conflict and Misunderstood."""
    times = notebook.key_times
    held = times.correction(kind)
    if held and held.at == at:
        return notebook
    _check_unchanged(times, kind, seen, locale)
    _check_order(times, kind, at, locale)
    mine = KeyTime(kind, at, set_by=by)
    return _with(notebook, times, (*_others(times, kind), mine), write)


def reset_key_time(notebook: Notebook, kind: KeyTimeKind, *, seen: str, locale: Locale, write: Write) -> Notebook:
    """The notebook with the proposal instead of what a person said. Raises Conflict."""
    times = notebook.key_times
    if times.correction(kind) is None:
        return notebook
    _check_unchanged(times, kind, seen, locale)
    return _with(notebook, times, _others(times, kind), write)


def _check_unchanged(times: KeyTimes, kind: KeyTimeKind, seen: str, locale: Locale) -> None:
    if seen_of(times, kind) == seen:
        return
    name, held = locale.text(NAMES[kind]), times.correction(kind)
    if held is None:
        raise Conflict("%(name)s was set back to the proposal in the meantime, so yours was not saved.", name=name)
    if held.at is None:
        sentence = "%(who)s said in the meantime that there was none (%(name)s), so yours was not saved."
        raise Conflict(sentence, who=held.set_by, name=name)
    when = locale.moment(held.at)
    sentence = "%(name)s was set to %(when)s by %(who)s in the meantime, so yours was not saved."
    raise Conflict(sentence, name=name, when=when, who=held.set_by)


def _check_order(times: KeyTimes, kind: KeyTimeKind, at: datetime | None, locale: Locale) -> None:
    for first, last in ENDS:
        other = times.of(last if kind is first else first)
        if at is None or kind not in (first, last) or other is None or other.at is None:
            continue
        if (at >= other.at) if kind is first else (at <= other.at):
            sentence = (
                "That is before the impact start, %(when)s."
                if kind is last
                else "That is after the impact end, %(when)s."
            )
            raise Misunderstood(sentence, when=locale.moment(other.at))


def _others(times: KeyTimes, kind: KeyTimeKind) -> tuple[KeyTime, ...]:
    return tuple(time for time in times.corrected if time.kind is not kind)


def _with(notebook: Notebook, times: KeyTimes, corrected: tuple[KeyTime, ...], write: Write) -> Notebook:
    order = tuple(KeyTimeKind)
    data = msgspec.structs.replace(times, corrected=tuple(sorted(corrected, key=lambda each: order.index(each.kind))))
    return merge(notebook, [Put(KeyTimes.marker, "timeline", data, first=True)], write)
