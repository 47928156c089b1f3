"""Where the camera goes while a recording is played, on made-up pages and on hostile ones."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import pytest

from bot.replay.encode.shot_stream import ShotStream, film
from bot.replay.model import Masks, Point, Style, Window
from bot.replay.scene import scene_of
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Stage, View
from tests.browser import IN_A_BROWSER
from tests.replay.pages import Page
from tests.replay.pages import recording as recorded
from tests.replay.sessions import Json, Session, adds_of, element, text

pytestmark = IN_A_BROWSER
BUTTON, WIDTH, HEIGHT = 4, 800, 450
WHOLE: View = (0, 0, 1)
CLOSE = Style(camera=True)


def at(left: int, top: int, width: int = 200, height: int = 40, more: str = "") -> str:
    return f"position:absolute;left:{left}px;top:{top}px;width:{width}px;height:{height}px;{more}"


def button(left: int = 900, top: int = 500) -> Json:
    return element(BUTTON, "button", text(5, "Buy now"), style=at(left, top))


def message(number: int, left: int, top: int, words: str = "We could not add it to the cart") -> Json:
    return element(number, "p", text(number + 1, words), role="alert", style=at(left, top, 300))


class Answered(Session):
    """A session in which whole subtrees appear."""

    def appears(self, at_ms: int, node: Json, parent: int = 3) -> Answered:
        self.change(at_ms, 0, adds=adds_of(parent, node), removes=[], texts=[], attributes=[])
        return self

    def clicked(self, at_ms: int, x: float = 950, y: float = 520, number: int = BUTTON) -> Answered:
        self.click(at_ms, number, x, y)
        return self


def session(*more: Json) -> Answered:
    return Answered(button(), *more)


@dataclass(frozen=True)
class Filmed:
    views: list[tuple[int, View]]
    points: list[Point]
    pictures: list[int]

    def view(self, at_ms: int) -> View:
        """The view at a time of the recording, for a clip that begins with it."""
        return next(view for index, view in reversed(self.views) if index * 100 <= at_ms)

    def holds(self, at_ms: int, left: float, top: float, width: float, height: float) -> bool:
        """Whether a box in px of the page is in view at that time."""
        x, y, zoom = self.view(at_ms)
        scale = WIDTH / 1280
        inside = left * scale >= x and (left + width) * scale <= x + WIDTH / zoom
        return inside and top * scale >= y and (top + height) * scale <= y + HEIGHT / zoom


async def filmed(stage: Stage, made: Session, until: int, failed: int | None = 2000, style: Style = CLOSE) -> Filmed:
    made.events.sort(key=lambda event: int(event["timestamp"]))
    scene = scene_of(made.recording(until), Window(0, until, failed), style, Masks())
    take = ShotStream()
    await stage.load(scene.events, scene.size.width, scene.size.height)
    await film(stage, scene, take, _silent)
    points = list(itertools.chain.from_iterable(shot.points for shot in take.shots))
    return Filmed(take.views, points, [shot.index for shot in take.shots if shot.png])


async def _silent(_share: float) -> None:
    return None


def zooms(found: Filmed) -> list[float]:
    return [view[2] for _, view in found.views]


async def test_it_goes_to_the_target_a_second_before_the_click(stage: Stage) -> None:
    found = await filmed(stage, session().clicked(2000), 4000)
    assert found.view(900) == WHOLE
    assert found.view(1200)[2] == found.view(3900)[2] == 2
    assert found.holds(1200, 900, 500, 200, 40)


async def test_it_shows_the_message_when_the_burst_is_over(stage: Stage) -> None:
    made = session().appears(2100, message(20, 40, 30))
    for count in range(4):
        made.clicked(2000 + 500 * count)
    found = await filmed(stage, made, 6000)
    assert found.holds(3900, 900, 500, 200, 40)
    assert found.holds(5000, 40, 30, 300, 40)
    assert found.view(5900) == found.view(5000)


async def test_target_and_message_are_shown_together_where_there_is_room(stage: Stage) -> None:
    made = session().clicked(2000).appears(2200, message(20, 850, 600)).clicked(2600)
    found = await filmed(stage, made, 5000)
    assert found.holds(4900, 900, 500, 200, 40)
    assert found.holds(4900, 850, 600, 300, 40)
    assert found.view(4900)[2] >= 1.6


async def test_a_change_of_page_is_shown_whole(stage: Stage) -> None:
    made = session().clicked(2000)
    made.page(3000, "https://shop.example/thanks", element(9, "h1", text(10, "Thank you")))
    found = await filmed(stage, made, 5000)
    assert found.view(2900)[2] == 2
    assert found.view(3000) == found.view(4900) == WHOLE


async def test_the_same_page_written_down_again_changes_nothing(stage: Stage) -> None:
    made = session().clicked(2000)
    again = element(102, "html", element(103, "body", {**button(), "id": 104}))
    node = {"type": 0, "id": 101, "childNodes": [again]}
    made.event(3000, 4, {"href": "https://shop.example/cart", "width": 1280, "height": 720})
    made.event(3000, 2, {"node": node, "initialOffset": {"left": 0, "top": 0}})
    found = await filmed(stage, made, 5000)
    assert found.view(4900) == found.view(2900) != WHOLE


async def test_pages_of_phones_are_large_enough(stage: Stage) -> None:
    made = session().clicked(2000, 90, 520).appears(2200, message(20, 40, 30))
    for event in made.events:
        if event["type"] == 4:
            event["data"] |= {"width": 390, "height": 844}
    found = await filmed(stage, made, 4000)
    assert set(zooms(found)) == {1}


async def test_the_pointer_goes_with_the_view(stage: Stage) -> None:
    made = session().clicked(2000)
    made.change(300, 1, positions=[{"x": 1000, "y": 520, "id": 3, "timeOffset": 0}])
    found = await filmed(stage, made, 3000)
    x, y, zoom = found.view(2500)
    assert found.points[5] == pytest.approx((1000 * 0.625, 520 * 0.625))
    assert found.points[25] == pytest.approx(((950 * 0.625 - x) * zoom, (520 * 0.625 - y) * zoom))


async def test_no_line_and_no_box_is_cut_where_there_is_room_beside_them(stage: Stage) -> None:
    heading = element(30, "h2", text(31, "Everything for the desk"), style=at(560, 390, 320, more="font-size:28px"))
    price = element(32, "b", text(33, "€ 1,249.00"), style=at(1110, 420, 150, 50, "font-size:30px"))
    note = element(34, "p", text(35, "Delivered within three days"), style=at(840, 690, 300, 20, "margin:0"))
    found = await filmed(stage, session(heading, price, note).clicked(2000), 3000)
    x, y, zoom = (side / 0.625 for side in found.view(2500))
    right, bottom = x + 1280 / zoom / 0.625, y + 720 / zoom / 0.625
    for left, top, width, height in ((560, 395, 320, 30), (1110, 425, 150, 30), (840, 692, 190, 14)):
        columns = max(0, min(right, left + width) - max(x, left)) / width
        rows = max(0, min(bottom, top + height) - max(y, top)) / height
        assert min(columns, rows) == 0 or (columns, rows) == (1, 1)


async def test_at_most_three_moves_in_ten_seconds(stage: Stage) -> None:
    made = session().clicked(2000)
    for count in range(7):
        left, top = 40 + 900 * (count % 2), 30 + 600 * (count % 3 == 0)
        made.appears(2500 + 900 * count, message(40 + 2 * count, left, top, f"No {'abcdefg'[count]} can be added"))
    made.page(9000, "https://shop.example/thanks", element(9, "h1", text(10, "Thank you")))
    found = await filmed(stage, made, 11_000)
    moves = [index for index, _ in found.views[1:]]
    assert len(moves) >= 3
    assert all(sum(first <= index < first + 100 for index in moves) <= 3 for first in moves)
    assert found.view(10_900) == WHOLE


async def test_what_changed_before_the_click_or_is_only_for_listeners_is_no_answer(stage: Stage) -> None:
    hidden = "position:absolute;width:1px;height:1px;overflow:hidden;left:40px;top:30px;white-space:nowrap"
    listeners = element(24, "div", aria_live="polite", style=hidden)
    ticker = element(26, "p", text(27, "One offer"), style=at(40, 300))
    made = session(listeners, ticker).clicked(2000)
    for count in range(8):
        said = [{"id": 27, "value": f"Offer number {'abcdefgh'[count]} of the day"}]
        made.change(500 + 400 * count, 0, adds=[], removes=[], texts=said, attributes=[])
    made.appears(2300, element(28, "span", text(29, "One thing was added to the cart")), 24)
    found = await filmed(stage, made, 5000)
    assert found.view(4900) == found.view(1500) != WHOLE


async def test_a_message_that_was_hidden_is_found_by_being_shown(stage: Stage) -> None:
    style = {"type": 2, "id": 50, "tagName": "style", "attributes": {"_cssText": ".bad .note{display:block!important}"}}
    style["childNodes"] = []
    note = element(
        52, "p", text(53, "Your card was declined"), class_="note", style=at(40, 30, 300, more="display:none")
    )
    form = element(51, "form", note)
    made = session(style, form).clicked(2000)
    turned = [{"id": 51, "attributes": {"class": "bad"}}]
    made.change(2400, 0, adds=[], removes=[], texts=[], attributes=turned)
    found = await filmed(stage, made, 5000)
    assert found.holds(4900, 40, 30, 160, 16)


async def test_a_click_elsewhere_is_not_out_of_sight(stage: Stage) -> None:
    made = session().clicked(2000).clicked(5000, 60, 60, 3)
    found = await filmed(stage, made, 6000)
    assert found.view(4000) != WHOLE
    assert found.view(5000) == WHOLE


async def test_pictures_are_taken_where_the_view_moves_and_nowhere_else(stage: Stage) -> None:
    found = await filmed(stage, session().clicked(2000), 4000)
    moved = {index for index, _ in found.views}
    off = await filmed_without(stage, session().clicked(2000))
    assert set(found.pictures) == moved | set(off.pictures)


async def filmed_without(stage: Stage, made: Session) -> Filmed:
    await stage._evaluate("stage.clear()")
    found = await filmed(stage, made, 4000, style=Style())
    assert found.views == []
    return found


HUGE = "position:absolute;left:-9000000px;top:-9000000px;width:99999999px;height:99999999px"
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
    "an element without end": lambda: Answered(element(BUTTON, "div", text(5, "Buy"), style=HUGE)).clicked(
        2000, 100, 100
    ),
    "an element that is turned into nothing": lambda: Answered(
        element(BUTTON, "div", text(5, "Buy"), style=at(90, 90) + "transform:scale(1e30) rotate3d(1,1,1,1e9deg)")
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
            await film(opened, scene, take, _silent)
        assert take.zoomed
        return [(shot.index, shot.png) for shot in take.shots]

    framed = await pictures(begin_frame=True)
    assert framed == await pictures(begin_frame=True)
    assert framed == await pictures(begin_frame=False)
