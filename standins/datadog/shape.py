"""Events of the browser SDK, completed as Datadog completes them, and in the shape in which the API returns them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

JsonObject = dict[str, Any]


def recorded(lines: bytes) -> list[JsonObject]:
    """Returns the events of the SDK's NDJSON. A view is sent again as it grows: the last one of each counts."""
    views: dict[str, JsonObject] = {}
    others: list[JsonObject] = []
    for line in lines.splitlines():
        event = msgspec.json.decode(line)
        if event["type"] == "view":
            views[event["view"]["id"]] = event
        else:
            others.append(event)
    return list(with_sessions([*views.values(), *others]))


def with_sessions(events: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Yields the events, and an event for each session, made from its first one as Datadog does."""
    firsts: dict[str, tuple[float, bytes]] = {}  # as JSON, because there are many
    replayed: set[str] = set()
    for event in events:
        id = event["session"]["id"]
        if id not in firsts or event["date"] < firsts[id][0]:
            firsts[id] = event["date"], msgspec.json.encode(event)
        if event["session"].get("has_replay"):
            replayed.add(id)
        yield event
    for id, (_, text) in firsts.items():
        first = msgspec.json.decode(text)
        session = first["session"] | {"has_replay": id in replayed}
        yield first | {"type": "session", "session": session, "action": {}, "error": {}}


def shaped(sent: JsonObject, number: int) -> JsonObject:
    """Returns an event as the API does: wrapped, with tags and the parts of its address. `number` makes its id."""
    inner = {name: value for name, value in sent.items() if name not in ("date", "version", "ddtags")}
    view = sent.get("view", {})
    inner["view"] = view | address(str(view.get("url", "")))
    inner["session"] = {"type": "user"} | sent.get("session", {})
    moment = datetime.fromtimestamp(sent["date"] / 1000, UTC)
    attributes: JsonObject = {
        "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "service": sent.get("service", ""),
        "tags": tags(sent),
        "attributes": inner,
    }
    return {"id": str(uuid.UUID(int=number)), "type": "rum", "attributes": attributes}


def tags(sent: JsonObject) -> list[str]:
    own = [tag for tag in str(sent.get("ddtags") or "").split(",") if tag]
    return own + [f"{name}:{sent[name]}" for name in ("service", "version") if sent.get(name)]


@lru_cache(maxsize=10_000)
def address(url: str) -> JsonObject:
    """Returns what Datadog adds to a view from its address."""
    parts = urlsplit(url)
    group = re.sub(r"/[^/]*\d[^/]*", "/?", parts.path)
    return {
        "url_path": parts.path,
        "url_path_group": group,
        "url_host": parts.hostname or "",
        "url_query": dict(parse_qsl(parts.query)),
    }
