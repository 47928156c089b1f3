"""Datadog's V1 records (SDK up to 6): trees much like rrweb 1, with shadow roots as nodes and additions that nest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.replay.formats.datadog_nodes import SHIFT, element_size
from bot.replay.recording import MOVES, IncrementalSource, JsonObject

_FRAGMENT = 11
_LEFT_OUT = ("childNodes", "adoptedStyleSheets")


class V1Pages:
    """Rewrites the records of one view. Ids stay those of the recorder until they are written, one higher."""

    def __init__(self) -> None:
        self._hosts: dict[int, int] = {}
        """Shadow roots, by id, and the elements that carry them."""
        self._adopted: list[tuple[int, list[Any]]] = []
        self._style_ids = 0

    def snapshot(self, data: JsonObject) -> JsonObject:
        self._hosts.clear()
        offset = data.get("initialOffset") or {"left": 0, "top": 0}
        return {"node": self._node(data["node"]), "initialOffset": offset}

    def adoptions(self) -> Iterator[JsonObject]:
        """Constructed style sheets of what was written since the last call."""
        waiting, self._adopted = self._adopted, []
        for number, sheets in waiting:
            styles = []
            for sheet in sheets:
                self._style_ids += 1
                rules = [{"rule": rule, "index": index} for index, rule in enumerate(sheet["cssRules"])]
                styles.append({"styleId": self._style_ids, "rules": rules})
            style_ids = [style["styleId"] for style in styles]
            yield {
                "source": int(IncrementalSource.ADOPTED_STYLES),
                "id": number,
                "styleIds": style_ids,
                "styles": styles,
            }

    def change(self, data: JsonObject) -> JsonObject:
        source = data["source"]
        if source == IncrementalSource.MUTATION:
            return self._mutation(data)
        if source == IncrementalSource.INPUT:
            text, checked = data.get("text", "on"), bool(data.get("isChecked", False))
            return {"source": source, "id": data["id"] + SHIFT, "text": text, "isChecked": checked}
        return common(data)

    def _mutation(self, data: JsonObject) -> JsonObject:
        adds: list[JsonObject] = []
        for add in data["adds"]:
            following = add.get("nextId")
            self._add(add["node"], add["parentId"], None if following is None else following + SHIFT, adds)
        return {
            "source": int(IncrementalSource.MUTATION),
            "adds": adds,
            "removes": [self._removed(remove) for remove in data["removes"]],
            "texts": [{"id": text["id"] + SHIFT, "value": text["value"]} for text in data["texts"]],
            "attributes": [
                {"id": change["id"] + SHIFT, "attributes": change["attributes"]} for change in data["attributes"]
            ],
        }

    def _removed(self, remove: JsonObject) -> JsonObject:
        parent = remove["parentId"]
        shadow = {"isShadow": True} if parent in self._hosts else {}
        return {"id": remove["id"] + SHIFT, "parentId": self._outer(parent), **shadow}

    def _add(self, node: JsonObject, parent: int, following: int | None, adds: list[JsonObject]) -> None:
        if node["type"] == _FRAGMENT:
            self._host(node, parent)
            self._add_all(node["childNodes"], node["id"], adds)
            return
        out = self._bare(node)
        if parent in self._hosts:
            out["isShadow"] = True
        adds.append({"parentId": self._outer(parent), "nextId": following, "node": out})
        self._add_all(node.get("childNodes", []), node["id"], adds)

    def _add_all(self, children: list[JsonObject], parent: int, adds: list[JsonObject]) -> None:
        # rrweb adds no children of an added node; one addition each, the last first, so that `nextId` is there.
        following = None
        for child in reversed(children):
            self._add(child, parent, following, adds)
            following = following if child["type"] == _FRAGMENT else child["id"] + SHIFT

    def _node(self, node: JsonObject) -> JsonObject:
        out = self._bare(node)
        for child in node.get("childNodes", ()):
            if child["type"] != _FRAGMENT:
                out["childNodes"].append(self._node(child))
                continue
            self._host(child, node["id"])
            for inside in child["childNodes"]:
                out["childNodes"].append({**self._node(inside), "isShadow": True})
        return out

    def _bare(self, node: JsonObject) -> JsonObject:
        out = {key: value for key, value in node.items() if key not in _LEFT_OUT}
        out["id"] = node["id"] + SHIFT
        if node.get("adoptedStyleSheets"):
            self._adopted.append((out["id"], node["adoptedStyleSheets"]))
        children = node.get("childNodes")
        if children is not None:
            out["childNodes"] = []
            if any(child["type"] == _FRAGMENT for child in children):
                out["isShadowHost"] = True
        if isinstance(out.get("attributes"), dict):
            out["attributes"] = attributes = dict(out["attributes"])
            attributes |= {
                key: attributes[key] not in (False, None) for key in ("checked", "selected") & attributes.keys()
            }
            element_size(attributes, out.get("tagName", ""))
        return out

    def _host(self, fragment: JsonObject, host: int) -> None:
        self._hosts[fragment["id"]] = host
        if fragment.get("adoptedStyleSheets"):
            self._adopted.append((host + SHIFT, fragment["adoptedStyleSheets"]))

    def _outer(self, number: int) -> int:
        return self._hosts.get(number, number) + SHIFT


def common(data: JsonObject) -> JsonObject:
    """A change that both dialects write as rrweb does, but for the ids."""
    if data["source"] in MOVES:
        positions = [{**position, "id": position["id"] + SHIFT} for position in data["positions"]]
        return {**data, "positions": positions}
    return {**data, "id": data["id"] + SHIFT} if "id" in data else dict(data)
