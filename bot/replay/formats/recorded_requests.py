"""Requests that recorders write down after they are over, as our own recorder writes them: when they began and ended.

- rrweb's network plugin, as PostHog and others have it (type 6, `rrweb/network@1`): `requests`, a list, or one request;
- Sentry's `performanceSpan` (type 5): `op` is `resource.fetch`, `resource.xhr`, `resource.script`, …; times in seconds.

A file that arrives is a reaction of the page as well, without a beginning that anybody waits for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.kernel.errors import Unfilmable
from bot.replay.formats.jsontext import Slice, parse
from bot.replay.formats.rrweb import RecordingHead, RrwebData, milliseconds
from bot.replay.recording import EventKind, JsonObject

_PLUGIN, _SPAN = b'"rrweb/network', b'"performanceSpan"'
TELLERS = frozenset({EventKind.CUSTOM, EventKind.PLUGIN})
"""The kinds of event that may hold requests."""
_REQUESTS = frozenset({"fetch", "xmlhttprequest", "xhr"})
_NO_FILES = frozenset({"navigation", "paint", "mark", "measure", "first-input", "event", "longtask"})
_EPOCH_FROM = 10**9
"""Smaller numbers are ms since the page was loaded; seconds since 1970 are larger since 2001."""
_LONGEST_MS = 3_600_000
_MOST = 1_000
"""Requests in one event; recorders write a few at a time."""


def requests_of(document: Slice, head: RecordingHead | None) -> list[bytes]:
    """Returns the requests in an event as JSON of custom events; nothing for the events that hold none."""
    data = head.data if head is not None else None
    if head is None or not isinstance(data, RrwebData):
        return []
    if head.type == EventKind.PLUGIN and bytes(data.plugin).startswith(_PLUGIN):
        find = _of_plugin
    elif head.type == EventKind.CUSTOM and bytes(data.tag) == _SPAN:
        find = _of_span
    else:
        return []
    try:
        payload = parse(document)["data"].get("payload")
    except Unfilmable:
        return []
    if isinstance(payload, list):
        payload = {"requests": payload}
    facts = find(payload) if isinstance(payload, dict) else iter(())
    return [custom_event_text(at, tag, about) for at, tag, about in facts]


def custom_event_text(at: int, tag: str, payload: JsonObject) -> bytes:
    data = {"tag": tag, "payload": payload}
    return msgspec.json.encode({"type": int(EventKind.CUSTOM), "timestamp": at, "data": data})


def _of_plugin(payload: JsonObject) -> Iterator[tuple[int, str, JsonObject]]:
    requests = payload.get("requests")
    for request in (requests if isinstance(requests, list) else [payload])[:_MOST]:
        if not isinstance(request, dict) or request.get("entryType") in _NO_FILES:
            continue
        start = _start(request)
        kind = str(request.get("initiatorType") or request.get("type") or request.get("kind") or "fetch")
        if start is not None:
            url = request.get("name") or request.get("url")
            yield from _request(kind.lower(), start, start + _lasted(request), url, request)


def _start(request: JsonObject) -> int | None:
    """In epoch ms; None for a request of which only the time since the page was loaded is known."""
    origin = _number(request.get("timeOrigin"))
    began = _number(request.get("startTime")) or _number(request.get("fetchStart"))
    times = (_time(request.get("timestamp")), _time(request.get("startTime")), origin + began if origin else 0)
    return next((milliseconds(time) for time in times if time >= _EPOCH_FROM), None)


def _lasted(request: JsonObject) -> int:
    duration = next(
        (_number(request[name]) for name in ("duration", "durationMs") if _number(request.get(name)) > 0), 0
    )
    end = _number(request.get("endTime") or request.get("responseEnd"))
    return round(min(max(0, duration or end - _number(request.get("startTime"))), _LONGEST_MS))


def _of_span(payload: JsonObject) -> Iterator[tuple[int, str, JsonObject]]:
    family, _, kind = str(payload.get("op")).partition(".")
    start, end = (milliseconds(_number(payload.get(f"{edge}Timestamp"))) for edge in ("start", "end"))
    if family == "resource" and start:
        data = payload.get("data")
        yield from _request(kind, start, max(start, end or start), payload.get("description"), data)


def _request(kind: str, start: int, end: int, url: Any, about: Any) -> Iterator[tuple[int, str, JsonObject]]:
    if kind not in _REQUESTS:
        yield end, "resource", {"url": str(url)}
        return
    known = about if isinstance(about, dict) else {}
    both = {"id": f"{start} {end} {url}", "method": str(known.get("method", "")), "url": str(url)}
    yield start, "request", {**both, "phase": "start"}
    status = next((known[name] for name in ("responseStatus", "status", "statusCode") if name in known), 0)
    yield end, "request", {**both, "phase": "end", "status": status}


def _time(value: Any) -> float:
    """Returns a time that was written as a number, as text, or as a date (ISO 8601); 0 for what is none."""
    if not isinstance(value, str):
        return _number(value)
    with suppress(ValueError):
        return float(value)
    with suppress(ValueError, OverflowError):
        date = datetime.fromisoformat(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000
    return 0


def _number(value: Any) -> float:
    """Returns 0 for what is no number, as JSON has them."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
