"""Makes a long recording out of a short one: an hour of moves and small changes, then the short one as its end.

    python -m tests.replay.long_recording [--minutes 60] [--checkout-minutes 5] > long.json

The last part is the short recording itself, so that the same clip can be cut from both.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parents[1] / "recordings"
SHOP = RECORDINGS / "rrweb" / "shop-rage.json.gz"
_IDS = ("id", "parentId", "nextId", "rootId")
_FIRST_FREE_ID = 50_000
_GENERATION = 1_000_000
"""A checkout numbers the nodes anew; that many ids are between two generations."""
_STEP_MS = 450
_CLASSES = 170
"""Makes a note about 2 kB."""


def shop() -> list[dict[str, Any]]:
    """34 s of a shop: scrolling, search, a form, and rage clicks on a Buy button that fails."""
    return json.loads(gzip.decompress(SHOP.read_bytes()))


def long_recording(minutes: int = 60, checkout_minutes: int | None = 5, positions: int = 9) -> bytes:
    """JSON of about 12 MB and 16,000 events for an hour. `checkout_minutes` None: one full snapshot, at the start.

    `positions` 0 writes every position of the pointer as an event of its own, which makes 100,000 events of it.
    """
    short = shop()
    start = short[0]["timestamp"]
    length = minutes * 60_000
    events = short[:2]
    generation = 0
    for step in range(1, length // _STEP_MS):
        at = start + step * _STEP_MS
        if checkout_minutes and step % (checkout_minutes * 60_000 // _STEP_MS) == 0:
            generation += 1
            events += [_moved(event, at, generation) for event in short[:2]]
        events += [_moved(event, at, generation) for event in _filler(short[1], step, positions)]
    end = start + length
    if checkout_minutes:
        generation += 1
        events += [_moved(event, end, generation) for event in short[:2]]
    events += [_moved(event, end + event["timestamp"] - start, generation) for event in short[2:]]
    return json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode()


def _moved(event: dict[str, Any], at: int, generation: int) -> dict[str, Any]:
    return {**_renumbered(event, generation * _GENERATION), "timestamp": at}


def _renumbered(value: Any, by: int) -> Any:
    if isinstance(value, list):
        return [_renumbered(item, by) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inner + by if key in _IDS and isinstance(inner, int) else _renumbered(inner, by)
        for key, inner in value.items()
    }


def _filler(snapshot: dict[str, Any], step: int, positions: int) -> list[dict[str, Any]]:
    """A batch of moves, and a note that is put on the page and taken off again by the next one."""
    body = _body(snapshot["data"]["node"])
    moves = [
        {"x": (step * 7 + place * 13) % 1280, "y": step * 3 % 720, "id": body, "timeOffset": place * 50 - 450}
        for place in range(positions or 12)
    ]
    batches = [moves] if positions else [[{**move, "timeOffset": 0}] for move in moves]
    events = [{"type": 3, "data": {"source": 1, "positions": batch}} for batch in batches]
    return [*events, {"type": 3, "data": _note(body, step)}]


def _note(body: int, step: int) -> dict[str, Any]:
    """Odd steps put a note on the page, even ones take it off."""
    note = _FIRST_FREE_ID + step // 2 * 2
    change = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []}
    if step % 2 == 0:
        return {**change, "removes": [{"parentId": body, "id": note - 2}]}
    classes = " ".join(f"tone-{step % 7}-{number}" for number in range(_CLASSES))
    attributes = {"class": classes, "style": "display:none"}
    element = {"type": 2, "tagName": "div", "attributes": attributes, "childNodes": [], "id": note}
    text = {"type": 3, "textContent": f"Offer {step} of the day · 오늘의 특가 {step}", "id": note + 1}
    adds = [{"parentId": body, "nextId": None, "node": element}, {"parentId": note, "nextId": None, "node": text}]
    return {**change, "adds": adds}


def _body(node: dict[str, Any]) -> int:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.get("tagName") == "body":
            return found["id"]
        waiting.extend(found.get("childNodes", ()))
    raise ValueError("no body")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--checkout-minutes", type=int, default=5, help="0 for none")
    chosen = parser.parse_args()
    sys.stdout.buffer.write(long_recording(chosen.minutes, chosen.checkout_minutes or None))


if __name__ == "__main__":
    main()
