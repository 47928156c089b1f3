"""Whether a model's wording of a drafted summary may take its place: it says nothing that the draft doesn't say."""

from __future__ import annotations

import re
from collections import Counter

from bot.kernel.typed_words import typed_list, typed_pattern

GUIDE = """\
You polish the wording of a drafted summary of an incident. Answer with the polished summary alone, in the language of \
the draft, as one paragraph. Keep every number, time, date, version, name and quoted text exactly as it stands, in the \
same order. Add nothing that the draft does not say: no cause, no judgement, no advice.
"""
MOST_RATIO = 1.3
LEAST_RATIO = 0.5
"""Of the draft's length: a much longer text says more, a much shorter one leaves facts out."""
NUMBER = re.compile(r"\d+(?:[.,:/×-]\d+)*%?")
QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|'([^']{3,})'|‘([^’]{3,})’|`([^`]*)`")
WORD = re.compile(r"[^\W\d_][\w.’'-]*")


def accepted(draft: str, answer: str) -> str:
    """Returns the model's text on one line, or nothing where any of its facts isn't the draft's."""
    text = " ".join(answer.split())
    if not text or not text.isprintable() or not LEAST_RATIO <= len(text) / max(len(draft), 1) <= MOST_RATIO:
        return ""
    checks = (_numbers(draft, text), _quotes(draft, text), _names(draft, text), _amounts(draft, text))
    return text if all(checks) else ""


def _numbers(draft: str, text: str) -> bool:
    """All the numbers of the draft, in the same order: one that moves may mean another thing."""
    return NUMBER.findall(draft) == NUMBER.findall(text)


def _quotes(draft: str, text: str) -> bool:
    return [max(each) for each in QUOTED.findall(draft)] == [max(each) for each in QUOTED.findall(text)]


def _names(draft: str, text: str) -> bool:
    """The same names in the same order, no markup, no addresses.

    Names are capitalised words; in a language without capitals, every word in Latin letters.
    """
    return _named(draft) == _named(text) and _marks(draft) == _marks(text)


def _named(text: str) -> list[str]:
    without_case = bool(re.search(typed_pattern("summary", "letters_without_case"), text))
    openers, names = typed_list("summary", "openers"), []
    for at in WORD.finditer(text):
        word, before = _bare(at[0]), text[: at.start()].rstrip()
        opens = not before or before[-1] in ".!?"
        capital = word[:1].isupper() and not (opens and word.lower() in openers)
        if capital or (without_case and word.isascii()):
            names.append(word)
    return names


def _marks(text: str) -> Counter[str]:
    return Counter(re.findall(r"https?:|www\.|[<>\[\]|`*_#]", text))


def _amounts(draft: str, text: str) -> bool:
    """No amount in words, and no negation, that isn't the draft's as often."""
    words = [Counter(_bare(word).lower() for word in re.findall(r"[\w’']+", each)) for each in (draft, text)]
    before, after = words
    amounts = all(after[word] <= before[word] for word in typed_list("summary", "numbers"))
    return amounts and all(after[word] == before[word] for word in typed_list("summary", "negations"))


def _bare(word: str) -> str:
    return word.replace("’", "'").strip(".'-")
