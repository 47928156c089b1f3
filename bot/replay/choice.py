"""Which of many sessions to show: one with a complete replay, that is typical, and takes little explaining."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bot.runtime.errors import Missing
from bot.runtime.locale import Locale
from bot.signals.source import Moment
from bot.signals.words import SIGNAL_NAMES

TYPICAL = 1.0
"""At most this far from the middle, in doublings of clicks and of time together, a moment is called typical."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The moment to show, and why that one, in the asker's language."""

    moment: Moment
    reason: str


def choose(moments: Sequence[Moment], locale: Locale, total: int | None = None, error: str = "") -> Choice:
    """The most representative moment. `total` is how many there were, if more than were looked at.

    `error` is what most of the actions ran into: then a typical moment is one that shows it. Raises Missing when there
    is none.
    """
    if not moments:
        raise Missing(locale.text("No session with a replay matches."))
    base = [moment for moment in moments if moment.complete] or list(moments)
    base = [moment for moment in base if not moment.sample] or base  # the sample stands in while nothing real is there
    base = [moment for moment in base if error and moment.error == error] or base
    clicks = median(moment.clicks for moment in base)
    seconds = median(moment.seconds_in for moment in base)
    usual = Counter(moment.signals for moment in base).most_common(1)[0][0]

    def oddness(moment: Moment) -> float:
        return _doublings(moment.clicks, clicks) + _doublings(moment.seconds_in, seconds) + (moment.signals != usual)

    # An error that says why explains itself; then whatever needs the fewest steps before it; then the newest.
    best = min(
        base,
        key=lambda moment: (round(oddness(moment), 1), not moment.error, moment.seconds_in, -moment.at.timestamp()),
    )
    return Choice(best, _reason(best, total or len(moments), locale, typical=oddness(best) <= TYPICAL))


def _doublings(value: float, middle: float) -> float:
    return abs(math.log2((max(value, 0) + 1) / (max(middle, 0) + 1)))


def _reason(moment: Moment, total: int, locale: Locale, *, typical: bool) -> str:
    """For example "1 of 2,941; complete replay; typical: 5 clicks"; the signals where clicks aren't counted."""
    count = locale.text("1 of %(total)s", total=locale.number(total)) if total > 1 else locale.text("the only one")
    whole = locale.text("complete replay") if moment.complete else locale.text("replay incomplete")
    named = ", ".join(locale.text(SIGNAL_NAMES[signal]) for signal in moment.signals)
    what = locale.plural("%(n)s click", "%(n)s clicks", moment.clicks) if moment.clicks else named
    return "; ".join([count, whole, locale.text("typical: %(what)s", what=what) if typical else what])
