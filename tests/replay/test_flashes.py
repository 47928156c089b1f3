"""Flashes of more than a quarter of the picture are slowed down to three a second, and nothing else is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from bot.replay.encode import ladder
from bot.replay.encode.draw import Scale, Strip
from bot.replay.encode.flashes import FlashGuard
from bot.replay.encode.frame_plans import FramePlan, Shot
from bot.replay.encode.frames import Frame
from bot.replay.encode.ladder import QualityPlan
from bot.replay.encode.painter import Painter
from bot.replay.encode.palette import Pixels, pack, unpack

HEIGHT, WIDTH, BLOCK = 72, 128, 8
BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)
Colour = tuple[int, int, int]


def picture(colour: Colour, other: Colour = BLACK, share: float = 1.0, begin: float = 0.0) -> Pixels:
    """One colour over a share of the width, another elsewhere."""
    rgb = np.full((HEIGHT, WIDTH, 3), other, np.uint8)
    rgb[:, round(begin * WIDTH) : round((begin + share) * WIDTH)] = colour
    return pack(rgb)


def blinking(one: Pixels, other: Pixels, times: int, lasts_ms: int) -> list[Frame]:
    return [(one, 2_000), *[(pixels, lasts_ms) for _ in range(times) for pixels in (other, one)], (None, 2_000)]


def slowed(frames: Sequence[Frame]) -> tuple[list[Frame], int]:
    guard = FlashGuard()
    return list(guard.slowed(frames)), guard.added_ms


def luminance(rgb: np.ndarray) -> np.ndarray:
    share = rgb / 255
    linear = np.where(share <= 0.03928, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def redness(rgb: np.ndarray) -> np.ndarray:
    share = rgb / 255
    linear = np.where(share <= 0.03928, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    red, total = linear[..., 0], linear.sum(axis=-1)
    return np.where((red >= 0.8 * total) & (2 * red > total), 2 * red - total, 0.0)


def changes(levels: Sequence[float], times: Sequence[int], least: float, darker: float) -> list[int]:
    """When one point changed back, by the letter of the rule: peaks and valleys of its curve."""
    found: list[int] = []
    high = low = levels[0]
    rising: bool | None = None
    for level, at in zip(levels, times, strict=True):
        high, low = max(high, level), min(low, level)
        if rising is not False and high - level >= least and level < darker:
            rising, low = False, level
            found.append(at)
        elif rising is not True and level - low >= least and low < darker:
            rising, high = True, level
            found.append(at)
    return found


def fast_share(frames: Sequence[Frame], levels_of: Callable[[np.ndarray], np.ndarray], least: float) -> float:
    """The most of the picture in which there are more than three flashes within one second, at one time."""
    shown, times, at = [], [], 0
    for pixels, lasts_ms in frames:
        if pixels is not None:
            shown.append(levels_of(unpack(pixels[BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK]).astype(float)).ravel())
            times.append(at)
        at += lasts_ms
    busy = []
    for curve in np.array(shown).T:
        seen = changes(curve, times, least, 0.8 if levels_of is luminance else np.inf)
        busy.append([(seen[i], seen[i + 6]) for i in range(len(seen) - 6) if seen[i + 6] - seen[i] < 1_000])
    moments = sorted({begin for spans in busy for begin, _ in spans})
    shares = [sum(any(a <= at <= b for a, b in spans) for spans in busy) / len(busy) for at in moments]
    return max(shares, default=0.0)


def fading(step_ms: int) -> list[Frame]:
    """A whole picture that grows dark and light again, in steps, five times a second."""
    curve = [255, 170, 85, 0, 85, 170] * 10
    return [(picture((grey, grey, grey)), step_ms) for grey in curve]


def halves(lasts_ms: int) -> list[Frame]:
    """Two parts of a fifth each, in turn: together more than a quarter."""
    frames: list[Frame] = []
    for index in range(60):
        rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        rgb[:, : WIDTH // 5] = 255 * ((index // 2) % 2)
        rgb[:, -WIDTH // 5 :] = 255 * (((index + 1) // 2) % 2)
        frames.append((pack(rgb), lasts_ms))
    return frames


FAST: dict[str, list[Frame]] = {
    "black and white": blinking(picture(WHITE), picture(BLACK), 10, 100),
    "a third of the picture": blinking(picture(WHITE, share=0.34), picture(BLACK), 10, 100),
    "greys": blinking(picture((200, 200, 200)), picture((120, 120, 120)), 10, 100),
    "five a second": blinking(picture(WHITE), picture(BLACK), 4, 100),
    "twenty frames a second": blinking(picture(WHITE), picture(BLACK), 20, 50),
    "with frames that stay": [
        (frame, ms) for pair in blinking(picture(WHITE), picture(BLACK), 10, 50) for frame, ms in (pair, (None, 50))
    ],
    "a fade": fading(33),
    "two parts in turn": halves(50),
}
REDS: dict[str, list[Frame]] = {
    "red and grey of one luminance": blinking(picture(RED), picture((127, 127, 127)), 10, 100),
    "red and black": blinking(picture((120, 0, 0)), picture(BLACK), 10, 100),
}
CALM: dict[str, list[Frame]] = {
    "a quarter of the picture": blinking(picture(WHITE, share=0.2), picture(BLACK), 10, 100),
    "three in a second": blinking(picture(WHITE), picture(BLACK), 3, 100),
    "two a second": blinking(picture(WHITE), picture(BLACK), 10, 250),
    "nothing dark": blinking(picture(WHITE), picture((235, 235, 235)), 10, 100),
    "less than a tenth": blinking(picture((120, 120, 120)), picture((110, 110, 110)), 10, 100),
    "a page that scrolls": [(np.roll(picture(WHITE, (90, 90, 90), 0.1), 8 * n, axis=1), 100) for n in range(16)],
    "one change of page": [(picture(WHITE), 1_000), (picture(BLACK), 1_000)],
}


@pytest.mark.parametrize("name", [*FAST, *REDS])
def test_fast_flashes_are_shown_longer_and_no_frame_is_lost(name: str) -> None:
    frames = (FAST | REDS)[name]
    levels_of, least = (redness, 20 / 320) if name in REDS else (luminance, 0.1)
    assert fast_share(frames, levels_of, least) > 0.25
    longer, added_ms = slowed(frames)
    assert fast_share(longer, levels_of, least) <= 0.25
    assert [pixels for pixels, _ in longer] == [pixels for pixels, _ in frames]
    assert all(after >= before for (_, after), (_, before) in zip(longer, frames, strict=True))
    assert sum(ms for _, ms in longer) - sum(ms for _, ms in frames) == added_ms > 0


@pytest.mark.parametrize("name", CALM)
def test_what_does_not_flash_too_fast_or_too_large_is_left_alone(name: str) -> None:
    longer, added_ms = slowed(CALM[name])
    assert [ms for _, ms in longer] == [ms for _, ms in CALM[name]]
    assert added_ms == 0


def test_flashes_are_slowed_evenly_and_no_more_than_they_must() -> None:
    longer, added_ms = slowed(FAST["black and white"])
    between = [ms for _, ms in longer[2:-2]]
    assert max(between) - min(between) <= 10
    assert added_ms < 0.8 * 20 * 100


def test_frames_are_passed_on_while_nothing_flashes() -> None:
    given = 0

    def counted() -> Iterator[Frame]:
        nonlocal given
        for pixels, ms in [(picture(WHITE), 2_000), (picture(BLACK), 2_000)] * 5:
            given += 1
            yield pixels, ms

    for passed, _ in enumerate(FlashGuard().slowed(counted())):
        assert given - passed <= 2


def shots(pictures: Sequence[Pixels]) -> list[Shot]:
    made = []
    for index, pixels in enumerate(pictures):
        png = io.BytesIO()
        Image.fromarray(unpack(pixels)).save(png, "PNG")
        made.append((index, png.getvalue()))
    empty = [Shot(0, made[0][1], [None])]
    return [*empty, *(Shot(index, png, [None]) for index, png in made[1:])]


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_the_files_last_as_long_as_the_slowed_frames(kind: str) -> None:
    pictures = [picture(WHITE if index % 2 else BLACK) for index in range(12)]
    scale, plans = Scale(WIDTH), [FramePlan(100 * index, 100) for index in range(12)]
    painter = Painter(scale, Strip(scale, "", ()), (), str, lambda _: "", 1_200)
    written = ladder.write(shots(pictures), plans, painter, QualityPlan(kind=kind), 1_000_000)
    assert written is not None
    assert written.slowed_ms > 300
    assert written.frames >= 12
    length = 1_100 + ladder.HOLD_MS + written.slowed_ms  # the last picture is held
    if kind == "gif":
        with Image.open(io.BytesIO(written.data)) as image:
            durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
        assert sum(durations) == pytest.approx(length, abs=10)
        assert min(durations[1:-1]) >= 160
    else:
        with av.open(io.BytesIO(written.data)) as video:
            assert (video.duration or 0) / 1_000 == pytest.approx(length, abs=50)
