"""The page as a recording builds it, as far as questions about a click need it: who is whose parent, and the texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from bot.replay.detect.inline_styles import restyled
from bot.replay.formats import size_limits
from bot.replay.recording import JsonObject

DOCUMENT, ELEMENT, TEXT = 0, 2, 3
INDEXED = (
    "id",
    "data-dd-action-name",
    "data-testid",
    "data-test",
    "data-qa",
    "data-cy",
    "data-test-id",
    "data-qa-id",
    "data-testing",
    "data-component",
    "data-element",
    "data-source-file",
)
"""The id and the attributes that the SDK takes for stable; the page knows who has which value of them."""
_INDEXED = frozenset(INDEXED)
_PASSES = 4
"""Recorders write additions so that one pass is enough; more help with what was shuffled."""
_REMEMBERED = 10_000
"""Values longer than this are no names."""


class DomNode:
    """One node. Its attributes are whatever was recorded; ask with `attr`."""

    __slots__ = ("attributes", "children", "id", "name", "parent", "shadow", "tag", "text", "type")

    def __init__(self, raw: JsonObject, parent: DomNode | None) -> None:
        self.id: int = raw["id"]
        self.type = raw.get("type")
        self.tag = str(raw.get("tagName", "")).lower()
        self.name = self.tag if raw.get("isSVG") is True or self.tag == "svg" else self.tag.upper()
        self.text = raw["textContent"] if isinstance(raw.get("textContent"), str) else ""
        attributes = raw.get("attributes")
        self.attributes: JsonObject = attributes if isinstance(attributes, dict) else {}
        self.children: list[DomNode] = []
        self.parent = parent
        self.shadow = raw.get("isShadow") is True

    def attr(self, name: str) -> str:
        """Returns the attribute's text; empty when it is absent or no text."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) and len(value) < _REMEMBERED else ""

    def has(self, name: str) -> bool:
        return self.attributes.get(name) is not None

    @property
    def is_element(self) -> bool:
        return self.type == ELEMENT

    def element(self) -> DomNode | None:
        """Returns the node if it is an element, else the one it stands in."""
        return self if self.is_element else self.parent_element()

    def parent_element(self) -> DomNode | None:
        return self.parent if self.parent is not None and self.parent.is_element else None

    def host(self) -> DomNode | None:
        """Returns the element whose shadow root holds the node; None for what is in a document."""
        for above in self.lineage():
            if above.shadow:
                return above.parent
            if above.type == DOCUMENT:
                break
        return None

    def root(self) -> DomNode:
        """Returns the host of the shadow root that holds the node, else its document."""
        top = self
        for top in self.lineage():
            if top.type == DOCUMENT:
                break
        return self.host() or top

    def elements(self) -> Iterator[DomNode]:
        """The children that are elements, in order; what a shadow root holds is not among them."""
        return (child for child in self.children if child.type == ELEMENT and not child.shadow)

    def siblings(self) -> Iterator[DomNode]:
        """The elements that have the same parent, in order, the node itself among them."""
        around = self.parent.children if self.parent is not None else [self]
        return (node for node in around if node.type == ELEMENT and node.shadow == self.shadow)

    def place(self) -> int:
        """Returns which of its siblings with its tag it is, from 1, as `:nth-of-type` counts."""
        place = 0
        for node in self.siblings():
            place += node.tag == self.tag
            if node is self:
                break
        return place

    def lineage(self) -> Iterator[DomNode]:
        """The node itself, its parent, and so on up."""
        node: DomNode | None = self
        while node is not None:
            yield node
            node = node.parent


