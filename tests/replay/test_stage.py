"""The page on the stage: where its pointer goes, and what stands for pictures that nobody fetched."""

from __future__ import annotations

import asyncio

from bot.replay.script.trim import playable
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Json, Session, element, text

BUTTON = 4
AT = "position:absolute;left:500px;top:300px;width:100px;height:40px"
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


pytestmark = IN_A_BROWSER


def session() -> Session:
    return Session(element(BUTTON, "button", text(5, "Buy"), style=AT), element(6, "p", text(7, "…")))


async def pointer(stage: Stage, made: Session, at: int) -> tuple[float, float]:
    """Where it is drawn, on a page of its own size, when it is played in steps of 100 ms."""
    await stage.load(playable(made.recording(), 0, at), 1280, 720)
    times = list(range(0, at + 1, 100))
    last, index = await stage.start(times), 1
    while index < len(times):
        found, passed = await stage.run(index)
        last, index = (passed or [last])[-1], len(times) if found is None else found + 1
    assert last is not None
    return last[0], last[1]


async def test_a_pointer_on_its_element_is_where_it_was(stage: Stage) -> None:
    assert await pointer(stage, session().click(300, BUTTON, 530, 310), 500) == (530, 310)


async def test_a_pointer_follows_an_element_that_now_stands_elsewhere(stage: Stage) -> None:
    x, y = await pointer(stage, session().click(300, BUTTON, 800, 610), 500)
    assert 500 <= x <= 600
    assert 300 <= y <= 340


async def test_it_stays_off_until_it_moves_again(stage: Stage) -> None:
    made = session().click(300, BUTTON, 550, 610).change(600, 1, positions=[{"x": 9, "y": 9, "id": 3, "timeOffset": 0}])
    assert await pointer(stage, made, 800) == (9, 9)


async def test_while_a_button_is_down_it_may_leave_its_element(stage: Stage) -> None:
    made = session().change(200, 2, type=1, id=BUTTON, x=530, y=310)
    for at, x in ((300, 700), (400, 900)):
        made.change(at, 1, positions=[{"x": x, "y": 310, "id": BUTTON, "timeOffset": 0}])
    assert await pointer(stage, made, 500) == (900, 310)


async def test_it_stays_where_it_is_when_the_page_is_scrolled_away_below_it(stage: Stage) -> None:
    made = session().add(100, 3, element(8, "div", style="height:5000px"))
    made.change(310, 1, positions=[{"x": 530, "y": 310, "id": BUTTON, "timeOffset": 0}])
    made.change(350, 3, id=1, x=0, y=2000)
    assert await pointer(stage, made, 600) == (530, 310)


async def boxes(stage: Stage, *images: Json) -> list[list[float]]:
    """Width and height of every picture once the page is shown."""
    await stage.load(playable(Session(*images).recording(100), 0, 50), 1280, 720)
    await asyncio.wait_for(stage.start([0]), 240)
    found: list[list[float]] = await stage._evaluate(
        "[...document.querySelector('iframe').contentDocument.images].map((one) => [one.width, one.height])"
    )
    return found


async def test_a_missing_picture_keeps_room(stage: Stage) -> None:
    missing = "https://shop.example/lamp.png"
    source = element(10, "source", srcset=missing)
    found = await boxes(
        stage,
        element(4, "img", src=missing, alt="Lamp"),
        element(5, "img", srcset=f"{missing} 2x", src=missing),
        element(6, "img", src=missing, width="40", height="30"),
        element(7, "img", src=missing, style="width:240px"),
        element(8, "picture", source, element(9, "img", src=missing)),
    )
    assert found == [[120, 80], [120, 80], [40, 30], [240, 160], [120, 80]]


async def test_other_pictures_are_left_alone(stage: Stage) -> None:
    found = await boxes(
        stage, element(4, "img", src=DOT), element(5, "img", alt=""), element(6, "img", src=DOT, width="9")
    )
    assert found == [[1, 1], [0, 0], [9, 9]]
