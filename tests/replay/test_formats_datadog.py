"""Datadog segments of both dialects become the pages that were there."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from bot.replay.detect.action_names import text_of
from bot.replay.detect.dom import DomPage
from bot.replay.read_recording import read, read_path
from bot.replay.recording import EventKind, IncrementalSource, Recording
from bot.replay.script.trim import playable
from tests.replay.sessions import SDK_6, SDK_7, START

Json = dict[str, Any]
BOTH = pytest.mark.parametrize("folder", [SDK_6, SDK_7], ids=["V1 records", "Change records"])


def segment(records: list[Json], view: str = "v1", index: int = 0, start: int = START) -> bytes:
    content = {"records": records, "start": start, "index_in_view": index, "source": "browser", "view": {"id": view}}
    return zlib.compress(json.dumps(content).encode())


def meta(at: int = 0, href: str = "https://shop.example/") -> Json:
    return {"type": 4, "timestamp": START + at, "data": {"href": href, "width": 800, "height": 600}}


def full(*changes: list[Any], at: int = 0) -> Json:
    return {"type": 2, "format": 1, "timestamp": START + at, "data": list(changes)}


def change(at: int, *changes: Any) -> Json:
    return {"type": 12, "timestamp": START + at, "data": list(changes)}


PAGE = [1, [None, "#document"], [1, "HTML"], [1, "BODY"], [1, "DIV", ["id", "box"]], [1, "#text", "one"]]
"""Nodes 0 to 4: document, html, body, div, text."""


def page_at_end(recording: Recording) -> DomPage:
    page = DomPage()
    for event in recording.events:
        if event.type == EventKind.FULL:
            page.load(event.data["node"])
        elif event.source == IncrementalSource.MUTATION:
            page.mutate(event.data)
    return page


def seen(page: DomPage) -> list[str]:
    """The words on the page, without spaces."""
    body = next(node for node in page.nodes.values() if node.tag == "body")
    return text_of(body).split()


def data_of(recording: Recording, source: int) -> list[Json]:
    return [event.data for event in recording.events if event.source == source]


@BOTH
def test_real_segments_read_whole_and_in_the_order_of_views(folder) -> None:
    recording = read(read_path(folder))
    assert recording.format == "datadog"
    assert not recording.skipped
    assert [view.href.split("/", 3)[3].split("?")[0] for view in recording.views] == ["", "checkout"]
    assert recording.views[1].start_ms > 36_000
    assert 39_000 < recording.duration_ms < 40_000


@BOTH
def test_a_clip_of_the_second_view_begins_with_its_own_snapshot(folder) -> None:
    recording = read(read_path(folder))
    played = playable(recording, recording.duration_ms - 1_000, recording.duration_ms)
    assert [event["type"] for event in played[:2]] == [EventKind.META, EventKind.FULL]
    assert played[0]["data"]["href"].endswith("/checkout")
    assert played[0]["timestamp"] == recording.start_epoch_ms + recording.views[1].start_ms


def test_what_rrweb_and_datadog_saw_of_one_session_is_the_same_page() -> None:
    """The two recorded at once. Datadog masks a line and leaves out a block where the page asks for it."""
    ours = page_at_end(read(read_path(SDK_7)))
    theirs = page_at_end(read([(SDK_7 / "rrweb.json").read_bytes()]))
    different = set(seen(theirs)) ^ set(seen(ours))
    masked = {"Card", "on", "file:", "4111", "1111", "for", "Alice", "Example", "secret", "block"}
    assert {word for word in different if set(word) != {"x"} and word != "xxxxx"} - {"xx", "xxxx:"} <= masked
    assert {node.tag for node in ours.nodes.values()} - {node.tag for node in theirs.nodes.values()} == set()


def test_segments_are_ordered_by_view_and_index_and_a_repeat_is_dropped() -> None:
    first = segment([meta(), full(PAGE)])
    second = segment([change(50, [4, [4, "two"]])], index=1)
    other = segment([meta(900, "https://shop.example/pay"), full(PAGE, at=900)], view="v2", start=START + 900)
    recording = read([other, second, second, first])
    assert [event.at - START for event in recording.events] == [0, 0, 50, 900, 900]
    assert [view.href for view in recording.views] == ["https://shop.example/", "https://shop.example/pay"]


def test_concatenated_members_are_all_read() -> None:
    both = segment([meta(), full(PAGE)]) + segment([change(50, [4, [4, "two"]])], index=1)
    assert seen(page_at_end(read([both]))) == ["two"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([[1, [1, "#text", "two"]]], ["one"]),  # under a text: nowhere to be seen
        ([[1, [2, "SPAN"], [1, "#text", " two"]]], ["one", "two"]),
        ([[1, [0, "#text", " after"]]], ["one", "after"]),
        ([[1, [-1, "#text", "before "]]], ["before", "one"]),
        ([[0, " new"], [4, [4, 0]]], ["new"]),
        ([[11, [4, "a", "b"], [0, "c"]], [4, [4, 2]]], ["c"]),
        ([[11, [4, "gone"]], [14], [11, [4, "kept"]], [4, [4, 0]]], ["kept"]),
        ([[4, [4, {"role": 4, "string": "literal"}]]], ["literal"]),
        ([[2, 4]], []),
        ([[1, [2, "P"], [1, "#text", "moved"]], [2, 3]], []),
        ([[1, [3, "P"], [1, "#text", " moved"]], [2, 3]], ["moved"]),
        ([[77, "?"], [4, [999, "?"]], [4, [4, "still"]]], ["still"]),
    ],
)
def test_change_records(changes: list[list[Any]], words: list[str]) -> None:
    assert seen(page_at_end(read([segment([meta(), full(PAGE), change(10, *changes)])]))) == words


def test_damaged_and_unknown_changes_are_counted() -> None:
    odd = change(10, [77, "?"], [4, [999, "?"]], "no list", [15, [3, 0]])
    recording = read([segment([meta(), full(PAGE), odd, {"type": 99, "timestamp": START}, {"type": 3}])])
    assert recording.skipped == {
        "unknown change": 1,
        "damaged change": 2,
        "canvas image": 1,
        "unknown record": 1,
        "damaged record": 1,
    }


def test_numbers_begin_again_at_a_full_snapshot() -> None:
    again = full([11, [4, "second"]], [*PAGE[:5], [1, "#text", 0]], at=20)
    records = [meta(), full([11, [4, "first"]], [*PAGE[:5], [1, "#text", 0]]), again]
    assert seen(page_at_end(read([segment(records)]))) == ["second"]


def test_a_change_that_adds_a_root_is_a_full_snapshot() -> None:
    """Some SDKs of line 6 write their first snapshot so."""
    recording = read([segment([meta(), {**full(PAGE), "type": 12}])])
    assert [event.type for event in recording.events] == [EventKind.META, EventKind.FULL]


def test_inputs_scrolls_and_media() -> None:
    form = [1, [None, "#document"], [1, "BODY"], [1, "SELECT"], [1, "OPTION", ["value", "m"]], [3, "INPUT"]]
    done = change(5, [12, [4, "typed"]], [13, [0, 3, 4]], [6, [1, 0, 40]], [9, [2, 1]])
    recording = read([segment([meta(), full(form), done])])
    assert data_of(recording, IncrementalSource.INPUT) == [
        {"source": 5, "id": 5, "text": "typed", "isChecked": False},
        {"source": 5, "id": 3, "text": "m", "isChecked": False},
        {"source": 5, "id": 5, "text": "on", "isChecked": True},
    ]
    assert data_of(recording, IncrementalSource.SCROLL) == [{"source": 3, "id": 2, "x": 0, "y": 40}]
    assert data_of(recording, IncrementalSource.MEDIA) == [{"source": 7, "id": 3, "type": 1}]


def test_style_sheets_become_css_text_and_adopted_styles() -> None:
    sheets = [7, ["b{color:red}"], [["i{}", "u{}"], ["print"]], ["s{}", [], 1]]
    styled = [1, [None, "#document"], [1, "HTML"], [1, "STYLE"]]
    recording = read([segment([meta(), full(styled, sheets, [8, [2, 0, 1, 2], [0, 0]])])])
    style = page_at_end(recording).nodes[3]
    assert style.attr("_cssText") == "b{color:red}@media print {i{}u{}}"
    assert data_of(recording, IncrementalSource.ADOPTED_STYLES) == [
        {
            "source": 15,
            "id": 1,
            "styleIds": [1],
            "styles": [{"styleId": 1, "rules": [{"rule": "b{color:red}", "index": 0}]}],
        }
    ]


def test_a_shadow_root_is_no_node_but_a_mark() -> None:
    shadow = [1, [None, "#document"], [1, "BODY"], [1, "SHOP-BADGE"], [1, "#shadow-root"], [1, "B"]]
    later = change(5, [1, [1, "I"], [3, "U"]])
    recording = read([segment([meta(), full(shadow), later])])
    page = page_at_end(recording)
    assert page.nodes[5].shadow
    assert page.nodes[5].parent is page.nodes[3]
    added = data_of(recording, IncrementalSource.MUTATION)[0]["adds"]
    assert [(add["parentId"], add["node"]["id"], add["node"].get("isShadow")) for add in added] == [
        (3, 7, True),
        (5, 6, None),
    ]


def test_svg_keeps_its_case_and_flags_are_true() -> None:
    drawn = [
        1,
        [None, "#document"],
        [1, "BODY"],
        [1, "svg>linearGradient"],
        [2, "INPUT", ["checked", ""]],
        [3, "CANVAS"],
    ]
    body = read([segment([meta(), full(drawn)])]).events[1].data["node"]["childNodes"][0]
    gradient, box, canvas = body["childNodes"]
    assert (gradient["tagName"], gradient["isSVG"]) == ("linearGradient", True)
    assert box["attributes"] == {"checked": True}
    assert canvas["attributes"] == {"rr_width": "300px", "rr_height": "150px"}


def test_v1_additions_are_flattened_with_the_last_sibling_first() -> None:
    def node(number: int, tag: str, *children: Json) -> Json:
        return {"type": 2, "id": number, "tagName": tag, "attributes": {}, "childNodes": list(children)}

    snapshot = {"node": {"type": 0, "id": 0, "childNodes": [node(1, "body")]}, "initialOffset": {"top": 0, "left": 0}}
    nested = node(2, "ul", node(3, "li", {"type": 3, "id": 4, "textContent": "a"}), node(5, "li"))
    data = {"source": 0, "adds": [{"parentId": 1, "nextId": None, "node": nested}]}
    mutation = {"type": 3, "timestamp": START + 5, "data": {**data, "removes": [], "texts": [], "attributes": []}}
    recording = read([segment([meta(), {"type": 2, "timestamp": START, "data": snapshot}, mutation])])
    adds = data_of(recording, IncrementalSource.MUTATION)[0]["adds"]
    assert [(add["parentId"], add["nextId"], add["node"]["id"]) for add in adds] == [
        (2, None, 3),
        (3, None, 6),
        (3, 6, 4),
        (4, None, 5),
    ]
    assert all(not add["node"].get("childNodes") for add in adds)


def test_moves_carry_shifted_ids_and_a_touch_of_an_app_is_left_out() -> None:
    move = {"source": 1, "positions": [{"x": 1, "y": 2, "id": 3, "timeOffset": -10}]}
    records = [{"type": 3, "timestamp": START + 5, "data": data} for data in (move, {"source": 9, "pointerId": 1})]
    recording = read([segment([meta(), full(PAGE), *records])])
    assert data_of(recording, IncrementalSource.MOUSE_MOVE)[0]["positions"][0]["id"] == 4
    assert recording.skipped == {"mobile pointer": 1}
