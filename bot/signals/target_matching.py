"""From the asker's words for a target to recorded names: "buy button" is `Buy now`, `구매하기`, `button#buy`.

Names are compared word by word with typing errors allowed, through the aliases of `owners.yaml`, and through the names
that common controls have in other languages (the lexicon's meanings).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.kernel.errors import Missing
from bot.signals.answer import TargetMatch
from bot.signals.language.lexicon import Lexicon, key, lexicon
from bot.signals.language.scan import pieces
from bot.signals.source import SeenTarget

SURE = 85.0
"""From this score on (of 100) a name is meant: whole words agree, or all but a letter."""
NEAR = 60.0
"""From this score on a name is offered when nothing is sure."""
MEANT = 95.0
"""From this score on it is the name itself, its translation, a selector, or an owner's alias."""
MASKED = frozenset({"", "Masked Element"})
"""Names without meaning (the SDK's word for a masked one), of which only the selector counts."""
MOST_OFFERED = 10


@dataclass(frozen=True, slots=True)
class TargetAlias:
    """What an owner calls a feature: its name, other names for it, and selectors of what belongs to it."""

    name: str
    aliases: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """`chosen` is what the target means, best first. Without any, `closest` are the nearest names seen.

    `alternatives` come near but are something else; `searched` is the number of names that were looked at.
    """

    chosen: tuple[TargetMatch, ...] = ()
    alternatives: tuple[TargetMatch, ...] = ()
    searched: int = 0
    closest: tuple[TargetMatch, ...] = ()


NO_MATCH = "Nothing like “%(target)s” was clicked in that time; names searched: %(n)s."

NO_CLICKS = "Nothing at all was clicked in that time, so “%(target)s” can’t be found."

NO_MATCH_AT_ALL = (
    "Nothing like “%(target)s” was clicked in that time (names searched: %(n)s), and no page, place, browser or "
    "other value in the data that is kept is called that."
)


class NoSuchTarget(Missing):
    """Nothing seen in the period is called that. `matches` has the closest names."""

    def __init__(self, sentence: str, /, matches: Matches, **values: object) -> None:
        super().__init__(sentence, **values)
        self.matches = matches

    @property
    def closest(self) -> tuple[str, ...]:
        return tuple(target.name or target.selector for target in self.matches.closest)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The asker's words. `names` are normal forms of everything that they may mean."""

    names: tuple[str, ...]
    selectors: tuple[str, ...]


def match(
    target: str, seen: Sequence[SeenTarget], features: Iterable[TargetAlias] = (), *, exact: bool = False
) -> Matches:
    """Returns the targets that `target` stands for. `exact` (it was quoted) takes that very name alone, in any case.

    When several different names fit equally well, the one clicked most is chosen and the others are alternatives.
    """
    words = lexicon()
    if exact:
        scored = [
            _scored(
                candidate,
                100.0 if _same(target, candidate.name) else _likeness(_normal(target, words), candidate, words),
            )
            for candidate in seen
        ]
        chosen = tuple(candidate for candidate in scored if candidate.score >= 100.0 and _same(target, candidate.name))
        near = _ranked(candidate for candidate in scored if candidate not in chosen and candidate.score >= NEAR)
        return Matches(chosen, near[:MOST_OFFERED] if chosen else (), len(seen), () if chosen else near[:MOST_OFFERED])
    wanted = _wanted(target, features, words)
    ranked = _ranked(_scored(candidate, _score(wanted, candidate, words)) for candidate in seen)
    best = ranked[0].score if ranked else 0.0
    if best < SURE:
        return Matches(
            (),
            (),
            len(seen),
            tuple(candidate for candidate in ranked if candidate.score >= NEAR)[:MOST_OFFERED] or ranked[:3],
        )
    chosen = tuple(
        candidate for candidate in ranked if candidate is ranked[0] or _belongs(candidate, ranked[0], wanted, words)
    )
    rest = tuple(candidate for candidate in ranked if candidate not in chosen and candidate.score >= NEAR)
    return Matches(chosen, rest[:MOST_OFFERED], len(seen))


def _belongs(target: TargetMatch, best: TargetMatch, wanted: _Wanted, words: Lexicon) -> bool:
    """Whether it is the same target as the best one: a sure match itself, or of the same name in whatever language."""
    if target.score >= MEANT and best.score >= MEANT:
        return True
    if target.name in MASKED or not wanted.names:
        return False
    name, other = _normal(target.name, words), _normal(best.name, words)
    return name == other or bool(_meaning(name, words) & _meaning(other, words))


