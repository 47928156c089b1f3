"""Relative addresses, made absolute: Datadog records them as in the page, and rrweb's replay has another base."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from bot.replay.recording import EventKind, IncrementalSource, JsonObject

_FILES = frozenset({"src", "poster", "background"})
_STYLES = frozenset({"style", "_cssText"})
_URL = re.compile(r"""url\(\s*(["']?)(?!["']?\s*(?:data:|#))([^"')\s]+)\1\s*\)""", re.IGNORECASE)
_CANDIDATE = re.compile(r"(^|,)\s*([^\s,]+)((?:\s+[\d.]+[wxh])?)\s*(?=,|$)")


class Addresses:
    """Knows the page that is shown; `resolve` is given every event, in order, and changes what it holds."""

    def __init__(self) -> None:
        self._page = ""

    def resolve(self, kind: int, data: JsonObject) -> None:
        if kind == EventKind.META and isinstance(data.get("href"), str):
            self._page = data["href"]
        elif kind == EventKind.FULL:
            self._nodes(data.get("node"))
        elif kind == EventKind.CHANGE and data.get("source") == IncrementalSource.MUTATION:
            for added in data.get("adds", ()):
                self._nodes(added.get("node"))
            for changed in data.get("attributes", ()):
                self._attributes(changed.get("attributes"))

    def _nodes(self, root: Any) -> None:
        for node in _below(root):
            self._attributes(node.get("attributes"))

    def _attributes(self, attributes: Any) -> None:
        if not isinstance(attributes, dict):
            return
        for name, value in attributes.items():
            if not isinstance(value, str):
                continue
            if name in _FILES:
                attributes[name] = self._absolute(value)
            elif name == "srcset" and "data:" not in value:
                attributes[name] = _CANDIDATE.sub(
                    lambda one: f"{one[1]} {self._absolute(one[2])}{one[3]}", value
                ).strip()
            elif name in _STYLES and "url(" in value:
                attributes[name] = _URL.sub(lambda one: f"url({one[1]}{self._absolute(one[2])}{one[1]})", value)

    def _absolute(self, address: str) -> str:
        return address if address.startswith(("data:", "#")) else absolute(self._page, address)


def absolute(page: str, address: str) -> str:
    """Returns the whole address of what a page calls `address`; as it is where that can't be told."""
    try:
        return urljoin(page, address) if address else address
    except ValueError:  # no address at all, or the page's is none
        return address


def _below(root: Any) -> Iterator[JsonObject]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.get("childNodes") or ())
