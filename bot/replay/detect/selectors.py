"""A short selector for the thing that was clicked, as the Datadog SDK makes it (getSelectorFromElement.ts).

From the target up: a stable attribute or an id that makes the path unique on the page ends it; else a stable attribute,
a class or the tag, whichever leads to the target from no sibling, else the place (`:nth-of-type`). Each is tested
together with the path below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.replay.detect.dom import ELEMENT, INDEXED, DomNode, DomPage

SHADOW = "::shadow "
"""Stands where the path enters a shadow root."""
_MAX_STEPS = 60
_GENERATED = re.compile(r"[0-9]")
"""The SDK takes ids and classes with a digit for generated ones, which change with every build."""
_STABLE = INDEXED[1:]


@dataclass(frozen=True, slots=True)
class SelectorStep:
    """One part of a path. It matches by tag, and by an attribute, a class or a place where it has one."""

    text: str
    tag: str = ""
    attribute: str = ""
    value: str = ""
    place: int = 0

    def matches(self, node: DomNode) -> bool:
        if self.tag and node.tag != self.tag:
            return False
        if self.attribute == "class":
            return self.value in node.attr("class").split()
        if self.place:
            return node.place() == self.place
        return not self.attribute or node.attributes.get(self.attribute) == self.value


def selector_of(page: DomPage, node: DomNode) -> str:
    """Returns the path to the element; empty for what is no element of the page."""
    parts: list[str] = []
    one = node.element()
    while one is not None and len(parts) < _MAX_STEPS:
        parts.append(_within_root(page, one))
        one = one.host()
    return SHADOW.join(reversed(parts))


def _within_root(page: DomPage, node: DomNode) -> str:
    """Returns the path inside the document or shadow root that holds the element."""
    root = node.root()
    path: list[SelectorStep] = []
    one: DomNode | None = node
    while one is not None and one.tag != "html" and len(path) < _MAX_STEPS:
        unique = next((step for step in _lasting(one) if _alone_on_page(page, root, step, path)), None)
        if unique:
            return _written([unique, *path])
        step = next((step for step in _brittle(one) if _alone_among_siblings(one, step, path)), None)
        path.insert(0, step or SelectorStep(f"{one.name}:nth-of-type({one.place()})", one.tag, place=one.place()))
        one = None if one.shadow else one.parent_element()
    return _written(path)


def _written(path: list[SelectorStep]) -> str:
    return ">".join(step.text for step in path)


def _lasting(node: DomNode) -> Iterator[SelectorStep]:
    yield from _by_stable_attribute(node)
    value = node.attr("id")
    if value and not _GENERATED.search(value):
        yield SelectorStep(f"#{escaped(value)}", attribute="id", value=value)


def _brittle(node: DomNode) -> Iterator[SelectorStep]:
    yield from _by_stable_attribute(node)
    names = node.attr("class").split() if node.tag != "body" else []
    if name := next((name for name in names if not _GENERATED.search(name)), ""):
        yield SelectorStep(f"{escaped(node.name)}.{escaped(name)}", node.tag, "class", name)
    yield SelectorStep(escaped(node.name), node.tag)


def _by_stable_attribute(node: DomNode) -> Iterator[SelectorStep]:
    """The first stable attribute that the element has, even where it is empty or not unique: the SDK tries no other."""
    name = next((name for name in _STABLE if node.has(name)), "")
    if name:
        value = node.attr(name)
        yield SelectorStep(f'{escaped(node.name)}[{name}="{escaped(value)}"]', node.tag, name, value)


def _alone_on_page(page: DomPage, root: DomNode, step: SelectorStep, path: list[SelectorStep]) -> bool:
    count = 0
    for node in page.having(step.attribute, step.value):
        if step.matches(node) and node.root() is root:
            count += _count_below(node, path)
            if count > 1:
                return False
    return count == 1


def _alone_among_siblings(node: DomNode, step: SelectorStep, path: list[SelectorStep]) -> bool:
    return not any(
        sibling is not node and step.matches(sibling) and _count_below(sibling, path) for sibling in node.siblings()
    )


def _count_below(node: DomNode, path: list[SelectorStep], level: int = 0) -> int:
    """Returns to how many elements the path leads from the node; counts no further than 2."""
    if level == len(path):
        return 1
    step, count = path[level], 0
    for child in node.children:
        # The tag is compared first: it is all that differs in most lists, and they are long.
        if child.tag == (step.tag or child.tag) and child.type == ELEMENT and not child.shadow and step.matches(child):
            count += _count_below(child, path, level + 1)
            if count > 1:
                break
    return count


def escaped(text: str) -> str:
    """Returns the text as CSS.escape writes it."""
    if text == "-":
        return "\\-"
    return "".join(_escaped(text, place, letter) for place, letter in enumerate(text))


def _escaped(text: str, place: int, letter: str) -> str:
    if letter == "\0":
        return "\ufffd"
    first = place == 0 or (place == 1 and text[0] == "-")
    if letter < " " or letter == "\x7f" or (first and "0" <= letter <= "9"):
        return f"\\{ord(letter):x} "
    return letter if letter >= "\x80" or letter.isalnum() or letter in "-_" else f"\\{letter}"