class DomPage:
    """Follows snapshots and mutations. What refers to nodes that aren't there is left out, as the replayer does."""

    def __init__(self) -> None:
        self.nodes: dict[int, DomNode] = {}
        self.version = 0
        """Changes whenever the page does."""
        self._holders: dict[tuple[str, str], set[int]] = defaultdict(set)
        """The numbers of the nodes that have this value of this indexed attribute."""
        self._labels: dict[str, int] = {}

    def load(self, root: Any) -> None:
        """Begins anew with the document of a full snapshot."""
        self.version += 1
        for index in (self.nodes, self._holders, self._labels):
            index.clear()
        self._grow(root, None)

    def having(self, name: str, value: str) -> Iterator[DomNode]:
        """The nodes with this value of an indexed attribute, in no order that means anything."""
        return (self.nodes[number] for number in self._holders.get((name, value), ()))

    def by_id(self, name: str) -> DomNode | None:
        """Returns the first that was made of the nodes with this id."""
        return min(self.having("id", name), key=lambda node: node.id, default=None)

    def label_for(self, name: str) -> DomNode | None:
        node = self.nodes.get(self._labels.get(name, -1))
        return node if node is not None and node.attr("for") == name else None

    def mutate(self, data: JsonObject) -> list[DomNode]:
        """Applies a mutation; gives the nodes that it touched: parents of what came and went, and what changed."""
        self.version += 1
        touched = self._remove(_dicts(data.get("removes"))) + self._add(_dicts(data.get("adds")))
        for change in _dicts(data.get("texts")):
            node = self.nodes.get(_number(change.get("id")))
            if node is not None:
                node.text = change["value"] if isinstance(change.get("value"), str) else ""
                touched.append(node)
        for change in _dicts(data.get("attributes")):
            node = self.nodes.get(_number(change.get("id")))
            if node is not None and isinstance(change.get("attributes"), dict):
                self._forget(node)
                now = node.attributes | change["attributes"]
                if isinstance(now.get("style"), dict):
                    now["style"] = restyled(node.attributes.get("style"), now["style"])
                node.attributes = {name: value for name, value in now.items() if value is not None}
                self._remember(node)
                touched.append(node)
        return touched

    def _remove(self, removes: list[JsonObject]) -> list[DomNode]:
        touched = []
        for remove in removes:
            node = self.nodes.get(_number(remove.get("id")))
            if node is None or node.parent is None:
                continue
            touched.append(node.parent)
            node.parent.children.remove(node)
            waiting = [node]
            while waiting:
                gone = waiting.pop()
                waiting.extend(gone.children)
                self._forget(gone)
                self.nodes.pop(gone.id, None)
        return touched

    def _add(self, adds: list[JsonObject]) -> list[DomNode]:
        """Adds in the order in which they can be: a parent or a next sibling may come later in the list."""
        touched: list[DomNode] = []
        waiting = adds
        for _ in range(_PASSES):
            waiting = [add for add in waiting if not self._placed(add, touched, patient=True)]
        for add in waiting:
            self._placed(add, touched, patient=False)
        return touched

    def _placed(self, add: JsonObject, touched: list[DomNode], *, patient: bool) -> bool:
        parent = self.nodes.get(_number(add.get("parentId")))
        following = self.nodes.get(_number(add.get("nextId")))
        if parent is None or (patient and following is None and add.get("nextId") is not None):
            return False
        node = self._grow(add.get("node"), parent)
        if node is not None:
            siblings = parent.children
            before = following is not None and following.parent is parent
            siblings.insert(siblings.index(following) if before and following else len(siblings), node)
            touched.append(parent)
        return True

    def _grow(self, raw: Any, parent: DomNode | None) -> DomNode | None:
        """Makes a node and all below it; the caller puts it among its siblings."""
        top: DomNode | None = None
        waiting = [(raw, parent)]
        while waiting:
            record, above = waiting.pop()
            if not isinstance(record, dict) or not isinstance(record.get("id"), int) or record["id"] in self.nodes:
                continue
            if len(self.nodes) >= size_limits.MAX_NODES:
                raise size_limits.too_large("page elements", size_limits.MAX_NODES)
            node = self.nodes[record["id"]] = DomNode(record, above)
            self._remember(node)
            if top is None:
                top = node
            elif above is not None:
                above.children.append(node)
            children = record.get("childNodes")
            waiting.extend((child, node) for child in reversed(children if isinstance(children, list) else []))
        return top

    def _remember(self, node: DomNode) -> None:
        for name in _indexed(node.attributes):
            self._holders[name, node.attr(name)].add(node.id)
        if node.tag == "label" and node.attr("for"):
            self._labels[node.attr("for")] = node.id

    def _forget(self, node: DomNode) -> None:
        for name in _indexed(node.attributes):
            self._holders[name, node.attr(name)].discard(node.id)


def _indexed(attributes: JsonObject) -> Iterable[str]:
    return _INDEXED & attributes.keys() if attributes else ()


def _dicts(value: Any) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1
