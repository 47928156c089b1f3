"""Trigger ids (3 s, one use) and response URLs (30 minutes, five uses)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from standins.slack.web_api_errors import WorkspaceRefused

RESPONSE_LIFE = 30 * 60.0
RESPONSE_USES = 5
MOST_KEPT = 2000


@dataclass(slots=True)
class Trigger:
    user: str
    view: str | None  # the view that the element is in: what views.push goes on top of
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class ResponseTarget:
    """What a response_url answers: the channel, the person, and the message (`ts`) whose element was used."""

    channel: str
    user: str
    ts: str | None
    thread: str | None
    expires_at: float
    uses_left: int = RESPONSE_USES


class Triggers:
    def __init__(self, clock: Callable[[], float], life: float) -> None:
        self._clock = clock
        self._life = life
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseTarget] = {}

    def new(self, user: str, view: str | None = None) -> str:
        name = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, view, self._clock() + self._life)
        _forget_oldest(self._triggers)
        return name

    def knows(self, name: str) -> bool:
        return name in self._triggers

    def exchange(self, name: str) -> Trigger:
        """Raises WorkspaceRefused with Slack's code for a trigger that is unknown, used or late."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise WorkspaceRefused("invalid_trigger_id")
        if trigger.used:
            raise WorkspaceRefused("exchanged_trigger_id")
        if self._clock() > trigger.expires_at:
            raise WorkspaceRefused("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response(self, channel: str, user: str, ts: str | None = None, thread: str | None = None) -> str:
        name = secrets.token_urlsafe(24)
        self._responses[name] = ResponseTarget(channel, user, ts, thread, self._clock() + RESPONSE_LIFE)
        _forget_oldest(self._responses)
        return name

    def response_target(self, name: str) -> ResponseTarget:
        """Raises WorkspaceRefused: `used_url` after five uses, `expired_url` after thirty minutes."""
        target = self._responses.get(name)
        if target is None or self._clock() > target.expires_at:
            raise WorkspaceRefused("expired_url")
        if target.uses_left == 0:
            raise WorkspaceRefused("used_url")
        target.uses_left -= 1
        return target


def _forget_oldest(kept: dict[str, Trigger] | dict[str, ResponseTarget]) -> None:
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
