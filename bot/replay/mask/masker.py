"""What people typed and who they are, taken out of the events before any browser sees them.

Form values always; e-mail addresses, card and phone numbers in text (also where it lies in several nodes) and in the
attributes that are shown; whole elements by configured selectors; images on request. It works on the serialised tree,
because a text that was never handed to the browser cannot end up in a picture. Whatever cannot be masked is an error,
and then there is no clip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.replay.mask.attribute_rules import (
    CODE,
    EVERYWHERE,
    PICTURED,
    PICTURES,
    SHOWN,
    KnownAttributes,
    is_editable,
    is_kept,
    is_told,
    is_typed,
    within,
)
from bot.replay.mask.begun_values import BegunValues
from bot.replay.mask.css_selectors import MaskSelector, parse
from bot.replay.mask.style_masks import StyleMasks
from bot.replay.mask.texts import DOT, Hide, Texts, dots
from bot.replay.model import MaskReport, Masks

Node = dict[str, Any]

DOCUMENT, ELEMENT, TEXT, CDATA, COMMENT = 0, 2, 3, 4, 5
META, SNAPSHOT, INCREMENTAL = 4, 2, 3
MUTATION, INPUT, STYLE_RULE, CANVAS, STYLE_DECLARATION, ADOPTED = 0, 5, 8, 9, 13, 15
STYLES = frozenset({STYLE_RULE, STYLE_DECLARATION, ADOPTED})
ADD_PASSES = 4  # recorders write additions so that one pass is enough
BLANK = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"  # what stands for a hidden image

MOST_NAMES, LONGEST_NAME = 5_000, 5_000
"""How many values of attributes are remembered, and of how many letters."""
MOST_MATCHED = 20_000_000
"""Elements around elements, times selectors of the recording's own; one that wants more is hostile."""
_BROKEN = (KeyError, TypeError, AttributeError, ValueError, RecursionError)
"""What odd events raise."""

__all__ = ["DOT", "Masker", "masked"]


