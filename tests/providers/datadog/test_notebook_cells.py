"""Cells of any kind go back byte for byte, whatever people do to them and whatever is in them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.locale import Locale
from bot.notebook.merge import merge
from bot.notebook.notebook_text import NotebookText
from bot.notebook.timeline import Entry
from bot.providers.datadog.notebooks.datadog_cells import placeholder, read_cell
from bot.providers.datadog.notebooks.markers import marked, unmarked
from bot.providers.datadog.notebooks.notebook_state import NotebookState, datadog_name
from bot.providers.datadog.notebooks.reconcile import NotebookContents, reconcile
from bot.providers.datadog.notebooks.render_cells import confirm_sent, render_cells
from tests.notebook.examples import NOON, opened

WORDS = NotebookText.load()
ADDRESS = "https://bot.example"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MARKS = st.sampled_from(["<!-- replaybook:timeline -->\nmine", "<!-- replaybook:%2D -->", "## Summary", ""])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
HOSTILE = st.sampled_from(
    [
        '{"attributes":{"definition":{"type":"markdown","text":"\\ud800"}},"id":"a"}',
        '{"attributes":{"definition":{"type":"markdown","text":["no","text"]}}}',
        '{"attributes":null,"id":{}}',
        '{"attributes":{"definition":{"type":"x","a":' + "[" * 3000 + "]" * 3000 + "}}}",
        '{"attributes":{"definition":{"type":"x","title":1,"big":123456789012345678901234567890,"e":1e400}}}',
    ]
)
UNKNOWN = HOSTILE | st.builds(
    lambda kind, rest, spaces: json.dumps(
        {"id": "x1", "attributes": {"definition": {**rest, "type": kind}}, "type": "notebook_cells"},
        indent=spaces,
    ),
    TEXT.filter(lambda kind: kind != "markdown"),
    st.dictionaries(TEXT, JSON, max_size=4),
    st.sampled_from([None, 1]),
)
PEOPLES = st.builds(
    lambda text: json.dumps({"attributes": {"definition": {"type": "markdown", "text": text}, "x": 1.50}}),
    TEXT | MARKS,
)


def shown() -> NotebookState:
    """A notebook as it stands in Datadog right after it was made."""
    state = NotebookState(opened(WORDS))
    cells = render_cells(state, ADDRESS)
    state = msgspec.structs.replace(state, number=1)
    return confirm_sent(state, [id for id, _ in cells], [raw for _, raw in cells], datadog_name(state.notebook.title))


SHOWN = shown()
OURS = [SHOWN.placed[id].raw for id in SHOWN.order]


@given(st.lists(st.tuples(st.integers(0, len(OURS)), UNKNOWN | PEOPLES), max_size=6), st.randoms())
def test_peoples_cells_go_back_as_they_came_between_ours(strangers: list[tuple[int, str]], random: Any) -> None:
    raws = list(OURS)
    random.shuffle(raws)
    for at, raw in strangers:
        raws.insert(at, raw)
    state = reconcile(SHOWN, NotebookContents(SHOWN.name, [read_cell(raw) for raw in raws]), ADDRESS)
    assert [raw for _, raw in render_cells(state, ADDRESS)] == raws
    assert not state.due
    happened = Entry("C1/1", NOON, "It happened.")
    notebook = merge(state.notebook, [happened], WORDS.for_notebook(state.notebook))
    after = [raw for _, raw in render_cells(msgspec.structs.replace(state, notebook=notebook), ADDRESS)]
    assert sum(raw not in after for raw in set(raws)) <= 1, "only the timeline is written anew"
    assert [raw for _, raw in strangers if raw not in after] == []
    assert sum("It happened" in raw for raw in after) == 1


@given(st.lists(st.tuples(st.integers(0, len(OURS) - 1), TEXT), max_size=6))
def test_whatever_a_person_makes_of_our_cells_is_shown_and_goes_back(edits: list[tuple[int, str]]) -> None:
    raws = list(OURS)
    for at, text in edits:
        raws[at] = json.dumps({"attributes": {"definition": {"type": "markdown", "text": text}}})
    state = reconcile(SHOWN, NotebookContents(SHOWN.name, [read_cell(raw) for raw in raws]), ADDRESS)
    assert [raw for _, raw in render_cells(state, ADDRESS)] == raws
    texts = [cell.markdown for cell in state.notebook.shown]
    assert [text for at, text in edits if at and raws[at] and _text(raws[at]) not in texts] == []


@given(st.lists(st.integers(0, len(OURS) - 1), unique=True))
def test_cells_that_a_person_takes_away_stay_away_and_are_known(gone: list[int]) -> None:
    raws = [raw for at, raw in enumerate(OURS) if at not in gone]
    state = reconcile(SHOWN, NotebookContents(SHOWN.name, [read_cell(raw) for raw in raws]), ADDRESS)
    assert not state.due
    assert len(state.notebook.removed) == len([at for at in gone if at])
    assert reconcile(state, NotebookContents(state.name, [read_cell(raw) for raw in raws]), ADDRESS) == state


@given(TEXT, TEXT)
def test_a_mark_is_read_as_it_was_written_and_nothing_in_it_ends_it(marker: str, text: str) -> None:
    found, rest = unmarked(marked(marker or "m", text))
    assert found == (marker or "m")
    assert rest.rstrip("\n") == text.rstrip("\n")


def _text(raw: str) -> str:
    return read_cell(raw).text


def test_our_own_words_are_korean_in_a_korean_notebook() -> None:
    state = NotebookState(opened(WORDS, "ko"))
    header = read_cell(render_cells(state, ADDRESS)[0][1])
    graph = read_cell('{"id":"a","attributes":{"definition":{"type":"toplist","title":"Top *errors*"}}}')
    nameless = read_cell('{"id":"a","attributes":{}}')
    assert "최신" in header.text
    assert placeholder(graph, Locale.of("ko")) == "_Datadog에서 보기: Top \\*errors\\* (toplist)_"
    assert placeholder(nameless, Locale.of("ko")) == "_Datadog에서 보기: unknown 유형의 부분_"
