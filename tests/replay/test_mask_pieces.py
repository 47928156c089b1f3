"""What is in pieces, in attributes, in styles: nothing of it gets through, and what it was is told."""

import copy
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.errors import Unfilmable
from bot.kernel.locale import Locale
from bot.replay.mask import text_runs
from bot.replay.mask.card_numbers import luhn
from bot.replay.mask.masker import masked
from bot.replay.mask.sensitive import hide
from bot.replay.mask.style_sheets import without_pictures, without_values
from bot.replay.model import Masks, Window
from bot.replay.scene import masked_recording
from bot.replay.script.transcript import clip_text, in_words
from tests.replay.pages import Page, events, recording

SECRETS = ("jisoo@example.com", "4111 1111 1111 1111", "+44 20 7946 0958", "010-1234-5678")
INLINE = ("b", "span", "a", "x-part")


def done(page: list, masks: Masks | None = None) -> tuple[list, dict[str, int]]:
    events, report = masked(copy.deepcopy(page), masks or Masks(), hide)
    return events, report.hidden


def lines(event: dict) -> list[str]:
    """What reads as one, of a page in a snapshot: the texts of each paragraph put together."""
    found, todo = [], [event["data"]["node"]]
    while todo:
        node = todo.pop()
        if node.get("tagName") == "p":
            found.append("".join(texts(node)))
        todo += node.get("childNodes", [])
    return found


def texts(node: dict) -> list[str]:
    own = [node["textContent"]] if "textContent" in node else []
    return own + [text for child in node.get("childNodes", []) for text in texts(child)]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("at", [1, 4, 8])
def test_a_value_in_pieces_is_hidden_and_counted_once(secret: str, at: int) -> None:
    page = Page()
    paragraph = page.element("p", {}, "Of ", page.element("b", {}, secret[:at]), secret[at:], ", it is.")
    made, hidden = done(events(page.document([], [paragraph])))
    assert not set(re.sub(r"\W", "", secret)) & set(lines(made[1])[0][3:-8])
    assert sum(hidden.values()) == 1


@st.composite
def torn(draw: st.DrawFn) -> list:
    """Words and secrets of a line, cut anywhere, each piece in a text or an element of its own."""
    whole = " ".join(draw(st.lists(st.sampled_from((*SECRETS, "and", "call", "주문 12")), min_size=1, max_size=4)))
    cuts = sorted({0, len(whole), *draw(st.lists(st.integers(0, len(whole)), max_size=6))})
    pieces = [whole[a:b] for a, b in pairwise(cuts)]
    return [(draw(st.sampled_from(("", *INLINE))), piece) for piece in pieces]


@given(torn(), st.booleans())
def test_no_address_card_or_phone_number_survives_however_it_is_torn(pieces: list, late: bool) -> None:
    page = Page()
    made = [page.element(tag, {}, text) if tag else page.text(text) for tag, text in pieces]
    paragraph = page.element("p", {}, *([] if late else made))
    document = page.document([], [paragraph])
    adds = [{"parentId": paragraph["id"], "nextId": None, "node": node} for node in made] if late else []
    change = {"source": 0, "adds": adds, "removes": [], "texts": [], "attributes": []}
    out, _ = done(events(document, change))
    seen = "".join(text for add in out[2]["data"]["adds"] for text in texts(add["node"])) if late else lines(out[1])[0]
    assert not re.search(r"[\w.]+@[\w-]+\.\w", seen)
    assert not [run for run in re.findall(r"\d(?:[ -]?\d){12,18}", seen) if luhn(re.sub(r"\D", "", run))]
    assert not [secret for secret in SECRETS if secret in seen]


def test_a_change_that_makes_an_address_of_what_was_there_hides_both_halves() -> None:
    page = Page()
    first, second = page.text("jisoo"), page.text(" (no mail)")
    document = page.document([], [page.element("p", {}, page.element("b", {}, first), second)])
    change = {"id": second["id"], "value": "@example.com"}
    made, hidden = done(events(document, {"source": 0, "adds": [], "removes": [], "texts": [change], "attributes": []}))
    written = {one["id"]: one["value"] for one in made[2]["data"]["texts"]}
    assert written[first["id"]] == "•••••"
    assert "example" not in written[second["id"]]
    assert hidden == {"email": 1}


