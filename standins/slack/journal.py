"""The journal: every call of the bot and every delivery to it, for tests."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
MOST_ENTRIES = 5000


class Journal:
    """The newest entries, oldest first, numbered. Tokens are not in it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: deque[Json] = deque(maxlen=MOST_ENTRIES)
        self._count = itertools.count(1)

    def note(self, way: str, name: str, **fields: Any) -> None:
        """Adds an entry; `way` is "api" (the bot called) or "delivery" (the bot was called)."""
        self._entries.append({"n": next(self._count), "at": self._clock(), "way": way, "name": name, **fields})

    def entries(self, since: int = 0, way: str = "", name: str = "") -> list[Json]:
        """Returns the entries after number `since`, of this way and name where they are given."""
        return [
            entry
            for entry in self._entries
            if entry["n"] > since and way in {"", entry["way"]} and name in {"", entry["name"]}
        ]
