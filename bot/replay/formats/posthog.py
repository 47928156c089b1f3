"""PostHog's snapshot lines: `["window", event]` or `{"window_id", "data": [event, ...]}`, big fields gzipped as text.

`cv` names the compression: "2024-10" holds gzip bytes as latin-1 characters, in all of `data` for a full snapshot and
in single fields of `data` for a change.
"""

from __future__ import annotations

from bot.replay.formats.jsontext import Slice, parse
from bot.replay.formats.packed import inflated
from bot.replay.recording import JsonObject

_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_FIELDS = ("texts", "attributes", "removes", "adds")


def uncompressed(raw: Slice, room: int) -> JsonObject | str:
    """The event with its `cv` fields opened, or why it is left out."""
    event = parse(raw)
    data = event.get("data")
    if isinstance(data, str):
        opened = _opened(data, room)
        return {**event, "data": opened} if isinstance(opened, dict) else _reason(data)
    if not isinstance(data, dict):
        return "event without data"
    for name in _FIELDS:
        if isinstance(data.get(name), str):
            opened = _opened(data[name], room)
            if not isinstance(opened, list):
                return _reason(data[name])
            data[name] = opened
    return {**event, "data": data}


def _opened(packed: str, room: int) -> object:
    text = inflated(packed, room)
    return None if text is None else parse(text)


def _reason(packed: str) -> str:
    start = packed[:4].encode("latin-1", "replace")
    return "zstandard-compressed event" if start == _ZSTANDARD else "damaged event"
