"""Key times as the facts propose them, each with its reason; where nothing is known, with the reason for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.backlog.request import HistoryEntry, Request, RequestAction
from bot.notebook import key_time_words as words
from bot.notebook.key_times import KeyTime, KeyTimeKind
from bot.notebook.timeline import Entry, EntryKind
from bot.signals.answer import FirstSeen, Top
from bot.signals.onset import Rise
from bot.signals.usual_rate import Slice

RELEASE_WITHIN = timedelta(days=2)
"""A version that came earlier is no neighbour of the onset."""
RELEASE_AFTER = timedelta(hours=1)
"""Sources tell of a version to the hour, and signals may come before the first click that names it."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What shows that somebody knew of it: a question in the channel, a message, or that the channel was opened."""

    at: datetime
    who: str = ""
    reason: str = words.FIRST_QUESTION


@dataclass(frozen=True, slots=True)
class SignalFacts:
    """What the source tells. Without a `rise`, `unknown` is the reason (a text of `key_time_words`, with its values).

    `to_the_minute` says which ends of the rise are that exact; `after` is the rate since its end.
    """

    rise: Rise | None = None
    unknown: str = words.NOT_RISEN
    values: tuple[tuple[str, str], ...] = ()
    start_to_the_minute: bool = False
    end_to_the_minute: bool = False
    after: float = 0.0
    peak: Slice | None = None
    """The hour with most people within what holds as the impact, also where a person corrected that."""
    release: FirstSeen | None = None
    release_share: float | None = None
    kept_from: datetime | None = None
    """When the oldest data is from, where what is usual reaches back beyond them."""


def proposed_times(signals: SignalFacts, noticed: tuple[Noticed, ...], request: Request | None) -> tuple[KeyTime, ...]:
    """Returns one key time a kind, in their order; `at` is None where it isn't known."""
    began = signals.rise.start if signals.rise else None
    return (
        _trigger(signals),
        *_of_rise(signals),
        _detected(noticed, began),
        *_of_request(request),
        _recovered(signals),
    )


def release_of(began: datetime, seen: tuple[FirstSeen, ...], affected: tuple[Top, ...]) -> FirstSeen | None:
    """Returns the version that came with it: first seen at that time, and among the clicks that failed."""
    hit = {top.label for top in affected}
    near = [
        each
        for each in seen
        if began - RELEASE_WITHIN <= each.at <= began + RELEASE_AFTER and (each.version in hit or not hit)
    ]
    return max(near, key=lambda each: each.at, default=None)


def share_of(version: str, affected: tuple[Top, ...], actions: int) -> float | None:
    """Returns the share of the failed clicks that were in a version; None where the source doesn't tell."""
    of_it = next((top.actions for top in affected if top.label == version), 0)
    return of_it / actions if of_it and of_it <= actions else None


def _trigger(signals: SignalFacts) -> KeyTime:
    seen = signals.release
    if seen is None:
        return KeyTime(
            KeyTimeKind.TRIGGER, None, words.NO_RELEASE if signals.rise else signals.unknown, _values(signals)
        )
    if signals.release_share is None:
        return KeyTime(KeyTimeKind.TRIGGER, seen.at, words.RELEASED, {"version": seen.version})
    values = {"version": seen.version, "share": _ratio(signals.release_share)}
    return KeyTime(KeyTimeKind.TRIGGER, seen.at, words.RELEASED_WITH, values)


def _values(signals: SignalFacts) -> dict[str, str]:
    return {} if signals.rise else dict(signals.values)


def _of_rise(signals: SignalFacts) -> tuple[KeyTime, KeyTime]:
    rise = signals.rise
    if rise is None:
        values = dict(signals.values)
        return (
            KeyTime(KeyTimeKind.IMPACT_START, None, signals.unknown, values),
            KeyTime(KeyTimeKind.PEAK, None, signals.unknown, values),
        )
    first = rise.bursts[0]
    rates = {"before": _ratio(first.before), "after": _ratio(first.rate)}
    reason = words.ROSE if signals.start_to_the_minute else words.ROSE_IN_HOUR
    peak = signals.peak or rise.peak
    most = {"hit": str(peak.hit), "used": str(peak.used)}
    return (
        KeyTime(KeyTimeKind.IMPACT_START, rise.start, reason, rates),
        KeyTime(KeyTimeKind.PEAK, peak.start, words.PEAKED, most),
    )