@dataclass(slots=True)
class Masker:
    """Masks the events of one page after another. `hidden` counts what was masked, by kind."""

    masks: Masks
    hide: Hide
    selectors: tuple[MaskSelector, ...] = ()
    later: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    """Attributes that nodes get after they were added: an element is hidden from the start if it will ever match."""
    known: dict[int, KnownAttributes] = field(default_factory=dict)
    hidden: Counter[str] = field(default_factory=Counter)
    texts: Texts = field(init=False)
    styles: StyleMasks = field(init=False)
    editing: tuple[MaskSelector, ...] = ()
    """Elements that styles make editable; known once all styles were seen."""
    _matched: int = 0
    _covered: dict[str, str] = field(default_factory=dict)
    """Values of attributes, with what may be seen of each."""

    def __post_init__(self) -> None:
        self.texts = Texts(self.hide, self.hidden)
        self.styles = StyleMasks(self.masks, self.hide, self.hidden)

    def event(self, event: Node) -> None:
        """Masks one event in place."""
        data = event.get("data")
        if event["type"] == SNAPSHOT:
            self.known.clear()
            self.texts = Texts(self.hide, self.hidden)
            self._node(data["node"], None)  # type: ignore[index]
            self.texts.mask()
        elif event["type"] == INCREMENTAL and isinstance(data, dict):
            source = data.get("source")
            if source == MUTATION:
                self._mutation(data)
            elif source == INPUT:
                self._input(data)
            elif source in STYLES:
                event["data"] = self.styles.masked(data)
            elif self.masks.images and source == CANVAS:
                event["data"] = {"source": CANVAS, "id": data.get("id"), "type": 0, "commands": []}
                self.hidden["image"] += 1

    def _mutation(self, data: Node) -> None:
        for removed in data.get("removes") or ():
            self.texts.runs.remove(removed["id"])
        self._adds(data.get("adds") or ())
        for change in data.get("attributes") or ():
            known = self.known.get(change["id"]) or KnownAttributes(
                "input", {}, None, typed=True, hidden=bool(self.selectors)
            )
            self._attributes(known, change["attributes"])
        for change in data.get("texts") or ():
            if isinstance(change.get("value"), str):
                self._text(change, "value", change["id"], self._above(change["id"]))
        beside = self.texts.mask()
        if beside:
            data["texts"] = [*(data.get("texts") or ()), *beside]

    def _adds(self, adds: Sequence[Node]) -> None:
        """Parents before children, as the replayer adds them: what a node is in decides what is hidden of it."""
        waiting = list(adds)
        for _ in range(ADD_PASSES):
            late = []
            for added in waiting:
                if added.get("parentId") in self.known:
                    self._node(added["node"], added["parentId"], added.get("nextId"))
                else:
                    late.append(added)
            waiting = late
        for added in waiting:  # nobody knows where they stand, so nothing of them is shown
            self.known[added["node"]["id"]] = KnownAttributes("", {}, None)
            self._node(added["node"], None, lost=True)

    def _input(self, data: Node) -> None:
        known = self.known.get(data.get("id", -1))
        text = data.get("text")
        if not isinstance(text, str) or not text:
            return
        if known is not None and known.tag == "select" and not known.hidden:
            return
        data["text"] = self._dots(text, "input")

    def _above(self, node: int) -> KnownAttributes | None:
        known = self.known.get(node)
        return None if known is None or known.parent is None else self.known.get(known.parent)

    def _node(self, node: Node, parent: int | None, before: int | None = None, *, lost: bool = False) -> None:
        """A node with all below it; no recursion, hostile trees are deep."""
        todo: list[tuple[Node, int | None]] = [(node, parent)]
        while todo:
            current, above = todo.pop()
            kind = current.get("type")
            if kind in {TEXT, CDATA, COMMENT}:
                over = self.known.get(above) if above is not None else None
                self.known[current["id"]] = KnownAttributes("", {}, above)
                if kind != COMMENT:  # the stage makes texts of CDATA
                    self._text(current, "textContent", current["id"], over, before if current is node else None)
                continue
            known = self._meet(current, above)
            known.typed = known.typed or lost
            self.texts.runs.element(current["id"], above, known.tag, before if current is node else None)
            if kind == ELEMENT:
                current["attributes"] = current.get("attributes") or {}
                self._attributes(known, current["attributes"])
            todo += [(child, current["id"]) for child in reversed(current.get("childNodes") or ())]

    def _meet(self, node: Node, above: int | None) -> KnownAttributes:
        over = self.known.get(above) if above is not None else None
        attributes = {name: value for name, value in (node.get("attributes") or {}).items() if isinstance(value, str)}
        tag = str(node.get("tagName") or "").lower()
        known = KnownAttributes(tag, attributes, above, drawn=bool(node.get("isSVG")))
        editable = is_editable([attributes, *self._later_of(node["id"])])
        known.typed = known.tag == "textarea" or editable or (over is not None and over.typed)
        self.known[node["id"]] = known
        chain = within(node["id"], self.known, self.later) if self.selectors or self.editing else ()
        self._matched += len(chain) * len(self.editing)
        if self._matched > MOST_MATCHED:
            raise ValueError("too much to be compared with selectors of the recording")
        known.typed = known.typed or any(selector.matches(chain) for selector in self.editing)
        known.hidden = (over is not None and over.hidden) or any(one.matches(chain) for one in self.selectors)
        return known

    def _later_of(self, node: int) -> list[dict[str, str]]:
        return [{name: value} for name, values in self.later.get(node, {}).items() for value in values]

    def _attributes(self, known: KnownAttributes, attributes: dict[str, Any]) -> None:
        attributes |= {
            name: self.styles.masked(attributes[name]) for name in ("style", "_cssText") if name in attributes
        }
        for name, value in attributes.items():
            if self.masks.images and value and (name in EVERYWHERE or (known.tag in PICTURES and name in PICTURED)):
                attributes[name] = "" if name == "srcset" else BLANK
                self.hidden["image"] += 1
            elif isinstance(value, str) and value:
                attributes[name] = self._attribute(known, name.lower(), value)

    def _attribute(self, known: KnownAttributes, name: str, value: str) -> str:
        if name == "srcdoc":
            return ""  # what the frame showed is recorded as nodes; this is the page's own copy of it
        if name == "value" and is_typed(known):
            return self._dots(value, "input")
        if name in SHOWN or name.startswith("data-"):
            if known.hidden:  # what stands in data-* is seen only through styles, so it isn't counted
                return dots(value) if name.startswith("data-") else self._dots(value, "selector")
            return self._masked_text(value)
        if is_kept(known, name) or not self.masks.text:
            return value
        return dots(value) if known.hidden and is_told(known, name) else self._named(value)

    def _named(self, value: str) -> str:
        """The value of an attribute without what is sensitive. It is remembered, since many elements have one class."""
        covered = self._covered.get(value)
        if covered is None:
            covered = self.hide(value)[0]
            if len(value) < LONGEST_NAME and len(self._covered) < MOST_NAMES:
                self._covered[value] = covered
        return covered

    def _text(self, holder: Node, key: str, id: int, parent: KnownAttributes | None, before: int | None = None) -> None:
        """Writes what may be seen of a text. One that is only looked through waits for what stands beside it."""
        text = str(holder.get(key) or "")
        if parent is not None and (parent.tag in CODE or holder.get("isStyle")):
            holder[key] = self.styles.masked(text)
        elif parent is None or parent.typed:
            holder[key] = self._dots(text, "input") if text.strip() else text
        elif parent.hidden:
            holder[key] = self._dots(text, "selector") if text.strip() else text
        elif self.masks.text:
            over = self.known.get(id)
            self.texts.put(id, over.parent if over else None, holder, key, before)

    def _masked_text(self, text: str) -> str:
        if not self.masks.text:
            return text
        masked, kinds = self.hide(text)
        self.hidden.update(kinds)
        return masked

    def _dots(self, text: str, kind: str) -> str:
        self.hidden[kind] += 1
        return dots(text)


