"""What a clip could not show of its recording, in the words of its message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.kernel.locale import Locale
from bot.replay.fonts import WITHOUT_FONT


def losses_in_words(skipped: Mapping[str, int], locale: Locale) -> str:
    """Returns what is counted in `Clip.skipped`, by kind and in a fixed order; empty when nothing was lost."""
    lost: Counter[str] = Counter()
    for what, n in skipped.items():
        lost[_kind(what)] += n
    counts = {
        "letter": locale.plural("%(n)s letter without a font", "%(n)s letters without a font", lost["letter"]),
        "canvas": locale.plural(
            "%(n)s canvas without its picture", "%(n)s canvases without their picture", lost["canvas"]
        ),
        "element": locale.plural("%(n)s element not built", "%(n)s elements not built", lost["element"]),
        "change": locale.plural("%(n)s change not shown", "%(n)s changes not shown", lost["change"]),
        "record": locale.plural("%(n)s unknown record left out", "%(n)s unknown records left out", lost["record"]),
    }
    return " · ".join(text for kind, text in counts.items() if lost[kind])


def _kind(what: str) -> str:
    if what.endswith(WITHOUT_FONT):
        return "letter"
    first = what.split(" ", maxsplit=1)[0]
    return first if first in {"canvas", "element", "change"} else "record"
