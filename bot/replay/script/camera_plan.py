"""What the camera needs to know before a clip is filmed: when and where somebody clicks, and when the page changes.

What stands on the page, and what appears on it, is read while it is played (`stage/camera.js`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, TypeGuard

import msgspec

from bot.kernel.errors import Unfilmable
from bot.replay.detect.dom import DomPage
from bot.replay.detect.pointer import Interaction
from bot.replay.recording import EventKind, IncrementalSource, JsonObject
from bot.replay.script.consequence import says
from bot.replay.script.moment import AGAIN_MS
from bot.replay.script.page_changes import NOTHING
from bot.replay.script.revealed import Reveals, told_of

LEAD_MS = 1_000
"""The view goes to the target so long before the click."""
SEEN_MS = 300
"""A click on something else just before is seen for so long first."""
SAME_CLICK_MS = 1_000
"""Clocks leave the source's click and the recorded one up to a second apart."""
SAME_SPOT_PX = 40
BURST = 3
"""Without a click known to have failed, so many in a row are what a clip is about."""
FARTHEST = 100_000  # px; no page is larger, so a recording that says more is not believed


class PlannedClick(msgspec.Struct, frozen=True, kw_only=True):
    """A click before it is filmed. `at_ms` counts from the first event played; `x` and `y` are px of its own frame."""

    at_ms: int
    node: int
    x: float
    y: float

    def same_spot(self, other: PlannedClick) -> bool:
        return self.node == other.node or abs(self.x - other.x) + abs(self.y - other.y) < SAME_SPOT_PX


class CameraPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The subject of a clip, as the stage takes it; all but `node`, `point` and `shown` are indices of frames."""

    node: int
    point: tuple[float, float]
    lead: int
    first: int
    last: int
    """The frames with the first and the last click of the burst."""
    elsewhere: tuple[tuple[int, float, float], ...]
    """Later clicks on other spots: the frame, and where."""
    pages: tuple[int, ...]
    """The frames with which another page begins."""
    said: tuple[int, ...]
    """The frames with which the page says something that it did not say before."""
    shown: tuple[int, ...]
    """For every frame how many ms of the clip come before it."""

    def json(self) -> str:
        return msgspec.json.encode(self).decode()


def camera_plan(
    events: Sequence[JsonObject],
    times: Sequence[int],
    lasts: Iterable[int],
    *,
    failed: int | None,
    pages: Iterable[int],
) -> CameraPlan | None:
    """Returns the plan, or None where nothing in the clip is to be looked at closely.

    `times` are those of the frames and `lasts` how long each is shown; they, `failed` and `pages` (when another page
    begins) are in ms from the first event.
    """
    clicks = [click for click in recorded_clicks(events) if times[0] <= click.at_ms <= times[-1]]
    burst = _burst(clicks, failed)
    if not burst:
        return None
    shown = tuple(accumulate(lasts, initial=0))[:-1]
    first = bisect_left(times, burst[0].at_ms)
    earlier = [click for click in clicks if click.at_ms < burst[0].at_ms and not click.same_spot(burst[0])]
    seen = shown[bisect_left(times, earlier[-1].at_ms)] + SEEN_MS if earlier else 0
    later = [click for click in clicks if click.at_ms > burst[-1].at_ms and not click.same_spot(burst[0])]
    return CameraPlan(
        node=burst[0].node,
        point=(burst[0].x, burst[0].y),
        lead=min(first, bisect_left(shown, max(shown[first] - LEAD_MS, seen))),
        first=first,
        last=bisect_left(times, burst[-1].at_ms),
        elsewhere=tuple((bisect_left(times, click.at_ms), click.x, click.y) for click in later),
        pages=_frames(times, pages),
        said=_frames(times, _times_of_words(events, times[0])),
        shown=shown,
    )


def _frames(times: Sequence[int], moments: Iterable[int]) -> tuple[int, ...]:
    """Returns the frames of moments in order, each once."""
    return tuple(dict.fromkeys(bisect_left(times, at) for at in moments if times[0] < at <= times[-1]))


def _times_of_words(events: Sequence[JsonObject], after_ms: int) -> Iterator[int]:
    """Yields when the page says or shows something that it did not, in ms from the first event."""
    changes = [(int(event["timestamp"]) - int(events[0]["timestamp"]), event) for event in events if _changes(event)]
    later = (event["data"] for at, event in changes if at > after_ms and event["type"] == EventKind.CHANGE)
    reveals = Reveals(DomPage()) if any(True for data in later for _ in told_of(data)) else None
    for at, event in changes:
        data, revealed = event["data"], NOTHING
        try:
            if reveals is not None and event["type"] == EventKind.FULL:
                reveals.page.load(data.get("node"))
            elif reveals is not None:
                revealed = reveals.apply(data)
        except Unfilmable:  # what is too large is said when it is played
            reveals = None
        if at > after_ms and event["type"] == EventKind.CHANGE and (revealed.shown or says(data)):
            yield at


def _changes(event: JsonObject) -> bool:
    """Whether it brings a page or changes one."""
    data = event.get("data")
    if not isinstance(data, dict):
        return False
    is_change = event.get("type") == EventKind.CHANGE and data.get("source") == IncrementalSource.MUTATION
    return is_change or event.get("type") == EventKind.FULL


def recorded_clicks(events: Iterable[JsonObject]) -> list[PlannedClick]:
    """Returns the clicks that have a place, in order; ms from the first event."""
    clicks: list[PlannedClick] = []
    origin: int | None = None
    for event in events:
        origin = int(event["timestamp"]) if origin is None else origin
        data: Any = event.get("data")
        if event.get("type") != EventKind.CHANGE or not isinstance(data, dict):
            continue
        if data.get("source") != IncrementalSource.MOUSE or data.get("type") != Interaction.CLICK:
            continue
        x, y, node = data.get("x"), data.get("y"), data.get("id")
        if _place(x) and _place(y):
            at = int(event["timestamp"]) - origin
            clicks.append(PlannedClick(at_ms=at, node=node if isinstance(node, int) else -1, x=x, y=y))
    return clicks


def _burst(clicks: Sequence[PlannedClick], failed: int | None) -> list[PlannedClick]:
    """Returns the clicks that go on from the failed one on its spot; else the longest such run, if it is long."""
    runs: list[list[PlannedClick]] = []
    for click in clicks:
        again = bool(runs) and click.at_ms - runs[-1][-1].at_ms <= AGAIN_MS and click.same_spot(runs[-1][0])
        if again:
            runs[-1].append(click)
        else:
            runs.append([click])
    if failed is None:
        longest = max(runs, key=len, default=[])
        return longest if len(longest) >= BURST else []
    near = min(clicks, key=lambda click: abs(click.at_ms - failed), default=None)
    if near is None or abs(near.at_ms - failed) > SAME_CLICK_MS:
        return []
    run = next(run for run in runs if near in run)
    return run[run.index(near) :]


def _place(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and abs(value) < FARTHEST  # not a number is less than nothing
