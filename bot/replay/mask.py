"""What people typed and who they are, taken out of the events before any browser sees them.

Form values always; e-mail addresses, card and phone numbers in text and in the attributes that are shown; whole
elements by configured selectors; images on request. It works on the serialised tree, because a text that was never
handed to the browser cannot end up in a picture. Whatever cannot be masked is an error, and then there is no clip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.replay.css import Chain, Selector, parse
from bot.replay.model import MaskReport, Masks
from bot.runtime.errors import Unfilmable

Node = dict[str, Any]
Hide = Callable[[str], tuple[str, Counter[str]]]

DOCUMENT, ELEMENT, TEXT = 0, 2, 3
META, SNAPSHOT, INCREMENTAL = 4, 2, 3
MUTATION, INPUT = 0, 5

SHOWN = frozenset({"title", "alt", "aria-label", "aria-description", "placeholder", "label", "value", "summary"})
PICTURED = frozenset({"src", "srcset", "poster", "rr_dataURL", "href", "xlink:href", "background"})
PICTURES = frozenset({"img", "image", "video", "canvas", "input", "picture", "source", "object", "embed", "feimage"})
LABELS = frozenset({"submit", "button", "reset", "image"})
"""Kinds of <input> whose value is what stands on the button."""
CODE = frozenset({"style", "script", "noscript", "template"})
BLANK = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"  # what stands for a hidden image
DOT = "•"
MOST_DOTS = 12


@dataclass(slots=True)
class Known:
    """What later events need to know of a node: tag, attributes, parent, and whether its text is typed or hidden."""

    tag: str
    attributes: dict[str, str]
    parent: int | None
    typed: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Masker:
    """Masks the events of one page after another. `hidden` counts what was masked, by kind."""

    masks: Masks
    hide: Hide
    selectors: tuple[Selector, ...] = ()
    later: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    """Attributes that nodes get after they were added: an element is hidden from the start if it will ever match."""
    known: dict[int, Known] = field(default_factory=dict)
    hidden: Counter[str] = field(default_factory=Counter)

    def event(self, event: Node) -> None:
        """Masks one event in place."""
        data = event.get("data")
        if event["type"] == SNAPSHOT:
            self.known.clear()
            self._node(data["node"], None)  # type: ignore[index]
        elif event["type"] == INCREMENTAL and isinstance(data, dict):
            if data.get("source") == MUTATION:
                self._mutation(data)
            elif data.get("source") == INPUT:
                self._input(data)

    def _mutation(self, data: Node) -> None:
        for added in data.get("adds") or ():
            self._node(added["node"], added.get("parentId"))
        for change in data.get("attributes") or ():
            known = self.known.get(change["id"]) or Known("input", {}, None, typed=True, hidden=bool(self.selectors))
            self._attributes(known, change["attributes"])
        for change in data.get("texts") or ():
            if isinstance(change.get("value"), str):
                parent = self._above(change["id"])
                change["value"] = self._text(change["value"], parent)

    def _input(self, data: Node) -> None:
        known = self.known.get(data.get("id", -1))
        text = data.get("text")
        if not isinstance(text, str) or not text:
            return
        if known is not None and known.tag == "select" and not known.hidden:
            return
        data["text"] = self._dots(text, "input")

    def _above(self, node: int) -> Known | None:
        known = self.known.get(node)
        return None if known is None or known.parent is None else self.known.get(known.parent)

    def _node(self, node: Node, parent: int | None) -> None:
        """A node with all below it; no recursion, hostile trees are deep."""
        todo: list[tuple[Node, int | None]] = [(node, parent)]
        while todo:
            current, above = todo.pop()
            kind = current.get("type")
            if kind == TEXT or "textContent" in current:
                self.known[current["id"]] = Known("", {}, above)
                if kind == TEXT and not current.get("isStyle"):
                    current["textContent"] = self._text(
                        str(current.get("textContent") or ""), self.known.get(above or -1)
                    )
                continue
            known = self._meet(current, above)
            if kind == ELEMENT:
                current["attributes"] = current.get("attributes") or {}
                self._attributes(known, current["attributes"])
            todo += [(child, current["id"]) for child in current.get("childNodes") or ()]

    def _meet(self, node: Node, above: int | None) -> Known:
        over = self.known.get(above) if above is not None else None
        attributes = {name: value for name, value in (node.get("attributes") or {}).items() if isinstance(value, str)}
        known = Known(str(node.get("tagName") or "").lower(), attributes, above)
        editable = attributes.get("contenteditable", "false").lower() != "false"
        known.typed = known.tag == "textarea" or editable or (over is not None and over.typed)
        self.known[node["id"]] = known
        known.hidden = (over is not None and over.hidden) or self._selected(node["id"])
        return known

    def _selected(self, node: int) -> bool:
        chain = self._chain(node) if self.selectors else ()
        return any(selector.matches(chain) for selector in self.selectors)

    def _chain(self, node: int) -> Chain:
        """The element and those around it, innermost first, with every attribute that they ever have."""
        chain: list[tuple[str, dict[str, list[str]]]] = []
        at: int | None = node
        while at is not None and (known := self.known.get(at)) is not None:
            if known.tag:
                ever = {name: [value] for name, value in known.attributes.items()}
                for name, values in self.later.get(at, {}).items():
                    ever.setdefault(name, []).extend(values)
                chain.append((known.tag, ever))
            at = known.parent
        return chain

    def _attributes(self, known: Known, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            if self.masks.images and known.tag in PICTURES and name in PICTURED and value:
                attributes[name] = "" if name == "srcset" else BLANK
                self.hidden["image"] += 1
            elif isinstance(value, str) and value:
                attributes[name] = self._attribute(known, name, value)

    def _attribute(self, known: Known, name: str, value: str) -> str:
        lower = name.lower()
        if lower == "value" and known.tag in ("input", "textarea") and self._is_typed(known):
            return self._dots(value, "input")
        if lower not in SHOWN and not lower.startswith("data-"):
            return value
        if known.hidden and lower in SHOWN:
            return self._dots(value, "selector")
        return self._found(value)

    @staticmethod
    def _is_typed(known: Known) -> bool:
        return known.tag == "textarea" or known.attributes.get("type", "text").lower() not in LABELS

    def _text(self, text: str, parent: Known | None) -> str:
        if not text.strip() or (parent is not None and parent.tag in CODE):
            return text
        if parent is None:
            return self._dots(text, "input") if self.selectors else self._found(text)
        if parent.typed:
            return self._dots(text, "input")
        if parent.hidden:
            return self._dots(text, "selector")
        return self._found(text)

    def _found(self, text: str) -> str:
        if not self.masks.text:
            return text
        masked, kinds = self.hide(text)
        self.hidden.update(kinds)
        return masked

    def _dots(self, text: str, kind: str) -> str:
        self.hidden[kind] += 1
        return DOT * min(len(text), MOST_DOTS)


def masked(events: Sequence[Node], masks: Masks, hide: Hide) -> tuple[list[Node], MaskReport]:
    """The events with everything masked, in place, and how much of what kind.

    Raises `Unfilmable` when an event is not what it should be, `Misunderstood` for a selector we do not read.
    """
    selectors = tuple(parse(text) for text in masks.selectors)
    try:
        masker = Masker(masks, hide, selectors, _later(events) if selectors else {})
        for event in events:
            masker.event(event)
    except (KeyError, TypeError, AttributeError, ValueError) as broken:
        raise Unfilmable("What people typed could not be masked in this recording, so no clip was made.") from broken
    return list(events), MaskReport(dict(masker.hidden))


def _later(events: Sequence[Node]) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for event in events:
        if event["type"] != INCREMENTAL or event["data"].get("source") != MUTATION:
            continue
        for change in event["data"].get("attributes") or ():
            ever = found.setdefault(change["id"], {})
            for name, value in change["attributes"].items():
                if isinstance(value, str):
                    ever.setdefault(name, []).append(value)
    return found
