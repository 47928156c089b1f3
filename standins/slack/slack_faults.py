"""Faults on demand and the journal of everything said, both for tests.

A fault is `{"kind": …, "times": n}` with what it aims at:
    ratelimit      `method`, `retry_after`: the Web API answers 429 and does nothing
    error          `method`, `error`: the Web API answers with this code and does nothing
    lost_response  `method`: the Web API does the work, then the connection breaks
    slow           `method`, `seconds`: the Web API waits first
    drop_ack       `event`: a delivery reaches the bot, its answer is lost, so Slack's retries follow
    duplicate      `event`, `copies`: the same event again, under new event ids
    refuse_block   `block`: a message with a block of this type is refused, as where a new block isn't rolled out yet
`method` and `event` may be "*".
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
KINDS = frozenset({"ratelimit", "error", "lost_response", "slow", "drop_ack", "duplicate", "refuse_block"})


@dataclass(slots=True)
class SlackFault:
    kind: str
    aim: str
    times: int
    details: Json = field(default_factory=dict)

    @classmethod
    def of(cls, wanted: Json) -> SlackFault:
        """Raises ValueError on a kind that doesn't exist."""
        if wanted.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        aim = wanted.get("method") or wanted.get("event") or wanted.get("block") or "*"
        return cls(wanted["kind"], str(aim), int(wanted.get("times", 1)), wanted)


class SlackFaults:
    def __init__(self) -> None:
        self._waiting: list[SlackFault] = []

    def add(self, fault: SlackFault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, kind: str, aim: str) -> Json | None:
        """The details of a fault of this kind that is due for `aim`; uses it up by one."""
        for fault in self._waiting:
            if fault.kind == kind and fault.aim in {"*", aim}:
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault.details
        return None


class Journal:
    """The last few thousand things said, oldest first, numbered. Tokens are not in it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: deque[Json] = deque(maxlen=5000)
        self._count = itertools.count(1)

    def note(self, way: str, name: str, **what: Any) -> None:
        """`way` is "api" (the bot called) or "delivery" (the bot was called)."""
        self._entries.append({"n": next(self._count), "at": self._clock(), "way": way, "name": name, **what})

    def entries(self, since: int = 0, way: str = "", name: str = "") -> list[Json]:
        return [
            entry
            for entry in self._entries
            if entry["n"] > since and way in {"", entry["way"]} and name in {"", entry["name"]}
        ]
