"""RUM events put into a stand-in."""

from __future__ import annotations

from typing import Any

from standins.datadog.world import World
from tests.providers.contract.events import MONDAY, NOON, NOW, SEOUL, WEEK, action, error, session, view


def put(world: World, *events: dict[str, Any]) -> None:
    world.events.add(events)


__all__ = ["MONDAY", "NOON", "NOW", "SEOUL", "WEEK", "action", "error", "put", "session", "view"]
