"""Whether a model's wording of a drafted summary may take its place: it says nothing that the draft doesn't say."""

from __future__ import annotations

import re
from collections import Counter

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
HANGUL = re.compile(r"[가-힣]")


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


NUMBER_WORDS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty "
    "sixty seventy eighty ninety hundred hundreds thousand thousands million half third quarter dozen dozens couple "
    "twice double doubled tripled twofold threefold tenfold most majority nearly almost all every everyone nobody none "
    "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 스물 백 천 만 절반 반 대부분 모두 전부 과반 두배 세배 거의"
)
NEGATIONS = _words(
    "not no never neither nor without unclear cannot can't isn't wasn't weren't hasn't haven't didn't doesn't don't"
    " 않 않았습니다 않습니다 아니 아닙니다 못 없 없었습니다 없습니다"
)


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
    """The same names in the same order: capitalised words, and in Korean every Latin one; no markup, no addresses."""
    return _named(draft) == _named(text) and _marks(draft) == _marks(text)


def _named(text: str) -> list[str]:
    korean, found = bool(HANGUL.search(text)), []
    for at in WORD.finditer(text):
        word, before = _bare(at[0]), text[: at.start()].rstrip()
        opens = not before or before[-1] in ".!?"
        capital = word[:1].isupper() and not (opens and word.lower() in ORDINARY)
        if capital or (korean and word.isascii()):
            found.append(word)
    return found


ORDINARY = _words(
    "since from between in on at the this that these those it its they there then after afterwards before until while "
    "when during with by for version people each every most more once as of an a"
)
"""Words that may open a sentence."""


def _marks(text: str) -> Counter[str]:
    return Counter(re.findall(r"https?:|www\.|[<>\[\]|`*_#]", text))


def _amounts(draft: str, text: str) -> bool:
    """No amount in words, and no negation, that isn't the draft's as often."""
    words = [Counter(_bare(word).lower() for word in re.findall(r"[\w’']+", each)) for each in (draft, text)]
    said = {word: (words[0][word], words[1][word]) for word in NUMBER_WORDS | NEGATIONS}
    amounts = all(after <= before for word, (before, after) in said.items() if word in NUMBER_WORDS)
    return amounts and all(before == after for word, (before, after) in said.items() if word in NEGATIONS)


def _bare(word: str) -> str:
    return word.replace("’", "'").strip(".'-")
