"""Small made-up sessions: a page, and what happens on it, as rrweb would write it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from bot.replay.read_recording import read
from bot.replay.recording import Recording

RECORDINGS = Path(__file__).parents[1] / "recordings"
SHOP = RECORDINGS / "rrweb" / "shop-rage.json.gz"
SDK_6 = RECORDINGS / "datadog" / "sdk-6.33.0-shop-v1"
SDK_7 = RECORDINGS / "datadog" / "sdk-7.16.2-shop-paired-rrweb"
START = 1_795_510_000_000
Json = dict[str, Any]


def shop_events() -> list[Json]:
    return json.loads(gzip.decompress(SHOP.read_bytes()))


def text(number: int, content: str) -> Json:
    return {"type": 3, "id": number, "textContent": content}


def element(number: int, tag: str, *children: Json, **attributes: str) -> Json:
    """Underscores in attribute names are written as dashes; a trailing one is dropped (`class_`)."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return {"type": 2, "id": number, "tagName": tag, "attributes": named, "childNodes": list(children)}


def adds_of(parent: int, node: Json) -> list[Json]:
    """A node with all in it, as rrweb writes it: one entry each, in order, none with children of its own."""
    adds = [{"parentId": parent, "nextId": None, "node": {**node, "childNodes": []}}]
    for child in node.get("childNodes", ()):
        adds += adds_of(node["id"], child)
    return adds


class Session:
    """Writes events; times are ms from the start. The page is there from the beginning."""

    def __init__(self, *body: Json, href: str = "https://shop.example/cart") -> None:
        self.events: list[Json] = []
        self.body = list(body)
        self.page(0, href)

    def event(self, at: int, kind: int, data: Json) -> Session:
        self.events.append({"type": kind, "timestamp": START + at, "data": data})
        return self

    def page(self, at: int, href: str, *body: Json) -> Session:
        """A page load: rrweb numbers its nodes from 1 again."""
        html = element(2, "html", element(3, "body", *(body or self.body)))
        self.event(at, 4, {"href": href, "width": 1280, "height": 720})
        node = {"type": 0, "id": 1, "childNodes": [html]}
        return self.event(at, 2, {"node": node, "initialOffset": {"left": 0, "top": 0}})

    def change(self, at: int, source: int, **data: Any) -> Session:
        return self.event(at, 3, {"source": source, **data})

    def click(self, at: int, number: int, x: float = 100, y: float = 100, held: int = 50) -> Session:
        """The release is at `at`; that is the time of the click."""
        self.change(at - held, 2, type=1, id=number, x=x, y=y)
        self.change(at, 2, type=0, id=number, x=x, y=y)
        return self.change(at, 2, type=2, id=number, x=x, y=y)

    def clicks(self, first: int, number: int, times: int, gap: int) -> Session:
        for count in range(times):
            self.click(first + count * gap, number)
        return self

    def mutation(self, at: int, number: int = 3) -> Session:
        changed = [{"id": number, "attributes": {"data-seen": str(at)}}]
        return self.change(at, 0, adds=[], removes=[], texts=[], attributes=changed)

    def add(self, at: int, parent: int, node: Json, before: int | None = None) -> Session:
        adds = [{"parentId": parent, "nextId": before, "node": node}]
        return self.change(at, 0, adds=adds, removes=[], texts=[], attributes=[])

    def custom(self, at: int, tag: str, **payload: Any) -> Session:
        return self.event(at, 5, {"tag": tag, "payload": payload})

    def error(self, at: int, message: str = "TypeError: cart is undefined") -> Session:
        return self.custom(at, "error", message=message, source="source")

    def moves(self, at: int, *positions: tuple[float, float, int]) -> Session:
        """Positions are x, y and ms before `at`."""
        found = [{"x": x, "y": y, "id": 3, "timeOffset": -before} for x, y, before in positions]
        return self.change(at, 1, positions=found)

    def recording(self, until: int = 0) -> Recording:
        if until:
            self.custom(until, "end")
        return read([json.dumps(self.events).encode()])
