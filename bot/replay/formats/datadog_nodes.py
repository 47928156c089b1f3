"""Nodes of a Datadog tree, written as rrweb writes them.

rrweb takes the id 0 for "none", so every id is one higher. It has no node for a shadow root: the host says
`isShadowHost`, its children say `isShadow`, and the host's id stands where the root's would.
"""

from __future__ import annotations

from bot.replay.formats.datadog_tree import Tree, TreeNode
from bot.replay.recording import IncrementalSource, JsonObject

SHIFT = 1
_DEFAULT_CANVAS = {"width": "300", "height": "150"}
"""CSS px of a canvas without attributes (HTML, 4.12.5)."""


def element_size(attributes: dict[str, object], tag: str) -> None:
    """A canvas is not recorded, and without scripts it would shrink to nothing; so it keeps its place as a box."""
    if tag == "canvas":
        for side, usual in _DEFAULT_CANVAS.items():
            attributes.setdefault(f"rr_{side}", f"{attributes.get(side, usual)}px")


def outer_id(node: TreeNode) -> int:
    """The id that rrweb knows the node by; for a shadow root, its host's."""
    if node.kind == "shadow" and node.parent is not None:
        return node.parent.id + SHIFT
    return node.id + SHIFT


def written(tree: Tree, node: TreeNode, *, deep: bool) -> JsonObject:
    """The node with everything below it, or alone (as rrweb wants it in additions)."""
    out = _bare(tree, node)
    if deep and "childNodes" in out:
        children = out["childNodes"]
        for child in node.children:
            if child.kind != "shadow":
                children.append(written(tree, child, deep=True))
                continue
            for inside in child.children:
                children.append({**written(tree, inside, deep=True), "isShadow": True})
    return out


def _bare(tree: Tree, node: TreeNode) -> JsonObject:
    number = node.id + SHIFT
    if node.kind == "text":
        return {"type": 3, "id": number, "textContent": node.text}
    if node.kind == "cdata":
        return {"type": 4, "id": number, "textContent": ""}
    if node.kind == "doctype":
        name, public, system = (*node.doctype, "", "", "")[:3]
        return {"type": 1, "id": number, "name": name, "publicId": public, "systemId": system}
    if node.kind != "element":
        return {"type": 0, "id": number, "childNodes": []}
    out: JsonObject = {"type": 2, "id": number, "tagName": node.tag, "attributes": _attributes(tree, node)}
    out["childNodes"] = []
    if node.svg:
        out["isSVG"] = True
    if any(child.kind == "shadow" for child in node.children):
        out["isShadowHost"] = True
    return out


def _attributes(tree: Tree, node: TreeNode) -> dict[str, object]:
    attributes: dict[str, object] = dict(node.attributes)
    if node.size:
        attributes["rr_width"], attributes["rr_height"] = (f"{side:g}px" for side in node.size)
    if node.sheets and node.tag in ("link", "style"):
        attributes["_cssText"] = tree.css(node)
    if node.media:
        attributes["rr_mediaState"] = node.media
    for name, distance in zip(("rr_scrollLeft", "rr_scrollTop"), node.scroll, strict=True):
        if distance:
            attributes[name] = distance
    for name in ("checked", "selected"):
        if name in attributes:
            attributes[name] = True
    element_size(attributes, node.tag)
    return attributes


def adopted(tree: Tree, node: TreeNode) -> JsonObject:
    """The constructed style sheets of a document or a shadow root. rrweb's ids for them begin at 1."""
    styles = [
        {
            "styleId": number + 1,
            "rules": [{"rule": rule, "index": index} for index, rule in enumerate(tree.sheets[number].rules)],
        }
        for number in node.sheets
    ]
    style_ids = [number + 1 for number in node.sheets]
    return {
        "source": int(IncrementalSource.ADOPTED_STYLES),
        "id": outer_id(node),
        "styleIds": style_ids,
        "styles": styles,
    }
