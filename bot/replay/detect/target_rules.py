"""What about the thing that was clicked decides on a click: what can't be dead, what the page's makers opted out."""

from __future__ import annotations

from bot.replay.detect.dom import TEXT, DomNode, DomPage
from bot.signals.question import Signal

_CHECKED = frozenset({"checkbox", "radio"})
_DEAD_INPUTS = _CHECKED | {"button", "submit", "reset", "range"}
_IGNORE = "data-dd-ignore-frustration"
_IGNORED = {"rage-click": Signal.RAGE, "dead-click": Signal.DEAD, "error-click": Signal.ERROR}
_IGNORED_CLASSES = {"ph-no-rageclick": Signal.RAGE, "ph-no-deadclick": Signal.DEAD}
_PRIVACY_CLASS = "dd-privacy-"
_CONTROLS = frozenset({"a", "button", "canvas", "img", "input", "option", "select", "summary", "svg", "textarea"})
_CONTROL_ATTRIBUTES = ("role", "tabindex", "onclick")


def never_dead(page: DomPage, node: DomNode) -> bool:
    """Whether the target acts without the page's help, by the SDK's list (DEAD_CLICK_EXCLUDE_SELECTOR)."""
    if _masked_check(page, node):
        return True
    if node.tag == "label" and node.attr("for"):
        node = page.by_id(node.attr("for")) or node
    if node.tag == "input":
        return (node.attr("type") or "text").lower() not in _DEAD_INPUTS
    if node.tag in ("textarea", "select", "canvas"):
        return True
    return any(above.has("contenteditable") or (above.tag == "a" and above.has("href")) for above in node.lineage())


def _masked_check(page: DomPage, node: DomNode) -> bool:
    """Whether it is, or is the label of, a box whose state is masked: Datadog records no change of such a box."""
    label = next((above for above in node.lineage() if above.tag == "label"), None)
    box: DomNode | None = node
    if label is not None and node.tag != "input":
        box = page.by_id(label.attr("for")) if label.attr("for") else _first_input(label)
    return box is not None and box.attr("type").lower() in _CHECKED and is_mask(box.attr("value"))


def _first_input(node: DomNode) -> DomNode | None:
    waiting = list(node.elements())
    while waiting:
        one = waiting.pop(0)
        if one.tag == "input":
            return one
        waiting[:0] = one.elements()
    return None


def is_mask(text: str) -> bool:
    """Whether a recorder wrote this in place of what was there."""
    return len(text) > 1 and not text.strip("*")


def ignored_signals(node: DomNode) -> frozenset[Signal]:
    """The signals that the page's makers opted out for the element or what it stands in.

    Datadog's `data-dd-ignore-frustration` holds `all`, nothing (all), or a list of kinds; PostHog has two classes.
    """
    signals: set[Signal] = set()
    for above in node.lineage():
        if above.has(_IGNORE):
            words = above.attr(_IGNORE).split()
            if not words or "all" in words:
                return frozenset(Signal)
            signals.update(_IGNORED[word] for word in words if word in _IGNORED)
        if above.attr("class"):
            classes = above.attr("class").split()
            signals.update(signal for name, signal in _IGNORED_CLASSES.items() if name in classes)
    return frozenset(signals)


def privacy(node: DomNode) -> str:
    """Returns the level that Datadog's attributes and classes ask for: `hidden`, `mask`, …; empty where none does.

    What is hidden is neither recorded nor counted by the SDK, whatever stands inside; else the closest counts.
    """
    levels = [level for above in node.lineage() if (level := _own_privacy(above))]
    return "hidden" if "hidden" in levels else next(iter(levels), "")


def _own_privacy(node: DomNode) -> str:
    names = (name for name in node.attr("class").split() if name.startswith(_PRIVACY_CLASS))
    return node.attr("data-dd-privacy") or next(names, "").removeprefix(_PRIVACY_CLASS)


def selectable(node: DomNode | None) -> bool:
    """Whether a double click selects its text: it has some, and nothing marks it as a control."""
    if node is None or not any(child.type == TEXT and child.text.strip() for child in node.children):
        return False
    return not any(
        above.tag in _CONTROLS or any(above.has(name) for name in _CONTROL_ATTRIBUTES)
        for above in node.lineage()
        if above.tag not in ("body", "html")
    )
