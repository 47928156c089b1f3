"""What people would call the thing that was clicked, by the Datadog SDK's rules (getActionNameFromElement.ts).

Order: `data-dd-action-name` of the closest ancestor; then, going up at most ten parents and not past a form, a label,
a button's text, and naming attributes; then the visible text. What is masked is called "Masked Element".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.replay.detect.dom import TEXT, DomNode, DomPage
from bot.replay.detect.target_rules import is_mask, privacy

MAX_PARENTS = 10
MAX_LENGTH = 100
_ENOUGH = 4_000
"""Characters looked at for a name of a hundred."""
_OUTSIDE = ("body", "html", "head", "#document", "")
_UNSEEN = frozenset({"script", "style", "noscript", "template", "title", "head"})
_INLINE = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "kbd", "label", "mark", "q", "s", "small", "span", "strong"}
)
_LABELED = frozenset({"button", "input", "meter", "output", "progress", "select", "textarea"})
_PUSHED = ("button", "submit", "reset")
_NAMING = ("alt", "name", "title", "placeholder")
MASKED = "Masked Element"
_MASKED = re.compile(r"(?=.*(?:xx|\*\*))[x*\s]+")
"""What recorders put in place of words: as many x or asterisks, or three asterisks for a value."""


def name_of(page: DomPage, node: DomNode) -> str:
    """The action's name, at most 100 characters and " [...]"; empty when nothing names it."""
    for above in node.lineage():
        if above.attr("data-dd-action-name").strip():
            return _cut(above.attr("data-dd-action-name"))
    if privacy(node) == "mask":
        return MASKED
    name = _climb(node, lambda one: _first(_given(page, one))) or _climb(node, text_of)
    return MASKED if _MASKED.fullmatch(name) else name


def _climb(node: DomNode, ask: Callable[[DomNode], str]) -> str:
    for height, one in enumerate(node.lineage()):
        if height > MAX_PARENTS or one.tag in _OUTSIDE:
            break
        if name := _cut(ask(one)):
            return name
        if one.tag == "form":
            break
    return ""


def _first(names: Iterator[str]) -> str:
    return next((name for name in names if name.strip()), "")


def _given(page: DomPage, node: DomNode) -> Iterator[str]:
    """Names that an element gives itself, best first."""
    if node.tag in _LABELED and (label := _label(page, node)):
        yield text_of(label)
    if node.tag == "input" and node.attr("type") in _PUSHED:
        yield node.attr("value")
    if node.tag in ("button", "label") or node.attr("role") == "button":
        yield text_of(node)
    yield node.attr("aria-label")
    labels = (page.by_id(name) for name in node.attr("aria-labelledby").split())
    yield " ".join(text_of(label) for label in labels if label)
    yield from (node.attr(name) for name in _NAMING)
    if node.tag == "select" and (option := next((child for child in node.elements() if child.tag == "option"), None)):
        yield text_of(option) if _is_visible(option) else ""


def _label(page: DomPage, node: DomNode) -> DomNode | None:
    pointing = page.label_for(node.attr("id")) if node.attr("id") else None
    return pointing or next((above for above in node.lineage() if above.tag == "label"), None)


def text_of(node: DomNode) -> str:
    """The text that is seen of a node, about as `innerText` has it: a space where a block begins or ends.

    Empty for what people edit. Parts that have an action name of their own, and masked options, are left out.
    """
    if any(above.has("contenteditable") and above.attr("contenteditable") != "false" for above in node.lineage()):
        return ""
    parts: list[str] = []
    length = 0
    waiting: list[DomNode | str] = [node]
    while waiting and length < _ENOUGH:
        one = waiting.pop()
        if isinstance(one, str):
            parts.append(one)
        elif one.type == TEXT:
            parts.append(one.text[:_ENOUGH])
            length += len(one.text) + 1
        elif one is node or _is_visible(one):
            gap = "" if one.tag in _INLINE else " "
            parts.append(gap)
            length += 1
            waiting.append(gap)
            waiting.extend(reversed([child for child in one.children if not child.shadow]))
    return "".join(parts)


def _is_visible(node: DomNode) -> bool:
    if node.tag in _UNSEEN or node.has("data-dd-action-name") or node.attr("data-dd-privacy") == "hidden":
        return False
    return node.tag != "option" or not any(is_mask(child.text) for child in node.children)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + " [...]"
