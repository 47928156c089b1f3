"""Which of many sessions to show: a typical one, with a complete replay, that needs little explaining."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.signals.question_text import SIGNAL_NAMES
from bot.signals.source import Moment

TYPICAL = 1.0
"""At most this far from the middle, in doublings of clicks and of time together, a moment is called typical."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The moment to show, and why that one, in the asker's language."""

    moment: Moment
    reason: str


def choose(
    moments: Sequence[Moment], locale: Locale, affected: int = 0, error: str = "", most: int = 1
) -> list[Choice]:
    """Returns the most representative moments, best first, one a session. Raises Missing when there are none.

    `affected` is how many sessions had the signals, with a replay or without. `error` is what most of the actions ran
    into: then a typical moment is one that shows it.
    """
    if not moments:
        raise Missing("No session with a replay matches.")

    def rank(moment: Moment) -> tuple[bool, bool, bool]:
        """Sample data ranks below anything real."""
        return not moment.complete, moment.sample, bool(error) and moment.error != error

    best = min(map(rank, moments))
    base = [moment for moment in moments if rank(moment) == best]
    clicks = median(moment.clicks for moment in base)
    seconds = median(moment.seconds_in for moment in base)
    usual = Counter(moment.signals for moment in base).most_common(1)[0][0]

    def oddness(moment: Moment) -> float:
        return _doublings(moment.clicks, clicks) + _doublings(moment.seconds_in, seconds) + (moment.signals != usual)

    def order(moment: Moment) -> tuple[object, ...]:
        """Moments with an error message come first, then those with the fewest steps before, then the newest."""
        explained = (not moment.error, moment.seconds_in, -moment.at.timestamp())
        return *rank(moment), round(oddness(moment), 1), *explained

    by_session: dict[str, Moment] = {}
    for moment in sorted(moments, key=order):
        by_session.setdefault(moment.session_id, moment)
    count = _counted(len(by_session), affected, locale)
    return [
        Choice(moment, "; ".join([count, *_about(moment, locale, typical=oddness(moment) <= TYPICAL)]))
        for moment in list(by_session.values())[:most]
    ]


def _counted(compared: int, affected: int, locale: Locale) -> str:
    """Returns how many replays were compared: sources list some of them and don't know how many there are."""
    if (total := max(compared, affected)) == 1:
        return locale.text("the only affected session")
    one = locale.text("1 of %(total)s affected sessions", total=locale.number(total))
    if compared == 1:
        return f"{one}, {locale.text('the only replay found')}"
    several = locale.text("%(n)s replays compared", n=locale.number(compared))
    return one if compared == total else f"{one}, {several}"


def _doublings(value: float, middle: float) -> float:
    return abs(math.log2((max(value, 0) + 1) / (max(middle, 0) + 1)))


def _about(moment: Moment, locale: Locale, *, typical: bool) -> tuple[str, str]:
    """For example "complete replay" and "typical: 5 clicks"; the signals where clicks aren't counted."""
    completeness = locale.text("complete replay") if moment.complete else locale.text("replay incomplete")
    named = ", ".join(locale.text(SIGNAL_NAMES[signal]) for signal in moment.signals)
    what = locale.plural("%(n)s click", "%(n)s clicks", moment.clicks) if moment.clicks else named
    return completeness, locale.text("typical: %(what)s", what=what) if typical else what