def test_a_clock_beside_an_address_makes_no_new_address() -> None:
    page = Page()
    clock = page.text("0 s")
    document = page.document([], [page.element("p", {}, "a@example.com ", clock)])
    ticks = [
        {"source": 0, "adds": [], "removes": [], "texts": [{"id": clock["id"], "value": f"{n} s"}], "attributes": []}
        for n in range(5)
    ]
    assert done(events(document, *ticks))[1] == {"email": 1}


@pytest.mark.parametrize(
    "pieces",
    [
        ("Visa", "4111", " 1111", " 1111 ", "1111"),
        ("4111", " 1111", " 1111 ", "1111", "Visa"),
        ("a@example.com", "4111 1111", " 1111 1111"),
        ("a@example.com", "4111 1111 1111 1111"),
        ("tel", "010-1234", "-5678"),
    ],
)
def test_boxes_beside_a_number_are_no_part_of_it(pieces: tuple[str, ...]) -> None:
    page = Page()
    document = page.document([], [page.element("p", {}, *[page.element("span", {}, piece) for piece in pieces])])
    [line] = lines(done(events(document))[0][1])
    assert not re.search("[0-9]", line)


CONTENT = "p::before{content:\"a@example.com\";--x:'call 010-1234-5678'}"


@pytest.mark.parametrize("where", ["sheet", "text", "style", "rule", "adopted", "later"])
def test_what_styles_add_to_a_page_is_masked_like_its_text(where: str) -> None:
    page = Page()
    text = page.element("style", {}, CONTENT if where == "text" else "")
    box = page.element("div", {"style": CONTENT} if where == "style" else {}, "Mail")
    document = page.document([text, page.element("style", {"_cssText": CONTENT} if where == "sheet" else {})], [box])
    changes = {
        "rule": {"source": 8, "id": text["id"], "adds": [{"rule": CONTENT, "index": 0}]},
        "adopted": {"source": 15, "id": 1, "styles": [{"styleId": 1, "rules": [{"rule": CONTENT}]}], "styleIds": [1]},
        "later": {
            "source": 0,
            **{part: [] for part in ("adds", "removes", "texts")},
            "attributes": [{"id": box["id"], "attributes": {"style": {"--x": '"a@example.com 010-1234-5678"'}}}],
        },
    }
    made, hidden = done(events(document, *[changes[where]] if where in changes else []))
    assert "example.com" not in json.dumps(made)
    assert "1234" not in json.dumps(made)
    assert hidden == {"email": 1, "phone": 1}


@pytest.mark.parametrize(
    "css",
    [
        'a{background:url("img@2x.png")}',
        "@import 'https://a@example.com/x.css';p{color:red}",
        '@media (min-width:4111111111111111px){a{content:"new"}}',
        "p{font-family:'Noto Sans',\"Arial\"}",
    ],
)
def test_other_styles_stay_as_they_are(css: str) -> None:
    assert without_values(css, hide) == (css, {})


@pytest.mark.parametrize("late", [False, True])
def test_whatever_the_stage_may_show_is_masked(late: bool) -> None:
    """The stage builds CDATA as text; an element with a text of its own is an element."""
    page = Page()
    cdata = {"type": 4, "id": 500, "textContent": "a@example.com"}
    odd = page.element("p", {"title": "b@example.com"}, "c@example.com") | {"textContent": ""}
    pieces = page.element("p", {}, "d", {"type": 5, "id": 501, "textContent": ""}, "@example.com")
    typed = page.element("textarea", {}, {"type": 4, "id": 502, "textContent": "hunter2"})
    nodes = [cdata, odd, pieces, typed]
    box = page.element("div", {}, *([] if late else nodes))
    adds = [{"parentId": box["id"], "nextId": None, "node": node} for node in nodes] if late else []
    change = {"source": 0, "adds": adds, "removes": [], "texts": [], "attributes": []}
    made = json.dumps(done(events(page.document([], [box]), change))[0])
    assert "example.com" not in made
    assert "hunter2" not in made


def test_what_becomes_editable_later_is_hidden_from_the_start() -> None:
    page = Page()
    box = page.element("div", {}, "hunter2")
    change = {"id": box["id"], "attributes": {"contenteditable": "true"}}
    made, _ = done(
        events(page.document([], [box]), {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [change]})
    )
    assert "hunter2" not in json.dumps(made)


