"""Key times in words: their names, where each comes from, and how long things took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.kernel.locale import Locale
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


NAMES = {
    KeyTimeKind.TRIGGER: _("Trigger"),
    KeyTimeKind.IMPACT_START: _("Impact start"),
    KeyTimeKind.PEAK: _("Peak"),
    KeyTimeKind.DETECTED: _("Detected"),
    KeyTimeKind.ASKED: _("Owner asked"),
    KeyTimeKind.CONFIRMED: _("Confirmed"),
    KeyTimeKind.FIXED: _("Fix shipped"),
    KeyTimeKind.IMPACT_END: _("Impact end"),
}
RELEASED = _("Version %(version)s was first seen.")
RELEASED_WITH = _("Version %(version)s was first seen; %(share)s of the clicks with signals were in it.")
NO_RELEASE = _("No new version was seen in the two days before.")
ROSE = _("First signal above the usual: %(before)s of the people before it, %(after)s after.")
ROSE_IN_HOUR = _("First hour above the usual: %(before)s of the people before it, %(after)s after.")
NOT_RISEN = _("Nothing is clearly above the usual.")
TOO_FEW = _("Fewer than three people ran into it: that is no incident yet.")
NO_DATA = _("There is no data from that time.")
TOO_SHORT = _("What is usual isn’t known: the data reaches back only to %(moment)s.")
UNCOUNTED = _("The source doesn’t count who used it, so nobody knows what is usual.")
NO_QUESTION = _("No number has been added that could be counted again.")
NOT_COUNTED = _("The source doesn’t answer at the moment.")
PEAKED = _("The hour from then on had the most people: %(hit)s of %(used)s.")
FIRST_QUESTION = _("First question about it in the channel, by %(who)s.")
FIRST_MESSAGE = _("First message about it in the channel, by %(who)s.")
CHANNEL_OPENED = _("The channel was opened for it.")
NO_QUESTION_YET = _("Nobody asked about it after it began.")
OWNER_ASKED = _("%(who)s asked %(owner)s.")
NOT_ASKED = _("The owner hasn’t been asked.")
OWNER_CONFIRMED = _("%(who)s: the fix is in the backlog, %(ticket)s.")
NOT_CONFIRMED = _("Not confirmed yet.")
TICKET_DONE = _("%(ticket)s is done.")
NOT_FIXED = _("No ticket is done yet.")
RECOVERED = _("Last signal above the usual; since then %(after)s of the people.")
RECOVERED_IN_HOUR = _("First hour as usual again; since then %(after)s of the people.")
RECOVERED_AFTER = _("Last signal above the usual, after %(count)s bursts; since then %(after)s of the people.")
NOT_RECOVERED = _("Not clearly back to the usual yet.")
SET_BY = _("Set by %(who)s.")
NONE_BY = _("%(who)s: there was none.")
LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PENDING = frozenset({NO_QUESTION_YET, NOT_ASKED, NOT_CONFIRMED, NOT_FIXED, NOT_RECOVERED})
_RATIOS = frozenset({"before", "after", "share"})
_NUMBERS = frozenset({"hit", "used", "count"})


def reason_text(time: KeyTime, locale: Locale) -> str:
    """Returns where a key time comes from. Ratios, numbers and moments among its values are put in the locale."""
    if time.set_by:
        return locale.text(SET_BY if time.at else NONE_BY, who=time.set_by)
    return locale.text(time.reason, **{name: _value(name, value, locale) for name, value in time.values.items()})


def absence(time: KeyTime, locale: Locale) -> str:
    """Returns what stands instead of a moment: there was none, it may still come, or nobody knows."""
    if time.set_by:
        return locale.text("None")
    return locale.text("Not yet") if time.reason in _PENDING else locale.text("Not known")


def _value(name: str, value: str, locale: Locale) -> str:
    if name in _RATIOS:
        return locale.percent(float(value))
    if name in _NUMBERS:
        return locale.number(int(value))
    return locale.moment(datetime.fromisoformat(value)) if name == "moment" else value


def rows(times: KeyTimes) -> list[tuple[str, KeyTime]]:
    """Returns the name of each kind with what holds, also where that is only why it isn't known.

    They are ordered by time. One without a moment stands after all that usually come before it.
    """
    held = [time for kind in KeyTimeKind if (time := times.of(kind))]
    earlier = accumulate((time.at or LONG_AGO for time in held), max)
    order = sorted(zip(held, earlier, strict=True), key=lambda each: each[0].at or each[1])
    return [(NAMES[time.kind], time) for time, _latest in order]


TO_DETECT, TO_ANSWER = _("To detect"), _("To answer")
TO_FIX, TO_RECOVER = _("To fix"), _("To recover")
_DURATIONS = (
    (TO_DETECT, KeyTimeKind.IMPACT_START, KeyTimeKind.DETECTED),
    (TO_ANSWER, KeyTimeKind.ASKED, KeyTimeKind.CONFIRMED),
    (TO_FIX, KeyTimeKind.DETECTED, KeyTimeKind.FIXED),
    (TO_RECOVER, KeyTimeKind.IMPACT_START, KeyTimeKind.IMPACT_END),
)


@dataclass(frozen=True, slots=True)
class KeyDuration:
    """How long something took, between which key times. Names are texts of the catalogs."""

    name: str
    start: str
    end: str
    took: timedelta


def durations(times: KeyTimes) -> list[KeyDuration]:
    """Returns what can be computed: both ends are known, and the second isn't before the first."""
    return list(_durations(times))


def _durations(times: KeyTimes) -> Iterable[KeyDuration]:
    known = {time.kind: time.at for time in times.known}
    for name, first, last in _DURATIONS:
        start, end = known.get(first), known.get(last)
        if start and end and end >= start:
            yield KeyDuration(name, NAMES[first], NAMES[last], end - start)


def duration_text(took: timedelta, locale: Locale) -> str:
    """ "2 d 4 h", "3 h 12 min", "40 min": the two largest units, to the minute."""
    minutes = round(took.total_seconds() / 60)
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return locale.text("%(days)s d %(hours)s h", days=locale.number(days), hours=hours)
    if hours:
        return locale.text("%(hours)s h %(minutes)s min", hours=hours, minutes=left)
    return locale.text("%(minutes)s min", minutes=left)


FOR_TEMPLATES = {
    "key_time_rows": rows,
    "key_time_reason": reason_text,
    "key_time_absence": absence,
    "key_durations": durations,
    "duration_text": duration_text,
}
"""What templates of notebooks and pages call."""
