"""What rrweb itself does not record and senders add as events of their own: errors, requests, opened windows.

- custom events (type 5): `error` {message, source}, `request` {phase: "start" | "end", id, method, url, status},
  `window_open`, `view_end`, `resource` (a file that arrived), `action` and `frustration`
  (verdicts of the sender's own SDK);
- rrweb's console plugin (type 6, `rrweb/console@…`), level `error`;
- Sentry's breadcrumbs (`breadcrumb` {category: "console", level: "error", message}, {category: "navigation", data});
- PostHog's `$pageview` and `$url_changed` {href}, for pages that change their address without being loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.replay.formats.jsontext import parse
from bot.replay.recording import Event, EventKind, JsonObject

UNKNOWN_ERROR = "Error"
MAX_MESSAGE = 1_000
_UNCAUGHT = re.compile(r"^Uncaught (\(in promise\) )?")


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """What an event is to clicks.

    `kind` is `error`, `request`, `activity`, `view_end`, `address`, `action` or `frustration`; empty where no click is
    concerned.
    """

    kind: str
    message: str = ""
    request: str = ""
    start: bool = False
    payload: JsonObject | None = None


_MOVED = ("$pageview", "$url_changed")
_CONSOLE_ERROR = ("console", "error")
NOTHING = CustomEvent("")
_SIMPLE = {
    "window_open": CustomEvent("activity"),
    "resource": CustomEvent("activity"),
    "view_end": CustomEvent("view_end"),
}


def custom_event(event: Event) -> CustomEvent:
    """Returns the meaning of a custom or plugin event; a damaged one has none."""
    try:
        data = event.data
    except Unfilmable:
        return NOTHING
    payload = data.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    return (
        _console(data.get("plugin"), payload) if event.type == EventKind.PLUGIN else _custom(data.get("tag"), payload)
    )


def _custom(tag: Any, payload: JsonObject) -> CustomEvent:
    if tag == "error" or (tag == "breadcrumb" and (payload.get("category"), payload.get("level")) == _CONSOLE_ERROR):
        return CustomEvent("error", message=_message(payload.get("message")))
    if tag == "request":
        return CustomEvent("request", request=str(payload.get("id", ""))[:200], start=payload.get("phase") == "start")
    if tag in _MOVED or (tag == "breadcrumb" and payload.get("category") == "navigation"):
        data = payload.get("data")
        to = payload.get("href") or (data.get("to") if isinstance(data, dict) else "")
        return CustomEvent("address", message=to) if isinstance(to, str) and to else NOTHING
    if tag in ("action", "frustration"):
        return CustomEvent(tag, payload=payload)
    return _SIMPLE.get(tag, NOTHING) if isinstance(tag, str) else NOTHING


def _console(plugin: Any, payload: JsonObject) -> CustomEvent:
    if not str(plugin).startswith("rrweb/console") or payload.get("level") != "error":
        return NOTHING
    written = payload.get("payload")
    first = written[0] if isinstance(written, list) and written else ""
    return CustomEvent("error", message=_message(_unquoted(first)))


def _unquoted(text: Any) -> Any:
    """The console plugin writes each argument as JSON, or as JSON cut off."""
    if not isinstance(text, str) or not text.startswith('"'):
        return text
    try:
        return parse(text.encode("utf-8", "replace"))
    except Unfilmable:
        return text.strip('"')


def _message(text: Any) -> str:
    """The first line, without what browsers put before it; errors without words are still errors."""
    lines = text.strip().splitlines() if isinstance(text, str) else []
    return (_UNCAUGHT.sub("", lines[0]).strip()[:MAX_MESSAGE] if lines else "") or UNKNOWN_ERROR
