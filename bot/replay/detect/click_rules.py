"""Rage, dead and error clicks by the rules of the Datadog browser SDK (browser-rum-core).

clickChain.ts, computeFrustration.ts, trackClickActions.ts, waitPageActivityEnd.ts and listenActionEvents.ts, version
7.16. All times are epoch ms. The documentation says "more than three" clicks for rage; the code counts three.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bot.signals.question import Signal

VALIDATION_MS = 100
"""A click is alive when the page does something within this time; it lasts until the page is quiet for as long."""
MAX_CLICK_MS = 10_000
CHAIN_MS = 1_000
CHAIN_PX = 100
RAGE_CLICKS = 3
RAGE_MS = 1_000


@dataclass(slots=True)
class UserActivity:
    """What the user did between one press of the pointer and the next."""

    selection: bool = False
    scroll: bool = False
    input: bool = False


@dataclass(slots=True, eq=False)
class Click:
    """A press and release of the pointer. Where, on what and when are those of the release."""

    pressed: int
    at: int
    node: int
    x: float
    y: float
    name: str
    selector: str
    never_dead: bool
    """The target does something of its own: a text field, a link, a canvas."""
    user: UserActivity
    href: str = ""
    """The page on which it was made, which may not be the one to which it led."""
    active: bool = False
    void: bool = False
    """It is no click: a swipe, a long press, a right click; or a tap until the browser's own click event comes."""
    awaited_until: int = 0
    """How long that event is waited for."""
    ignored: frozenset[Signal] = frozenset()
    """What the page's makers opted out for the target."""
    error: str = ""
    closes_at: int = 0
    requests: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.closes_at = self.at + VALIDATION_MS

    def page_activity(self, at: int) -> None:
        self.active = True
        self._last_until(at)

    def request(self, number: str, at: int, *, start: bool) -> None:
        """A request that began during the click keeps it open; the end of an older one is nothing to it."""
        if start:
            self.requests.add(number)
        elif number not in self.requests:
            return
        else:
            self.requests.discard(number)
        self.page_activity(at)

    def _last_until(self, at: int) -> None:
        limit = self.at + MAX_CLICK_MS
        self.closes_at = limit if self.requests else min(at + VALIDATION_MS, limit)

    @property
    def dead(self) -> bool:
        reacted = self.active or self.user.input or self.user.scroll or self.never_dead
        return not reacted and Signal.DEAD not in self.ignored

    @property
    def calm(self) -> bool:
        """Whether it can be no part of a rage click."""
        return self.user.selection or self.user.scroll or Signal.RAGE in self.ignored

    @property
    def failed(self) -> bool:
        return bool(self.error) and Signal.ERROR not in self.ignored


@dataclass(slots=True, eq=False)
class Chain:
    """Clicks on one node in quick succession. It is judged when it is closed and all its clicks are over."""

    clicks: list[Click]
    accepts_until: float = 0
    error: str = ""
    """The first error from its first click to its judgement, which is what counts for rage."""

    def __post_init__(self) -> None:
        self.accepts_until = self.clicks[0].at + CHAIN_MS

    def takes(self, click: Click) -> bool:
        """Adds the click if it continues the chain; else closes the chain."""
        last = self.clicks[-1]
        near = math.hypot(click.x - last.x, click.y - last.y) <= CHAIN_PX
        if click.at < self.accepts_until and click.node == last.node and near:
            self.clicks.append(click)
            self.accepts_until = click.at + CHAIN_MS
            return True
        self.accepts_until = min(self.accepts_until, click.at)
        return False

    def stop(self, at: int) -> None:
        """The view has ended: that is what the open clicks did, and nothing that comes later belongs to them."""
        self.accepts_until = min(self.accepts_until, at)
        for click in self.clicks:
            click.active |= at <= click.closes_at
            click.closes_at = min(click.closes_at, at)

    def over(self, now: int) -> bool:
        waits = any(click.closes_at >= now or (click.void and click.awaited_until >= now) for click in self.clicks)
        return self.accepts_until <= now and not waits

    def verdicts(self) -> list[tuple[list[Click], tuple[Signal, ...], str]]:
        """The actions of the chain: their clicks, signals and first error. Rage makes one action of all clicks."""
        clicks = [click for click in self.clicks if not click.void]
        if _rage(clicks):
            dead = any(click.dead for click in clicks)
            failed = bool(self.error) and Signal.ERROR not in clicks[0].ignored
            return [(clicks, _signals(rage=True, dead=dead, error=failed), self.error)]
        selected = any(click.user.selection for click in clicks)
        return [
            ([click], _signals(rage=False, dead=click.dead and not selected, error=click.failed), click.error)
            for click in clicks
        ]


def _rage(clicks: list[Click]) -> bool:
    if any(click.calm for click in clicks):
        return False
    return any(third.at - first.at <= RAGE_MS for first, third in zip(clicks, clicks[RAGE_CLICKS - 1 :], strict=False))


def _signals(*, rage: bool, dead: bool, error: bool) -> tuple[Signal, ...]:
    flags = zip((Signal.RAGE, Signal.DEAD, Signal.ERROR), (rage, dead, error), strict=True)
    return tuple(signal for signal, flag in flags if flag)
