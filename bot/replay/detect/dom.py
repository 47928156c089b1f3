"""The page as a recording builds it, as far as questions about a click need it: who is whose parent, and the texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.replay.formats import size_limits
from bot.replay.recording import JsonObject

TEXT, ELEMENT = 3, 2
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
"""The id and the attributes that the SDK takes for stable; how often each value occurs is counted."""
_PASSES = 4
"""Recorders write additions so that one pass is enough; more help with what was shuffled."""
_REMEMBERED = 10_000
"""Values longer than this are no names."""


class DomNode:
    """One node. Its attributes are whatever was recorded; ask with `attr`."""

    __slots__ = ("attributes", "children", "id", "parent", "shadow", "tag", "text", "type")

    def __init__(self, raw: JsonObject, parent: DomNode | None) -> None:
        self.id: int = raw["id"]
        self.type = raw.get("type")
        self.tag = str(raw.get("tagName", "")).lower()
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
        self.counts: Counter[tuple[str, str]] = Counter()
        """How many nodes have this value of this indexed attribute."""
        self._by_id: dict[str, int] = {}
        self._labels: dict[str, int] = {}

    def load(self, root: Any) -> None:
        """Begins anew with the document of a full snapshot."""
        for index in (self.nodes, self.counts, self._by_id, self._labels):
            index.clear()
        self._grow(root, None)

    def by_id(self, name: str) -> DomNode | None:
        node = self.nodes.get(self._by_id.get(name, -1))
        return node if node is not None and node.attr("id") == name else None

    def label_for(self, name: str) -> DomNode | None:
        node = self.nodes.get(self._labels.get(name, -1))
        return node if node is not None and node.attr("for") == name else None

    def mutate(self, data: JsonObject) -> list[DomNode]:
        """Applies a mutation; gives the nodes that it touched: parents of what came and went, and what changed."""
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
                node.attributes.update(change["attributes"])
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
        for name in INDEXED:
            if value := node.attr(name):
                self.counts[name, value] += 1
        if node.attr("id"):
            self._by_id[node.attr("id")] = node.id
        if node.tag == "label" and node.attr("for"):
            self._labels[node.attr("for")] = node.id

    def _forget(self, node: DomNode) -> None:
        for name in INDEXED:
            if value := node.attr(name):
                self.counts[name, value] -= 1


def _dicts(value: Any) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1
