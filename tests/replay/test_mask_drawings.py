"""Texts of drawings stand where their own coordinates say, so each is read by itself and beside its neighbours."""

import json

import pytest

from tests.replay.pages import Page, events
from tests.replay.test_mask_pieces import done


def test_texts_of_a_drawing_stand_for_themselves() -> None:
    page = Page()
    texts = [
        page.element("text", {}, "a@example.com"),
        page.element("text", {}, "4111", page.element("tspan", {}, " 1111 1111 1111")),
    ]
    made, hidden = done(events(page.document([], [page.element("svg", {}, *texts)])))
    assert "1111" not in json.dumps(made)
    assert hidden == {"email": 1, "card": 1}


@pytest.mark.parametrize(
    "pieces", [("4111 1111", " 1111 1111"), ("4111", "1111", "1111", "1111"), ("jisoo@", "example.com")]
)
def test_a_value_over_texts_of_a_drawing_is_hidden(pieces: tuple[str, ...]) -> None:
    page = Page()
    made, hidden = done(
        events(page.document([], [page.element("svg", {}, *[page.element("text", {}, one) for one in pieces])]))
    )
    assert not any(piece.strip() in json.dumps(made) for piece in pieces)
    assert sum(hidden.values()) == 1


def test_what_stands_along_a_chart_stays() -> None:
    page = Page()
    texts = [page.element("text", {}, str(year)) for year in range(2000, 2027)]
    made, hidden = done(events(page.document([], [page.element("svg", {}, *texts)])))
    assert all(str(year) in json.dumps(made) for year in range(2000, 2027))
    assert not hidden
