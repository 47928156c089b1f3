"""The stage tells where the label of what is pressed stands, in px of the picture, whatever the page is like."""

from __future__ import annotations

from typing import Any

import pytest

from bot.replay.script.trim import playable
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Json, Session, element, text
from tests.replay.test_page_replayer import framed, host

pytestmark = IN_A_BROWSER

TARGET = 4
LETTERS = "margin:0;padding:0;border:0;font:20px/20px sans-serif"
AT = f"position:absolute;left:500px;top:300px;width:200px;height:60px;{LETTERS}"
UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden"
FRAME = "position:absolute;left:300px;top:200px;border:0;width:600px;height:400px"
Boxes = tuple[list[float] | None, list[float] | None, list[float] | None]


async def measured(stage: Stage, made: Session, at: int, scale: float = 1.0) -> Boxes:
    """Outline and label of what was pressed last, and the label of what is pressed next, at `at` ms."""
    made.events.sort(key=lambda event: event["timestamp"])
    await stage.load(playable(made.recording(5000), 0, 4000), round(1280 * scale), round(720 * scale))
    times = list(range(0, at + 1, 100))
    last: Any = await stage.start(times)
    index: int | None = 0
    while index is not None and index + 1 < len(times):
        index, passed = await stage.run(index + 1)
        last = (passed or [last])[-1]
    assert last is not None
    outline, label, _, coming = last[2:]
    return outline, label, coming


def near(box: list[float] | None, *wanted: float, off: float = 2) -> bool:
    return box is not None and all(abs(one - other) <= off for one, other in zip(box, wanted, strict=True))


async def pressed(stage: Stage, *body: Json, number: int = TARGET, x: float = 600, y: float = 330) -> Boxes:
    return await measured(stage, Session(*body).click(300, number, x, y), 500)


async def test_a_button_has_an_outline_and_a_label_in_it(stage: Stage) -> None:
    outline, label, coming = await pressed(stage, element(TARGET, "button", text(5, "Buy"), style=AT))
    assert near(outline, 500, 300, 700, 360)
    assert label is not None
    assert near(label, 582, 320, 618, 340, off=8)
    assert coming is None


async def test_boxes_are_px_of_the_picture(stage: Stage) -> None:
    made = Session(element(TARGET, "button", text(5, "Buy"), style=AT)).click(300, TARGET, 600, 330)
    outline, _, _ = await measured(stage, made, 500, scale=0.5)
    assert near(outline, 250, 150, 350, 180)


async def test_a_click_on_a_part_of_a_control_is_one_on_the_control(stage: Stage) -> None:
    inner = element(6, "b", text(7, "now"))
    outline, label, _ = await pressed(stage, element(TARGET, "button", text(5, "Buy "), inner, style=AT), number=6)
    assert near(outline, 500, 300, 700, 360)
    assert label is not None
    assert label[2] - label[0] > 60  # both words


async def test_a_checkbox_is_one_with_what_it_is_called(stage: Stage) -> None:
    box = element(TARGET, "input", type="checkbox", id="gift", style="margin:0")
    called = element(6, "label", text(7, "It is a gift"), for_="gift")
    _, label, _ = await pressed(stage, element(8, "p", box, called, style=AT), x=505, y=310)
    assert label is not None
    assert label[2] - label[0] > 80


async def test_of_a_paragraph_the_line_under_the_pointer_counts(stage: Stage) -> None:
    lines = [part for n in range(20) for part in (text(10 + 2 * n, f"line {n}"), element(11 + 2 * n, "br"))]
    style = "position:absolute;left:500px;top:100px;margin:0;font:20px/20px sans-serif"
    _, label, _ = await pressed(stage, element(TARGET, "p", *lines, style=style), x=510, y=330)
    assert near(label, 500, 320, 560, 340, off=12)


async def test_words_that_nobody_sees_are_no_label(stage: Stage) -> None:
    hidden = [
        element(6, "span", text(7, "a long text for screen readers only"), style=UNSEEN),
        element(8, "span", text(9, "not shown either"), style="visibility:hidden"),
        element(10, "span", text(11, "nor this"), style="display:none"),
    ]
    icon = element(TARGET, "button", *hidden, style="position:absolute;left:500px;top:300px;width:40px;height:40px")
    _, label, _ = await pressed(stage, icon, x=510, y=310)
    assert near(label, 500, 300, 540, 340)


