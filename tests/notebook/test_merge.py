"""The bot's cells come and change; what people wrote stays, byte for byte."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notebook.cell_data import Comment, Data, FollowUp, FollowUps
from bot.notebook.edits import add_cell, edit_cell, remove_cell, restore_cell
from bot.notebook.facts import add_number
from bot.notebook.merge import Change, Put, merge, withdrawn
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem import SECTIONS
from bot.notebook.timeline import Entry, Timeline
from tests.notebook.examples import EVERYTHING, NOON, NUMBER, opened

WORDS = NotebookText.load()


def write(data: Data) -> str:
    """Fast, and different for different data."""
    return f"{data.kind} {digest(repr(data))}"


def empty() -> Notebook:
    return opened(WORDS)


def test_a_new_postmortem_has_every_section_once_and_in_order() -> None:
    assert tuple(cell.section for cell in empty().cells if cell.section) == SECTIONS


def test_the_same_changes_again_change_nothing_and_give_the_same_object() -> None:
    once = merge(empty(), EVERYTHING, write)
    assert merge(once, EVERYTHING, write) is once


def test_a_cell_goes_to_the_end_of_its_section() -> None:
    notebook = merge(empty(), EVERYTHING, write)
    kinds = [cell.section or cell.kind for cell in notebook.cells]
    assert kinds[kinds.index("impact") : kinds.index("cause")] == [
        "impact", "number", "chart", "seen", "clip", "timeline", "timeline",
    ]  # fmt: skip


def test_a_cell_whose_section_is_gone_goes_to_the_end() -> None:
    bare = msgspec.structs.replace(empty(), cells=())
    assert merge(bare, EVERYTHING[:1], write).cells[-1].marker == "number/1700.1"


def test_new_facts_rewrite_a_managed_cell_in_place() -> None:
    before = merge(empty(), EVERYTHING, write)
    after = merge(before, [add_number("1700.1", msgspec.structs.replace(NUMBER, actions=1))], write)
    assert [cell.id for cell in after.cells] == [cell.id for cell in before.cells]
    assert after.managed("number/1700.1") != before.managed("number/1700.1")


def test_a_managed_cell_that_a_person_edited_is_kept_and_the_new_text_stands_beside_it() -> None:
    notebook = merge(empty(), EVERYTHING, write)
    cell = notebook.managed("number/1700.1")
    assert cell is not None
    edited = edit_cell(notebook, cell.id, markdown="Mine now", seen=digest(cell.markdown), author="Minseo")
    assert merge(edited, EVERYTHING, write) is edited, "the same facts again are no reason to write"
    after = merge(edited, [add_number("1700.1", msgspec.structs.replace(NUMBER, actions=1))], write)
    at = [each.id for each in after.cells].index(cell.id)
    assert after.cells[at].markdown == "Mine now"
    assert not after.cells[at].managed
    assert after.cells[at + 1].marker == "number/1700.1"
    assert not after.cells[at + 1].edited


def test_a_removed_cell_stays_removed_and_up_to_date_until_it_is_put_back() -> None:
    notebook = empty()
    cell = notebook.managed(Timeline.marker)
    assert cell is not None
    removed = remove_cell(notebook, cell.id, seen=digest(cell.markdown))
    after = merge(removed, [Entry("m1", NOON, "deploy")], write)
    assert cell.id not in [each.id for each in after.shown]
    assert [entry.text for entry in restore_cell(after, cell.id).timeline] == ["deploy"]


def test_a_removed_cell_that_a_person_had_edited_does_not_come_back_with_news() -> None:
    notebook = empty()
    cell = notebook.managed(Timeline.marker)
    assert cell is not None
    edited = edit_cell(notebook, cell.id, markdown="Mine", seen=digest(cell.markdown), author="P")
    removed = remove_cell(edited, cell.id, seen=digest("Mine"))
    after = merge(removed, [Entry("m1", NOON, "deploy")], write)
    assert [each.markdown for each in after.removed if not each.managed] == ["Mine"]
    assert [each for each in after.shown if each.kind == "timeline"] == []


def test_of_two_texts_of_one_revision_the_first_stays() -> None:
    first, second = Entry("a", NOON, "first"), Entry("a", NOON, "second")
    assert merge(empty(), [first, second], write).timeline == (first,)


def test_the_timeline_is_ordered_by_time_and_an_edit_replaces_its_entry() -> None:
    early, late = Entry("a", NOON, "first"), Entry("b", NOON + timedelta(minutes=1), "second")
    notebook = merge(empty(), [late, early, msgspec.structs.replace(late, text="changed", revision=1)], write)
    assert [entry.text for entry in notebook.timeline] == ["first", "changed"]


def test_a_deletion_that_overtakes_its_message_still_deletes_it() -> None:
    said = Comment("c", NOON, "hello", "Jisoo")
    gone = msgspec.structs.replace(said, deleted=True, revision=5)
    notebook = merge(empty(), [gone, said], write)
    assert notebook.comments == ()


def test_a_follow_up_row_is_one_row_whatever_becomes_of_it() -> None:
    asked = FollowUp("R1", "Buy does nothing", NOON, "Jisoo", state="asked", revision=1)
    answered = msgspec.structs.replace(asked, state="in_backlog", ticket="SHOP-1", revision=2)
    notebook = merge(empty(), [answered, asked], write)
    assert notebook.follow_ups == (answered,)


rows = st.one_of(
    st.builds(Entry, st.sampled_from("abc"), st.just(NOON), st.text(max_size=5), revision=st.integers(0, 5)),
    st.builds(Comment, st.sampled_from("abc"), st.just(NOON), st.text(max_size=5), st.just("x"),
              revision=st.integers(0, 5)),
    st.builds(FollowUp, st.sampled_from("abc"), st.text(max_size=5), st.just(NOON), revision=st.integers(0, 5)),
)  # fmt: skip
puts = st.builds(
    lambda key, actions: Put(f"number/{key}", "impact", msgspec.structs.replace(NUMBER, actions=actions)),
    st.sampled_from("abc"),
    st.integers(0, 3),
)
changes = st.lists(st.one_of(rows, puts), max_size=8)
EMPTY = empty()


@st.composite
def lived_in(draw: st.DrawFn) -> Notebook:
    """A notebook in which the bot and people have been writing by turns."""
    notebook = EMPTY
    for _ in range(draw(st.integers(0, 6))):
        cell = draw(st.sampled_from(notebook.cells))
        text = draw(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20))
        match draw(st.sampled_from(["merge", "edit", "add", "remove"])):
            case "merge":
                notebook = merge(notebook, draw(changes), write)
            case "edit":
                notebook = edit_cell(notebook, cell.id, markdown=text, seen=digest(cell.markdown), author="P")
            case "add" if text.strip():
                notebook = add_cell(notebook, markdown=text, after=cell.id, author="P")
            case "remove":
                notebook = remove_cell(notebook, cell.id, seen=digest(cell.markdown))
    return notebook


def human_texts(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell.id, cell.markdown) for cell in notebook.cells if not cell.managed or cell.edited]


@given(lived_in(), changes)
def test_no_text_of_people_is_ever_lost_or_moved_among_itself(notebook: Notebook, batch: list[Change]) -> None:
    after = merge(notebook, batch, write)
    kept = human_texts(notebook)
    assert [text for text in human_texts(after) if text in kept] == kept


@given(lived_in(), changes)
def test_merging_twice_is_merging_once(notebook: Notebook, batch: list[Change]) -> None:
    settled: list[Change] = [change for change in batch if not isinstance(change, Put)]
    settled += {change.marker: change for change in batch if isinstance(change, Put)}.values()
    once = merge(notebook, settled, write)
    assert merge(once, settled, write) is once


@given(lived_in(), changes)
def test_a_marker_is_never_there_twice(notebook: Notebook, batch: list[Change]) -> None:
    markers = [cell.marker for cell in merge(notebook, batch, write).cells if cell.marker]
    assert len(markers) == len(set(markers))


@given(lived_in(), st.lists(rows, max_size=8, unique_by=lambda row: (type(row), row.key, row.revision)), st.randoms())
def test_rows_give_the_same_tables_in_whatever_order_they_come(notebook, batch, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(batch, len(batch))
    one, other = merge(notebook, batch, write), merge(notebook, shuffled, write)
    assert (one.timeline, one.comments, one.follow_ups) == (other.timeline, other.comments, other.follow_ups)


@given(lived_in())
def test_a_notebook_survives_being_stored(notebook: Notebook) -> None:
    assert msgspec.json.decode(msgspec.json.encode(notebook), type=Notebook) == notebook


@pytest.mark.parametrize("marker", [FollowUps.marker, Timeline.marker])
def test_the_link_to_a_cell_leads_to_it(marker: str) -> None:
    notebook = empty()
    cell = notebook.managed(marker)
    assert cell is not None
    assert notebook.cell_path(marker) == f"/notebooks/{notebook.id}#cell-{cell.id}"
    assert notebook.cell_path("number/none") == f"/notebooks/{notebook.id}"


def test_facts_that_no_longer_hold_are_withdrawn_and_what_people_did_with_them_stays() -> None:
    full = merge(empty(), EVERYTHING, write)
    markers = {"number/1700.1", "chart/1700.1", "clip/1700.2"}
    number, chart, clip = (full.managed(marker) for marker in ("number/1700.1", "chart/1700.1", "clip/1700.2"))
    assert number
    assert chart
    assert clip
    edited = edit_cell(full, number.id, markdown="ours", seen=digest(number.markdown), author="P")
    hidden = remove_cell(edited, chart.id, seen=digest(chart.markdown))
    after = withdrawn(hidden, markers)
    assert [cell.id for cell in hidden.cells if cell not in after.cells] == [clip.id]
    assert withdrawn(after, markers) is after
    assert merge(after, EVERYTHING, write).managed("clip/1700.2"), "they may hold again"
