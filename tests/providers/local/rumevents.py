"""RUM events as a page would send them, for tests to vary."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from typing import Any

_ids = itertools.count(1)


def action(
    moment: datetime, *types: str, target: str = "Buy", session: str = "s-1", user: str | None = "u-1", **more: Any
) -> dict[str, Any]:
    """One click with these frustration types. `more` overrides top-level fields."""
    return {
        "type": "action",
        "date": int(moment.timestamp() * 1000),
        "session": {"id": session, "type": "user"},
        "view": {"id": f"v-{session}", "url": more.pop("url", "https://shop.example/cart?step=2#top")},
        "usr": {"id": user} if user else {},
        "action": {
            "id": more.pop("id", f"a-{next(_ids)}"),
            "type": more.pop("kind", "click"),
            "target": {"name": target},
            "frustration": {"type": list(types)},
        },
        "_dd": {"action": {"target": {"selector": more.pop("selector", "#buy")}, "position": {"x": 3, "y": 4}}},
        **more,
    }


def error(moment: datetime, message: str, *actions: str, session: str = "s-1", **more: Any) -> dict[str, Any]:
    return {
        "type": "error",
        "date": int(moment.timestamp() * 1000),
        "session": {"id": session, "type": "user"},
        "view": {"id": f"v-{session}", "url": "https://shop.example/cart"},
        "error": {"id": f"e-{next(_ids)}", "message": message, "source": "source"},
        "action": {"id": list(actions) if len(actions) != 1 else actions[0]},
        **more,
    }


def view(moment: datetime, document: int, *, id: str = "v-s-1", session: str = "s-1", **counts: int) -> dict[str, Any]:
    return {
        "type": "view",
        "date": int(moment.timestamp() * 1000),
        "session": {"id": session, "type": "user"},
        "view": {"id": id, "url": "https://shop.example/", **{name: {"count": n} for name, n in counts.items()}},
        "_dd": {"document_version": document},
    }


def lines(*events: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(event) for event in events).encode()