async def test_a_large_picture_is_no_label(stage: Stage) -> None:
    picture = element(TARGET, "div", style="position:absolute;left:0;top:0;width:900px;height:600px;background:red")
    outline, label, _ = await pressed(stage, picture)
    assert near(outline, 0, 0, 900, 600)
    assert label is None


async def test_what_is_pressed_next_is_told_a_second_before(stage: Stage) -> None:
    made = Session(element(TARGET, "button", text(5, "Buy"), style=AT)).moves(100, (550, 320, 0))
    made.click(2_000, TARGET, 600, 330)
    outline, label, coming = await measured(stage, made, 1_500)
    assert (outline, label) == (None, None)
    assert coming is not None
    early = Session(element(TARGET, "button", text(5, "Buy"), style=AT)).moves(100, (550, 320, 0))
    assert await _cleared(stage, early.click(2_000, TARGET, 600, 330), 500) == (None, None, None)


async def _cleared(stage: Stage, made: Session, at: int) -> Boxes:
    await stage._evaluate("stage.clear()")
    return await measured(stage, made, at)


async def test_it_goes_with_the_page_and_ends_with_it(stage: Stage) -> None:
    page = element(TARGET, "button", text(5, "Buy"), style=AT), element(6, "div", style="height:3000px")
    made = Session(*page).click(300, TARGET, 600, 330).change(600, 3, id=1, x=0, y=100)
    outline, _, _ = await measured(stage, made, 900)
    assert near(outline, 500, 200, 700, 260)
    gone = Session(*page).click(300, TARGET, 600, 330)
    gone.change(600, 0, adds=[], removes=[{"id": TARGET, "parentId": 3}], texts=[], attributes=[])
    assert await _cleared(stage, gone, 900) == (None, None, None)


async def test_what_was_pressed_on_a_page_outlines_nothing_on_another(stage: Stage) -> None:
    button, link = (element(TARGET, tag, text(5, "Buy"), style=AT) for tag in ("button", "a"))
    made = Session(button).click(300, TARGET, 600, 330).page(500, "https://shop.example/next", link)
    assert await measured(stage, made, 600) == (None, None, None)
    coming = Session(button).moves(100, (550, 320, 0)).page(500, "https://shop.example/next", link)
    assert await _cleared(stage, coming.click(900, TARGET, 600, 330), 400) == (None, None, None)


async def test_a_checkout_of_the_page_is_no_other_page(stage: Stage) -> None:
    button = element(TARGET, "button", text(5, "Buy"), style=AT)
    made = Session(button).click(300, TARGET, 600, 330).page(500, "https://shop.example/cart")
    made.events[-1]["data"]["node"] |= {"id": 70}
    outline, _, _ = await measured(stage, made, 900)
    assert near(outline, 500, 300, 700, 360)


async def test_in_frames_and_shadow_roots_too(stage: Stage) -> None:
    style = "position:absolute;left:100px;top:50px;width:200px;height:60px;margin:0"
    button = element(TARGET, "button", text(5, "Buy"), style=style)
    outline, label, _ = await pressed(stage, host(20, button))
    assert near(outline, 100, 50, 300, 110)
    assert label is not None


async def test_in_a_frame_it_stands_where_the_frame_does(stage: Stage) -> None:
    style = "position:absolute;left:100px;top:50px;width:200px;height:60px;margin:0"
    made = Session(element(30, "iframe", style=FRAME))
    made.add(100, 30, framed(element(TARGET, "button", text(5, "Buy"), style=style)))
    outline, label, _ = await measured(stage, made.click(300, TARGET, 500, 280), 500)
    assert near(outline, 400, 250, 600, 310)
    assert label is not None


@pytest.mark.parametrize(
    "data",
    [
        {"type": 2, "id": 999, "x": 5, "y": 5},
        {"type": 2, "id": "4", "x": "a", "y": None},
        {"type": 2, "x": 5, "y": 5},
        {"type": 2, "id": 2, "x": 5, "y": 5},
        {"type": 2, "id": 1, "x": 5, "y": 5},
        {"type": 2, "id": 5, "x": 1e300, "y": -1e300},
        {"type": 7, "id": {"a": 1}, "x": 5, "y": 5},
    ],
)
async def test_hostile_presses_do_no_harm(stage: Stage, data: Json) -> None:
    made = Session(element(TARGET, "button", text(5, "Buy"), style=AT)).moves(100, (9, 9, 0)).change(300, 2, **data)
    for box in await measured(stage, made, 600):
        assert box is None or len(box) == 4
