"""Clips in a notebook: which gives way to which, and whose pictures stay."""

from __future__ import annotations

import msgspec

from bot.notebook.edits import add_cell, edit_cell, remove_cell
from bot.notebook.export import linked_files
from bot.notebook.facts import add_clip
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.own_files import own_files
from bot.notebook.public_view import clip_files
from bot.notebook.timeline import Entry, Picture, Timeline
from tests.notebook.examples import CLIP, NOON
from tests.notebook.test_merge import empty, write


def test_a_clip_gives_way_only_while_it_is_the_bots_own() -> None:
    first, second = add_clip("a", CLIP), add_clip("b", msgspec.structs.replace(CLIP, caption="later"), earlier=["a"])
    before = merge(empty(), [first], write)
    old = before.managed("clip/a")
    assert old
    after = merge(before, [second], write)
    new = after.managed("clip/b")
    assert new
    assert (new.id, after.managed("clip/a")) == (old.id, None)
    assert merge(after, [second], write) is after
    edited = merge(
        edit_cell(before, old.id, markdown="mine", seen=digest(old.markdown), author="Mina"), [second], write
    )
    assert [cell.markdown for cell in edited.cells if cell.id == old.id] == ["mine"]
    removed = merge(remove_cell(before, old.id, seen=digest(old.markdown)), [second], write)
    assert [cell.marker for cell in removed.shown if cell.kind == "clip"] == ["clip/b"]


def test_a_clip_that_a_text_names_stays_the_notebooks_when_there_is_a_newer_one() -> None:
    older, newer = "a" * 64 + ".mp4", "b" * 64 + ".mp4"
    still, unnamed = "c" * 64 + ".png", "d" * 64 + ".gif"
    first = add_clip("a", msgspec.structs.replace(CLIP, file=older, poster=still))
    another = add_clip("x", msgspec.structs.replace(CLIP, file=unnamed, session="another"))
    before = merge(empty(), [first, another], write)
    told = add_cell(
        before, markdown=f"So it was: ![it](/files/{still}) and /files/{'e' * 64}.gif", after="", author="P"
    )
    second = add_clip("b", msgspec.structs.replace(CLIP, file=newer), earlier=["a"])
    third = add_clip("y", msgspec.structs.replace(CLIP, session="another"), earlier=["x"])
    after = merge(told, [second, third], write)
    assert own_files(after) == {still, newer, CLIP.file}, "neither what no text names nor what the bot never put there"
    assert still in linked_files(after)
    assert still in clip_files(after), "whoever sees no clips doesn't see that one"
    assert merge(after, [second, third], write) is after


def test_what_a_person_made_of_a_clip_goes_on_showing_it_beside_the_newer_one() -> None:
    before = merge(empty(), [add_clip("a", CLIP)], write)
    cell = before.managed("clip/a")
    assert cell
    words = f"Look: ![it](/files/{CLIP.file})"
    edited = edit_cell(before, cell.id, markdown=words, seen=digest(cell.markdown), author="P")
    newer = "b" * 64 + ".gif"
    after = merge(edited, [add_clip("a", msgspec.structs.replace(CLIP, file=newer))], write)
    theirs = after.cell(cell.id)
    assert theirs
    assert (theirs.markdown, theirs.files) == (words, (CLIP.file,))
    assert own_files(after) == {CLIP.file, newer}


def test_what_a_person_made_of_the_timeline_goes_on_showing_the_pictures_that_it_names() -> None:
    named, other = (letter * 64 + ".png" for letter in "ab")
    pictures = tuple(Picture(file[0], file, 4, 3, "") for file in (named, other))
    entry = Entry("m1", NOON, "deploy", files=("a", "b"), pictures=pictures)
    before = merge(empty(), [entry], write)
    cell = before.managed(Timeline.marker)
    assert cell
    words = f"Look: ![it](/files/{named})"
    edited = edit_cell(before, cell.id, markdown=words, seen=digest(cell.markdown), author="P")
    after = merge(edited, [msgspec.structs.replace(entry, revision=1.0, files=())], write)
    theirs = after.cell(cell.id)
    assert theirs
    assert (theirs.markdown, theirs.files) == (words, (named,))
    assert own_files(after) == {named}


def clips_in(notebook: Notebook) -> list[str | None]:
    return [cell.marker for cell in notebook.shown if cell.kind == "clip"]


def test_a_clip_added_by_hand_stands_for_its_session_whatever_comes_with_an_answer() -> None:
    by_hand = merge(empty(), [add_clip("a", CLIP), add_clip("a", CLIP, by_hand=True)], write)
    later = [add_clip("a", CLIP), add_clip("b", CLIP, earlier=["a"])]
    assert clips_in(merge(by_hand, later, write)) == ["clip/a"]
    another = add_clip("x", msgspec.structs.replace(CLIP, session="another"))
    assert clips_in(merge(by_hand, [*later, another], write)) == ["clip/a", "clip/x"]
    cell = by_hand.managed("clip/a")
    assert cell
    taken_out = remove_cell(by_hand, cell.id, seen=digest(cell.markdown))
    assert clips_in(merge(taken_out, later, write)) == ["clip/b"], "nobody wants that one any more"


def test_a_clip_added_by_hand_takes_the_place_of_what_came_by_itself_and_of_nothing_else() -> None:
    came = merge(empty(), [add_clip("a", CLIP)], write)
    chosen = merge(came, [add_clip("b", CLIP, earlier=["a", "c"], by_hand=True)], write)
    assert clips_in(chosen) == ["clip/b"]
    both = merge(chosen, [add_clip("c", CLIP, earlier=["a", "b"], by_hand=True)], write)
    assert clips_in(both) == ["clip/b", "clip/c"]


def test_of_several_cuts_the_last_remains_and_the_others_can_be_put_back() -> None:
    three = merge(empty(), [add_clip(key, CLIP) for key in "abc"], write)
    after = merge(three, [add_clip("c", CLIP, earlier=["a", "b"])], write)
    assert [cell.marker for cell in after.shown if cell.kind == "clip"] == ["clip/c"]
    assert [cell.marker for cell in after.removed] == ["clip/a", "clip/b"]
