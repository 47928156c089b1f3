"""Faults on demand, for tests: `{"kind": …, "times": n}` with what the fault aims at.

Instead of the call, which does nothing:
    ratelimit      `method`, `retry_after`: 429 with that header; null leaves the header out
    error          `method`, `error`, `status`: Slack's error body, with status 200 unless another is given
    http           `method`, `status`, `body`, `content_type`: an answer that is not Slack's, such as a proxy's HTML
    lost_request   `method`: the connection breaks before the work
After the call, which has done its work:
    lost_response  `method`: the connection breaks, and no answer comes
    cut_response   `method`: the connection breaks in the middle of the answer
    held_response  `method`, `seconds`: the answer waits that long, or until the faults are cleared
Otherwise:
    slow           `method`, `seconds`: the Web API waits before the work
    refuse_block   `block`: a message with a block of this type is refused, as where a new block isn't rolled out yet
    drop_ack       `event`: a delivery reaches the bot, its answer is lost, so Slack's retries follow
    duplicate      `event`, `copies`: the same event again, under new event ids

A `method` is one of the Web API's, or `response_url`, or `upload` for the bytes of a file.
`method` and `event` may be "*". A fault with a `channel` hits only calls that name this channel, one instead of a call
with `more_than` only calls with more blocks than that, so that it doesn't matter how often a message is tried. Faults
that fit the same call are used up in the order in which they were added.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
INSTEAD = frozenset({"ratelimit", "error", "http", "lost_request"})
AFTER = frozenset({"lost_response", "cut_response", "held_response"})
KINDS = INSTEAD | AFTER | {"slow", "refuse_block", "drop_ack", "duplicate"}
AIMED_AT = {"refuse_block": "block", "drop_ack": "event", "duplicate": "event"}  # any other kind at a method


@dataclass(slots=True)
class SlackFault:
    kind: str
    aim: str
    channel: str
    times: int
    details: Json = field(default_factory=dict)

    @classmethod
    def from_json(cls, body: Json) -> SlackFault:
        """Raises ValueError on a kind that doesn't exist."""
        if body.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        aim = str(body.get(AIMED_AT.get(body["kind"], "method"), "*"))
        return cls(body["kind"], aim, str(body.get("channel", "")), int(body.get("times", 1)), body)

    def hits(self, kinds: frozenset[str], aim: str, channel: str, blocks: int) -> bool:
        aimed = self.kind in kinds and self.aim in {"*", aim} and self.channel in {"", channel}
        return aimed and blocks > int(self.details.get("more_than", -1))


class SlackFaults:
    def __init__(self) -> None:
        self._waiting: list[SlackFault] = []
        self._cleared = asyncio.Event()

    def add(self, fault: SlackFault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        """Takes every fault away, and lets the answers go that are held."""
        self._waiting.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    def take(self, kinds: str | frozenset[str], aim: str, channel: str = "", blocks: int = 0) -> SlackFault | None:
        """Returns the first fault of these kinds that is due for `aim`, and uses it up by one."""
        wanted = frozenset([kinds]) if isinstance(kinds, str) else kinds
        for fault in self._waiting:
            if fault.hits(wanted, aim, channel, blocks):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    async def hold(self, seconds: float) -> None:
        """Returns after this many seconds, or when the faults are cleared."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._cleared.wait()
