"""Whether one share is clearly larger than another, or the difference may be chance."""

from __future__ import annotations

from math import erfc, exp, lgamma, sqrt

FEW = 20
"""Sessions; of fewer no share is compared with a straight face."""
LIKELY_CHANCE = 0.01
"""From this probability on a difference may be chance."""
LEAST_RATIO = 1.5
"""A share that isn't half as large again is no news, however certain."""
LARGE = 1000
"""With so many sessions with signals the normal distribution does as well as the exact one."""


def clearly_more(hit: int, used: int, other_hit: int, other_used: int) -> bool:
    """Whether the first share is clearly larger, by Fisher's exact test (one-sided)."""
    if not used or not other_used or hit > used or other_hit > other_used:
        return False
    if hit * other_used < LEAST_RATIO * other_hit * used or not hit:
        return False
    return chance_of_more(hit, used, other_hit, other_used) < LIKELY_CHANCE


def chance_of_more(hit: int, used: int, other_hit: int, other_used: int) -> float:
    """Returns how probable at least `hit` would be if both had the same share."""
    hits, everyone = hit + other_hit, used + other_used
    if hits > LARGE:
        mean = hits * used / everyone
        spread = sqrt(mean * (1 - hits / everyone) * other_used / max(everyone - 1, 1))
        return erfc((hit - 0.5 - mean) / spread / sqrt(2)) / 2 if spread else 1.0
    whole = _ways(everyone, hits)
    most = min(hits, used)
    return sum(exp(_ways(used, k) + _ways(other_used, hits - k) - whole) for k in range(hit, most + 1))


def _ways(n: int, k: int) -> float:
    """The logarithm of the number of ways to choose `k` of `n`; minus infinity where there is none."""
    if not 0 <= k <= n:
        return float("-inf")
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
