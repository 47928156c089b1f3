"""Hides e-mail addresses, card and phone numbers in text, keeping its length so that a page keeps its layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator

from bot.replay.mask.card_numbers import Span, cards
from bot.replay.mask.plain_letters import AT, plainly

DOT = "•"

# No pattern backtracks, so that the time stays proportional to the text, whatever the text is. Groups need a lookahead
# and a back reference for that, because `++` on groups doesn't work before Python 3.11.5.
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)+")
_PHONE = re.compile(
    r"""(?=[+(0-9])(?<![\w+])(?<!\w-)
        (?:(?<![0-9][.,])|(?<=[0-9]{4},)|(?=[+(]|0[0-9]{1,3}[ .-][0-9]{3}))(?:  # no part of 1,200 300 4000
        \+[0-9](?:[ ().-]{0,2}[0-9]){7,14}                                # +44 20 7946 0958
      | (?:\([0-9]{2,4}\)[ .-]?|(?:0[0-9]{1,3}|[2-9][0-9]{2})[ .-])
        [0-9]{3,4}[ .-][0-9]{4}                                           # (415) 555-0132, 010-1234-5678
      | 0[1-9](?:[ .-][0-9]{2}){4}                                        # 06 12 34 56 78
      | 01[016-9][0-9]{7,8}                                               # 01012345678
    )(?!-?\w)""",
    re.VERBOSE | re.ASCII,
)
_WORTH = re.compile(rf"[{AT}]|(?:\d\D*+){{8}}")
"""Without an @ and without eight digits there is no value, however the text is written."""


MOST_ROUNDS = 4
"""What is hidden may leave a card alone in its run. More than one after the other doesn't come of that."""


def hide(text: str) -> tuple[str, Counter[str]]:
    """The text with such values as dots, and how many were hidden of each kind (`email`, `card`, `phone`)."""
    return plainly(text, _hide) if _WORTH.search(text) else (text, Counter())


def values(text: str) -> set[str]:
    """What `hide` hides in a text, in plain letters."""
    found: list[str] = []
    plainly(text, lambda plain, ends: _hide(plain, ends, found))
    return set(found)


def _hide(text: str, ends: Container[int], found: list[str] | None = None) -> tuple[str, Counter[str]]:
    """What stands beside a value may belong to another one, so they are looked for with and without the others."""
    hidden: Counter[str] = Counter()
    covered = text
    for _ in range(MOST_ROUNDS):
        before = covered
        readings = [covered]
        for kind, look in _KINDS.items():
            spans = sorted({span for reading in readings for span in look(reading, ends)})
            if not spans:
                continue
            reached = 0
            for start, end in spans:
                if start >= reached and covered[start:end] != as_dots(covered[start:end]):
                    hidden[kind] += 1
                reached = max(reached, end)
                if found is not None:
                    found.append(text[start:end])
            covered = _with_dots(covered, spans)
            readings.append(covered)
        if covered == before:
            break
    return covered, hidden


def _emails(text: str, _ends: Container[int]) -> Iterator[Span]:
    return (match.span() for match in (_EMAIL.finditer(text) if "@" in text else ()))


def _phones(text: str, _ends: Container[int]) -> Iterator[Span]:
    """A number before the first group may look like one, so those that overlap are found as well."""
    at = 0
    while match := _PHONE.search(text, at):
        at = match.start() + 1
        yield match.span()


_KINDS: dict[str, Callable[[str, Container[int]], Iterator[Span]]] = {
    "email": _emails,
    "card": cards,
    "phone": _phones,
}


def _with_dots(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    shown = 0
    for start, end in spans:
        if end > shown:
            parts += (text[shown : max(start, shown)], as_dots(text[max(start, shown) : end]))
            shown = end
    return "".join((*parts, text[shown:]))


def hidden(text: str) -> str:
    """`hide` for those who only want the text."""
    return hide(text)[0]


def as_dots(value: str) -> str:
    """A value with a dot for each of its letters and digits."""
    return re.sub(r"[^\W_]", DOT, value)
