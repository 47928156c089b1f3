"""What a Change record did, as the rrweb changes that do the same."""

from __future__ import annotations

from collections.abc import Iterator

from bot.replay.formats.datadog_changes import AppliedChanges
from bot.replay.formats.datadog_nodes import SHIFT, adopted, outer_id, written
from bot.replay.formats.datadog_tree import Tree, TreeNode
from bot.replay.recording import IncrementalSource, JsonObject

_STYLED_WHOLE = ("document", "shadow")
"""Kinds of nodes that adopt style sheets; elements hold theirs as an attribute."""


def snapshot(tree: Tree) -> JsonObject | None:
    """The data of a full snapshot, or None when the record built no page."""
    if tree.root is None:
        return None
    left, top = tree.root.scroll
    return {"node": written(tree, tree.root, deep=True), "initialOffset": {"left": left, "top": top}}


def adoptions(tree: Tree) -> Iterator[JsonObject]:
    """What must follow a full snapshot, which can't hold constructed style sheets."""
    return (adopted(tree, node) for node in tree.nodes.values() if node.sheets and node.kind in _STYLED_WHOLE)


def changes(tree: Tree, done: AppliedChanges) -> Iterator[JsonObject]:
    """The data of rrweb's incremental events, in the order in which they must be applied."""
    new = {node.id for node in done.added}
    mutation = _mutation(tree, done, new)
    if any(mutation[part] for part in ("adds", "removes", "attributes", "texts")):
        yield mutation
    for number in done.styled:
        node = tree.nodes.get(number)
        if node and node.kind in _STYLED_WHOLE:
            yield adopted(tree, node)
    for number, value in done.values:
        if number in tree.nodes:
            yield _input(number, value, checked=False)
    yield from _choices(tree, done)
    for number in done.scrolled:
        node = tree.nodes.get(number)
        if node:
            yield {
                "source": int(IncrementalSource.SCROLL),
                "id": number + SHIFT,
                "x": node.scroll[0],
                "y": node.scroll[1],
            }
    for number, state in done.media:
        if number in tree.nodes:
            yield {"source": int(IncrementalSource.MEDIA), "id": number + SHIFT, "type": state}


def _mutation(tree: Tree, done: AppliedChanges, new: set[int]) -> JsonObject:
    attributes = {number: dict(changed) for number, changed in done.attributes.items()}
    for number in done.styled:
        node = tree.nodes.get(number)
        if node and node.kind == "element":
            attributes.setdefault(number, {})["_cssText"] = tree.css(node)
    old = tree.nodes.keys() - new
    return {
        "source": int(IncrementalSource.MUTATION),
        "adds": list(_adds(tree, done.added, new)),
        "removes": [_removed(node, node.parent) for node in done.removed if node.parent and node.id not in new],
        "attributes": [
            {"id": number + SHIFT, "attributes": changed} for number, changed in attributes.items() if number in old
        ],
        "texts": [{"id": number + SHIFT, "value": text} for number, text in done.texts.items() if number in old],
    }


def _removed(node: TreeNode, parent: TreeNode) -> JsonObject:
    shadow = {"isShadow": True} if parent.kind == "shadow" else {}
    return {"parentId": outer_id(parent), "id": node.id + SHIFT, **shadow}


def _adds(tree: Tree, added: list[TreeNode], new: set[int]) -> Iterator[JsonObject]:
    """One addition a node. Later siblings come first, so that the `nextId` of each is already there."""
    tops = [node for node in added if node.id in tree.nodes and node.parent and node.parent.id not in new]
    places = {id(parent): _places(parent) for parent in (node.parent for node in tops) if parent}
    tops.sort(key=lambda node: -places[id(node.parent)][node.id])
    waiting = list(reversed(tops))
    while waiting:
        node = waiting.pop()
        if node.parent and node.kind != "shadow":
            yield _add(tree, node, node.parent)
        waiting.extend(node.children)


def _places(parent: TreeNode) -> dict[int, int]:
    return {child.id: index for index, child in enumerate(parent.children)}


def _add(tree: Tree, node: TreeNode, parent: TreeNode) -> JsonObject:
    siblings = parent.children
    after = siblings.index(node) + 1 if siblings[-1] is not node else len(siblings)
    following = next((sibling for sibling in siblings[after:] if sibling.kind != "shadow"), None)
    out = written(tree, node, deep=False)
    if parent.kind == "shadow":
        out["isShadow"] = True
    return {
        "parentId": outer_id(parent),
        "nextId": following.id + SHIFT if following else None,
        "node": out,
    }


def _choices(tree: Tree, done: AppliedChanges) -> Iterator[JsonObject]:
    """Checkboxes and radios by themselves; an option speaks through its select."""
    for number, state in done.choices:
        node = tree.nodes.get(number)
        if node is None:
            continue
        if node.tag != "option":
            yield _input(number, node.attributes.get("value", "on"), checked=state == 0)
            continue
        select = node.parent
        while select and select.tag != "select":
            select = select.parent
        if select and state == 0:
            text = "".join(child.text for child in node.children)
            yield _input(select.id, node.attributes.get("value", text), checked=False)


def _input(number: int, text: str, *, checked: bool) -> JsonObject:
    return {"source": int(IncrementalSource.INPUT), "id": number + SHIFT, "text": text, "isChecked": checked}
