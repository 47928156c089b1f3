"""Trigger ids (3 s, one use) and response URLs (30 minutes, five uses)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from standins.slack.web_api_errors import WorkspaceRefused

RESPONSE_LIFE = 30 * 60.0
RESPONSE_USES = 5
KEPT = 2000


@dataclass(slots=True)
class Trigger:
    user: str
    view: str | None  # the view it was pressed in: what views.push goes on top of
    ends: float
    used: bool = False


@dataclass(slots=True)
class Reply:
    """Where a response_url leads: the channel, who pressed, and the message (`ts`) that was pressed."""

    channel: str
    user: str
    ts: str | None
    thread: str | None
    ends: float
    left: int = RESPONSE_USES


class Triggers:
    def __init__(self, clock: Callable[[], float], life: float) -> None:
        self._clock = clock
        self._life = life
        self._triggers: dict[str, Trigger] = {}
        self._replies: dict[str, Reply] = {}

    def new(self, user: str, view: str | None = None) -> str:
        name = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, view, self._clock() + self._life)
        _forget_oldest(self._triggers)
        return name

    def exchange(self, name: str) -> Trigger:
        """Raises Refused with Slack's code for a trigger that is unknown, used or late."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise WorkspaceRefused("invalid_trigger_id")
        if trigger.used:
            raise WorkspaceRefused("exchanged_trigger_id")
        if self._clock() > trigger.ends:
            raise WorkspaceRefused("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_reply(self, channel: str, user: str, ts: str | None = None, thread: str | None = None) -> str:
        name = secrets.token_urlsafe(24)
        self._replies[name] = Reply(channel, user, ts, thread, self._clock() + RESPONSE_LIFE)
        _forget_oldest(self._replies)
        return name

    def reply(self, name: str) -> Reply:
        """Raises Refused: `used_url` after five uses, `expired_url` after thirty minutes."""
        reply = self._replies.get(name)
        if reply is None or self._clock() > reply.ends:
            raise WorkspaceRefused("expired_url")
        if reply.left == 0:
            raise WorkspaceRefused("used_url")
        reply.left -= 1
        return reply


def _forget_oldest(kept: dict[str, Trigger] | dict[str, Reply]) -> None:
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
