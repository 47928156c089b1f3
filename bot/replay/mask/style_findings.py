"""What style sheets do that masks must know of: which elements they make editable, and what they make counters count.

Where a style can't be read for sure, more is taken than is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.kernel.errors import Misunderstood
from bot.replay.mask.css_selectors import MaskSelector, parse
from bot.replay.mask.css_tokens import tokens, unescaped

_NAMED = re.compile(r"user-modify|counter-(?:set|reset|increment)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_MODIFIES = re.compile(r"^(?:-\w+-)?user-modify$")
_COUNTS = frozenset({"counter-set", "counter-reset", "counter-increment"})
_WRITABLE = re.compile(r"read-write|var\(|env\(|attr\(", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w-])[+-]?\d+(?![\w-])")
_COMPUTED = re.compile(r"(?:var|env|attr|calc|min|max|round|mod|sign|abs|clamp)\(", re.IGNORECASE)
FEWEST = 7
"""Digits of which a number may consist that should not be seen; fewer may stay in counters."""
_SELECTOR = re.compile(
    r"""(?P<test>\[(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^\]"'])*(?:\]|\Z))|(?P<letter>\\.)|(?P<part>::(?!slotted|part)[\w-]+)
      |(?P<pseudo>:{1,2}[\w-]+|&)|(?P<mark>[()])|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ANY = "*"
MOST_SELECTORS, LONGEST, DEEPEST = 100, 500, 20
"""Selectors, letters in one, and rules around a declaration; with more, everything is taken to be meant."""
_NEAREST = 2
"""Parts of a selector that are kept, from its end: to compare many could take a hostile page for ever."""
_TAKEN_OUT = "\0"


@dataclass(slots=True)
class StyleFindings:
    """What was found so far in all styles of a recording."""

    selectors: set[str] = field(default_factory=set)
    """Of elements that a style makes editable."""
    digits: int = 0
    """How many digits counters are told to show."""

    @property
    def counts(self) -> bool:
        """Whether counters may show a number together, in whichever order."""
        return self.digits >= FEWEST

    def search(self, css: str) -> None:
        """Looks through a style sheet, a rule or the declarations of an element."""
        if not _worth(css):
            return
        around: list[str] = []
        for text, mark in _pieces(css):
            if mark == "{":
                around.append(text)
                continue
            name, value = _declaration(text)
            if _MODIFIES.search(name) and _WRITABLE.search(value):
                if len(self.selectors) <= MOST_SELECTORS:
                    self.selectors |= _selected(around)
            elif name in _COUNTS:
                self.digits += sum(len(number[0].lstrip("+-")) for number in _NUMBER.finditer(value))
                self.digits += FEWEST if _COMPUTED.search(value) else 0
            if mark == "}" and around:
                around.pop()

    def editable(self) -> tuple[MaskSelector, ...]:
        """Returns the selectors, read; of one that can't be read it is taken that it fits everything."""
        if len(self.selectors) > MOST_SELECTORS:
            return (parse(_ANY),)
        return tuple(_read(selector) for selector in sorted(self.selectors))


def makes_editable(declarations: str) -> bool:
    """Whether a style of an element lets people write into it."""
    if not _worth(declarations):
        return False
    said = (_declaration(text) for text, _ in _pieces(declarations))
    return any(_MODIFIES.search(name) and _WRITABLE.search(value) for name, value in said)


def without_numbers(css: str) -> str:
    """The style with counters that begin at nothing, whatever they were told to begin with."""
    if not _worth(css):
        return css
    return "".join(_uncounted(text) + mark for text, mark in _pieces(css))


def _worth(css: str) -> bool:
    """Whether it may say anything of that, also in escapes."""
    return bool(_NAMED.search(css) or ("\\" in css and _NAMED.search(unescaped(css))))


def is_counting(name: str) -> bool:
    """Whether a property sets counters."""
    return name.lower() in _COUNTS


def _uncounted(text: str) -> str:
    name, value = _declaration(text)
    if name not in _COUNTS:
        return text
    if _COMPUTED.search(value) or "\\" in text or "/*" in text:
        return f"{name}:none"
    before, colon, after = text.partition(":")
    return before + colon + _NUMBER.sub("0", after)


def _pieces(css: str) -> Iterator[tuple[str, str]]:
    """Yields what stands between braces and semicolons, with the mark that ends it."""
    parts: list[str] = []
    for token in tokens(css):
        if token.kind == "mark" and token.value in ";{}":
            yield "".join(parts), token.value
            parts = []
        else:
            parts.append(token.text)
    if parts:
        yield "".join(parts), ""


def _declaration(text: str) -> tuple[str, str]:
    """The name of a property, in small letters, and its value, without comments and escapes."""
    name, _, value = unescaped(_COMMENT.sub(" ", text)).partition(":")
    return name.strip().lower(), value


def _selected(around: list[str]) -> set[str]:
    """The selectors of a rule in others, innermost last; at-rules select nothing."""
    if len(around) > DEEPEST:
        return {_ANY}
    ways: set[str] = set()
    for one in reversed(around):
        prelude = _COMMENT.sub(" ", one).strip()
        if prelude and not prelude.startswith("@"):
            ways = set(_ways(prelude))
            if _ANY not in ways:
                break  # else it may be `&`, which is what the rule around it selects
    return ways


def _ways(prelude: str) -> Iterator[str]:
    """Yields selectors that the parser of masks reads and that fit at least what these fit."""
    way: list[str] = []
    depth, is_part = 0, False
    for match in _SELECTOR.finditer(f"{prelude},"):
        kind, text = match.lastgroup, match[0]
        if kind == "mark":
            depth = max(0, depth + (1 if text == "(" else -1))
        elif depth:
            continue
        elif kind == "part":
            is_part = True
        elif kind == "pseudo" or (kind == "test" and not text.endswith("]")):
            way.append(_TAKEN_OUT)
        elif text == ",":
            if not is_part and "".join(way).strip():
                yield _plain("".join(way))
            way, is_part = [], False
        else:
            way.append(text)


def _plain(way: str) -> str:
    """A selector without what stands before a sibling, and with `*` for what was taken out."""
    if len(way) > LONGEST:
        return _ANY
    last = re.split(r"[+~](?![^\[]*\])", way)[-1]
    compounds = re.sub(r"\s*>\s*", " >", last).split()[-_NEAREST:]
    plain = [one.replace(_TAKEN_OUT, "") for one in compounds]
    return " ".join(one if one.strip(">") else f"{one}{_ANY}" for one in plain).lstrip(">") or _ANY


def _read(selector: str) -> MaskSelector:
    try:
        if re.search(r"\\[0-9a-fA-F]", selector):
            return parse(_ANY)
        return parse(selector)
    except Misunderstood:
        return parse(_ANY)