def masked(
    events: Sequence[Node], masks: Masks, hide: Hide, coming: Iterable[Node] = ()
) -> tuple[list[Node], MaskReport]:
    """The events with everything masked, in place, and how much of what kind.

    `coming` are those after them, which tell what is being typed when the events end; they are changed, too. Raises
    `Unfilmable` when an event is not what it should be, `Misunderstood` for a selector we do not read.
    """
    selectors = tuple(parse(text) for text in masks.selectors)
    begun = BegunValues(hide)
    try:
        masker = Masker(masks, begun.hide_whole, selectors, _later(events))
        for event in events:
            masker.event(event)
        hidden = +masker.hidden
        _look_ahead(masker, coming)
        found = masker.styles.findings
        if begun.is_left() or found.selectors or found.counts:
            again = Masker(masks, begun.hide_begun, selectors, masker.later, editing=found.editable())
            again.styles.counts = not found.counts
            for event in events:
                again.event(event)
            hidden["input"] = again.hidden["input"]  # those of the first time among them
    except _BROKEN as broken:
        raise Unfilmable("What people typed could not be masked in this recording, so no clip was made.") from broken
    return list(events), MaskReport(dict(+hidden))


def _look_ahead(masker: Masker, coming: Iterable[Node]) -> None:
    """Reads on, past whatever cannot be read; none of this is shown."""
    for event in coming:
        with suppress(*_BROKEN):
            masker.event(event)


def _later(events: Sequence[Node]) -> dict[int, dict[str, list[str]]]:
    later: dict[int, dict[str, list[str]]] = {}
    for event in events:
        data = event.get("data")
        if event["type"] != INCREMENTAL or not isinstance(data, dict) or data.get("source") != MUTATION:
            continue
        for change in data.get("attributes") or ():
            ever = later.setdefault(change["id"], {})
            for name, value in change["attributes"].items():
                if isinstance(value, str):
                    ever.setdefault(name, []).append(value)
                elif name == "style" and isinstance(value, dict):  # of a style, only what changes
                    ever.setdefault(name, []).append(";".join(f"{one}:{new}" for one, new in value.items()))
    return later
