"""What of the things that a change adds to a page answers no click: menus, adverts, tooltips, named so or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.kernel.typed_words import typed_texts
from bot.replay.recording import JsonObject
from bot.replay.script.page_parts import is_aside

SHORT = 300
"""Letters; what has more is no advert, but a page with one in it."""


def aside_in(data: JsonObject) -> set[int]:
    """Returns the numbers of added nodes that are no answer to a click, with all that came in them."""
    nodes, parents = _added(data)
    described = _described(data)
    aside, marks = set(), set()
    for number, node in nodes.items():
        attributes = node.get("attributes")
        if isinstance(attributes, dict):
            if is_added_aside(node) or attributes.get("id") in described:
                aside.add(number)
            elif node.get("tagName") == "ins" or "sponsored" in str(attributes.get("rel") or "").lower().split():
                marks.add(number)
        elif _words(node).casefold() in typed_texts("page", "advertised"):
            marks.add(number)
    for mark in marks:
        root = _root(mark, parents)
        if sum(len(_words(nodes[number])) for number in added_inside({root}, parents)) <= SHORT:
            aside.add(root)
    return added_inside(aside, parents) if aside else aside


def adds_an_answer(data: JsonObject) -> bool:
    """Whether a change adds anything that may be an answer to a click."""
    adds = data.get("adds")
    if not adds or not isinstance(adds, list):
        return False
    nodes, _ = _added(data)
    return any(isinstance(one, dict) for one in adds) and (not nodes or len(aside_in(data)) < len(nodes))


def added_inside(aside: Collection[int], parents: Mapping[int, Any]) -> set[int]:
    """Returns these nodes with all that came in them; `parents` are those of all that came."""
    known: dict[int, bool] = {}
    for number in parents:
        path: list[int] = []
        at: Any = number
        while isinstance(at, int) and at in parents and at not in known:
            known[at] = at in aside
            path.append(at)
            at = None if known[at] else parents[at]
        inside = known[path[-1]] or (isinstance(at, int) and known.get(at, False)) if path else False
        known.update(dict.fromkeys(path, inside))
    return {number for number, inside in known.items() if inside}


def is_added_aside(node: JsonObject) -> bool:
    """Whether a node that comes is a menu, an advert or the like by its names; those that come in it are other ones."""
    attributes = node.get("attributes")
    return is_aside(str(node.get("tagName") or "").lower(), attributes if isinstance(attributes, dict) else {})


def _added(data: JsonObject) -> tuple[dict[int, JsonObject], dict[int, Any]]:
    """All nodes that come, and their parents, by number."""
    nodes: dict[int, JsonObject] = {}
    parents: dict[int, Any] = {}
    adds = data.get("adds")
    waiting = [(one.get("parentId"), one.get("node")) for one in adds if isinstance(one, dict)] if adds else []
    while waiting:
        parent, node = waiting.pop()
        if isinstance(node, dict) and isinstance(number := node.get("id"), int):
            nodes[number], parents[number] = node, parent
            children = node.get("childNodes")
            waiting += [(number, child) for child in children] if isinstance(children, list) else []
    return nodes, parents


def _described(data: JsonObject) -> set[str]:
    """Ids of what comes to describe something, as tooltips do; of a field in trouble it is what is wrong with it."""
    return {id for names in _changed(data) if "aria-invalid" not in names for id in _ids(names)}


def _changed(data: JsonObject) -> Iterator[JsonObject]:
    changes = data.get("attributes")
    for change in changes if isinstance(changes, list) else ():
        names = change.get("attributes") if isinstance(change, dict) else None
        if isinstance(names, dict):
            yield names


def _ids(names: JsonObject) -> list[str]:
    described = names.get("aria-describedby")
    return described.split() if isinstance(described, str) else []


def _root(number: int, parents: Mapping[int, Any]) -> int:
    """The outermost node that came with it."""
    met = {number}
    while isinstance(above := parents[number], int) and above in parents and above not in met:
        number = above
        met.add(above)
    return number


def _words(node: JsonObject) -> str:
    words = node.get("textContent")
    return words.strip() if isinstance(words, str) else ""