def _wanted(target: str, features: Iterable[TargetAlias], words: Lexicon) -> _Wanted:
    """Returns the words themselves, what they mean in other languages, and the features that have them as a name."""
    if _is_selector(target):
        return _Wanted((), (target,))
    names, selectors = [_normal(target, words)], list[str]()
    for feature in features:
        called = {_normal(name, words) for name in (feature.name, *feature.aliases)}
        if names[0] in called or any(fuzz.ratio(names[0], name) >= 90 for name in called):
            names += called
            selectors += feature.selectors
    return _Wanted(tuple(dict.fromkeys(name for name in names if name)), tuple(dict.fromkeys(selectors)))


def _score(wanted: _Wanted, seen: SeenTarget, words: Lexicon) -> float:
    if any(_selects(selector, seen.selector) for selector in wanted.selectors):
        return 100.0
    return max((_likeness(name, seen, words) for name in wanted.names), default=0.0)


def _likeness(name: str, seen: SeenTarget, words: Lexicon) -> float:
    """Returns how well a normal form fits a target, by name or, when that is masked, by the words in the selector."""
    if seen.name in MASKED:
        return 95.0 if set(name.split()) <= set(_selector_words(seen.selector)) else 0.0
    theirs = _normal(seen.name, words)
    if theirs == name:
        return 100.0
    if _meaning(name, words) & _meaning(theirs, words):
        return 97.0
    if set(name.split()) < set(theirs.split()):  # "buy" in "Buy for Jisoo": the more other words, the less sure
        return max(SURE, 95.0 - 2.0 * (len(theirs.split()) - len(name.split())))
    by_selector = 90.0 if set(name.split()) <= set(_selector_words(seen.selector)) else 0.0
    return max(by_selector, min(94.0, fuzz.ratio(name, theirs)), min(80.0, fuzz.token_set_ratio(name, theirs)))


def _meaning(name: str, words: Lexicon) -> frozenset[str]:
    return words.meanings.get(key(name), frozenset())


def _normal(name: str, words: Lexicon) -> str:
    """Returns the name in lower case, without the kind of control ("button", "버튼") unless nothing else is left."""
    text = " ".join(re.findall(r"\w+", name.casefold()))
    for kind in words.kinds:
        if text.endswith(kind) and (rest := text.removesuffix(kind).strip()):
            return rest
        if text.startswith(f"{kind} "):
            return text.removeprefix(kind).strip()
    return text


def _is_selector(text: str) -> bool:
    parts = list(pieces(text))
    return len(parts) == 1 and parts[0].kind == "SELECTOR"


def is_control(text: str) -> bool:
    """Whether the words say themselves that they name a control: "buy button", `#buy`."""
    named = " ".join(re.findall(r"\w+", text.casefold()))
    return _is_selector(text) or _normal(text, lexicon()) != named


def _selects(wanted: str, selector: str) -> bool:
    """Whether a selector ends with what is wanted: `#buy` and `button#buy` are in `main > button#buy.primary`."""
    last = selector.replace(">", " ").split()[-1:] if selector else []
    parts = _simple_parts(wanted.replace(">", " ").split()[-1] if wanted.strip() else "")
    return selector == wanted or (bool(parts) and bool(last) and parts <= _simple_parts(last[0]))


def _simple_parts(selector: str) -> set[str]:
    """`button#buy.primary` is button, #buy, .primary."""
    return set(re.findall(r"\[[^\]]*\]|[#.]?[\w-]+", selector))


def _selector_words(selector: str) -> list[str]:
    return re.findall(r"[^\W_]+", selector.casefold())


def _same(target: str, name: str) -> bool:
    return " ".join(target.split()).casefold() == " ".join(name.split()).casefold()


def _scored(seen: SeenTarget, score: float) -> TargetMatch:
    return TargetMatch(seen.name, seen.selector, round(score, 1), seen.actions)


def _ranked(matches: Iterable[TargetMatch]) -> tuple[TargetMatch, ...]:
    return tuple(sorted(matches, key=lambda target: (-target.score, -target.actions, target.name, target.selector)))
