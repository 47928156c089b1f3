"""RUM events as the browser SDK sends them, for tests to vary, and a week to ask about."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.signals.answer import Answer, Counts, TargetMatch
from bot.signals.question import Period, Question, Signal

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 12, 3, 15, 42, 7, tzinfo=SEOUL)
"""For the stand-in, too: see the fixtures `world`."""
MONDAY = (NOW - timedelta(days=10)).replace(hour=0, minute=0, second=0)
"""A midnight whose week before is still kept."""
NOON = MONDAY + timedelta(hours=12)
WEEK = Period(MONDAY, MONDAY + timedelta(days=3))
BUY = [TargetMatch("Buy now")]
ASKED = Question(WEEK, target="buy button")
_numbers = itertools.count()


def signals(counts: Counts | None) -> list[int]:
    """Returns rage, dead and error clicks, in this order."""
    assert counts is not None
    return [counts.by_signal.get(signal, 0) for signal in Signal]


def labels(answer: Answer) -> list[str]:
    return [group.label for group in answer.groups]


def action(at: datetime, *kinds: str, target: str = "Buy now", selector: str = "#buy", **more: Any) -> dict[str, Any]:
    """A click; `more` may name session, user, browser, country, version, env, service, url, id, replay, errors."""
    id = more.get("id") or f"a-{next(_numbers)}"
    user = more.get("user", "u-1")
    event = _common(at, **more) | {
        "type": "action",
        "action": {
            "id": id,
            "type": more.get("kind", "click"),
            "target": {"name": target},
            "frustration": {"type": list(kinds)},
            "error": {"count": more.get("errors", 0)},
        },
        "usr": {} if user is None else {"id": user},
    }
    event["_dd"] = {"action": {"target": {"selector": selector}}} | event["_dd"]
    return event


def error(at: datetime, message: str, *actions: str, **more: Any) -> dict[str, Any]:
    inner = {"id": f"e-{next(_numbers)}", "message": message, "source": "source"}
    return _common(at, **more) | {"type": "error", "action": {"id": list(actions)}, "error": inner}


def view(at: datetime, id: str, **more: Any) -> dict[str, Any]:
    event = _common(at, **more) | {"type": "view"}
    event["view"]["id"] = id
    return event


def session(at: datetime, id: str) -> dict[str, Any]:
    return _common(at, session=id) | {"type": "session"}


def _common(at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "date": round(at.astimezone(UTC).timestamp() * 1000),
        "service": more.get("service", "shop"),
        "version": more.get("version", "2.31.0"),
        "ddtags": f"env:{more.get('env', 'prod')}",
        "session": {
            "id": more.get("session", "s-1"),
            "type": more.get("session_type", "user"),
            "has_replay": more.get("replay", True),
        },
        "view": {
            "id": more.get("view", "v-1"),
            "url": more.get("url", "https://shop.example/cart?x=1"),
            "name": "cart",
        },
        "browser": {"name": more.get("browser", "Chrome")},
        "geo": {"country_iso_code": more.get("country", "KR")},
        "device": {"type": "Desktop"},
        "os": {"name": "iOS"},
        "context": more.get("context", {}),
        "_dd": {"configuration": {"session_sample_rate": more.get("rate", 100)}},
    }