def _detected(noticed: tuple[Noticed, ...], began: datetime | None) -> KeyTime:
    """Whatever is from before it began can't have been about it."""
    about = [each for each in noticed if began is None or each.at >= began]
    first = min(about, key=lambda each: each.at, default=None)
    if first is None:
        return KeyTime(KeyTimeKind.DETECTED, None, words.NO_QUESTION_YET)
    return KeyTime(KeyTimeKind.DETECTED, first.at, first.reason, {"who": first.who} if first.who else {})


def told_in(entries: Iterable[Entry]) -> list[Noticed]:
    """Returns what the channel's own part of a timeline shows: that it was opened, and messages that were pinned."""
    return [
        Noticed(entry.when, entry.who, words.CHANNEL_OPENED if entry.what else words.FIRST_MESSAGE)
        for entry in entries
        if entry.what == EntryKind.DECLARED or (not entry.what and entry.who)
    ]


def _of_request(request: Request | None) -> tuple[KeyTime, KeyTime, KeyTime]:
    if request is None:
        return (
            KeyTime(KeyTimeKind.ASKED, None, words.NOT_ASKED),
            KeyTime(KeyTimeKind.CONFIRMED, None, words.NOT_CONFIRMED),
            KeyTime(KeyTimeKind.FIXED, None, words.NOT_FIXED),
        )
    people = {"who": request.asker.name, "owner": request.owner.name}
    asked = KeyTime(KeyTimeKind.ASKED, request.asked_at, words.OWNER_ASKED, people)
    return asked, _confirmed(request), _fixed(request)


def _confirmed(request: Request) -> KeyTime:
    """The first answer that a fix is planned, if that answer still stands."""
    confirmed = next((entry for entry in request.history if entry.action is RequestAction.IN_BACKLOG), None)
    if confirmed is None or not request.ticket:
        return KeyTime(KeyTimeKind.CONFIRMED, None, words.NOT_CONFIRMED)
    return KeyTime(KeyTimeKind.CONFIRMED, confirmed.at, words.OWNER_CONFIRMED, _confirmation(confirmed, request))


def _confirmation(confirmed: HistoryEntry, request: Request) -> dict[str, str]:
    return {"who": confirmed.who.name, "ticket": request.ticket}


def _fixed(request: Request) -> KeyTime:
    if request.fixed_at is None:
        return KeyTime(KeyTimeKind.FIXED, None, words.NOT_FIXED)
    return KeyTime(KeyTimeKind.FIXED, request.fixed_at, words.TICKET_DONE, {"ticket": request.ticket})


def _recovered(signals: SignalFacts) -> KeyTime:
    rise = signals.rise
    if rise is None:
        return KeyTime(KeyTimeKind.IMPACT_END, None, signals.unknown, dict(signals.values))
    if rise.end is None:
        return KeyTime(KeyTimeKind.IMPACT_END, None, words.NOT_RECOVERED)
    after = {"after": _ratio(signals.after)}
    if len(rise.bursts) > 1:
        values = {**after, "count": str(len(rise.bursts))}
        return KeyTime(KeyTimeKind.IMPACT_END, rise.end, words.RECOVERED_AFTER, values)
    reason = words.RECOVERED if signals.end_to_the_minute else words.RECOVERED_IN_HOUR
    return KeyTime(KeyTimeKind.IMPACT_END, rise.end, reason, after)


def _ratio(rate: float) -> str:
    """To the percent, as a record isn't written anew for less; but some is never none, nor nearly all all."""
    digits = 2 if rate >= 0.01 else 3
    while 0 < rate < 1 and round(rate, digits) in (0, 1):
        digits += 1
    return f"{rate:.{digits}f}"
