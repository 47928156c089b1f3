"""Times that may be another one: "at 3pm" and "3시쯤" are about then, and "23일" is a day or a length."""

from __future__ import annotations

import re

from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse_errors import Puzzled
from bot.signals.periods import Span

_ABOUT = frozenset({"IN", "AROUND", "FOR"})
_MOST_DAYS = 31
"""Of a month."""


def without_about(before: str, behind: str) -> tuple[str, str]:
    """Returns the texts before and behind a time without such words: the time is to be replaced by another one."""
    words = before.split()
    while words and {entry.kind for entry in lexicon().entries.get(key(words[-1]), ())} & _ABOUT:
        words.pop()
    stuck = re.match(r"\w+", behind)
    if stuck and lexicon().endings.particles.get(key(stuck.group())) is not None:
        behind = behind[stuck.end() :]
    first, _, rest = behind.strip().partition(" ")
    both = {entry.kind for entry in lexicon().entries.get(key(first), ())} == {"BOTH"}
    return " ".join([*words, ""]), f" {rest}" if both else behind


def refuse_open_day(span: Span, text: str, place: tuple[int, int]) -> None:
    """Raises Puzzled for "23일 오류", which is of the 23rd or of 23 days; "23일 동안" and "최근 23일" are clear."""
    typed = text[place[0] : place[1]]
    [(stuck, word)] = re.findall(r"^(\w*)\s*(\w*)", text[place[1] :])
    numerals = lexicon().numerals
    day = typed.endswith(tuple(numerals.days)) and span.day_of_month <= _MOST_DAYS
    if not day or (stuck and stuck not in numerals.day_endings):
        return
    if not stuck and word in numerals.length_words:
        return
    problem = Puzzled("“%(what)s” may be a day of the month or so many days: say which.", at=typed, what=typed)
    before, behind = text[: place[0]], text[place[1] + len(stuck) :]
    values = {"before": before, "behind": behind, "n": str(span.day_of_month)}
    problem.templates = (
        ("%(before)s from the %(n)sth to the %(n)sth %(behind)s", values),
        ("%(before)s last %(n)s days %(behind)s", values),
    )
    problem.narrowable = False
    raise problem
