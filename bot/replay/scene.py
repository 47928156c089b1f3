"""Everything about a clip that is known before the browser plays it: events, frames, sizes, words; and filming it."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.kernel.errors import Unfilmable
from bot.kernel.locale import Locale
from bot.replay.encode.draw import Scale, Strip
from bot.replay.encode.frame_plans import DrawnClick, FramePlan, Shot, clicks, frame_plans, touches
from bot.replay.encode.frames import blank, maybe_blank
from bot.replay.encode.painter import Painter
from bot.replay.fonts import missing_scripts, unwritable
from bot.replay.masked_part import masked_part
from bot.replay.model import MaskReport, Masks, Style, Window
from bot.replay.recording import Event, EventKind, JsonObject, Masked, Recording
from bot.replay.script.camera_plan import CameraPlan, camera_plan
from bot.replay.script.moment import LIMIT_MS, fast_stretches, idle_stretches, shown_ms
from bot.replay.script.transcript import clock
from bot.replay.shot_stream import ShotStream
from bot.replay.stage.patience import Pace
from bot.replay.stage.stage import Place, Stage

META, CHANGE, RESIZE = 4, 3, 4
MOST_FRAMES = 1_850  # 60 s with 30 a second, the end and some cards; each may be a picture that is kept
TEXTS = frozenset({"textContent", "value", "text", "placeholder"})  # where events keep what is written on a page
EARLY_MS = 1_000  # recorders write a page down soon after they begin, and clocks differ
SIDE_LIMITS = 50, 10_000  # px; what a recording says about its viewport is not to be trusted
NOTHING_SHOWN = (
    "The page is blank in all of this part of the recording: it was built and played to the end, and nothing is to be "
    "seen on it."
)
NARROWEST = 0.6  # of the wanted width: a phone's page stands in the middle of a clip at least this wide
TALLEST = 1.1


@dataclass(frozen=True, slots=True)
class Size:
    """Of the picture of the page inside a clip, in px; the strip comes below it."""

    width: int
    height: int


@dataclass(slots=True)
class Scene:
    """What is played and shown. `times` are those of the frames in ms from the first event that is played."""

    events: list[JsonObject]
    frame_plans: list[FramePlan]
    times: list[int]
    size: Size
    clicks: list[DrawnClick]
    touches: list[tuple[int, int]] | None
    total_ms: int
    masked: MaskReport
    skipped: dict[str, int]
    camera: CameraPlan | None = None

    def released(self) -> list[JsonObject]:
        """Returns the events and forgets them: those of a long recording are too much to keep while it is filmed."""
        events, self.events = self.events, []
        return events


def scene_of(recording: Recording, window: Window, style: Style, masks: Masks) -> Scene:
    """Trims, masks and measures. Raises `Unfilmable` when the recording cannot be played or masked."""
    events, report = masked_part(recording, window, masks)
    if not events:
        raise Unfilmable("Nothing was recorded in this part of the session.")
    _check_page(recording, window, int(events[0]["timestamp"]))
    _check_length(recording, window)
    idle, fast = idle_stretches(recording, window), fast_stretches(recording, window)
    plans = frame_plans(window.start_ms, window.end_ms, style.fps, idle, fast)
    if len(plans) > MOST_FRAMES:
        raise Unfilmable(
            "This part of the session is too long for one clip: it has %(frames)s frames, and a clip at most %(most)s.",
            frames=len(plans),
            most=MOST_FRAMES,
        )
    before = recording.start_epoch_ms - int(events[0]["timestamp"])
    times = [max(0, plan.at_ms + before) for plan in plans]
    return Scene(
        events=events,
        frame_plans=plans,
        times=times,
        size=fitted_size(*viewport(events), style.width),
        clicks=clicks(events, recording.start_epoch_ms, [view.start_ms for view in recording.views]),
        touches=touches(events, recording.start_epoch_ms, viewport(events)[0]),
        total_ms=sum(plan.lasts_ms for plan in plans),
        masked=report,
        skipped=dict(recording.skipped),
        camera=camera_plan(
            events,
            times,
            [plan.lasts_ms for plan in plans],
            failed=None if window.failed_ms is None else window.failed_ms + before,
            pages=[view.start_ms + before for view in recording.views],
        )
        if style.camera
        else None,
    )


def _check_page(recording: Recording, window: Window, page_from: int) -> None:
    """Raises Unfilmable where the first page that was recorded came only after what is to be shown."""
    wanted = window.end_ms if window.failed_ms is None else window.failed_ms
    late = page_from - recording.start_epoch_ms - wanted
    if late > EARLY_MS:
        raise Unfilmable(
            "The page was not recorded yet at this time: its recording begins %(seconds)s s later.",
            seconds=-(-late // 1000),
        )


def _check_length(recording: Recording, window: Window) -> None:
    """Raises Unfilmable for more than a clip may show."""
    shown = shown_ms(recording, window)
    if shown > LIMIT_MS:
        raise Unfilmable(
            "This part of the session is too long for one clip: %(seconds)s seconds of it would be shown, and a clip "
            "shows at most %(most)s.",
            seconds=-(-shown // 1000),
            most=LIMIT_MS // 1000,
        )


def masked_recording(recording: Recording, events: Sequence[JsonObject]) -> Recording:
    """Returns the masked events of a window as a recording, so that words reveal no more than pictures."""
    begin = Event(recording.start_epoch_ms, EventKind.LOAD, -1, {})  # times count from the first event of all
    masked_events = [
        Masked(int(event["timestamp"]), event["type"], (event.get("data") or {}).get("source", -1), event)
        for event in events
    ]
    return Recording([begin, *masked_events], recording.views, recording.format)


def painter_of(scene: Scene, window: Window, width: int, caption: str, locale: Locale, letters: int = 0) -> Painter:
    """Returns the painter of this scene's frames, for a clip of that width; `letters` as in `Strip`."""
    scale = Scale(width)
    marks = () if window.failed_ms is None else (_share(scene, window.failed_ms),)
    total = clock(scene.total_ms)
    return Painter(
        scale=scale,
        strip=Strip(scale, caption, marks, letters),
        clicks=scene.clicks,
        card=lambda ms: locale.plural("%(n)s second later", "%(n)s seconds later", max(1, round(ms / 1000))),
        clock=lambda ms: f"{clock(ms)} / {total}",
        total_ms=scene.total_ms,
        factor=width / scene.size.width,
        touches=scene.touches,
        failed_ms=window.failed_ms,
    )


