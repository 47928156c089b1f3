"""What a style may write out of an attribute is masked like a text; what a page is built by stays."""

import json

import pytest

from bot.replay.model import Masks
from tests.replay.pages import Page, events
from tests.replay.test_mask_pieces import done


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("my-field", {"value": "hunter2"}),
        ("div", {"title": "a@example.com"}),
        ("div", {"data-mail": "a@example.com"}),
        ("div", {"aria-valuetext": "a@example.com"}),
        ("iframe", {"srcdoc": "<p>a@example.com hunter2</p>"}),
        ("input", {"type": "search", "value": "hunter2", "placeholder": "a@example.com"}),
        ("a", {"href": "mailto:a@example.com", "download": "a@example.com.pdf", "class": "of a@example.com"}),
        ("label", {"id": "a@example.com", "for": "a@example.com", "owner": "a@example.com"}),
        ("form", {"name": "a@example.com", "action": "mailto:a@example.com"}),
        ("q", {"cite": "mailto:a@example.com"}),
    ],
)
def test_attributes_give_nothing_away(tag: str, attributes: dict) -> None:
    page = Page()
    made = json.dumps(done(events(page.document([], [page.element(tag, attributes)])))[0])
    assert "hunter2" not in made
    assert "example.com" not in made


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("img", {"src": "https://cdn.example/lib@1.2.3/a.png", "srcset": "https://cdn.example/lib@1.2.3/a.png 2x"}),
        ("link", {"href": "https://cdn.example/lib@1.2.3/a.css", "rel": "stylesheet"}),
        ("image", {"href": "https://cdn.example/lib@1.2.3/a.png"}),
        ("div", {"style": "background:url(https://cdn.example/lib@1.2.3/a.png)"}),
        ("video", {"poster": "https://cdn.example/lib@1.2.3/a.png"}),
        ("canvas", {"rr_dataURL": "data:image/png;base64,a@b.c"}),
    ],
)
def test_attributes_by_which_a_page_is_built_stay(tag: str, attributes: dict) -> None:
    page = Page()
    element = page.element(tag, dict(attributes))
    done(events(page.document([], [element])))
    assert element["attributes"] == attributes


def test_the_shape_of_a_drawing_is_no_number() -> None:
    page = Page()
    line = {**page.element("polyline", {"points": "4111 1111 1111 1111"}), "isSVG": True}
    made, hidden = done(events(page.document([], [line])))
    assert "4111 1111 1111 1111" in json.dumps(made)
    assert not hidden


def test_where_a_masked_link_leads_is_hidden_from_styles() -> None:
    page = Page()
    link = page.element("a", {"class": "account", "href": "/accounts/jisoo", "width": "10"}, "Account")
    made, hidden = done(events(page.document([], [link])), Masks(selectors=(".account",)))
    attributes = made[1]["data"]["node"]["childNodes"][0]["childNodes"][1]["childNodes"][0]["attributes"]
    assert set(attributes.pop("href")) == {"•"}
    assert attributes == {"class": "account", "width": "10"}
    assert hidden == {"selector": 1}


@pytest.mark.parametrize("role", ["textbox", "TextBox", "none textbox", "spinbutton", "searchbox"])
def test_what_is_said_to_be_a_field_is_one(role: str) -> None:
    page = Page()
    made, hidden = done(events(page.document([], [page.element("div", {"role": role}, "hunter2")])))
    assert "hunter2" not in json.dumps(made)
    assert hidden == {"input": 1}


MODIFY = "-webkit-user-modify"


@pytest.mark.parametrize("style", [f"{MODIFY}: read-write", f"color:red;{MODIFY}:READ-WRITE-plaintext-only !important"])
def test_what_a_style_lets_people_write_into_is_a_field(style: str) -> None:
    page = Page()
    made, hidden = done(events(page.document([], [page.element("div", {"style": style}, "hunter2")])))
    assert "hunter2" not in json.dumps(made)
    assert hidden == {"input": 1}


@pytest.mark.parametrize(
    "style", [f"{MODIFY}:read-write", {MODIFY: "read-write"}, {MODIFY: ["read-write", "important"]}]
)
def test_what_a_style_lets_people_write_into_later_is_a_field_from_the_start(style: object) -> None:
    page = Page()
    element = page.element("div", {}, "hunter2")
    change = {"source": 0, "adds": [], "removes": [], "texts": [],
              "attributes": [{"id": element["id"], "attributes": {"style": style}}]}  # fmt: skip
    made, _ = done(events(page.document([], [element]), change))
    assert "hunter2" not in json.dumps(made)


def test_what_people_only_read_stays() -> None:
    page = Page()
    made, _ = done(events(page.document([], [page.element("div", {"style": f"{MODIFY}:read-only"}, "Hello")])))
    assert "Hello" in json.dumps(made)