def test_a_child_that_comes_before_its_parent_is_hidden_with_it() -> None:
    page = Page()
    area = page.element("textarea", {})
    text = page.text("hunter2")
    document = page.document([], [])
    body = document["childNodes"][0]["childNodes"][1]["id"]
    adds = [
        {"parentId": area["id"], "nextId": None, "node": text},
        {"parentId": body, "nextId": None, "node": area},
        {"parentId": 9999, "nextId": None, "node": page.text("hunter2")},
    ]
    made, _ = done(events(document, {"source": 0, "adds": adds, "removes": [], "texts": [], "attributes": []}))
    assert "hunter2" not in json.dumps(made)


def test_names_under_a_masked_selector_are_in_no_word_of_the_clip() -> None:
    page = Page()
    button = page.element("button", {"class": "secret", "aria-label": "Pay Jisoo"}, "Pay Jisoo Han")
    click = [{"source": 2, "type": kind, "id": button["id"], "x": 9, "y": 9} for kind in (1, 0, 2)]
    whole = recording(page.document([], [button]), *click)
    window = Window(0, 2000, 100)
    raw = [event.decode() for event in whole.events]
    open_words = clip_text(masked_recording(whole, done(raw)[0]), window, Locale.of())
    assert "Pay Jisoo" in open_words.caption
    closed, _ = done(raw, Masks(selectors=(".secret",)))
    words = clip_text(masked_recording(whole, closed), window, Locale.of())
    said = " ".join((words.caption, words.alt_text, *(line.text for line in words.transcript)))
    assert "click" in said
    assert "Jisoo" not in said


@pytest.mark.parametrize(
    "css",
    [
        "a{background:url(https://x.test/face.png) no-repeat}",
        "a{background:URL( 'data:image/png;base64,face' )}",
        'a{border-image:url("/face.png") 3}',
        "a{background:image-set('face.png' 1x, url(face2.png) 2x)}",
        "a{background:url(face.png",
    ],
)
def test_background_pictures_are_hidden_wherever_styles_stand(css: str) -> None:
    page = Page()
    style = page.element("style", {"_cssText": css}, css)
    box = page.element("div", {"style": css, "background": "face.png"})
    rule = {"source": 8, "id": style["id"], "adds": [{"rule": css, "index": 0}]}
    one = {"source": 13, "id": style["id"], "index": [0], "set": {"property": "background", "value": css}}
    adopted = {"source": 15, "id": 1, "styleIds": [1], "styles": [{"styleId": 1, "rules": [{"rule": css, "index": 0}]}]}
    change = {"id": box["id"], "attributes": {"style": {"background": css}}}
    changed = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [change]}
    recorded = events(page.document([style], [box]), rule, one, adopted, changed)
    assert "face" in json.dumps(done(recorded)[0])
    made, hidden = done(recorded, Masks(images=True))
    assert "face" not in json.dumps(made)
    assert hidden["image"] >= 8


def test_fonts_and_parts_of_the_page_are_no_pictures() -> None:
    css = "@font-face{src:url(data:font/woff2;base64,x),url(/a.woff2?v=1)}a{filter:url(#f)}"
    assert without_pictures(css) == (css, 0)


def test_what_was_masked_is_told_by_kind() -> None:
    hidden = {"image": 1, "input": 2, "email": 1}
    assert in_words(hidden, Locale.of("en")) == "2 form values, 1 e-mail address, 1 picture"
    assert in_words(hidden, Locale.of("ko")) == "입력값 2개, 이메일 주소 1개, 이미지 1개"
    assert in_words({}, Locale.of("en")) == ""


def test_in_a_long_line_a_change_is_looked_at_with_what_stands_near() -> None:
    page = Page()
    parts = [page.element("b", {}, f"word{n} ") for n in range(300)]
    mail = [page.text("jisoo"), page.text(" at ")]
    document = page.document([], [page.element("p", {}, *parts[:150], *mail, *parts[150:])])
    change = {"id": mail[1]["id"], "value": "@example.com "}
    made, hidden = done(events(document, {"source": 0, "adds": [], "removes": [], "texts": [change], "attributes": []}))
    written = {one["id"]: one["value"] for one in made[2]["data"]["texts"]}
    assert written == {mail[0]["id"]: "•••••", mail[1]["id"]: "@•••••••.••• "}
    assert hidden == {"email": 1}


def test_a_page_that_wants_too_much_looking_makes_no_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_runs, "MOST_WORK", 50)
    page = Page()
    with pytest.raises(Unfilmable, match="masked"):
        done(events(page.document([], [page.element("p", {}, *(page.element("b", {}, "x") for _ in range(60)))])))
