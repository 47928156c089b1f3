"""What a clip does not show of its recording, as people read it: what was masked, and what could not be drawn."""

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


def in_words(hidden: Mapping[str, int], locale: Locale) -> str:
    """Returns what was masked, by the kinds of a `MaskReport` and in a fixed order: "2 form values, 1 e-mail address".

    Empty when nothing was hidden.
    """
    counts = {
        "input": locale.plural("%(n)s form value", "%(n)s form values", hidden.get("input", 0)),
        "email": locale.plural("%(n)s e-mail address", "%(n)s e-mail addresses", hidden.get("email", 0)),
        "card": locale.plural("%(n)s card number", "%(n)s card numbers", hidden.get("card", 0)),
        "phone": locale.plural("%(n)s phone number", "%(n)s phone numbers", hidden.get("phone", 0)),
        "selector": locale.plural("%(n)s configured element", "%(n)s configured elements", hidden.get("selector", 0)),
        "image": locale.plural("%(n)s picture", "%(n)s pictures", hidden.get("image", 0)),
    }
    return ", ".join(text for kind, text in counts.items() if hidden.get(kind))
