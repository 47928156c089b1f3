"""What was recorded of a canvas is shown in its place and size; what was not is counted."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from bot.replay.script.trim import playable
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Json, Session, element, text

pytestmark = IN_A_BROWSER

Colour = tuple[int, int, int]
GREEN, BLUE, RED, WHITE = (0, 128, 0), (0, 0, 255), (255, 0, 0), (255, 255, 255)
BOX = "(({left, top, width, height}) => [left, top, width, height])"
CANVAS = 10
UNDRAWN, EMPTY = "canvas that could not be drawn as recorded", "canvas without a recorded picture"


def png(colour: Colour, width: int = 200, height: int = 100) -> str:
    output = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(output, "PNG")
    return base64.b64encode(output.getvalue()).decode()


def photographed(at: int, colour: Colour) -> Json:
    """A picture of the canvas as rrweb takes them some times a second."""
    blob = {"rr_type": "Blob", "type": "image/png", "data": [{"rr_type": "ArrayBuffer", "base64": png(colour)}]}
    bitmap = {"rr_type": "ImageBitmap", "args": [blob]}
    return drawn(at, ("clearRect", 0, 0, 200, 100), ("drawImage", bitmap, 0, 0, 200, 100))


def drawn(at: int, *calls: Any, kind: int = 0) -> Json:
    commands = [{"property": name, "args": list(args)} for name, *args in calls]
    return {"at": at, "id": CANVAS, "type": kind, "commands": commands}


def canvas(**attributes: str) -> Json:
    return element(CANVAS, "canvas", text(11, "Your browser is too old"), width="200", height="100", **attributes)


async def seen(stage: Any, node: Json, events: list[Json], *times: int) -> tuple[list[Colour], list[float]]:
    """The colour in the middle of the canvas at each of the times, and its box."""
    made = Session(node, element(6, "p", text(7, "Below")))
    for event in events:
        made.change(event["at"], 9, **{name: value for name, value in event.items() if name != "at"})
    await stage.load(playable(made.recording(1000), 0, max(times)), 1280, 720)
    await stage.start(list(times))
    box = await stage._evaluate(f"{BOX}({FIND}.getBoundingClientRect())")
    colours: list[Any] = []
    for index in range(len(times)):
        if index:
            await stage.run(index)
        picture = Image.open(io.BytesIO(await stage.shot())).convert("RGB")
        colours.append(picture.getpixel((int(box[0] + box[2] / 2), int(box[1] + box[3] / 2))))
    return colours, box[2:]


PAGE = "document.querySelector('iframe').contentDocument"
FIND = f"(({PAGE}.querySelector('canvas')) ?? {PAGE}.querySelector('section').shadowRoot.querySelector('canvas'))"


async def test_the_picture_that_the_snapshot_holds_is_shown(stage: Any) -> None:
    node = canvas(rr_dataURL=f"data:image/png;base64,{png(GREEN)}")
    node["attributes"]["rr_dataURL"] = node["attributes"].pop("rr-dataURL")
    assert await seen(stage, node, [], 50) == ([GREEN], [200, 100])
    assert await stage.losses() == {}


@pytest.mark.parametrize("within", ["page", "shadow root"])
async def test_pictures_taken_while_it_ran_follow_one_another(stage: Any, within: str) -> None:
    node = canvas()
    if within == "shadow root":
        node = {**element(9, "section", {**node, "isShadow": True}), "isShadowHost": True}
    events = [photographed(100, GREEN), photographed(300, BLUE), photographed(500, RED)]
    colours, size = await seen(stage, node, events, 50, 200, 600)
    assert (colours, size) == ([WHITE, GREEN, RED], [200, 100])
    assert await stage.losses() == {}


async def test_drawing_is_done_again_step_by_step(stage: Any) -> None:
    fill = {"property": "fillStyle", "args": ["rgb(0, 0, 255)"], "setter": True}
    event = drawn(100, ("fillRect", 0, 0, 200, 100))
    event["commands"].insert(0, fill)
    later = drawn(200, ("clearRect", 0, 0, 10, 10))
    assert await seen(stage, canvas(), [event, later], 300) == ([BLUE], [200, 100])
    assert await stage.losses() == {}


LOST = {
    "nothing": ([], EMPTY),
    "WebGL": ([drawn(100, ("drawArrays", 4, 0, 3), kind=1)], UNDRAWN),
    "no method": ([drawn(100, ("constructor", 1))], UNDRAWN),
    "a picture from elsewhere": (
        [drawn(100, ("drawImage", {"rr_type": "HTMLImageElement", "src": "https://shop.example/a.png"}, 0, 0))],
        UNDRAWN,
    ),
    "not a picture": ([drawn(100, ("drawImage", {"rr_type": "CanvasGradient", "index": 0}, 0, 0))], UNDRAWN),
}


@pytest.mark.parametrize("case", LOST)
async def test_what_cannot_be_drawn_is_counted_and_keeps_its_room(stage: Any, case: str) -> None:
    events, loss = LOST[case]
    assert await seen(stage, canvas(), events, 300) == ([WHITE], [200, 100])
    assert await stage.losses() == {loss: 1}


async def test_a_canvas_without_attributes_has_its_usual_size(stage: Any) -> None:
    _, size = await seen(stage, element(CANVAS, "canvas"), [], 50)
    assert size == [300, 150]
