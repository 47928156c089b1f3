"""The page as Datadog's Change records build it: nodes, strings and style sheets, each numbered in order of appearance.

All three numberings begin again at every full snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.replay.formats import size_limits


@dataclass(eq=False, slots=True)
class TreeNode:
    """One node. `kind` is `element`, `text`, `document`, `doctype`, `cdata`, `fragment` or `shadow`."""

    id: int
    kind: str
    tag: str = ""
    svg: bool = False
    text: str = ""
    doctype: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[TreeNode] = field(default_factory=list)
    parent: TreeNode | None = None
    depth: int = 1
    sheets: tuple[int, ...] = ()
    scroll: tuple[float, float] = (0, 0)
    size: tuple[float, float] | None = None
    media: str = ""


@dataclass(slots=True)
class Sheet:
    rules: list[str]
    media: list[str]
    disabled: bool

    @property
    def css(self) -> str:
        rules = "".join(self.rules)
        if self.disabled:
            return ""
        return f"@media {', '.join(self.media)} {{{rules}}}" if self.media else rules


_KINDS = {
    "#text": "text",
    "#doctype": "doctype",
    "#document": "document",
    "#document-fragment": "fragment",
    "#shadow-root": "shadow",
    "#cdata-section": "cdata",
}


class Tree:
    """Grows and shrinks by change items. A reference to what isn't there raises KeyError or IndexError."""

    def __init__(self) -> None:
        self.nodes: dict[int, TreeNode] = {}
        self.strings: list[str] = []
        self.sheets: list[Sheet] = []
        self.root: TreeNode | None = None
        self._next = 0

    def string(self, operand: Any) -> str:
        """An operand is a number in the string table, a literal, or a literal with its role."""
        if isinstance(operand, dict):
            operand = operand["string"]
        return operand if isinstance(operand, str) else self.strings[operand]

    def add(self, item: list[Any]) -> TreeNode:
        """`[where, name, ...]`. The node takes its number even when it is broken, so that later ones keep theirs."""
        node = TreeNode(self._next, "text")
        self._next += 1
        if len(self.nodes) >= size_limits.MAX_NODES:
            raise size_limits.too_large("page elements", size_limits.MAX_NODES)
        self._fill(node, self.string(item[1]), item[2:])
        self._place(node, item[0])
        self.nodes[node.id] = node
        return node

    def _fill(self, node: TreeNode, name: str, rest: list[Any]) -> None:
        node.kind = _KINDS.get(name, "element")
        if node.kind == "text":
            node.text = self.string(rest[0])
        elif node.kind == "doctype":
            node.doctype = tuple(self.string(part) for part in rest[:3])
        elif node.kind == "element":
            node.svg = name.startswith("svg>")
            node.tag = name.removeprefix("svg>") if node.svg else name.lower()
            node.attributes = {self.string(key): self.string(value) for key, value in rest}

    def _place(self, node: TreeNode, where: int | None) -> None:
        """None: the root; 0: after the node before; n: last child of the node n before; -n: before that node."""
        if where is None:
            self.root = node
            return
        other = self.nodes[node.id - (abs(where) or 1)]
        parent = other if where > 0 else other.parent
        if parent is None:
            raise KeyError(node.id)
        siblings = parent.children
        if where > 0 or (where == 0 and siblings[-1] is other):
            siblings.append(node)
        else:
            siblings.insert(siblings.index(other) + (where == 0), node)
        node.parent, node.depth = parent, parent.depth + 1
        if node.depth > size_limits.MAX_NESTING:
            raise Unfilmable(size_limits.TOO_DEEP)

    def remove(self, number: int) -> TreeNode:
        """Takes a node and all below it away; it keeps its `parent`, for those who report the removal."""
        node = self.nodes[number]
        if node.parent is not None:
            node.parent.children.remove(node)
        for below in subtree(node):
            self.nodes.pop(below.id, None)
        return node

    def css(self, node: TreeNode) -> str:
        return "".join(self.sheets[number].css for number in node.sheets)


def subtree(node: TreeNode) -> Iterator[TreeNode]:
    """The node and everything below it."""
    waiting = [node]
    while waiting:
        below = waiting.pop()
        yield below
        waiting.extend(below.children)
