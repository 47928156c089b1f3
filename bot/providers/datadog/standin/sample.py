"""Events in the shape of the API: from what the browser SDK sends, and a small crowd that is made up."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from bot.providers.datadog.standin.world import JsonObject

_TARGETS = (("Buy now", "#buy", 5), ("구매하기", "#buy", 2), ("Add to cart", ".add", 6), ("Apply coupon", "#coupon", 3))
_PAGES = ("/product", "/cart", "/checkout")
_BROWSERS = (("Chrome", "Desktop"), ("Safari", "Desktop"), ("Mobile Safari", "Mobile"), ("Firefox", "Desktop"))
_COUNTRIES = ("KR", "US", "DE")
_ERRORS = ("TypeError: cart is undefined", "HTTP 500 on /api/orders", "Quota exceeded")


def shaped(sent: JsonObject) -> JsonObject:
    """What the API gives for an event that the SDK sent: wrapped, with tags, and with the parts of its address."""
    inner = {name: value for name, value in sent.items() if name not in ("date", "version", "ddtags")}
    inner["view"] = sent.get("view", {}) | _address(str(sent.get("view", {}).get("url", "")))
    inner.setdefault("session", {}).setdefault("type", "user")
    moment = datetime.fromtimestamp(sent["date"] / 1000, UTC)
    tags = [tag for tag in str(sent.get("ddtags", "")).split(",") if tag]
    tags += [f"{name}:{sent[name]}" for name in ("service", "version") if sent.get(name)]
    attributes: JsonObject = {
        "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "service": sent.get("service", ""),
        "tags": tags,
        "attributes": inner,
    }
    return {"id": str(uuid.uuid4()), "type": "rum", "attributes": attributes}


def _address(url: str) -> JsonObject:
    parts = urlsplit(url)
    group = re.sub(r"/[^/]*\d[^/]*", "/?", parts.path)
    return {
        "url_path": parts.path,
        "url_path_group": group,
        "url_host": parts.hostname or "",
        "url_query": dict(parse_qsl(parts.query)),
    }


def recorded(lines: bytes) -> list[JsonObject]:
    """From the NDJSON that the SDK sends. A view is sent again as it grows: the last one of each counts."""
    views: dict[str, JsonObject] = {}
    others: list[JsonObject] = []
    for line in lines.splitlines():
        event = msgspec.json.decode(line)
        if event["type"] == "view":
            views[event["view"]["id"]] = event
        else:
            others.append(event)
    found = [*views.values(), *others]
    return [shaped(it) for it in [*found, *_sessions(found)]]


def _sessions(events: Sequence[JsonObject]) -> Iterator[JsonObject]:
    """Datadog makes these itself."""
    firsts: dict[str, JsonObject] = {}
    replayed = {it["session"]["id"] for it in events if it["session"].get("has_replay")}
    for event in sorted(events, key=lambda it: it["date"]):
        firsts.setdefault(event["session"]["id"], event)
    for id, first in firsts.items():
        session = first["session"] | {"has_replay": id in replayed}
        yield first | {"type": "session", "session": session, "action": {}, "error": {}}


def made(
    now: datetime, sessions: int = 400, days: float = 14, seed: int = 7, replayed: float = 0.3
) -> list[JsonObject]:
    """A crowd on a shop: every session uses some targets, a part of the clicks is frustrated, worse in the end.

    RUM calls this share of the sessions `replayed`, and yet nobody's segments are there.
    """
    chance = random.Random(seed)  # noqa: S311 - the same crowd every time
    sent: list[JsonObject] = []
    for number in range(sessions):
        age = chance.random() * days
        sent += _session(
            chance, number, now.timestamp() * 1000 - age * 86_400_000, worse=age < days / 4, replayed=replayed
        )
    return [shaped(it) for it in [*sent, *_sessions(sent)]]


def _session(chance: random.Random, number: int, start: float, *, worse: bool, replayed: float) -> Iterable[JsonObject]:
    browser, device = chance.choice(_BROWSERS)
    about: JsonObject = {
        "application": {"id": "shop"},
        "service": "shop",
        "version": "2.31.0" if worse else "2.30.4",
        "ddtags": "env:prod",
        "session": {"id": f"session-{number}", "type": "user", "has_replay": chance.random() < replayed},
        "view": {
            "id": f"view-{number}",
            "url": f"https://shop.example{chance.choice(_PAGES)}?n={number}",
            "name": "shop",
        },
        "usr": {
            "id": f"user-{number * 2 // 3}",
            "anonymous_id": f"browser-{number}",
            "plan": chance.choice(("pro", "free")),
        },
        "browser": {"name": browser},
        "device": {"type": device},
        "geo": {"country_iso_code": chance.choice(_COUNTRIES)},
        "context": {"team": "checkout"},
        "_dd": {"configuration": {"session_sample_rate": 100, "session_replay_sample_rate": 30}},
    }
    yield about | {"type": "view", "date": int(start)}
    for click in range(chance.randint(1, 6)):
        yield from _click(
            chance, about, int(start + 1000 + click * chance.randint(2000, 20_000)), f"{number}-{click}", worse
        )


def _click(chance: random.Random, about: JsonObject, at: int, id: str, worse: bool) -> Iterable[JsonObject]:
    (name, selector, _), types = chance.choices(_TARGETS, [it[2] for it in _TARGETS])[0], []
    if name in ("Buy now", "구매하기"):
        odds: dict[str, float] = {"rage_click": 0.3 if worse else 0.1, "dead_click": 0.15, "error_click": 0.2}
        types = [kind for kind, odd in odds.items() if chance.random() < odd]
    failed = "error_click" in types
    action: dict[str, Any] = {
        "id": f"action-{id}",
        "type": "click",
        "target": {"name": name},
        "frustration": {"type": types},
        "error": {"count": int(failed)},
    }
    yield about | {
        "type": "action",
        "date": at,
        "action": action,
        "_dd": about["_dd"] | {"action": {"target": {"selector": selector}}},
    }
    if failed:
        error = {"id": f"error-{id}", "message": chance.choice(_ERRORS), "source": "source"}
        yield about | {"type": "error", "date": at + 40, "action": {"id": [f"action-{id}"]}, "error": error}
