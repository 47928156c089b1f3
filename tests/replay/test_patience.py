"""Pages that are too heavy are given up soon, and with one sentence."""

from __future__ import annotations

import asyncio

import pytest

from bot.kernel.errors import Unfilmable
from bot.replay.stage import stage as stage_module
from bot.replay.stage.patience import FILM_S, WATCHED_S, Pace, patience
from bot.replay.stage.pool import CLIP_S
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.pages import Page, events

HEAVY = "too heavy to be filmed"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def paced(seconds: list[float], frames: int) -> int:
    """How many frames are filmed that take so long each; -1 for all."""
    clock = Clock()
    pace = Pace(frames, clock)
    for index, lasts in enumerate(seconds, start=1):
        clock.now += lasts
        try:
            pace.filmed(index)
        except Unfilmable:
            return index
    return -1


def test_a_page_that_goes_on_as_slowly_is_given_up_long_before_its_time_is_over() -> None:
    assert FILM_S > CLIP_S
    assert 0 < 4 * paced([4.0] * 60, 60) <= WATCHED_S + 8
    assert 20 < paced([0.1] * 20 + [4.0] * 60, 80) < 20 + (WATCHED_S + 8) / 4


@pytest.mark.parametrize(
    "seconds",
    [[0.1] * 600, [2.0] * 60, [25.0] + [0.1] * 59, [0.1] * 40 + [20.0] + [0.1] * 20, [1.0] * 25 + [0.01] * 500],
)
def test_a_page_that_is_slow_for_a_while_is_filmed(seconds: list[float]) -> None:
    assert paced(seconds, len(seconds)) == -1


async def test_what_takes_longer_is_said_and_other_errors_stay_themselves() -> None:
    with pytest.raises(Unfilmable, match=HEAVY):
        async with patience(0.0):
            await asyncio.sleep(600)
    with pytest.raises(TimeoutError):
        async with patience(600.0):
            raise TimeoutError("a disk")


@IN_A_BROWSER
async def test_a_page_that_never_draws_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    await stage.load(events(page.document([], [page.element("p", {}, "x")])), 640, 360)
    await stage.start([0, 100, 200])
    monkeypatch.setattr(stage_module, "PICTURE_S", 0.0)
    with pytest.raises(Unfilmable, match=HEAVY):
        await anext(stage.shots())
