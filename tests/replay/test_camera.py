"""Where the camera goes while a recording is played."""

from __future__ import annotations

import pytest

from bot.replay.model import Style
from bot.replay.stage.stage import Stage
from tests.browser import IN_A_BROWSER
from tests.replay.camera_sessions import BUTTON, WHOLE, Filmed, at, button, filmed, message, session, sheet
from tests.replay.sessions import START, Session, element, text

pytestmark = IN_A_BROWSER


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


async def test_the_last_picture_shows_a_message_that_has_just_come(stage: Stage) -> None:
    found = await filmed(stage, session().clicked(2000).appears(3900, message(20, 40, 30)), 4000)
    assert found.holds(3800, 900, 500, 200, 40)
    assert found.holds(4000, 40, 30, 300, 40)


def gone(at_ms: int, *numbers: int) -> dict:
    removes = [{"parentId": 3, "id": number} for number in numbers]
    nothing = {"source": 0, "adds": [], "texts": [], "attributes": []}
    return {"type": 3, "timestamp": START + at_ms, "data": {**nothing, "removes": removes}}


async def test_it_goes_back_when_the_message_has_gone(stage: Stage) -> None:
    made = session().clicked(2000).appears(2200, message(20, 40, 30))
    made.events.append(gone(4500, 20))
    found = await filmed(stage, made, 6500)
    assert found.holds(4400, 40, 30, 300, 40)
    assert found.holds(6400, 900, 500, 200, 40)
    assert found.view(6400) != WHOLE


async def test_it_goes_on_to_what_is_said_in_the_place_of_the_message(stage: Stage) -> None:
    made = session().clicked(2000).appears(2200, message(20, 40, 30, "Loading"))
    made.events.append(gone(4500, 20))
    found = await filmed(stage, made.appears(5250, message(30, 40, 620)), 7500)
    assert found.holds(4400, 40, 30, 300, 40)
    assert found.view(5200) == found.view(4400)
    assert found.holds(7400, 40, 620, 300, 40)


async def test_it_shows_the_page_when_message_and_target_have_gone(stage: Stage) -> None:
    made = session(element(70, "h1", text(71, "Desk lamp"))).clicked(2000).appears(2200, message(20, 40, 30))
    made.events.append(gone(4500, 20, BUTTON))
    found = await filmed(stage, made, 6500)
    assert found.view(4400) != found.view(6400) == WHOLE


async def test_it_stays_where_the_target_is_in_view_when_the_message_goes(stage: Stage) -> None:
    made = session().clicked(2000).appears(2200, message(20, 850, 600)).clicked(2600)
    made.events.append(gone(4500, 20))
    found = await filmed(stage, made, 6500)
    assert found.view(4400) == found.view(6400) != WHOLE


async def test_a_message_that_is_written_anew_is_no_other_one(stage: Stage) -> None:
    made = session().clicked(2000).appears(2200, message(20, 40, 30))
    made.events.append(gone(4500, 20))
    made.appears(4620, message(30, 40, 30))
    found = await filmed(stage, made, 6500)
    assert found.view(4400) == found.view(6400)


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
    assert found.points[5][:2] == pytest.approx((1000 * 0.625, 520 * 0.625))
    assert found.points[25][:2] == pytest.approx(((950 * 0.625 - x) * zoom, (520 * 0.625 - y) * zoom))


async def test_no_line_and_no_box_is_cut_where_there_is_room_beside_them(stage: Stage) -> None:
    heading = element(30, "h2", text(31, "Everything for the desk"), style=at(560, 390, 320, more="font-size:28px"))
    price = element(32, "b", text(33, "€ 1,249.00"), style=at(1110, 420, 150, 50, "font-size:30px"))
    note = element(34, "p", text(35, "Delivered within three days"), style=at(840, 690, 300, 20, "margin:0"))
    found = await filmed(stage, session(heading, price, note).clicked(2000), 3000)
    x, y, zoom = (side / 0.625 for side in found.view(2500))
    right, bottom = x + 1280 / zoom / 0.625, y + 720 / zoom / 0.625
    for left, top, width, height in ((560, 418, 282, 22), (1110, 425, 128, 25), (840, 692, 177, 13)):  # their letters
        columns = max(0, min(right, left + width) - max(x, left)) / width
        rows = max(0, min(bottom, top + height) - max(y, top)) / height
        assert min(columns, rows) == 0 or (columns, rows) == (1, 1)


@pytest.mark.parametrize("top", range(180, 221, 5))
async def test_no_heading_is_cut_beside_a_target_in_a_corner(stage: Stage, top: int) -> None:
    """The view can't go aside there, so it takes a little less zoom."""
    box, heading = [2, 430, 60, 18], [80, top, 200, 36]
    await stage.load(session().events, 800, 450)
    size = "{width:800,height:450}"
    x, y, zoom = await stage._evaluate(f"ViewFrames.frame({box},{box},[[{heading},2]],{size},2)")
    right, bottom = x + 800 / zoom, y + 450 / zoom
    assert zoom >= 1.6
    assert x <= box[0]
    assert bottom >= box[1] + box[3]
    assert y <= top + 4 or y >= top + 32  # a line is higher than its letters
    assert right >= 280 or y >= top + 32


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
    style = sheet(".bad .note{display:block!important}")
    note = element(
        52, "p", text(53, "Your card was declined"), class_="note", style=at(40, 30, 300, more="display:none")
    )
    form = element(51, "form", note)
    made = session(style, form).clicked(2000)
    turned = [{"id": 51, "attributes": {"class": "bad"}}]
    made.change(2400, 0, adds=[], removes=[], texts=[], attributes=turned)
    found = await filmed(stage, made, 5000)
    assert found.holds(4900, 40, 30, 160, 16)


async def test_a_form_that_changed_while_somebody_typed_still_has_its_error_found(stage: Stage) -> None:
    style = sheet(".bad .error{display:block!important}")
    note = element(52, "p", text(53, "Too short"), class_="error", style=at(40, 30, 300, more="display:none"))
    made = session(style, element(51, "form", note)).clicked(2000)
    for moment, name in ((600, "dirty"), (1500, "dirty touched"), (2400, "dirty touched bad")):
        turned = [{"id": 51, "attributes": {"class": name}}]
        made.change(moment, 0, adds=[], removes=[], texts=[], attributes=turned)
    found = await filmed(stage, made, 5000)
    assert found.holds(4900, 40, 30, 60, 16)


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
