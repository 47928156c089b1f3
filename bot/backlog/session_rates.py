"""Whether fewer sessions run into signals than before: statistics of two rates, with no clock and no words.

What is counted are sessions: those that used the target (`exposed`) and those of them with at least one signal
(`affected`). Signals themselves are overdispersed, since whoever is stuck clicks again and again; a session is affected
or it isn't. Sessions of one person go together, too, so both numbers are divided by the sessions a person has (the
design effect of clusters that agree fully, Kish 1965).

The rule holds for any number of looks at any times, because whoever is curious presses a button:

- The rate before is known to an exact binomial interval (Clopper and Pearson 1934, Biometrika 26:404). Each of its ends
  misses the truth with a probability of at most 2.5 %.
- Against the rate since the fix stands a mixture of alternatives (Robbins 1970, Ann. Math. Stat. 41:1397).
  Their likelihood ratio reaches 40 at any time with a probability of at most 2.5 % (Ville's inequality).
- Improved: the new rate is under four fifths of the lower end of the old one. Days differ by that much by themselves.
- Not improved: the new rate is over half of the upper end of the old one, so a drop by half is ruled out.

So Improved is said without cause in at most 5 % of all fixes, however often somebody looks. See docs/decisions/0015.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from math import exp, lgamma, log

import msgspec

ERROR = 0.025
"""The probability with which each of the two bounds may miss the truth."""
EVIDENCE = log(1 / ERROR)
IMPROVED_BELOW = 0.8
NOT_IMPROVED_ABOVE = 0.5
MOST_SESSIONS = 1e8
LONGEST_WAIT = timedelta(days=90)
FEW_SESSIONS = 10
"""With fewer sessions, and within a day, the traffic since the fix is not known yet."""


class FixOutcome(StrEnum):
    IMPROVED = "improved"
    NOT_IMPROVED = "not_improved"
    TOO_EARLY = "too_early"


class SessionRate(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sessions of one span that used the target. `people` are who used it, 0 where that isn't known."""

    start: datetime
    end: datetime
    exposed: int = 0
    affected: int = 0
    signals: int = 0
    people: int = 0

    @property
    def ratio(self) -> float:
        return self.affected / self.exposed if self.exposed else 0.0

    @property
    def span(self) -> timedelta:
        """Elapsed time, over clock changes too."""
        return timedelta(seconds=self.end.timestamp() - self.start.timestamp())

    @property
    def sessions_of_one(self) -> float:
        """Sessions a person has on average, at least 1."""
        return max(1.0, self.exposed / self.people) if self.people else 1.0


def outcome(before: SessionRate, after: SessionRate) -> FixOutcome:
    """Returns what both rates prove. Fewer affected sessions that carry more signals are no improvement."""
    proven = _proven(_limits(before), *_independent(after))
    return FixOutcome.TOO_EARLY if proven is FixOutcome.IMPROVED and _more_signals(before, after) else proven


def decidable_at(before: SessionRate, after: SessionRate) -> datetime | None:
    """Returns when `outcome` will be clear if rate and traffic stay as they are; None where that can't be told.

    To the next full hour: it is an estimate.
    """
    sessions, traffic = _needed(before, after), _traffic(before, after)
    if sessions is None or not traffic:
        return None
    wait = (sessions - after.exposed) / traffic
    if wait > LONGEST_WAIT.total_seconds():
        return None
    at = (after.end.astimezone(UTC) + timedelta(seconds=wait)).astimezone(after.end.tzinfo)
    within = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return (at.astimezone(UTC) - within + timedelta(hours=1)).astimezone(after.end.tzinfo)


def _proven(limits: tuple[float, float], affected: float, exposed: float) -> FixOutcome:
    improved, not_improved = limits
    ratio = affected / exposed if exposed else improved
    if ratio < improved and _evidence(affected, exposed, improved, improved / 4) >= EVIDENCE:
        return FixOutcome.IMPROVED
    if ratio > not_improved and _evidence(affected, exposed, not_improved, 2 * not_improved) >= EVIDENCE:
        return FixOutcome.NOT_IMPROVED
    return FixOutcome.TOO_EARLY


@lru_cache(maxsize=16)
def _limits(before: SessionRate) -> tuple[float, float]:
    """Returns below and above which rate the new one must clearly lie: (improved, not improved)."""
    affected, exposed = _independent(before)
    if not exposed:
        return 0.0, 1.0
    ratio = affected / exposed

    def as_many(rate: float) -> bool:
        """Whether as many affected sessions are likely enough at a lower rate."""
        return _beta_share(rate, affected, exposed - affected + 1) >= ERROR

    def as_few(rate: float) -> bool:
        return 1 - _beta_share(rate, affected + 1, exposed - affected) >= ERROR

    low = _edge(as_many, ratio, 0.0) if affected else 0.0
    high = _edge(as_few, ratio, 1.0) if affected < exposed else 1.0
    return IMPROVED_BELOW * low, NOT_IMPROVED_ABOVE * high


def _edge(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """Returns where a condition ends on the way from a number for which it holds."""
    for _ in range(45):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function: the chance of `a` or more hits in a + b − 1 tries of chance `x`."""
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly
        return 1 - _beta_share(1 - x, b, a)
    return exp(a * log(x) + b * log(1 - x) - _log_beta(a, b)) * _beta_fraction(x, a, b) / a if x > 0 else 0.0


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of DLMF 8.17.22, evaluated forwards (Lentz 1976)."""
    over, under = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = under
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            under, over = 1 / (1 + term * under), 1 + term / over
            value *= over * under
        if abs(over * under - 1) < 1e-12:
            break
    return value


def _evidence(affected: float, exposed: float, rate: float, usual: float) -> float:
    """The logarithm of the likelihood ratio of a mixture of rates (Beta, ½ in front, `usual` its mean) and one rate."""
    mean = min(usual, 0.99)
    front, back = 0.5, 0.5 * (1 - mean) / mean
    mixture = _log_beta(front + affected, back + exposed - affected) - _log_beta(front, back)
    return mixture - affected * log(rate) - (exposed - affected) * log(1 - rate)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _independent(rate: SessionRate) -> tuple[float, float]:
    """Returns (affected, exposed), as if each person had come once."""
    return min(rate.affected, rate.exposed) / rate.sessions_of_one, rate.exposed / rate.sessions_of_one


def _more_signals(before: SessionRate, after: SessionRate) -> bool:
    return after.signals * before.exposed > before.signals * after.exposed


def _needed(before: SessionRate, after: SessionRate) -> float | None:
    """Returns how many sessions since the fix decide at the present rate; None where no number does."""
    limits, (_, exposed) = _limits(before), _independent(after)

    def undecided(sessions: float) -> bool:
        return _proven(limits, after.ratio * sessions, sessions) is FixOutcome.TOO_EARLY

    if not undecided(exposed):
        return None if _more_signals(before, after) else after.exposed
    if undecided(MOST_SESSIONS):
        return None
    return _edge(undecided, exposed, MOST_SESSIONS) * (after if exposed else before).sessions_of_one


def _traffic(before: SessionRate, after: SessionRate) -> float:
    """Sessions a second. Shortly after a fix those from before it tell more."""
    known = after.exposed >= FEW_SESSIONS or after.span >= timedelta(days=1)
    rate = after if known else before
    return rate.exposed / max(rate.span.total_seconds(), 1.0)
