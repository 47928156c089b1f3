"""That nothing happens is said of a click only where its page doesn't answer, however late and without a name."""

from __future__ import annotations

import pytest

from bot.kernel.locale import Locale
from bot.replay.model import Window
from bot.replay.script.transcript import clip_text
from tests.replay.sessions import Session, element, text

ENGLISH = Locale.of("en")
BUY, FIELD = 4, 6


@pytest.mark.parametrize(("at", "caption"), [(7_500, "Send clicked"), (8_500, "Send clicked, nothing happens")])
@pytest.mark.parametrize("hidden", [False, True])
def test_nothing_happens_is_not_said_of_a_click_that_a_nameless_text_answers(
    at: int, caption: str, hidden: bool
) -> None:
    late = element(8, "div", text(9, "We will call you"), **({"hidden": ""} if hidden else {}))
    session = Session(element(BUY, "button", text(5, "Send")), *([late] if hidden else []))
    session.click(3_000, BUY).click(3_200, BUY)
    if hidden:
        shows = [{"id": 8, "attributes": {"hidden": None}}]
        session.change(at, 0, adds=[], removes=[], texts=[], attributes=shows)
    else:
        session.add(at, 3, late)
    assert clip_text(session.recording(9_500), Window(0, 9_500, 3_000), ENGLISH).caption == caption


def test_a_nameless_text_after_a_click_elsewhere_answers_that_one() -> None:
    session = Session(element(BUY, "button", text(5, "Send")), element(FIELD, "a", text(7, "Help")))
    session.click(3_000, BUY).click(4_000, FIELD).add(5_000, 3, element(8, "div", text(9, "How can we help?")))
    assert clip_text(session.recording(9_000), Window(0, 9_000, 3_000), ENGLISH).caption == (
        "Send clicked, nothing happens"
    )


@pytest.mark.parametrize(("instead", "is_gone"), [(False, True), (True, False)])
@pytest.mark.parametrize("taken", [BUY, 8])
def test_nothing_happens_is_not_said_where_what_was_clicked_goes(instead: bool, is_gone: bool, taken: int) -> None:
    session = Session(element(8, "div", element(BUY, "button", text(5, "Send")))).clicks(3_000, BUY, 3, 200)
    parent = 3 if taken == 8 else 8
    adds = [{"parentId": parent, "nextId": None, "node": element(9, "i")}] if instead else []
    session.change(4_000, 0, adds=adds, removes=[{"parentId": parent, "id": taken}], texts=[], attributes=[])
    caption = clip_text(session.recording(9_000), Window(0, 9_000, 3_000), ENGLISH).caption
    assert caption == ("Send clicked 3×" if is_gone else "Send clicked 3×, nothing happens")
