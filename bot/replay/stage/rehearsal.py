"""A recording of nothing in particular. A page that has played it plays the next one faster: all code is compiled.

One event of each common kind, on one page with what makes pages dear: text, gradients, inputs, a transition.
"""

from __future__ import annotations

from typing import Any

EVERY_MS = 100
CLICKED_MS = 4 * EVERY_MS
STYLE = (
    "body{background:linear-gradient(135deg,#fff,#dde);font:16px sans-serif}div{height:3000px;border-radius:9px}"
    "p{transition:all .5s;box-shadow:0 2px 9px #999}p.on{opacity:.5;transform:translateX(9px)}p:hover{color:#333}"
)
LINE, BODY = 7, 5
INPUT = {"id": 9, "type": 2, "tagName": "input", "attributes": {"value": "…"}, "childNodes": []}


def _element(number: int, name: str, attributes: dict[str, str], *children: Any) -> dict[str, Any]:
    return {"id": number, "type": 2, "tagName": name, "attributes": attributes, "childNodes": list(children)}


def _document() -> dict[str, Any]:
    words = {"id": 8, "type": 3, "textContent": "Rehearsal 연습"}
    head = _element(3, "head", {}, _element(4, "style", {"_cssText": STYLE}))
    body = _element(BODY, "body", {}, _element(6, "div", {}, _element(LINE, "p", {}, words), INPUT))
    return {"id": 1, "type": 0, "childNodes": [_element(2, "html", {}, head, body)]}


def rehearsal(width: int, height: int) -> list[dict[str, Any]]:
    """rrweb events for a page of that many px, `EVERY_MS` apart."""
    nothing: dict[str, Any] = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []}
    turned_on = {"attributes": [{"id": LINE, "attributes": {"class": "on"}}]}
    added = {"adds": [{"parentId": BODY, "nextId": None, "node": _element(10, "b", {})}]}
    events: list[tuple[int, dict[str, Any]]] = [
        (4, {"href": "about:blank", "width": width, "height": height}),
        (2, {"node": _document(), "initialOffset": {"left": 0, "top": 0}}),
        (3, nothing | turned_on),
        (3, {"source": 1, "positions": [{"x": 20, "y": 20, "id": LINE, "timeOffset": 0}]}),
        (3, {"source": 2, "type": 2, "x": 20, "y": 20, "id": LINE}),
        (3, nothing | added),
        (3, {"source": 3, "id": 1, "x": 0, "y": 60}),
    ]
    return [{"type": kind, "data": data, "timestamp": EVERY_MS * turn} for turn, (kind, data) in enumerate(events)]
