"""Several sessions that differ: the most typical one first, then those that show what it doesn't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.replay.script.choice import ranked
from bot.replay.script.transcript import MAX_NAME, short
from bot.signals.answer import Answer
from bot.signals.question_text import facet_value
from bot.signals.source import Moment

FACETS: Mapping[str, tuple[float, Callable[[Moment], str]]] = {
    "device": (4, lambda moment: moment.device.casefold()),
    "country": (2, lambda moment: moment.country),
    "version": (2, lambda moment: moment.version),
    "browser": (1.5, lambda moment: moment.browser),
    "view": (1, lambda moment: moment.view),
    "error": (1, lambda moment: moment.error),
}
"""How much it counts that a session differs in this: what page people saw, then what they ran."""
SPOKEN = ("device", "country", "version", "browser")
LABELLED = 2


def varied(moments: Sequence[Moment], answer: Answer | None = None, *, most: int, spare: int = 0) -> list[Moment]:
    """Returns at most `most` different moments, one a session, and after them as many more as spare ones.

    The first is the most representative; each next one differs most from those before it, where what many sessions have
    counts more than what few have. Those with an incomplete replay come last. Raises Missing when there are none.
    """
    left = ranked(moments, answer)
    if not left:
        raise Missing("No session with a replay matches.")
    seen = {name: Counter(value(moment) for moment in left) for name, (_, value) in FACETS.items()}
    total, chosen = len(left), [left.pop(0)]

    def novelty(moment: Moment) -> float:
        return sum(
            weight * (0.5 + seen[name][value(moment)] / total)
            for name, (weight, value) in FACETS.items()
            if value(moment) and all(value(moment) != value(other) for other in chosen if value(other))
        )

    while left and len(chosen) < most + spare:
        best = max(range(len(left)), key=lambda place: (left[place].complete, round(novelty(left[place]), 6), -place))
        chosen.append(left.pop(best))
    return chosen


def labels(moments: Sequence[Moment], locale: Locale) -> list[str]:
    """Returns in what each of these differs from the others: "Mobile · South Korea"; empty where nothing tells them
    apart."""
    telling = [name for name in SPOKEN if len({FACETS[name][1](moment) for moment in moments}) > 1]
    texts = [" · ".join(filter(None, (_spoken(name, it, locale) for name in telling[:LABELLED]))) for it in moments]
    return [text[:1].upper() + text[1:] for text in texts]


def _spoken(name: str, moment: Moment, locale: Locale) -> str:
    value = short(str(getattr(moment, name)), MAX_NAME)
    if value and name == "version":
        return locale.text("version %(version)s", version=value)
    return facet_value(name, value, locale) if value else ""
