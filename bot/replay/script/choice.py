"""Which of many sessions to show: one that is typical of the answer, with a complete replay, at its worst moment.

What the sessions of an answer have in common, how much of it one of them shows, and the sentence that says so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.replay.detect.click_rules import RAGE_CLICKS
from bot.replay.script.transcript import MAX_NAME, clicks_text, short
from bot.signals.answer import Answer, CaveatKind, Top
from bot.signals.question import Signal
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


K = TypeVar("K", bound=Hashable)
MOST = 0.5
"""More than this share is "most"."""
ALIKE = 0.5
"""Numbers of clicks at most this many doublings from the middle are about the same."""
LISTED_ERRORS = 5
"""An answer with so many errors may have more that it doesn't list."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Shares, from 0 to 1, of the answer's actions by view, version and error ("" is none), as far as they are known;
    and of the sessions compared by signals and by whether they are sample data.

    `clicks` is the middle; `most_clicks` are the fewest and most clicks that most of the sessions have, if there are
    such.
    """

    views: Mapping[str, float]
    versions: Mapping[str, float]
    errors: Mapping[str, float]
    signals: Mapping[tuple[Signal, ...], float]
    samples: Mapping[bool, float]
    mixed: bool
    """Whether some sessions are real and some are sample data."""
    clicks: float
    most_clicks: tuple[int, int] | None
    compared: int
    """Sessions."""
    affected: int
    """Sessions that had the signals, with a replay or without."""

    def alone(self, moment: Moment) -> bool:
        """Whether it has nothing to be compared with: the only session, or the only real one among sample ones."""
        return self.affected == 1 or self.only_real(moment)

    def only_real(self, moment: Moment) -> bool:
        return self.mixed and not moment.sample and round(self.samples[False] * self.compared) == 1

    def distance(self, moment: Moment) -> tuple[float, float]:
        """Returns how untypical a moment is: first by page, version, error, clicks and kind, then by its signals."""
        agreement = (
            self.views.get(moment.view, 0.0),
            self.versions.get(moment.version, 0.0),
            self.errors.get(moment.error, 0.0),
            1 / (1 + _doublings(least_clicks(moment), self.clicks)),
            self.samples.get(moment.sample, 0.0),
        )
        return -round(math.fsum(agreement), 9), -self.signals.get(moment.signals, 0.0)


def usual(sessions: Sequence[Moment], answer: Answer | None = None) -> Usual:
    """Returns what is usual among the answer's actions; where it doesn't say, among these moments, one a session."""
    actions = answer.counts.actions if answer else 0
    counts = [moment.clicks for moment in sessions if moment.clicks]
    several = sessions if len(sessions) > 1 else ()  # one alone is like itself
    return Usual(
        views=_of_answer(answer.tops.views if answer else (), actions) or _among(it.view for it in several),
        versions=_of_answer(answer.tops.versions if answer else (), actions) or _among(it.version for it in several),
        errors=_errors(answer, actions) if answer and actions else _among(it.error for it in several),
        signals=_among(moment.signals for moment in sessions),
        samples=_among(moment.sample for moment in sessions),
        mixed=len({*(it.sample for it in sessions), *([True] if answer and answer.sample else ())}) > 1,
        clicks=median(map(least_clicks, sessions)),
        most_clicks=_most(counts, len(several)),
        compared=len(sessions),
        affected=max(len(sessions), answer.counts.sessions if answer else 0),
    )


def least_clicks(moment: Moment) -> int:
    """Returns how many clicks it had at least: sources don't always count those of a rage click."""
    return moment.clicks or (RAGE_CLICKS if Signal.RAGE in moment.signals else 1)


def majority(shares: Mapping[str, float], value: str) -> bool | None:
    """Returns whether most have this value; None when there is none that most have, or it isn't known."""
    return shares.get(value, 0.0) > MOST if any(share > MOST for share in shares.values()) else None


def _errors(answer: Answer, actions: int) -> Mapping[str, float]:
    """Of errors that were read of the newest failed actions only, the shares are those of these actions."""
    failed = answer.counts.by_signal.get(Signal.ERROR, 0) if Signal.ERROR in answer.question.signals else None
    newest = next((it.number for it in answer.caveats if it.kind is CaveatKind.NEWEST_ERRORS), 0)
    scale = failed / newest if newest and failed is not None else 1.0
    shares = {error.message: min(1.0, error.actions * scale / actions) for error in answer.errors}
    if failed is None and (newest or len(shares) >= LISTED_ERRORS):
        return shares
    without = 1 - (math.fsum(shares.values()) if failed is None else failed / actions)
    return {**shares, "": max(0.0, min(without, 1 - max(shares.values(), default=0.0)))}


