"""What a browser refuses to build is built plainer or counted; a page that isn't built at all is no clip."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bot.kernel.errors import Unfilmable
from bot.replay.model import Masks, Style, Window
from bot.replay.render import render, still
from bot.replay.script.trim import playable
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Json, Session, element, text

pytestmark = IN_A_BROWSER

TEXT = "document.querySelector('iframe').contentDocument.body.textContent"
LOST = "element that could not be built"


def odd(tag: str, *children: Json, **fields: Any) -> Json:
    """An element with fields or attributes of any kind."""
    attributes = fields.pop("attributes", {})
    return {**element(10, tag, *children), "attributes": attributes, **fields}


def inside(number: int) -> Json:
    return {**element(number, "b", text(number + 1, "Inside")), "isShadow": True}


REFUSED = {
    "reserved name": (odd("webview", isCustom=True), {}),
    "no custom name": (odd("Foo_bar", isCustom=True), {}),
    "name of a font": (odd("font-face", isCustom=True), {}),
    "no name of a tag": (odd("1x", text(11, "Odd")), {LOST: 1}),
    "no name in SVG": (odd("1x", isSVG=True), {LOST: 1}),
    "shadow root where none may be": (odd("input", inside(11), isShadowHost=True), {LOST: 1}),
    "loud": (odd("video", attributes={"rr_mediaVolume": 7, "rr_mediaPlaybackRate": 900}), {}),
    "playing paragraph": (odd("p", attributes={"rr_mediaState": "played"}), {}),
    "CDATA": ({"type": 4, "id": 10, "textContent": "Data"}, {}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_stands_around_a_refused_node_is_shown(stage: Any, case: str) -> None:
    node, losses = REFUSED[case]
    made = Session(element(4, "h1", text(5, "Mail")), node, element(6, "p", text(7, "Below"))).recording(100)
    await stage.load(playable(made, 0, 50), 1280, 720)
    await stage.start([50])
    shown = await stage._evaluate(TEXT)
    assert shown.startswith("Mail")
    assert shown.endswith("Below")
    assert await stage.losses() == losses


@pytest.mark.parametrize("case", REFUSED)
async def test_a_refused_node_that_comes_later_stops_nothing(stage: Any, case: str) -> None:
    node, losses = REFUSED[case]
    made = Session(element(4, "h1", text(5, "Mail")))
    made.add(100, 3, node).add(200, 3, text(20, "Below"))
    await stage.load(playable(made.recording(500), 0, 400), 1280, 720)
    await stage.start([50, 400])
    await stage.run(1)
    shown = await stage._evaluate(TEXT)
    assert shown.startswith("Mail")
    assert shown.endswith("Below")
    assert Counter(await stage.losses()) == Counter(losses)


def without_a_body(at: int = 0) -> Session:
    made = Session(element(4, "h1", text(5, "Mail")))
    if at:
        made.page(at, "https://shop.example/next")
    made.events[-1]["data"]["node"]["childNodes"] = [{"type": 5, "id": 2, "textContent": "nothing"}]
    return made


@pytest.mark.parametrize("at", [0, 300])
async def test_a_page_that_is_not_built_is_no_clip(pool, english, at) -> None:
    made = without_a_body(at).recording(1000)
    with pytest.raises(Unfilmable, match=r"could not be built \(.*\)"):
        await render(made, Window(0, 800), pool=pool, style=Style(fps=5), masks=Masks(), locale=english)


async def test_what_was_left_out_of_a_clip_is_in_its_details(pool, english) -> None:
    made = Session(element(4, "h1", text(5, "Mail")), odd("input", inside(11), isShadowHost=True)).recording(600)
    clip = await render(made, Window(0, 500), pool=pool, style=Style(fps=5), masks=Masks(), locale=english)
    assert clip.skipped == {LOST: 1}


MANY = 40  # more than a page is built again for


async def test_however_many_have_a_name_that_none_can_have(stage: Any) -> None:
    odd_ones = [{**element(10 + 2 * n, "1x", text(11 + 2 * n, f"Row {n} ")), "isSVG": n % 2 == 1} for n in range(MANY)]
    await stage.load(playable(Session(*odd_ones).recording(100), 0, 50), 1280, 720)
    await stage.start([50])
    assert await stage._evaluate(TEXT) == "".join(f"Row {n} " for n in range(MANY))
    assert await stage.losses() == {LOST: MANY}


CHANGE = "change that could not be shown"
MISSING = 999
ASTRAY: dict[str, Json] = {
    "added": {"adds": [{"parentId": MISSING, "nextId": None, "node": text(20, "Sold out")}]},
    "text": {"texts": [{"id": MISSING, "value": "Sold out"}]},
    "attribute": {"attributes": [{"id": MISSING, "attributes": {"class": "on"}}]},
}
NOTHING: Json = {"adds": [], "texts": [], "attributes": [], "removes": []}


@pytest.mark.parametrize("case", ASTRAY)
@pytest.mark.parametrize("times", [1, 3])
async def test_changes_of_what_is_not_there_are_counted(stage: Any, case: str, times: int) -> None:
    made = Session(element(4, "h1", text(5, "Mail")))
    for number in range(times):
        made.change(100 + number, 0, **{**NOTHING, **ASTRAY[case]})
    await stage.load(playable(made.recording(500), 0, 400), 1280, 720)
    await stage.start([50, 400])
    await stage.run(1)
    assert await stage.losses() == {CHANGE: times}


async def test_what_goes_in_the_same_moment_is_no_loss(stage: Any) -> None:
    made = Session(element(4, "h1", text(5, "Mail")), element(6, "p", text(7, "Below")))
    gone = {"removes": [{"parentId": 3, "id": 6}], "attributes": [{"id": 6, "attributes": {"class": "on"}}]}
    made.change(100, 0, **{**NOTHING, **gone})
    await stage.load(playable(made.recording(500), 0, 400), 1280, 720)
    await stage.start([50, 400])
    await stage.run(1)
    assert await stage.losses() == {}


BLANK = {
    "nothing in it": lambda: Session(element(4, "div")),
    "hidden": lambda: Session(element(4, "div", text(5, "Mail"), style="display:none")),
    "one colour": lambda: Session(element(4, "div", style="position:fixed;inset:0;background:#234")),
    "out of sight": lambda: Session(element(4, "div", text(5, "Mail"), style="position:absolute;left:-9999px")),
}


def sized(made: Session, width: int, height: int) -> Session:
    made.events[0]["data"].update(width=width, height=height)
    return made


@pytest.mark.parametrize("case", BLANK)
@pytest.mark.parametrize("size", [(1280, 720), (390, 844), (1500, 200)])
async def test_a_clip_of_nothing_is_no_clip(pool, english, case, size) -> None:
    made = sized(BLANK[case](), *size).click(300, 4).recording(1000)
    with pytest.raises(Unfilmable, match="blank"):
        await render(made, Window(0, 800, 300), pool=pool, style=Style(fps=5), masks=Masks(), locale=english)
    with pytest.raises(Unfilmable, match="blank"):
        await still(made, 300, pool=pool, masks=Masks(), locale=english)


SHELL = {
    "a header": "position:fixed;inset:0 0 auto 0;height:60px;background:#234",
    "bars": "position:fixed;inset:0;background:repeating-linear-gradient(#fff 0 60px,#dde 60px 90px)",
    "a side": "position:fixed;inset:0 auto 0 0;width:90px;background:#234",
}


@pytest.mark.parametrize("case", SHELL)
@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
async def test_a_page_without_words_is_shown(pool, english, case, size) -> None:
    made = sized(Session(element(4, "div", style=SHELL[case])), *size).click(300, 4).recording(1000)
    style = Style(fps=5, camera=True)
    assert await render(made, Window(0, 800, 300), pool=pool, style=style, masks=Masks(), locale=english)
    assert await still(made, 300, pool=pool, masks=Masks(), locale=english)


@pytest.mark.parametrize("size", [(1280, 720), (390, 844), (1500, 200)])
async def test_a_clip_of_nothing_from_near_is_no_clip_either(pool, english, size) -> None:
    made = sized(BLANK["one colour"](), *size).click(2300, 4, 5, 5).recording(5000)
    style = Style(fps=5, camera=True)
    with pytest.raises(Unfilmable, match="blank"):
        await render(made, Window(0, 4500, 2300), pool=pool, style=style, masks=Masks(), locale=english)


async def test_a_page_of_another_shape_is_looked_at_where_it_is(pool, english) -> None:
    made = BLANK["one colour"]().change(400, 4, width=390, height=844).recording(1000)
    with pytest.raises(Unfilmable, match="blank"):
        await render(made, Window(0, 800), pool=pool, style=Style(fps=5), masks=Masks(), locale=english)


async def test_a_page_that_is_blank_for_a_while_is_shown(pool, english) -> None:
    made = BLANK["nothing in it"]().add(700, 3, text(20, "Mail")).recording(1000)
    assert await render(made, Window(0, 800), pool=pool, style=Style(fps=5), masks=Masks(), locale=english)


def recorded_late(at: int) -> Session:
    """The recorder wrote down what people did, and a page only `at` ms after that."""
    made = Session(element(4, "h1", text(5, "Mail"))).click(500, 4)
    made.events[:2] = [{**event, "timestamp": event["timestamp"] + at} for event in made.events[:2]]
    made.events.sort(key=lambda event: event["timestamp"])
    return made.custom(0, "start").click(at + 500, 4)


async def test_a_page_that_was_recorded_later_is_not_shown_in_the_place_of_another(pool, english) -> None:
    made = recorded_late(9_000)
    made.events.sort(key=lambda event: event["timestamp"])
    late = made.recording(12_000)
    rest = {"pool": pool, "masks": Masks(), "locale": english}
    with pytest.raises(Unfilmable, match="begins"):
        await render(late, Window(0, 3_000, 500), style=Style(fps=5), **rest)
    with pytest.raises(Unfilmable, match="begins"):
        await render(late, Window(0, 3_000), style=Style(fps=5), **rest)
    with pytest.raises(Unfilmable, match="begins"):
        await still(late, 500, **rest)
    assert await render(late, Window(8_000, 10_500, 9_500), style=Style(fps=5), **rest)
    assert await still(late, 8_500, **rest)


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 720), (-1, -1)])
async def test_a_page_without_a_size_is_shown_in_the_usual_one(pool, english, width, height) -> None:
    made = sized(Session(element(4, "h1", text(5, "Mail"))), width, height).recording(1000)
    clip = await render(made, Window(0, 800), pool=pool, style=Style(fps=5), masks=Masks(), locale=english)
    assert clip.width == Style().width
