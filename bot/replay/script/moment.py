"""Where the clip of a moment begins and ends, and which stretches of it are idle."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import pairwise

from bot.replay.detect.click_rules import Click
from bot.replay.detect.custom_events import custom_event
from bot.replay.detect.dom import DomPage
from bot.replay.detect.pointer import LONGEST_TOUCH_MS, Interaction, Pointer
from bot.replay.model import DetectedAction, Window
from bot.replay.recording import Event, EventKind, IncrementalSource, Recording
from bot.replay.script.consequence import consequence
from bot.replay.script.page_changes import between

LONGEST_MS = 15_000
"""How long a clip lasts at most unless somebody asks for more."""
LIMIT_MS = 60_000
"""No clip shows more."""
USUAL_SPAN_MS = 30_000
"""A window that is found spans no more, however much of it is idle, unless a longer clip is asked for."""
LEAD_MS = range(2_000, 4_001, 250)
"""A clip begins this long before the click that failed."""
USUAL_LEAD_MS = 3_000
SETTLED_MS = 500
"""A page that was still for so long is settled; more stillness is no better."""
AGAIN_MS = 3_000
"""Clicks on the same spot this close to one another belong together."""
IDLE_MS = 4_000
IDLE_HEAD_MS, IDLE_TAIL_MS = 1_000, 500
"""What is kept of an idle stretch, before and after the part that is left out."""
CARD_MS = 1_200
"""How long "12 s later" is shown in place of an idle stretch."""
FAST_MS = {4: 8_000, 2: 3_000}
"""Reading or typing that goes on for so long is shown so many times as fast."""
GOES_ON_MS = 2_000
"""Scrolling and typing with shorter pauses go on."""
CALM_MS = 1_000
"""Clips run at their own speed for so long before and after anything else that happens."""
_CLICKING = frozenset(
    {
        Interaction.MOUSE_UP,
        Interaction.MOUSE_DOWN,
        Interaction.CLICK,
        Interaction.CONTEXT_MENU,
        Interaction.DOUBLE_CLICK,
    }
)
_SILENT = frozenset(
    {
        IncrementalSource.STYLE_RULE,
        IncrementalSource.STYLE_DECLARATION,
        IncrementalSource.ADOPTED_STYLES,
        IncrementalSource.SELECTION,
        IncrementalSource.MEDIA,
    }
)


def window_for(recording: Recording, failed: DetectedAction | int, longest_ms: int = LONGEST_MS) -> Window:
    """Returns the window around an action, or around a time in ms from the first event.

    It begins 2 to 4 s before, where the page is settled, and ends after the consequence: an error, what the page
    showed, a reload, leaving. `longest_ms` limits what is shown, idle stretches not counted; 60 s are the most.
    `reason` is the consequence: `error`, `answer`, `page`, or `nothing`.
    """
    at = failed.at_ms if isinstance(failed, DetectedAction) else failed
    at = min(max(0, at), recording.duration_ms)
    span = min(max(longest_ms, USUAL_SPAN_MS), LIMIT_MS)
    start, clicks = _start(recording, at), _clicks(recording, at, span)
    until, reason = consequence(recording, at, clicks, start + span)
    end = min(until, recording.duration_ms, start + span)
    window = _fitted(recording, Window(start, end, at, reason), longest_ms)
    if reason == "page" and window.end_ms < until:  # the new page comes too late to be shown
        until, reason = consequence(recording, at, clicks, start + span, pages=False)
        window = _fitted(recording, Window(start, min(until, recording.duration_ms), at, reason), longest_ms)
    return window


def idle_stretches(recording: Recording, window: Window) -> tuple[tuple[int, int], ...]:
    """Returns the parts of the window in which nothing is to be seen, in ms from the first event, in order.

    Each may be left out, with a card in its place ("12 s later"). The seconds before the failed click are never idle.
    """
    lit = [at for at, _ in _seen(recording, window.start_ms, window.end_ms)]
    if window.failed_ms is not None:
        lit += [max(window.start_ms, window.failed_ms - LEAD_MS[0]), window.failed_ms]
    edges = sorted({window.start_ms, *lit, window.end_ms})
    # The failed click itself stands in the list, so a stretch never spans it.
    stretches = []
    for before, after in pairwise(edges):
        first, last = before + IDLE_HEAD_MS, after - IDLE_TAIL_MS
        lead = window.failed_ms is not None and after == window.failed_ms
        if after - before >= IDLE_MS and last - first > CARD_MS and not lead:
            stretches.append((first, last))
    return tuple(stretches)


def fast_stretches(recording: Recording, window: Window) -> tuple[tuple[int, int, int], ...]:
    """Returns the parts of the window in which somebody only reads (scrolls) or types, and how many times as fast each
    is shown: (from, to, speed), in ms from the first event, in order.

    All are before the failed click, and none is near a click (but into a field that is then filled in), an error, a
    new page or anything that a page adds.
    """
    until = window.end_ms - CALM_MS if window.failed_ms is None else window.failed_ms - LEAD_MS[0]
    if until - window.start_ms < min(FAST_MS.values()):
        return ()
    events = list(between(recording, window.start_ms, until + CALM_MS))
    fields = {_node(event) for _, event in events if event.source == IncrementalSource.INPUT}
    runs: list[tuple[int, int]] = []
    disturbed = window.start_ms - CALM_MS
    for at, event in events:
        if event.source in (IncrementalSource.SCROLL, IncrementalSource.INPUT):
            if disturbed + CALM_MS <= at <= until:
                goes_on = bool(runs) and runs[-1][1] >= disturbed + CALM_MS and at - runs[-1][1] <= GOES_ON_MS
                runs.append((runs.pop()[0], at) if goes_on else (at, at))
        elif _disturbs(event, fields):
            disturbed = at
            if runs and runs[-1][1] > at - CALM_MS:
                runs[-1] = runs[-1][0], at - CALM_MS
    fast = [
        (first, last, next((speed for speed, ms in FAST_MS.items() if last - first >= ms), 1)) for first, last in runs
    ]
    return tuple(stretch for stretch in fast if stretch[2] > 1)


def _disturbs(event: Event, fields: Collection[int]) -> bool:
    """Whether something happens that is neither reading nor typing; `fields` are those that are filled in."""
    if event.source == IncrementalSource.MOUSE:
        kind = event.data.get("type")
        return isinstance(kind, int) and kind in _CLICKING and _node(event) not in fields
    if event.source == IncrementalSource.MUTATION:
        return bool(event.data.get("adds") or event.data.get("removes"))
    custom = event.type in (EventKind.CUSTOM, EventKind.PLUGIN)
    return event.type == EventKind.FULL or (custom and custom_event(event).kind == "error")


def _node(event: Event) -> int:
    number = event.data.get("id")
    return number if isinstance(number, int) else -1


def shown_ms(recording: Recording, window: Window) -> int:
    """Returns how long the clip of a window lasts: idle stretches are shown as a card each, others faster."""
    return clip_ms(window.end_ms, window, idle_stretches(recording, window), fast_stretches(recording, window))


def clip_ms(
    at_ms: int, window: Window, idle: Sequence[tuple[int, int]], fast: Sequence[tuple[int, int, int]] = ()
) -> int:
    """Returns a time in the recording as time in the clip; within what is left out, the time of the card."""
    passed = at_ms - window.start_ms
    for first, last in idle:
        if at_ms > first:
            passed -= min(at_ms, last) - first
            passed += CARD_MS if at_ms >= last else 0
    for first, last, speed in fast:
        part = max(0, min(at_ms, last) - first)
        passed -= part - part // speed
    return max(0, passed)


def _fitted(recording: Recording, window: Window, longest_ms: int) -> Window:
    longest = min(longest_ms, LIMIT_MS)
    for _ in range(3):  # cutting the end may take an idle stretch away, which makes the rest count again
        over = shown_ms(recording, window) - longest
        if over <= 0:
            return window
        window = Window(
            window.start_ms, max(window.start_ms + 1, window.end_ms - over), window.failed_ms, window.reason
        )
    return Window(window.start_ms, min(window.end_ms, window.start_ms + longest), window.failed_ms, window.reason)


def _start(recording: Recording, at: int) -> int:
    """The calmest point of the lead; the usual lead where all are alike. Never before there is a page."""
    first_page = next((view.start_ms for view in recording.views), 0)
    changes = [time for time, event in _seen(recording, at - LEAD_MS[-1] - SETTLED_MS, at) if _rebuilds(event)]

    def score(lead: int) -> float:
        before = bisect_right(changes, at - lead)
        still = at - lead - changes[before - 1] if before else SETTLED_MS
        return min(still, SETTLED_MS) - abs(lead - USUAL_LEAD_MS) / 10

    return max(first_page if first_page <= at else 0, at - max(LEAD_MS, key=score), 0)


def _rebuilds(event: Event) -> bool:
    return event.type == EventKind.FULL or event.source == IncrementalSource.MUTATION


def _clicks(recording: Recording, at: int, span: int) -> tuple[int, int]:
    """The last of the clicks that go on from `at` on the same node without a pause, and the first one elsewhere.

    Both within `span` ms. Swipes, long presses and right clicks are no clicks here either.
    """
    pointer = Pointer(DomPage(), selections_recorded=True)
    clicks: list[Click] = []
    for _, event in between(recording, at - LONGEST_TOUCH_MS, at + span):
        if event.source == IncrementalSource.MOUSE and (click := pointer.see(event.at, event.data)):
            clicks.append(click)
    last, node = at, None
    for click in clicks:
        time = click.at - recording.start_epoch_ms
        if click.void or time < at:
            continue
        if time - last > AGAIN_MS or node not in (None, click.node):
            return last, time
        last, node = time, click.node
    return last, at + span


def _seen(recording: Recording, start_ms: int, end_ms: int) -> Sequence[tuple[int, Event]]:
    """Events that change the picture: the page, the pointer, what is typed."""
    return [
        (time, event)
        for time, event in between(recording, start_ms, end_ms)
        if event.type == EventKind.FULL or (event.type == EventKind.CHANGE and event.source not in _SILENT)
    ]
