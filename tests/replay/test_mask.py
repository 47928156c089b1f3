"""What people typed and who they are never reaches the browser."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.errors import Misunderstood, Unfilmable
from bot.replay.mask.masker import masked
from bot.replay.mask.sensitive import hide
from bot.replay.model import Masks
from tests.replay.pages import Page, events

CARD = "4111 1111 1111 1111"
SECRETS = ("hunter2", "jisoo@example.com", CARD, "+44 20 7946 0958")


def shown(page: list, masks: Masks | None = None) -> tuple[str, dict[str, int]]:
    done, report = masked(copy.deepcopy(page), masks or Masks(), hide)
    return json.dumps(done, ensure_ascii=False), report.hidden


def test_form_values_are_hidden_wherever_they_stand():
    page = Page()
    field = page.element("input", {"type": "text", "value": "hunter2"})
    area = page.element("textarea", {}, "hunter2")
    editable = page.element("div", {"contenteditable": "true"}, page.element("b", {}, "hunter2"))
    recorded = events(
        page.document([], [field, area, editable]),
        {"source": 5, "id": field["id"], "text": "hunter2", "isChecked": False},
        {"source": 0, "adds": [], "removes": [], "texts": [{"id": area["childNodes"][0]["id"], "value": "hunter2"}],
         "attributes": [{"id": field["id"], "attributes": {"value": "hunter2"}}]},
    )  # fmt: skip
    text, hidden = shown(recorded)
    assert "hunter2" not in text
    assert hidden == {"input": 6}


def test_a_value_of_an_unknown_field_is_hidden():
    recorded = events(Page().document([], []), {"source": 5, "id": 999, "text": "hunter2", "isChecked": False})
    assert "hunter2" not in shown(recorded)[0]


def test_buttons_and_choices_keep_their_words():
    page = Page()
    chosen = page.element("select", {}, page.element("option", {"value": "blue"}, "Blue"))
    button = page.element("input", {"type": "submit", "value": "Buy"})
    recorded = events(page.document([], [chosen, button]), {"source": 5, "id": chosen["id"], "text": "blue"})
    text, hidden = shown(recorded)
    assert hidden == {}
    assert '"Buy"' in text
    assert '"Blue"' in text


@pytest.mark.parametrize("secret", SECRETS[1:])
def test_text_and_shown_attributes_lose_addresses_cards_and_phones(secret):
    page = Page()
    named = {"title": secret, "alt": secret, "aria-label": secret, "placeholder": secret}
    text, hidden = shown(
        events(page.document([], [page.element("img", named), page.element("p", {}, f"It is {secret}")]))
    )
    assert secret not in text
    assert sum(hidden.values()) == 5


def test_text_that_came_later_is_hidden_too():
    page = Page()
    paragraph = page.element("p", {}, "nothing")
    document = page.document([], [paragraph])
    added = {"parentId": paragraph["id"], "nextId": None, "node": page.text(SECRETS[1])}
    changed = {"id": paragraph["childNodes"][0]["id"], "value": SECRETS[1]}
    recorded = events(document, {"source": 0, "adds": [added], "removes": [], "texts": [changed], "attributes": []})
    assert SECRETS[1] not in shown(recorded)[0]


def test_styles_and_ids_stay_as_they_are():
    page = Page()
    style = page.element("style", {"_cssText": f".a{{width:{CARD}px}}"})
    text, hidden = shown(events(page.document([style], [page.element("p", {"class": "c4111111111111111"}, "x")])))
    assert CARD in text
    assert hidden == {}


@pytest.mark.parametrize(
    "selector",
    ["#account", ".secret", "p.secret", "div > p", "div .secret", "[data-private]", "p[data-private=yes], .x"],
)
def test_selectors_hide_the_whole_text_of_what_they_name(selector):
    page = Page()
    named = page.element(
        "p", {"id": "account", "class": "a secret", "data-private": "yes"}, page.element("b", {}, "DE89")
    )
    text, hidden = shown(
        events(page.document([], [page.element("div", {}, named), page.element("p", {}, "open")])),
        Masks(selectors=(selector,)),
    )
    assert "DE89" not in text
    assert '"open"' in text
    assert hidden == {"selector": 1}


def test_an_element_that_comes_to_match_is_hidden_from_the_start():
    page = Page()
    later = page.element("p", {"class": "open"}, "DE89")
    change = {"id": later["id"], "attributes": {"class": "secret"}}
    recorded = events(
        page.document([], [later]), {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [change]}
    )
    assert "DE89" not in shown(recorded, Masks(selectors=(".secret",)))[0]


@pytest.mark.parametrize("selector", ["p:first-child", "a + b", "", "> p", "p >", "!!", "a{}"])
def test_a_selector_that_is_not_read_makes_no_clip(selector):
    with pytest.raises(Misunderstood):
        shown(events(Page().document([], [])), Masks(selectors=(selector,)))


def test_images_are_blanked_on_request():
    page = Page()
    picture = page.element("img", {"src": "data:image/png;base64,SECRET", "srcset": "data:image/png;base64,SECRET 2x"})
    recorded = events(page.document([], [picture]))
    assert "SECRET" in shown(recorded)[0]
    text, hidden = shown(recorded, Masks(images=True))
    assert "SECRET" not in text
    assert hidden == {"image": 2}


@pytest.mark.parametrize("broken", [{"node": 5}, {}, {"node": {"type": 2, "childNodes": "abc"}}])
def test_what_cannot_be_masked_makes_no_clip(broken):
    with pytest.raises(Unfilmable, match="masked"):
        shown([{"type": 2, "timestamp": 1, "data": broken}])


TREES = st.recursive(
    st.sampled_from(SECRETS),
    lambda inside: st.tuples(
        st.sampled_from(["p", "div", "input", "textarea", "select"]), st.lists(inside, max_size=3)
    ),
    max_leaves=12,
)


@given(TREES)
def test_no_shape_of_page_lets_an_address_through(tree):
    page = Page()

    def made(part):
        return (
            page.text(part)
            if isinstance(part, str)
            else page.element(part[0], {"value": part[0], "title": SECRETS[1]}, *map(made, part[1]))
        )

    text, _ = shown(events(page.document([], [made(tree)])))
    assert not [secret for secret in SECRETS[1:] if secret in text]


@pytest.mark.parametrize("selectors", [(), (".account p",)])
def test_elements_that_stand_in_each_other_hold_nobody_up(selectors):
    page = Page()
    outer, inner = page.element("span", {}), page.element("span", {}, "jisoo@example.com")
    text = inner["childNodes"].pop()
    body = page.element("div", {}, outer)
    adds = [(outer, inner), (inner, outer), (inner, text), (inner, page.element("p", {}, "jisoo@example.com"))]
    change = {
        "source": 0,
        **{part: [] for part in ("removes", "texts", "attributes")},
        "adds": [{"parentId": parent["id"], "nextId": None, "node": {**node}} for parent, node in adds],
    }
    assert "jisoo" not in json.dumps(
        masked(events(page.document([], [body]), change), Masks(selectors=selectors), hide)[0]
    )
