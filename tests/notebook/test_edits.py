"""People edit a notebook at the same time, and nobody writes over anybody."""

from __future__ import annotations

import pytest

from bot.kernel.errors import Missing, Misunderstood
from bot.notebook.edits import EditConflict, add_cell, checked, edit_cell, remove_cell, rename, restore_cell
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText
from tests.notebook.examples import opened


@pytest.fixture
def notebook(words: NotebookText) -> Notebook:
    start = opened(words)
    return add_cell(start, markdown="We were slow.", after=start.cells[0].id, author="Minseo", id=lambda: "mine")


def test_a_new_cell_stands_where_it_was_asked_for(notebook: Notebook) -> None:
    assert notebook.cells[1].markdown == "We were slow."
    assert notebook.cells[1].kind == "markdown"


def test_a_cell_whose_neighbour_is_gone_goes_to_the_end(notebook: Notebook) -> None:
    assert add_cell(notebook, markdown="x", after="gone", author="P").cells[-1].markdown == "x"


def test_the_second_of_two_edits_gets_both_texts_and_loses_neither(notebook: Notebook) -> None:
    seen = digest("We were slow.")
    first = edit_cell(notebook, "mine", markdown="We were fast.", seen=seen, author="Jisoo")
    with pytest.raises(EditConflict, match="changed by Jisoo") as conflict:
        edit_cell(first, "mine", markdown="We were late.", seen=seen, author="Minseo")
    assert conflict.value.theirs is not None
    assert (conflict.value.theirs.markdown, conflict.value.mine) == ("We were fast.", "We were late.")


def test_the_same_edit_twice_is_one_edit(notebook: Notebook) -> None:
    seen = digest("We were slow.")
    once = edit_cell(notebook, "mine", markdown="We were fast.", seen=seen, author="Jisoo")
    assert edit_cell(once, "mine", markdown="We were fast.", seen=seen, author="Jisoo") is once


def test_editing_what_is_gone_gives_the_text_back(notebook: Notebook) -> None:
    with pytest.raises(EditConflict) as conflict:
        edit_cell(notebook, "gone", markdown="precious", seen="", author="P")
    assert conflict.value.mine == "precious"


def test_a_cell_that_changed_in_the_meantime_is_not_removed(notebook: Notebook) -> None:
    with pytest.raises(EditConflict):
        remove_cell(notebook, "mine", seen=digest("an older text"))


def test_a_removed_cell_comes_back_to_its_place(notebook: Notebook) -> None:
    removed = remove_cell(notebook, "mine", seen=digest("We were slow."))
    assert "mine" not in [cell.id for cell in removed.shown]
    assert restore_cell(removed, "mine") == notebook


def test_a_part_that_never_was_cannot_be_removed(notebook: Notebook) -> None:
    with pytest.raises(Missing):
        remove_cell(notebook, "gone", seen="")


@pytest.mark.parametrize("text", ["x" * 50_001, "a\x00b", "\ud800"])
def test_text_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(Misunderstood):
        checked(text)


def test_an_empty_cell_is_not_added(notebook: Notebook) -> None:
    with pytest.raises(Misunderstood):
        add_cell(notebook, markdown=" \n", after="", author="P")


def test_a_title_is_one_line_and_never_empty(notebook: Notebook) -> None:
    assert rename(notebook, " Buy\n is  \u202ebroken\u2066 ").title == "Buy is broken"
    with pytest.raises(Misunderstood):
        rename(notebook, "\n")
