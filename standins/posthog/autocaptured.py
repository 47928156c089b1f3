"""What posthog-js would have sent where Datadog's SDK sent RUM events: the same clicks, told as PostHog tells them.

An action is a `$autocapture` click; a rage click is three of them, CLICKS_MS apart, with a `$rageclick`, a dead click
has a `$dead_click`, and an error click an `$exception` after it. A person has one mouse: actions of a session are at
least APART_MS apart, and later ones are moved where they aren't. An error of no click, or of one that met none by the
SDK's verdict, comes when no click is near: PostHog has nothing else to tell by. Synthetic tests are left out, as
posthog-js leaves robots out. Everything in a context is a property of its own.
"""

from __future__ import annotations

import json
import re
import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from standins.posthog.snapshot_blobs import as_iso

JsonObject = dict[str, Any]
APART_MS, CLICKS_MS, ERROR_MS = 1000, 60, 1001
LIB_VERSION = "1.380.0"
MASKED = frozenset({"", "Masked Element"})
CLICKS = frozenset({"click", "tap"})


def captured(events: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Yields rows of the table of events."""
    by_session: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for event in events:
        if event["session"].get("type", "user") == "user":
            by_session[event["session"]["id"]].append(event)
    for session, theirs in by_session.items():
        yield from _SessionTold(session, sorted(theirs, key=lambda event: int(event["date"]))).rows()


class _SessionTold:
    """One session. `events` are in the order of time."""

    def __init__(self, session: str, events: list[JsonObject]) -> None:
        self._events = events
        ids = [id for event in events if (id := event.get("usr", {}).get("id"))]
        browser = next((id for event in events if (id := event.get("usr", {}).get("anonymous_id"))), session)
        self._who = str(ids[-1]) if ids else f"anonymous {browser}"
        self._identified = bool(ids)
        self._clicks: list[int] = []
        self._ended: dict[str, int] = {}
        """When the last click was of each action that met an error."""

    def rows(self) -> Iterator[JsonObject]:
        views: set[str] = set()
        for event in self._events:
            kind = event["type"]
            if kind == "action":
                yield from self._action(event)
            elif kind == "view" and event["view"]["id"] not in views:
                views.add(event["view"]["id"])
                yield self._row("$pageview", int(event["date"]), event)
        told: set[str] = set()
        for event in self._events:
            if event["type"] == "error":
                yield from self._error(event, told)
        for at, event in self._unexplained(told).items():
            yield self._exception(at, event, "")

    def _unexplained(self, told: set[str]) -> dict[int, JsonObject]:
        """Error clicks of which no error is known: PostHog has an exception for them, without words."""
        actions = {event["action"]["id"]: event for event in self._events if event["type"] == "action"}
        return {self._ended[id] + 20: actions[id] for id in self._ended if id not in told}

    def _action(self, event: JsonObject) -> Iterator[JsonObject]:
        action, at = event["action"], int(event["date"])
        name = str(action.get("target", {}).get("name", ""))
        if action["type"] == "custom":
            yield self._row(name, at, event)
        if action["type"] not in CLICKS:
            return
        if self._clicks:
            at = max(at, self._clicks[-1] + APART_MS)
        self._clicks.append(at)
        kinds = {kind.removesuffix("_tap").removesuffix("_click") for kind in action["frustration"]["type"]}
        selector = str(event.get("_dd", {}).get("action", {}).get("target", {}).get("selector", ""))
        element = {"$event_type": "click", **({} if name in MASKED else {"$el_text": name})}
        chain = elements_chain(name, selector)
        times = [at, at + CLICKS_MS, at + 2 * CLICKS_MS] if "rage" in kinds else [at]
        for time in times:
            yield self._row("$autocapture", time, event, chain, element)
        if "rage" in kinds:
            yield self._row("$rageclick", times[-1], event, chain, element)
        if "dead" in kinds:
            yield self._row("$dead_click", at, event, chain, element | {"$dead_click_event_timestamp": at})
        if "error" in kinds:
            self._ended[action["id"]] = times[-1]

    def _error(self, event: JsonObject, told: set[str]) -> Iterator[JsonObject]:
        ids = [id for id in event.get("action", {}).get("id", []) if id in self._ended]
        message = str(event["error"].get("message", ""))
        for number, id in enumerate(ids):
            told.add(id)
            yield self._exception(self._ended[id] + 20 + number, event, message)
        if not ids:
            yield self._exception(self._quiet(int(event["date"])), event, message)

    def _quiet(self, at: int) -> int:
        """Returns the first time from then on before which no click is near."""
        while (before := bisect_right(self._clicks, at)) and at - self._clicks[before - 1] < ERROR_MS + 2 * CLICKS_MS:
            at = self._clicks[before - 1] + ERROR_MS + 2 * CLICKS_MS
        return at

    def _exception(self, at: int, event: JsonObject, message: str) -> JsonObject:
        kind = str(event.get("error", {}).get("type") or "Error")
        return self._row(
            "$exception", at, event, properties={"$exception_types": [kind], "$exception_values": [message]}
        )

    def _row(
        self, name: str, at: int, event: JsonObject, chain: str = "", properties: JsonObject | None = None
    ) -> JsonObject:
        said = common(event) | {"$is_identified": self._identified} | (properties or {})
        return {
            "uuid": str(uuid.uuid4()),
            "event": name,
            "timestamp": as_iso(at).replace("T", " ").removesuffix("Z"),
            "distinct_id": self._who,
            "person_id": str(uuid.uuid5(uuid.NAMESPACE_OID, self._who)),
            "elements_chain": chain,
            "properties": json.dumps(said, ensure_ascii=False),
            "person_properties": json.dumps({"email": event.get("usr", {}).get("email")}),
        }


def common(event: JsonObject) -> JsonObject:
    """The properties that every event has; what isn't known is missing."""
    url = str(event["view"].get("url", ""))
    rate = event.get("_dd", {}).get("configuration", {}).get("session_sample_rate", 100)
    tags = dict(tag.partition(":")[::2] for tag in str(event.get("ddtags") or "").split(","))
    said = {
        **event.get("context", {}),
        "$session_id": event["session"]["id"],
        "$window_id": f"w-{event['session']['id']}",
        "$current_url": url,
        "$pathname": urlsplit(url).path,
        "$browser": (event.get("browser") or {}).get("name"),
        "$os": (event.get("os") or {}).get("name"),
        "$device_type": str((event.get("device") or {}).get("type") or "").capitalize() or None,
        "$geoip_country_code": (event.get("geo") or {}).get("country_iso_code"),
        "$lib": "web",
        "$lib_version": LIB_VERSION,
        "$sample_threshold": rate / 100 if rate < 100 else None,
        "version": event.get("version"),
        "service": event.get("service"),
        "env": tags.get("env"),
    }
    return {name: value for name, value in said.items() if value is not None}


def elements_chain(name: str, selector: str) -> str:
    """The clicked element and one around it, as posthog-js writes them."""
    id = re.search(r"#([\w-]+)$", selector, re.ASCII)
    tag = re.search(r"([a-zA-Z][\w-]*)[^>]*$", selector.lstrip("#."), re.ASCII) if not id else None
    first = (tag[1].lower() if tag else "button") + ":"
    first += f'attr__id="{id[1]}"' if id else ""
    text = "" if name in MASKED else 'text="' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f'{first}nth-child="1"nth-of-type="1"{text};main:nth-child="2"nth-of-type="1"'
