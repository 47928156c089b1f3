"""A short selector for the thing that was clicked, as the Datadog SDK makes it (getSelectorFromElement.ts).

From the target up: an id or a stable attribute that is unique on the page ends the path; else a stable attribute, a
class or the tag where it is unique among the siblings, else the place (`:nth-of-type`).
"""

from __future__ import annotations

import re

from bot.replay.detect.dom import ELEMENT, INDEXED, DomNode, DomPage

_MAX_STEPS = 60
_GENERATED = re.compile(r"[0-9]")
"""The SDK takes ids and classes with a digit for generated ones, which change with every build."""
_SAFE = re.compile(r"[^\w-]")


def selector_of(page: DomPage, node: DomNode) -> str:
    """The path to the element; `::shadow` stands where it enters a shadow root."""
    path = ""
    one: DomNode | None = node if node.type == ELEMENT else node.parent
    steps = 0
    while one is not None and one.type == ELEMENT and one.tag != "html" and steps < _MAX_STEPS:
        steps += 1
        unique = _unique(page, one)
        path = _joined(unique or _among_siblings(one), path)
        if unique and not one.shadow:
            break
        if one.shadow:
            path = f"::shadow {path}"
        one = one.parent
    return path


def _joined(step: str, path: str) -> str:
    if not path or path.startswith("::shadow"):
        return step + path
    return f"{step}>{path}"


def _unique(page: DomPage, node: DomNode) -> str:
    for name in INDEXED[1:]:
        value = node.attr(name)
        if value and page.counts[name, value] == 1:
            return f'{_tag(node)}[{name}="{_escaped(value)}"]'
    value = node.attr("id")
    if value and not _GENERATED.search(value) and page.counts["id", value] == 1:
        return f"#{_escaped(value)}"
    return ""


def _among_siblings(node: DomNode) -> str:
    siblings = node.parent.children if node.parent is not None else [node]
    alike = [sibling for sibling in siblings if sibling.tag == node.tag and sibling.type == ELEMENT]
    for name in INDEXED[1:]:
        value = node.attr(name)
        if value and sum(sibling.attr(name) == value for sibling in alike) == 1:
            return f'{_tag(node)}[{name}="{_escaped(value)}"]'
    for value in node.attr("class").split() if node.tag != "body" else ():
        if not _GENERATED.search(value) and sum(value in sibling.attr("class").split() for sibling in alike) == 1:
            return f"{_tag(node)}.{_escaped(value)}"
    return _tag(node) if len(alike) < 2 else f"{_tag(node)}:nth-of-type({alike.index(node) + 1})"


def _tag(node: DomNode) -> str:
    return node.tag.upper()


def _escaped(text: str) -> str:
    """As CSS.escape writes it, for the characters that occur in ids and attribute values."""
    return _SAFE.sub(lambda match: "\\" + match[0], text)
