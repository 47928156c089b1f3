"""What style sheets make editable is typed, and counters write no number that masks don't see."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bot.kernel.errors import Unfilmable
from bot.replay.mask.masker import masked
from bot.replay.mask.sensitive import hide
from bot.replay.mask.style_findings import MOST_SELECTORS, StyleFindings
from bot.replay.model import Masks
from tests.replay.pages import Page, events

WAYS = ["text", "attribute", "rule", "adopted", "replaced", "later"]


def masked_text(recorded: list[Any]) -> tuple[str, dict[str, int]]:
    done, report = masked(copy.deepcopy(recorded), Masks(), hide)
    return json.dumps(done, ensure_ascii=False), report.hidden


def styled(css: str, way: str, *body: tuple[str, dict[str, Any], str]) -> list[Any]:
    """A page with such elements, and a style that comes in one of the ways in which recorders write styles."""
    page = Page()
    sheet = page.element("style", {"_cssText": css} if way == "attribute" else {}, css if way == "text" else "")
    elements = [page.element(tag, attributes, page.element("b", {}, words)) for tag, attributes, words in body]
    late = page.element("style", {}, css)
    changes = {
        "rule": {"source": 8, "id": sheet["id"], "adds": [{"rule": css, "index": 0}]},
        "adopted": {"source": 15, "id": 1, "styleIds": [1], "styles": [{"styleId": 1, "rules": [{"rule": css}]}]},
        "replaced": {"source": 8, "id": sheet["id"], "replace": css},
        "later": {"source": 0, "adds": [{"parentId": sheet["id"] + 1, "nextId": None, "node": late}], "removes": []},
    }
    document = page.document([sheet], elements)
    if way == "later":
        changes["later"]["adds"][0]["parentId"] = document["childNodes"][0]["childNodes"][0]["id"]
    return events(document, *([changes[way]] if way in changes else []))


@pytest.mark.parametrize("way", WAYS)
def test_what_a_style_makes_editable_is_hidden_however_the_style_comes(way: str) -> None:
    css = ".note{color:red;-webkit-user-modify:read-write-plaintext-only}"
    text, hidden = masked_text(
        styled(css, way, ("div", {"class": "a note"}, "hunter2"), ("div", {"class": "a"}, "Welcome"))
    )
    assert "hunter2" not in text
    assert "Welcome" in text
    assert hidden == {"input": 1}


@pytest.mark.parametrize(
    ("css", "is_hidden"),
    [
        (".note{user-modify:read-write}", True),
        ("@media screen{@supports (color:red){ div.note , p{-webkit-user-modify : READ-WRITE !important} }}", True),
        (".page{& .note{user-modify:read-write}}", True),
        (".note{&{user-modify:read-write}}", True),
        (".note:focus:not(.x, .y){user-modify:read-write}", True),
        ("h1 + .note, i{user-modify:read-write}", True),
        ("body > *:nth-child(1 of .a){user-modify:read-write}", True),
        (":focus{user-modify:read-write}", True),
        (r".note{user\2dmodify:read-write}", True),
        (".note{user-/**/modify:read-write}", False),
        (".note{/*}*/user-modify:/* */read-write}", True),
        (".note{user-modify:var(--mode)}", True),
        ('[data-a="}"],.note{user-modify:read-write}', True),
        (".note{user-modify:read-only}", False),
        ("*{-webkit-user-modify:read-only}", False),
        ("input,textarea,[contenteditable]{-webkit-user-modify:read-write-plaintext-only}", False),
        ("input::-webkit-x, ::-webkit-y{-webkit-user-modify:read-write}", False),
        ('.a::after{content:".note{user-modify:read-write}"}', False),
        (".other{user-modify:read-write}.note{color:red}", False),
    ],
)
def test_editable_is_what_a_rule_selects(css: str, is_hidden: bool) -> None:
    text, _ = masked_text(styled(css, "text", ("div", {"class": "note"}, "hunter2")))
    assert ("hunter2" not in text) == is_hidden


def test_an_element_that_becomes_editable_by_a_class_is_hidden_from_the_start() -> None:
    recorded = styled(".on{user-modify:read-write}", "text", ("div", {"id": "x"}, "hunter2"))
    box = next(node for node in recorded[1]["data"]["node"]["childNodes"][0]["childNodes"][1]["childNodes"])
    change = {"id": box["id"], "attributes": {"class": "on"}}
    data = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [change]}
    recorded.insert(-1, {**recorded[-1], "data": data})
    assert "hunter2" not in masked_text(recorded)[0]


def test_a_style_of_an_element_may_be_written_in_any_way() -> None:
    for style in ("-webkit-user-modify:read-write", r"user-mod\69 fy: read-write", "user-modify:var(--a)"):
        assert "hunter2" not in masked_text(styled("", "text", ("div", {"style": style}, "hunter2")))[0]


@pytest.mark.parametrize(
    "digits",
    ["4111 1111 1111 1111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "010 6982 3614", "1111 4111"],
)
@pytest.mark.parametrize("how", ["rules", "elements", "one rule", "changes", "computed"])
def test_numbers_that_counters_would_show_together_are_not_in_the_styles(digits: str, how: str) -> None:
    groups = digits.split()
    page = Page()
    show = "i::before{content:counter(c)}"
    if how == "rules":
        css = show + "".join(f".g{at}{{counter-set:c {group}}}" for at, group in enumerate(groups))
    elif how == "one rule":
        css = show + f"p{{counter-reset:{' '.join(f'c{at} {group}' for at, group in enumerate(groups))}}}"
    elif how == "computed":
        css = show + "i{counter-set:c var(--n)}"
    else:
        css = show
    boxes = [
        page.element("i", {"style": f"counter-increment: c {group}"} if how == "elements" else {}) for group in groups
    ]
    document = page.document([page.element("style", {}, css)], boxes)
    changed = [{"id": box["id"], "attributes": {"style": {"counter-set": f"c {group}"}}}
               for box, group in zip(boxes, groups, strict=True)]  # fmt: skip
    change = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": changed}
    text, _ = masked_text(events(document, *([change] if how == "changes" else [])))
    for group in groups:
        assert f"c {group}" not in text
    assert "counter-set:c var(" not in text
    assert "content:counter(c)" in text


@pytest.mark.parametrize(
    "css",
    [
        "ol{counter-reset:step}li{counter-increment:step}li::before{content:counter(step) '.'}",
        "body{counter-reset:h1 h2 -1}h1{counter-reset:h2 0;counter-increment:h1 1}h1::before{content:counter(h1)}",
        "pre{counter-reset:line 119}pre span::before{counter-increment:line;content:counter(line)}",
        ".chapter-7{counter-reset:chapter 7}",
    ],
)
def test_counters_of_lists_and_lines_count_as_they_did(css: str) -> None:
    recorded = styled(css, "text", ("p", {}, "Welcome"))
    assert css in masked_text(recorded)[0].replace('\\"', '"')


@pytest.mark.parametrize(
    "css",
    [
        "a{user-modify:read-write;" * 20_000,
        "@media x{user-modify:read-write;" * 20_000,
        "[" * 50_000 + "{user-modify:read-write}",
        '["' * 50_000 + "{user-modify:read-write}",
        ":(" * 50_000 + "{user-modify:read-write}",
        "a " * 50_000 + "{user-modify:read-write}",
        "a," * 50_000 + "b{user-modify:read-write}",
        "".join(f".a{at}{{user-modify:read-write}}" for at in range(20_000)),
    ],
)
def test_hostile_styles_are_looked_through_in_time(css: str) -> None:
    """What takes longer in proportion would not come to its end."""
    found = StyleFindings()
    found.search(css)
    assert len(found.editable()) <= MOST_SELECTORS


def test_a_page_that_wants_too_much_comparing_is_not_shown() -> None:
    page = Page()
    css = "".join(f".a{at} .b{at}{{user-modify:read-write}}" for at in range(100))
    inner = page.element("i", {}, *(page.element("i", {}) for _ in range(800)))
    for _ in range(300):
        inner = page.element("i", {}, inner)
    recorded = events(page.document([page.element("style", {}, css)], [inner]))
    with pytest.raises(Unfilmable):
        masked(recorded, Masks(), hide)


def test_styles_without_either_are_not_read_closely() -> None:
    found = StyleFindings()
    found.search(".a{color:red}" * 10)
    assert not found.selectors
    assert not found.counts
