"""The page on the stage: where its pointer goes, and what stands for pictures that nobody fetched."""

from __future__ import annotations

import asyncio

import pytest

from bot.kernel.errors import Unavailable
from bot.replay.script.trim import playable
from bot.replay.stage.stage import Stage, Step
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


COLOURS = ("red", "green", "blue", "black", "orange", "gold", "navy", "pink")


def colourful() -> list[Json]:
    """A page that looks otherwise at every step."""
    made = session()
    for turn, colour in enumerate(COLOURS, 1):
        body = {"id": 3, "attributes": {"style": f"background:{colour}"}}
        made.change(100 * turn, 0, adds=[], removes=[], texts=[], attributes=[body])
    return playable(made.recording(), 0, 100 * len(COLOURS))


async def in_turn(stage: Stage) -> list[tuple[bytes, Step]]:
    """Every picture with the step to the next one, which waits for it."""
    await stage.load(colourful(), 1280, 720)
    await stage.start(range(0, 100 * len(COLOURS) + 1, 100))
    taken = [(await stage.shot(), await stage.run(1))]
    while (index := taken[-1][1][0]) is not None:
        taken.append((await stage.shot(), await stage.run(index + 1)))
    await stage._evaluate("stage.clear()")
    return taken


@pytest.mark.parametrize("late", [None, "HeadlessExperimental.beginFrame", "Runtime.evaluate"])
async def test_a_step_that_is_played_ahead_never_shows_up_in_the_picture_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, late: str | None
) -> None:
    """Whichever of the two the browser hears first."""
    expected = await in_turn(stage)
    send = stage._send

    async def delayed(method: str, params: Json) -> Json:
        if method == late:
            await asyncio.sleep(0.05)
        return await send(method, params)

    await stage.load(colourful(), 1280, 720)
    await stage.start(range(0, 100 * len(COLOURS) + 1, 100))
    monkeypatch.setattr(stage, "_send", delayed)
    assert [taken async for taken in stage.shots()] == expected
    assert len({picture for picture, _ in expected}) == len(COLOURS) + 1


async def test_a_frame_without_its_picture_ends_the_clip(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has gone on with it, so that another frame would show what comes later."""
    await stage.load(colourful(), 1280, 720)
    await stage.start(range(0, 100 * len(COLOURS) + 1, 100))
    shots = stage.shots()
    await anext(shots)
    send = stage._send

    async def without_pictures(method: str, params: Json) -> Json:
        return {key: value for key, value in (await send(method, params)).items() if key != "screenshotData"}

    monkeypatch.setattr(stage, "_send", without_pictures)
    with pytest.raises(Unavailable, match="no picture"):
        await anext(shots)