def viewport(events: Sequence[JsonObject], moment: int = 0) -> tuple[int, int]:
    """Returns the page's width and height, `moment` ms after the first event or when it is first shown; clamped."""
    size: dict[str, Any] = {}
    for event in events:
        if size and int(event["timestamp"]) - int(events[0]["timestamp"]) > moment:
            break
        data: Any = event.get("data") or {}
        if event["type"] == META or (event["type"] == CHANGE and data.get("source") == RESIZE):
            size = data
    return _side(size.get("width"), 1280), _side(size.get("height"), 720)


def fitted_size(width: int, height: int, wanted: int) -> Size:
    """Returns the picture's size for a page of that viewport, for a clip of at most `wanted` px. Sides are even."""
    scale = min(wanted / width, wanted * TALLEST / height)
    shown = max(round(width * scale), round(wanted * NARROWEST))
    return Size(min(wanted, shown) // 2 * 2, max(2, (round(height * scale) + 1) // 2 * 2))


def _side(value: object, otherwise: int) -> int:
    if not isinstance(value, int | float) or not value > 0:
        return otherwise
    return int(min(max(value, SIDE_LIMITS[0]), SIDE_LIMITS[1]))


def unwritable_letters(events: Sequence[JsonObject]) -> dict[str, int]:
    """Returns how many letters in the events have no font on this machine, in words for `skipped`. Blocks."""
    missing = missing_scripts()
    return unwritable("".join(_texts(list(events))), missing) if missing else {}


def _texts(value: object) -> Iterator[str]:
    """Yields what nodes and fields of these events say."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if one.get("isStyle"):
                continue
            for key, inner in one.items():
                if isinstance(inner, dict | list):
                    waiting.append(inner)
                elif key in TEXTS and isinstance(inner, str):
                    yield inner


def _share(scene: Scene, at_ms: int) -> float:
    """Returns where in the clip a moment of the recording comes, from 0 to 1."""
    before = sum(plan.lasts_ms for plan in scene.frame_plans if plan.at_ms < at_ms)
    return min(1.0, before / scene.total_ms) if scene.total_ms else 0.0


async def film(stage: Stage, scene: Scene, stream: ShotStream, progress: Callable[[float], Awaitable[None]]) -> None:
    """Photographs a loaded scene where it may have changed. Ends the stream, whatever happens.

    Raises `Unfilmable` when nothing is to be seen from the first picture to the last, and for a page that is too heavy.
    """
    complete = shown = False
    try:
        index, points = 0, [await stage.start(scene.times, scene.camera)]
        pace = Pace(len(scene.times), time.monotonic)
        async for picture, (next_index, passed) in stage.shots():
            stream.add(Shot(index, picture, points))
            shown = shown or not maybe_blank(picture)
            index, points = len(scene.times) - 1 if next_index is None else next_index, passed
            pace.filmed(index)
            await progress((index + 1) / len(scene.times))
        stream.add(Shot(index, None, points))
        if not shown and await asyncio.to_thread(_all_blank, stream.shots, await stage.places()):
            raise Unfilmable(NOTHING_SHOWN)
        scene.skipped.update(await stage.losses())
        stream.views = await stage.views()
        complete = True
    finally:
        stream.end(complete=complete)


def _all_blank(shots: Sequence[Shot], places: Sequence[tuple[int, Place]]) -> bool:
    """Whether no picture shows anything of the page. Blocks; pictures that are alike are decoded once."""
    looked_at: set[tuple[bytes, Place]] = set()
    for shot in shots:
        if shot.png is not None:
            _, place = places[max(0, bisect_right(places, shot.index, key=lambda one: one[0]) - 1)]
            if (shot.png, place) not in looked_at and not blank(shot.png, place):
                return False
            looked_at.add((shot.png, place))
    return True
