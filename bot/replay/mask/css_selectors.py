"""The CSS selectors that masks are configured with: enough to name elements, small enough to be sure of.

Type, `#id`, `.class` and attribute tests, put together by descendant and child combinators, in lists. Anything else
(pseudo-classes, siblings) is refused: a mask that silently matches nothing would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.kernel.errors import Misunderstood

Attributes = Mapping[str, Sequence[str]]
"""Every value that each attribute ever has while it is shown."""

Chain = Sequence[tuple[str, Attributes]]
"""An element and those around it, innermost first: tag and attributes."""

NAME = r"[\w-]|\\."
SIMPLE = re.compile(
    rf"""
    (?P<tag> (?:{NAME})+ | \*)
  | \#(?P<id> (?:{NAME})+)
  | \.(?P<class> (?:{NAME})+)
  | \[ \s* (?P<name> [\w:-]+) \s* (?: (?P<test> [~|^$*]?=) \s* (?P<quote> ["']?) (?P<value> .*?) (?P=quote) \s* )? \]
    """,
    re.VERBOSE,
)


COMPARE: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "~=": lambda value, wanted: wanted in value.split(),
    "|=": lambda value, wanted: value == wanted or value.startswith(wanted + "-"),
    "^=": lambda value, wanted: bool(wanted) and value.startswith(wanted),
    "$=": lambda value, wanted: bool(wanted) and value.endswith(wanted),
    "*=": lambda value, wanted: bool(wanted) and wanted in value,
}


@dataclass(frozen=True, slots=True)
class Test:
    """One attribute test. `how` is the operator of CSS, or empty for "has it"."""

    name: str
    how: str = ""
    value: str = ""

    def holds(self, attributes: Attributes) -> bool:
        values = attributes.get(self.name)
        return values is not None and (not self.how or any(COMPARE[self.how](one, self.value) for one in values))


@dataclass(frozen=True, slots=True)
class CompoundSelector:
    """A compound selector. `child` says that what stands left of it must be the parent."""

    tag: str
    tests: tuple[Test, ...]
    child: bool = False

    def fits(self, tag: str, attributes: Attributes) -> bool:
        return self.tag in ("*", tag) and all(test.holds(attributes) for test in self.tests)


@dataclass(frozen=True, slots=True)
class MaskSelector:
    """A list of complex selectors; each is its parts, innermost first."""

    ways: tuple[tuple[CompoundSelector, ...], ...]

    def matches(self, chain: Chain) -> bool:
        return any(_fits(parts, chain) for parts in self.ways)


def _fits(parts: Sequence[CompoundSelector], chain: Chain) -> bool:
    if not chain or not parts[0].fits(*chain[0]):
        return False
    if len(parts) == 1:
        return True
    if parts[0].child:
        return _fits(parts[1:], chain[1:])
    return any(_fits(parts[1:], chain[start:]) for start in range(1, len(chain)))


def parse(text: str) -> MaskSelector:
    """Reads a selector list. Raises `Misunderstood` that names what is not read."""
    ways = tuple(_way(part.strip(), text) for part in _split(text, ","))
    return MaskSelector(ways)


def _split(text: str, at: str) -> list[str]:
    """Splits where `at` stands outside of brackets and quotes."""
    return re.findall(rf"(?:\[[^\]]*\]|\\.|[^{re.escape(at)}])+", text) or [""]


def _way(text: str, selector: str) -> tuple[CompoundSelector, ...]:
    pieces = re.findall(r">|(?:\[[^\]]*\]|\\.|[^\s>])+", text)
    parts: list[CompoundSelector] = []
    child = False
    for piece in pieces:
        if piece == ">":
            child = True
            continue
        parts.append(_part(piece, selector, child=child))
        child = False
    if not parts or child or parts[0].child:
        raise _unread(text or selector)
    return tuple(reversed(parts))


def _part(text: str, selector: str, *, child: bool) -> CompoundSelector:
    tag, tests, at = "*", [], 0
    while at < len(text):
        match = SIMPLE.match(text, at)
        if match is None or (match["tag"] and at > 0):
            raise _unread(text)
        if match["tag"]:
            tag = match["tag"].lower()
        elif match["id"]:
            tests.append(Test("id", "=", _unescaped(match["id"])))
        elif match["class"]:
            tests.append(Test("class", "~=", _unescaped(match["class"])))
        else:
            tests.append(Test(match["name"].lower(), match["test"] or "", match["value"] or ""))
        at = match.end()
    return CompoundSelector(tag, tuple(tests), child)


def _unescaped(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _unread(text: str) -> Misunderstood:
    return Misunderstood(
        "The mask selector “%(selector)s” is not one that clips understand: use tags, #id, .class, [attribute], "
        "spaces and “>”.",
        selector=text,
        at=text,
        examples=(".account-number", "#profile > h2", "[data-private]"),
    )
