"""What the sessions of an answer have in common, and how much of it one of them shows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from bot.replay.detect.click_rules import RAGE_CLICKS
from bot.signals.answer import Answer, CaveatKind, Top
from bot.signals.question import Signal
from bot.signals.source import Moment

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
