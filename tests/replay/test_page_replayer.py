"""Pages that rrweb's replayer by itself shows otherwise than they were."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from bot.replay.script.trim import playable
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.sessions import Json, Session, element, text

pytestmark = IN_A_BROWSER

SMOOTH = "*{scroll-behavior:smooth!important}body{margin:0}"
LONG = "height:3000px"
BOX = "height:100px;overflow:auto"
STEP = 100


MANY = 120  # mutations, so that they are played on a copy of the page
WAYS = ["step", "jump", "copy"]


async def play(stage: Stage, made: Session, at: int, way: str) -> None:
    """Plays to `at` (ms): in steps, at once, or at once on a copy of the page."""
    for turn in range(MANY if way == "copy" else 0):
        made.mutation(turn % 50)
    made.events.sort(key=lambda event: event["timestamp"])
    begin = 0 if way == "step" else at
    await stage.load(playable(made.recording(5000), begin, at), 1280, 720)
    await stage.start(list(range(begin, at + 1, STEP)))
    index: int | None = 0
    while index is not None:
        index = (await stage.run(index + 1))[0]


async def seen(stage: Stage, made: Session, at: int, expression: str, way: str = "step") -> Any:
    """The value of a JavaScript expression about `page`, the recorded document, when `at` has been played to."""
    await play(stage, made, at, way)
    page = "document.querySelector('iframe').contentDocument"
    return await stage._evaluate(f"((page) => {expression})({page})")


def sheet(css: str, number: int = 90) -> Json:
    return element(number, "style", text(number + 1, css))


def in_shadow(node: Json) -> Json:
    return {**node, "isShadow": True}


def host(number: int, *shadow: Json, tag: str = "div") -> Json:
    return {**element(number, tag, *map(in_shadow, shadow)), "isShadowHost": True}


def framed(*body: Json, number: int = 60) -> Json:
    """The document of a frame, as rrweb adds it to its iframe; its nodes have `rootId` in a real recording, too."""
    html = element(number + 1, "html", element(number + 2, "head"), element(number + 3, "body", *body))
    return {"type": 0, "id": number, "childNodes": [html]}


def box(number: int) -> Json:
    return element(number, "div", element(number + 1, "div", style=LONG), style=BOX)


@pytest.mark.parametrize("way", WAYS)
async def test_a_recorded_scroll_has_arrived_where_the_page_scrolls_smoothly(stage: Stage, way: str) -> None:
    shadow = host(20, sheet(SMOOTH, 92), box(21))
    made = Session(sheet(SMOOTH), box(10), shadow, element(30, "iframe"), element(40, "div", style=LONG))
    made.add(100, 30, framed(sheet(SMOOTH, 94), box(70), element(80, "div", style=LONG)))
    for number, y in ((1, 1800), (10, 300), (21, 400), (60, 500), (70, 600)):
        made.change(200, 3, id=number, x=0, y=y)
    tops = (
        "[page.defaultView.scrollY, page.querySelector('div').scrollTop,"
        " page.querySelectorAll('body > div')[1].shadowRoot.querySelector('div').scrollTop,"
        " page.querySelector('iframe').contentWindow.scrollY,"
        " page.querySelector('iframe').contentDocument.querySelector('div').scrollTop]"
    )
    assert await seen(stage, made, 500, tops, way) == [1800, 300, 400, 500, 600]


@pytest.mark.parametrize("way", WAYS)
async def test_a_frame_shows_what_was_recorded_of_it_and_not_the_page_s_own_copy(stage: Stage, way: str) -> None:
    made = Session(element(30, "iframe", srcdoc="<p>as it came</p>")).add(100, 30, framed(element(70, "p")))
    made.add(150, 70, text(71, "as it was"))
    made.add(160, 3, element(80, "iframe", srcdoc="<p>later</p>"))
    made.change(170, 0, adds=[], removes=[], texts=[], attributes=[{"id": 30, "attributes": {"srcdoc": "<p>new</p>"}}])
    shown = "[page.querySelector('iframe').contentDocument.body.textContent, page.querySelectorAll('[srcdoc]').length]"
    assert await seen(stage, made, 500, shown, way) == ["as it was", 0]


async def test_a_page_is_scrolled_from_the_beginning_where_it_was_then(stage: Stage) -> None:
    scrolled = box(10)
    scrolled["attributes"]["rr_scrollTop"] = 250
    made = Session(sheet(SMOOTH), scrolled, element(40, "div", style=LONG))
    made.events[1]["data"]["initialOffset"] = {"left": 0, "top": 900}
    tops = "[page.defaultView.scrollY, page.querySelector('div').scrollTop]"
    assert await seen(stage, made, 100, tops) == [900, 250]


async def test_a_box_that_comes_scrolled_is_scrolled(stage: Stage) -> None:
    new = box(10)
    inner = new["childNodes"].pop()
    new["attributes"] |= {"rr_scrollTop": 250}
    made = Session(sheet(SMOOTH))
    adds = [{"parentId": parent, "nextId": None, "node": node} for parent, node in ((3, new), (10, inner))]
    made.change(100, 0, adds=adds, removes=[], texts=[], attributes=[])
    assert await seen(stage, made, 300, "page.querySelector('div').scrollTop") == 250


async def test_a_scroll_that_comes_before_there_is_room_arrives_when_there_is(stage: Stage) -> None:
    late = element(12, "div", style="display:none;height:300px")
    sheets = element(10, "div", element(11, "div", style="height:300px"), late, style="height:300px;overflow:auto")
    made = Session(sheet("body{margin:0}"), sheets).change(100, 3, id=10, x=0, y=296).change(100, 3, id=1, x=0, y=700)
    shown = [{"id": 12, "attributes": {"style": "height:300px"}}]
    made.change(201, 0, adds=[], removes=[], texts=[], attributes=shown)
    made.add(301, 3, element(40, "div", style=LONG))
    tops = "[page.defaultView.scrollY, page.querySelector('div').scrollTop]"
    assert await seen(stage, made, 500, tops) == [700, 296]


async def test_the_latest_scroll_is_the_one_that_holds(stage: Stage) -> None:
    made = Session(sheet("body{margin:0}")).change(100, 3, id=1, x=0, y=700).change(150, 3, id=1, x=0, y=0)
    made.add(201, 3, element(40, "div", style=LONG))
    assert await seen(stage, made, 500, "page.defaultView.scrollY") == 0


DEFINED = "[...page.querySelectorAll('shop-card, x-late, font-face')].map((one) => one.matches(':defined'))"


@pytest.mark.parametrize("way", WAYS)
async def test_custom_elements_count_as_defined_where_the_recorder_does_not_say(stage: Stage, way: str) -> None:
    made = Session(element(10, "shop-card"), element(12, "font-face"))
    made.add(100, 3, element(11, "x-late"))
    assert await seen(stage, made, 300, DEFINED, way) == [True, True, True]


async def test_what_the_recorder_says_about_custom_elements_holds(stage: Stage) -> None:
    marked = {**element(10, "shop-card"), "isCustom": True}
    assert await seen(stage, Session(marked, element(11, "x-late")), 300, DEFINED) == [True, False]


@pytest.mark.parametrize(("at", "defined"), [(100, False), (300, True)])
async def test_an_element_is_defined_when_it_was(stage: Stage, at: int, defined: bool) -> None:
    made = Session(element(10, "x-late")).change(201, 16, define={"name": "x-late"})
    assert await seen(stage, made, at, DEFINED) == [defined]


def adopt(made: Session, at: int, number: int, *, rules: bool = True) -> Session:
    rule = {"rule": ".card{background:rgb(0, 128, 0)}", "index": 0}
    styles = {"styles": [{"styleId": 1, "rules": [rule]}]} if rules else {}
    return made.change(at, 15, id=number, styleIds=[1], **styles)


COLOURS = """[...page.querySelectorAll('.host')].map((one) =>
  page.defaultView.getComputedStyle(one.shadowRoot.querySelector('.card')).backgroundColor)"""


@pytest.mark.parametrize("way", WAYS)
async def test_adopted_style_sheets_may_come_before_their_shadow_root_and_host(stage: Stage, way: str) -> None:
    made = adopt(Session(element(10, "div", class_="host")), 60, 10)
    adopt(made, 101, 20)
    made.add(102, 10, in_shadow(element(11, "div", class_="card")))
    made.add(103, 3, element(20, "div", class_="host"))
    made.add(104, 20, in_shadow(element(21, "div", class_="card")))
    made.add(105, 3, element(30, "div", class_="host"))
    made.add(106, 30, in_shadow(element(31, "div", class_="card")))
    adopt(made, 107, 30, rules=False)
    assert await seen(stage, made, 300, COLOURS, way) == ["rgb(0, 128, 0)"] * 3


@pytest.mark.parametrize("way", WAYS)
async def test_texts_for_pages_without_scripts_are_not_shown_in_shadow_roots(stage: Stage, way: str) -> None:
    inner = [element(11, "noscript", text(12, "Switch on")), element(13, "script", text(14, "SCRIPT_PLACEHOLDER"))]
    made = Session(host(10, *inner, element(15, "p", text(16, "Pay"))), element(20, "div"))
    made.add(50, 3, element(40, "a", element(41, "b", text(42, "Help")), href="https://shop.example/help"))
    adopt(made, 60, 10)
    for number, tag in ((21, "noscript"), (23, "script"), (25, "p")):
        made.add(100 + number, 20, in_shadow(element(number, tag)))
        made.add(101 + number, number, text(number + 1, "Unseen"))
    shown = """[...page.querySelectorAll('div')].map((one) => [...one.shadowRoot.children].map((inside) =>
      inside.getBoundingClientRect().height > 0))"""
    assert await seen(stage, made, 300, shown, way) == [[False, False, True]] * 2


POSTER = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='600' height='300'%3E"
    "%3Crect width='600' height='300' fill='skyblue'/%3E%3C/svg%3E"
)


@pytest.mark.parametrize(("controls", "shown"), [({}, False), ({"controls": ""}, True)])
@pytest.mark.parametrize("shadow", [False, True])
async def test_only_videos_with_controls_show_them(
    stage: Stage, controls: dict[str, str], shown: bool, shadow: bool
) -> None:
    video = element(10, "video", poster=POSTER, width="600", height="300", **controls)
    await play(stage, Session(sheet("body{margin:0}"), host(20, video) if shadow else video), 300, "step")
    picture = Image.open(io.BytesIO(await stage.shot())).convert("RGB").crop((0, 0, 600, 300))
    colours = picture.getcolors(200_000) or []
    assert (135, 206, 235) in [colour for _, colour in colours]
    assert (len(colours) > 1) == shown


async def test_audio_without_controls_takes_no_room(stage: Stage) -> None:
    made = Session(element(10, "audio"), element(11, "audio", controls=""))
    heights = "[...page.querySelectorAll('audio')].map((one) => one.getBoundingClientRect().height > 0)"
    assert await seen(stage, made, 300, heights) == [False, True]


def fraction(number: int) -> Json:
    over = [element(number + 1, "mn", text(number + 2, "1")), element(number + 3, "mn", text(number + 4, "2"))]
    return element(number, "mfrac", *over)


FRACTIONS = """[...page.querySelectorAll('mfrac')].map(({ children: [over, under] }) =>
  over.getBoundingClientRect().bottom <= under.getBoundingClientRect().top)"""


@pytest.mark.parametrize("way", WAYS)
async def test_mathml_is_set_as_mathematics(stage: Stage, way: str) -> None:
    made = Session(element(10, "math", fraction(11)), element(20, "p"))
    made.add(101, 20, element(30, "math"))
    made.add(102, 30, element(40, "mfrac"))
    for number in (41, 43):
        made.add(number + 62, 40, element(number, "mn"))
        made.add(number + 63, number, text(number + 1, "1"))
    made.add(250, 10, element(50, "mfrac"))
    for number in (51, 53):
        made.add(number + 200, 50, element(number, "mn"))
        made.add(number + 201, number, text(number + 1, "2"))
    changed = [{"id": 12, "attributes": {"class": "changed"}}]
    made.change(350, 0, adds=[], removes=[{"parentId": 53, "id": 54}], texts=[], attributes=changed)
    assert await seen(stage, made, 500, FRACTIONS, way) == [True, True, True]
    first = "document.querySelector('iframe').contentDocument.querySelector('mn')"
    assert await stage._evaluate(f"{first}.getAttribute('class')") == "changed"


async def test_html_in_mathml_stays_html(stage: Stage) -> None:
    made = Session(element(10, "math", element(11, "mtext", element(12, "b", text(13, "half")), element(14, "meter"))))
    spaces = "[...page.querySelectorAll('mtext, b, meter')].map((one) => one.namespaceURI.split('/').at(-1))"
    assert await seen(stage, made, 300, spaces) == ["MathML", "xhtml", "xhtml"]