def _of_answer(tops: Sequence[Top], actions: int) -> Mapping[str, float]:
    return {top.label: top.actions / actions for top in tops} if actions else {}


def _among(values: Iterable[K]) -> Mapping[K, float]:
    counted = Counter(values)
    return {value: count / counted.total() for value, count in counted.items()}


def _most(counts: Sequence[int], sessions: int) -> tuple[int, int] | None:
    middle = median(counts) if counts else 0
    near = [count for count in counts if _doublings(count, middle) <= ALIKE]
    return (min(near), max(near)) if sessions and len(near) > MOST * sessions else None


def _doublings(value: float, middle: float) -> float:
    return abs(math.log2((value + 1) / (middle + 1)))


MAX_ERROR = 90


def reason(moment: Moment, common: Usual, locale: Locale) -> str:
    """For example "1 of 12 affected sessions; complete replay; like most: on /cart, 5 clicks, TypeError"."""
    completeness = locale.text("complete replay") if moment.complete else locale.text("replay incomplete")
    return "; ".join(
        [_counted(common.compared, common.affected, locale), completeness, *comparison(moment, common, locale)]
    )


def comparison(moment: Moment, common: Usual, locale: Locale) -> list[str]:
    """Returns real or sample where both exist, in what it is like most, in what it isn't, and what nothing compares."""
    facts = list(_facts(moment, common, locale))
    if common.alone(moment):
        facts = [(text, None) for text, _ in facts]
    like, unlike, other = (", ".join(text for text, kind in facts if kind is wanted) for wanted in (True, False, None))
    parts = [_kind(moment, common, locale)] if common.mixed else []
    parts += [locale.text("like most: %(what)s", what=like)] if like else []
    parts += [locale.text("unlike most: %(what)s", what=unlike)] if unlike else []
    return [*parts, other] if other else parts


def kind_text(moment: Moment, locale: Locale) -> str:
    return locale.text("sample data") if moment.sample else locale.text("real session")


def _counted(compared: int, total: int, locale: Locale) -> str:
    """Returns how many replays were compared: sources list some of them and don't know how many there are."""
    if total == 1:
        return locale.text("the only affected session")
    one = locale.text("1 of %(total)s affected sessions", total=locale.number(total))
    if compared == 1:
        return f"{one}, {locale.text('the only replay found')}"
    several = locale.text("%(n)s replays compared", n=locale.number(compared))
    return one if compared == total else f"{one}, {several}"


def _kind(moment: Moment, common: Usual, locale: Locale) -> str:
    only = common.only_real(moment) and common.compared > 1
    return locale.text("the only real replay, the others are sample data") if only else kind_text(moment, locale)


def _facts(moment: Moment, common: Usual, locale: Locale) -> Iterator[tuple[str, bool | None]]:
    """Yields what is known of a moment, and whether it is so in most; None when there is no such thing as most."""
    if moment.view:
        page = locale.text("on %(page)s", page=short(moment.view, MAX_NAME))
        yield page, majority(common.views, moment.view)
    if moment.version:
        version = locale.text("version %(version)s", version=short(moment.version, MAX_NAME))
        yield version, majority(common.versions, moment.version)
    yield _clicks(moment, common, locale)
    errors = majority(common.errors, moment.error)
    if moment.error:
        yield short(moment.error, MAX_ERROR), errors
    elif errors is not None:
        yield locale.text("no error in the click"), errors


def _clicks(moment: Moment, common: Usual, locale: Locale) -> tuple[str, bool | None]:
    """ "5 clicks", with the range that most have where that is another number."""
    counted = clicks_text(moment, locale)
    if not moment.clicks or common.most_clicks is None or common.alone(moment):
        return counted, None
    fewest, most = common.most_clicks
    if fewest == most == moment.clicks:
        return counted, True
    span = locale.number(most) if fewest == most else f"{locale.number(fewest)}–{locale.number(most)}"
    return locale.text("%(clicks)s (most %(span)s)", clicks=counted, span=span), fewest <= moment.clicks <= most
