"""What a page shows of a value while it is typed, or taken away again, is hidden like the value."""

import copy
import json
import re

import pytest

from bot.replay.mask.begun_values import BegunValues
from bot.replay.mask.masker import masked
from bot.replay.mask.sensitive import hide
from bot.replay.masked_part import masked_part
from bot.replay.model import Masks, Window
from bot.replay.read_recording import read
from tests.replay.pages import Page, events, recording

CARD, MAIL, PHONE = "5105 1051 0510 5100", "jisoo@example.com", "010-1234-5678"
NOTHING = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []}


def typed(value: str, how: str) -> list:
    """A page that shows a value letter by letter: in one text, in ever new ones, in one for each letter, or a title."""
    page = Page()
    box = page.element("p", {}, page.text("Card "), page.text(""))
    document = page.document([], [box])
    at, shown = box["childNodes"][1]["id"], box["childNodes"][1]["id"]
    changes = []
    for length in range(1, len(value) + 1):
        if how == "attribute":
            changes.append({**NOTHING, "attributes": [{"id": box["id"], "attributes": {"title": value[:length]}}]})
        elif how == "same":
            changes.append({**NOTHING, "texts": [{"id": at, "value": value[:length]}]})
        else:
            node = page.text(value[:length] if how == "new" else value[length - 1])
            removes = [{"parentId": box["id"], "id": shown}] if how == "new" else []
            adds = [{"parentId": box["id"], "nextId": None, "node": node}]
            changes.append({**NOTHING, "adds": adds, "removes": removes})
            shown = node["id"]
    return events(document, *changes)


def pages(made: list) -> list[str]:
    """What can be read after each change: the texts of the page as they then are, and the titles."""
    texts: dict[int, str] = {}
    read_so_far = []
    for event in made[2:-1]:
        data = event["data"]
        for one in data["removes"]:
            texts.pop(one["id"], None)
        texts |= {add["node"]["id"]: add["node"]["textContent"] for add in data["adds"]}
        texts |= {one["id"]: one["value"] for one in data["texts"]}
        titles = [one["attributes"]["title"] for one in data["attributes"]]
        read_so_far.append("".join((*texts.values(), *titles)))
    return read_so_far


@pytest.mark.parametrize("how", ["same", "new", "letters", "attribute", "same, backwards", "attribute, backwards"])
def test_a_value_is_never_seen_but_for_its_first_letters(how: str) -> None:
    for value, seen in (CARD, 6), (PHONE, 6), (MAIL, 5):
        page = typed(value, how.split(",", maxsplit=1)[0])
        if "backwards" in how:
            page[2:-1] = page[-2:1:-1]
        made, _ = masked(copy.deepcopy(page), Masks(), hide)
        assert max(len(re.findall(r"\w", text)) for text in pages(made)) == seen


def test_a_value_that_is_whole_only_after_the_clip_is_hidden_in_it() -> None:
    made = read([json.dumps(typed(CARD, "same")).encode()])
    shown, report = masked_part(made, Window(0, 1500), Masks())
    assert "5105 1051" not in json.dumps(shown)
    assert max(len(re.findall(r"\d", one)) for one in pages([*shown, None])) == 6
    assert not report.hidden


def test_numbers_that_become_no_value_stay() -> None:
    made, _ = masked(typed("9105 1051 0510 5101", "same"), Masks(), hide)
    assert pages(made)[-1] == "9105 1051 0510 5101"


def test_what_cannot_be_read_after_a_clip_is_no_matter() -> None:
    page = Page()
    document = page.document([], [page.element("p", {}, "Hello")])
    made = recording(document, NOTHING, {"source": 0, "adds": 5, "texts": [{}]})
    shown, _ = masked_part(made, Window(0, 150), Masks())
    assert "Hello" in json.dumps(shown)


def test_what_comes_after_something_broken_is_read_too() -> None:
    page = Page()
    text = page.text("5105 1051 05")
    document = page.document([], [page.element("p", {}, text)])
    whole = {**NOTHING, "texts": [{"id": text["id"], "value": CARD}]}
    made = recording(document, NOTHING, {"source": 0, "adds": 5, "texts": [{}]}, whole)
    shown, _ = masked_part(made, Window(0, 150), Masks())
    assert "5105" not in json.dumps(shown)


def test_each_of_several_beginnings_in_one_text_is_hidden() -> None:
    begun = BegunValues(hide)
    begun.hide_whole(f"{CARD}, {PHONE}")
    assert not re.search("[0-9]", begun.hide_begun("5105 1051 05 010-1234-5 5105/1051/05 5105·1051·05")[0])


@pytest.mark.parametrize(
    ("whole", "begun"), [(CARD, "5105 1051"), (CARD, "5\u200b105 1051"), (MAIL, "jisoo@e"), (MAIL, "jisoo\u200b@"),
                         ("1@a.example", "1@"), ("٥١٠٥ ١٠٥١ ٠٥١٠ ٥١٠٠", "٥١٠٥ ١٠٥١")],
)  # fmt: skip
def test_it_is_known_whether_a_beginning_is_left(whole: str, begun: str) -> None:
    values = BegunValues(hide)
    values.hide_whole(whole)
    assert not values.is_left()
    values.hide_whole(begun)
    assert values.is_left()
    assert values.hide_begun(begun)[0] != begun


def test_texts_of_one_number_are_all_masked() -> None:
    page = Page()
    first, second = page.text("to jisoo@example.com"), page.text("Hello")
    second["id"] = first["id"]
    document = page.document([], [page.element("p", {}, first), page.element("p", {}, second)])
    made, _ = masked(events(document), Masks(), hide)
    assert "example" not in json.dumps(made)


def test_of_many_values_each_is_known_by_its_beginning() -> None:
    begun = BegunValues(hide)
    whole = [f"010-1000-{last}" for last in range(2000, 2300, 7)] + [f"0101000@shop-{n}.example" for n in range(40)]
    for value in whole:
        assert begun.hide_whole(value)[0] != value
    for value in whole:
        for length in range(len("0101000@"), len(value)):
            assert not re.search("[0-9a-z]{2}", begun.hide_begun(value[:length].rstrip("-"))[0].replace("010-100", ""))
    for other in ("010-999-2000", "jisoo@home", "0101001@shop-1"):
        assert begun.hide_begun(other)[0] == other
