"""The usual range of a count in one slice of the day, from the same slice of earlier days.

Counts of few sessions are those of rare events, so how far chance reaches is computed and not felt: from the days that
are known a rate follows with its doubt (a gamma distribution), and from that how probable each count is (the negative
binomial distribution, Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6). Where days differ by more than chance, the
median's distance to them counts instead. Days that stand far apart, such as those of an earlier incident, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, exp, floor, lgamma, log, log1p, sqrt
from statistics import median

import msgspec

LEAST_DAYS = 5
"""With fewer earlier days nobody can say what is usual: three may have been a weekend."""
RARE = 1e-4
"""A count that chance brings less often than this is out of the usual range."""
COMMON = 0.05
LEAST_RISE = 3
"""Sessions; fewer are no news, however rare."""
LEAST_RATIO = 1.5
"""A count that isn't half as high again as usual is no news, however certain."""
_SPREADS, _FEW_SPREADS = 4.0, 2.0
_OUTLIER = 5.0
_MOST_OF = 2 / 3
"""Where more days than a third stand apart, they aren't outliers: that is how days are here."""
_SIGMA = 1.4826  # standard deviations in a median absolute deviation, of a normal distribution
_PRIOR = 0.5  # Jeffreys' prior of a Poisson rate


class UsualRange(msgspec.Struct, frozen=True):
    """Sessions with signals in one slice: from `low` to `high` is usual, at most `back` is well within.

    A count rises above the range beyond `high` and is back at `back` or less, so that it doesn't flap between.
    """

    low: int
    high: int
    back: int
    days: int
    """Earlier days that it follows from."""


def usual_range(counts: Sequence[float]) -> UsualRange | None:
    """Returns the range for counts of the same slice on earlier days; None where these are too few to tell."""
    if len(counts) < LEAST_DAYS:
        return None
    kept = _without_outliers(counts)
    middle, spread = median(counts), _spread(kept)
    high = max(
        _quantile(kept, 1 - RARE), floor(middle + _SPREADS * spread), floor(LEAST_RATIO * middle), LEAST_RISE - 1
    )
    back = max(_quantile(kept, 1 - COMMON), floor(middle + _FEW_SPREADS * spread), ceil(middle))
    low = min(_quantile(kept, RARE), ceil(middle - _SPREADS * spread), floor(middle))
    return UsualRange(low=max(low, 0), high=high, back=min(back, high - 1), days=len(counts))


def _spread(counts: Sequence[float]) -> float:
    middle = median(counts)
    return _SIGMA * median(abs(count - middle) for count in counts)


def _without_outliers(counts: Sequence[float]) -> list[float]:
    middle = median(counts)
    reach = _OUTLIER * max(_spread(counts), sqrt(middle), 1.0)
    kept = [count for count in counts if abs(count - middle) <= reach]
    return kept if len(kept) >= _MOST_OF * len(counts) else list(counts)


def _quantile(counts: Sequence[float], probability: float) -> int:
    """Returns the smallest count that the next slice is at or below with this probability."""
    shape, days = sum(counts) + _PRIOR, float(len(counts))
    total = 0.0
    for count, chance in _chances(shape, days):
        total += chance
        if total >= probability:
            return count
    raise AssertionError("the chances of all counts add up to one")


def _chances(shape: float, days: float) -> Iterator[tuple[int, float]]:
    """How probable each count is, from where it matters on; the last one stands for all beyond it."""
    mean = shape / days
    width = 12 * sqrt(mean * (1 + 1 / days)) + 40
    first, last = max(0, floor(mean - width)), ceil(mean + width)
    for count in range(first, last):
        ways = lgamma(shape + count) - lgamma(shape) - lgamma(count + 1)
        yield count, exp(ways - shape * log1p(1 / days) - count * log(days + 1))
    yield last, 1.0
