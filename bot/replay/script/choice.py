"""Which of many sessions to show: one that is typical of the answer, with a complete replay, at its worst moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.replay.script.reason import comparison, reason
from bot.replay.script.typical import Usual, least_clicks, usual
from bot.signals.answer import Answer
from bot.signals.source import Moment


@dataclass(frozen=True, slots=True)
class Choice:
    """The moment to show, and why that one, in the asker's language."""

    moment: Moment
    reason: str


def choose(moments: Sequence[Moment], locale: Locale, answer: Answer | None = None, most: int = 1) -> list[Choice]:
    """Returns the most representative moments, best first, one a session. Raises Missing when there are none.

    Without an answer, what is usual is what most of these sessions share.
    """
    if not moments:
        raise Missing("No session with a replay matches.")
    sessions = worst_moments(moments)
    common = usual(sessions, answer)
    return [Choice(moment, reason(moment, common, locale)) for moment in ranked(sessions, answer)[:most]]


def ranked(moments: Sequence[Moment], answer: Answer | None = None) -> list[Moment]:
    """Returns the worst moment of each session, the most representative first."""
    sessions = worst_moments(moments)
    common = usual(sessions, answer) if sessions else None
    return sorted(sessions, key=lambda moment: _rank(moment, common)) if common else []


def compared(moment: Moment, moments: Sequence[Moment], locale: Locale, answer: Answer | None = None) -> str:
    """Returns in what a moment is like most and in what it isn't, for a session that somebody picked."""
    return "; ".join(comparison(moment, usual(worst_moments(moments), answer), locale))


def worst_moments(moments: Iterable[Moment]) -> list[Moment]:
    """Returns the worst moment of each session that its recording covers, newest first.

    The worst has most signals, then most clicks, then an error; of equal ones it is the first.
    """
    worst: dict[str, Moment] = {}
    for moment in sorted(moments, key=_mildness):
        worst.setdefault(moment.session_id, moment)
    return sorted(worst.values(), key=lambda moment: (-moment.at.timestamp(), moment.session_id))


def _mildness(moment: Moment) -> tuple[object, ...]:
    graver = (not moment.complete, -len(moment.signals), -least_clicks(moment), not moment.error)
    place = (moment.view_id, moment.view, moment.version, moment.target, moment.error)
    return *graver, moment.at.timestamp(), *place, moment.signals, moment.clicks


def _rank(moment: Moment, common: Usual) -> tuple[object, ...]:
    """Most typical first; of equally typical ones the real, then those with an error, then the fewest steps before."""
    explained = (moment.sample, not moment.error, moment.seconds_in)
    return not moment.complete, *common.distance(moment), *explained, -moment.at.timestamp(), moment.session_id
