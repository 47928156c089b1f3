"""A hostile recording sends the camera nowhere else, and the same recording always to the same places."""

from __future__ import annotations

import math

import pytest

from bot.replay.model import Masks, Window
from bot.replay.scene import film, scene_of
from bot.replay.shot_stream import ShotStream
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.camera_sessions import (
    BUTTON,
    CLOSE,
    HEIGHT,
    WHOLE,
    WIDTH,
    Answered,
    at,
    filmed,
    message,
    session,
    silent,
)
from tests.replay.pages import Page
from tests.replay.pages import recording as recorded
from tests.replay.sessions import element, text

pytestmark = IN_A_BROWSER
HUGE = "position:absolute;left:-9000000px;top:-9000000px;width:99999999px;height:99999999px"
HEADING = element(40, "h1", text(41, "Desk lamp"))
CLOBBER = (
    "getBoundingClientRect",
    "childNodes",
    "lastChild",
    "nodeType",
    "parentNode",
    "shadowRoot",
    "checkVisibility",
)
HOSTILE = {
    "a click far outside": lambda: session().clicked(2000, 99_999, -99_999),
    "a click without a node": lambda: session().clicked(2000, 600, 300, 777),
    "a click on the page itself": lambda: session().clicked(2000, 600, 300, 2),
    "an element without end": lambda: Answered(HEADING, element(BUTTON, "div", text(5, "Buy"), style=HUGE)).clicked(
        2000, 100, 100
    ),
    "an element that is turned into nothing": lambda: Answered(
        HEADING,
        element(BUTTON, "div", text(5, "Buy"), style=at(90, 90) + "transform:scale(1e30) rotate3d(1,1,1,1e9deg)"),
    ).clicked(2000, 100, 100),
    "a message without end": lambda: (
        session().clicked(2000).appears(2200, element(20, "p", text(21, "word " * 9999), style=HUGE))
    ),
    "names of properties": lambda: (
        Answered(
            element(
                BUTTON,
                "form",
                text(5, "Buy"),
                *(element(60 + n, "input", name=name) for n, name in enumerate(CLOBBER)),
                *(element(80 + n, "img", name=name) for n, name in enumerate((*CLOBBER, "defaultView", "host"))),
                style=at(700, 300),
            )
        )
        .clicked(2000, 720, 320)
        .appears(2300, message(20, -600, -200), BUTTON)
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_hostile_page_sends_the_view_nowhere_else(stage: Stage, case: str) -> None:
    found = await filmed(stage, HOSTILE[case](), 4000)
    assert found.views
    for _, (x, y, zoom) in found.views:
        assert all(math.isfinite(number) for number in (x, y, zoom))
        assert 1 <= zoom <= 3
        assert x >= 0
        assert y >= 0
        assert x + WIDTH / zoom <= WIDTH + 1
        assert y + HEIGHT / zoom <= HEIGHT + 1


async def test_a_plan_that_cannot_be_followed_shows_the_whole_page(stage: Stage) -> None:
    """A page that can't be measured costs the close-up, never the clip."""
    await stage.load(session().clicked(2000, 100, 100).events, WIDTH, HEIGHT)
    plan = '{"node":4,"point":null,"lead":0,"first":0,"last":0,"elsewhere":[],"pages":[],"shown":[0,100]}'
    await stage._evaluate(f"stage.start([0,100],{plan})")
    assert await stage.views() == [(0, WHOLE)]


async def test_both_ways_of_taking_pictures_and_two_renders_give_the_same() -> None:
    page = Page()
    style = page.element("style", {"_cssText": "@keyframes go{to{margin-left:90px}}b{animation:go 3s linear}"})
    target = page.element("button", {"style": at(300, 200)}, "Buy now")
    made_of = recorded(
        page.document([style], [page.element("h1", {}, "Desk lamp"), page.element("b", {}, "Sale"), target]),
        *({"source": 2, "type": kind, "id": target["id"], "x": 320, "y": 210} for kind in (1, 0, 2)),
        width=1280,
        height=720,
    )

    async def pictures(*, begin_frame: bool) -> list[tuple[int, bytes | None]]:
        scene, take = scene_of(made_of, Window(0, 1900, 300), CLOSE, Masks()), ShotStream()
        async with RenderPool(begin_frame=begin_frame) as pool, pool.stage() as opened:
            await opened.load(scene.events, scene.size.width, scene.size.height)
            await film(opened, scene, take, silent)
        assert take.zoomed
        return [(shot.index, shot.png) for shot in take.shots]

    framed = await pictures(begin_frame=True)
    assert framed == await pictures(begin_frame=True)
    assert framed == await pictures(begin_frame=False)
