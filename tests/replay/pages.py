"""Small recordings made of serialised nodes, for tests that need a page of their own."""

from __future__ import annotations

import itertools
import json
from typing import Any

from bot.replay.read_recording import read
from bot.replay.recording import Recording

START = 1_700_000_000_000


class Page:
    """Numbers nodes as rrweb does."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def element(self, tag: str, attributes: dict[str, Any] | None = None, *children: Any) -> dict[str, Any]:
        inside = [self.text(child) if isinstance(child, str) else child for child in children]
        return {
            "type": 2,
            "id": next(self._ids),
            "tagName": tag,
            "attributes": attributes or {},
            "childNodes": inside,
        }

    def text(self, content: str) -> dict[str, Any]:
        return {"type": 3, "id": next(self._ids), "textContent": content}

    def document(self, head: list[Any], body: list[Any]) -> dict[str, Any]:
        html = self.element("html", {}, self.element("head", {}, *head), self.element("body", {}, *body))
        return {"type": 0, "id": next(self._ids), "childNodes": [html]}


def events(document: dict[str, Any], *changes: dict[str, Any], width: int = 640, height: int = 360) -> list[Any]:
    """A Meta, the page, the changes 100 ms apart, and a last event after two seconds."""
    meta = {"type": 4, "timestamp": START, "data": {"href": "http://shop.test/", "width": width, "height": height}}
    full = {"type": 2, "timestamp": START, "data": {"node": document, "initialOffset": {"left": 0, "top": 0}}}
    changed = [{"type": 3, "timestamp": START + 100 * (i + 1), "data": data} for i, data in enumerate(changes)]
    last = {"type": 3, "timestamp": START + 2000, "data": {"source": 3, "id": 1, "x": 0, "y": 0}}
    return [meta, full, *changed, last]


def recording(document: dict[str, Any], *changes: dict[str, Any], **size: int) -> Recording:
    return read([json.dumps(events(document, *changes, **size)).encode()])
