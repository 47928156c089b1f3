"""What Slack says of a message comes late, twice and in any order; what people did on the page stays."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.errors import Missing, Misunderstood
from bot.notebook.cell_data import Data
from bot.notebook.edits import (
    EditConflict,
    EntryEdit,
    add_entry,
    edit_entry,
    entry_digest,
    hide_entry,
    star_entry,
    timeline_of,
)
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes
from bot.notebook.merge import Put, merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText
from bot.notebook.timeline import Entry, EntryKind, Picture, Switch, Timeline, joined, noted
from tests.notebook.examples import NOON, opened

WORDS = NotebookText.load()
HOUR = timedelta(hours=1)


def write(data: Data) -> str:
    return f"{data.kind} {digest(repr(data))}"


def empty() -> Notebook:
    return opened(WORDS)


def said(revision: float, text: str, *files: str) -> Entry:
    pictures = tuple(Picture(file, f"{file}.png", 1, 1, "") for file in files)
    return Entry("1.1", NOON, text, "Mina", "https://x", revision, markdown=text, files=files, pictures=pictures)


def pinned(at: float) -> Entry:
    return Entry("1.1", NOON, "", unpinned=Switch(False, at))


def unpinned(at: float) -> Entry:
    return Entry("1.1", NOON, "", unpinned=Switch(True, at))


def gone(at: float) -> Entry:
    return Entry("1.1", NOON, "", revision=at, deleted=True)


MARKED = Entry("1.1", NOON, "", marked=True)
STORIES = {
    "pinned and unpinned": ([said(1, "A"), pinned(2), unpinned(3)], []),
    "pinned again": ([said(1, "A"), pinned(2), unpinned(3), pinned(4)], ["A"]),
    "edited twice": ([said(1, "A"), pinned(2), said(3, "B"), said(4, "C")], ["C"]),
    "edited, then deleted": ([said(1, "A"), pinned(2), said(3, "B"), gone(4)], []),
    "deleted, though pinned and marked": ([said(1, "A"), pinned(2), MARKED, gone(3)], []),
    "marked, then unpinned": ([said(1, "A"), MARKED, pinned(2), unpinned(3)], ["A"]),
    "a picture taken out": ([said(1, "A", "F1", "F2"), pinned(2), said(3, "A", "F2")], ["A"]),
    "a picture put back": ([said(1, "A", "F1"), pinned(2), said(3, "A"), said(4, "A", "F1")], ["A"]),
}


def told(news: list[Entry] | tuple[Entry, ...]) -> tuple[Entry, ...]:
    entries: tuple[Entry, ...] = ()
    for each in news:
        entries = joined(entries, each)
    return entries


@pytest.mark.parametrize("story", STORIES)
def test_deliveries_in_every_order_end_in_the_same_timeline(story: str) -> None:
    news, texts = STORIES[story]
    ends = {repr(told(order)) for order in permutations(news)}
    assert len(ends) == 1
    assert [entry.text for entry in Timeline(told(news)).shown] == texts


def test_the_pictures_shown_are_those_that_the_message_has_now() -> None:
    [entry] = told(STORIES["a picture taken out"][0])
    assert [picture.id for picture in entry.shown_pictures] == ["F2"]
    [entry] = told(STORIES["a picture put back"][0])
    assert [picture.id for picture in entry.shown_pictures] == ["F1"]


events = st.one_of(
    st.builds(said, st.just(0.0), st.sampled_from("ABC")),
    st.builds(pinned, st.just(0.0)),
    st.builds(unpinned, st.just(0.0)),
    st.builds(gone, st.just(0.0)),
    st.just(MARKED),
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Entry]:
    """Each at a time of its own, some twice."""
    drawn = []
    for at, event in enumerate(draw(st.lists(events, max_size=7)), 1):
        switch = msgspec.structs.replace(event.unpinned, at=float(at)) if event.unpinned != Switch() else Switch()
        is_pin = event.text == "" and not event.deleted and not event.marked
        revision = 0.0 if is_pin or event.marked else float(at)
        drawn.append(
            msgspec.structs.replace(
                event, unpinned=Switch(event.unpinned.on, float(at)) if is_pin else switch, revision=revision
            )
        )
    return drawn + draw(st.lists(st.sampled_from(drawn), max_size=3)) if drawn else drawn


@given(deliveries(), st.randoms())
def test_late_and_repeated_deliveries_change_nothing(news, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(news, len(news))
    assert told(shuffled) == told(news)
    assert told([*news, *shuffled]) == told(news)


@given(deliveries())
def test_a_deleted_text_is_nowhere_left(news: list[Entry]) -> None:
    after = told([*news, gone(99), *news])
    assert [(entry.text, entry.markdown, entry.pictures, entry.listed) for entry in after] == [("", "", (), False)]


def shown(notebook: Notebook) -> list[tuple[str, str | None]]:
    return [(entry.text, entry.rewritten) for entry in notebook.timeline]


def seen(notebook: Notebook, key: str) -> str:
    entry = timeline_of(notebook).entry(key)
    assert entry
    return entry_digest(entry)


def test_what_a_person_wrote_over_an_entry_stays_whatever_slack_says() -> None:
    before = merge(empty(), [said(1, "A"), pinned(2)], write)
    edit = EntryEdit("Jisoo", "Mine")
    mine = edit_entry(before, "1.1", edit, seen=seen(before, "1.1"), write=write)
    for news in ([said(3, "B")], [unpinned(3)], [gone(4)]):
        assert [text for _, text in shown(merge(mine, news, write))] == ["Mine"]
    assert shown(merge(mine, [gone(4)], write)) == [("", "Mine")], "the deleted text itself is gone"


def test_a_corrected_time_moves_the_entry_and_leaves_its_text_to_slack() -> None:
    other = Entry("2.2", NOON + HOUR, "later")
    before = merge(empty(), [said(1, "A"), pinned(2), other], write)
    edit = EntryEdit("Jisoo", None, NOON + 2 * HOUR)
    moved = edit_entry(before, "1.1", edit, seen=seen(before, "1.1"), write=write)
    after = merge(moved, [said(3, "B")], write)
    assert [text for text, _ in shown(after)] == ["later", "B"]
    assert after.timeline[1].when == NOON + 2 * HOUR


def test_two_people_at_one_entry_both_keep_their_texts() -> None:
    before = merge(empty(), [said(1, "A")], write)
    stamp = seen(before, "1.1")
    theirs = edit_entry(before, "1.1", EntryEdit("Jisoo", "Theirs"), seen=stamp, write=write)
    with pytest.raises(EditConflict) as conflict:
        edit_entry(theirs, "1.1", EntryEdit("Mina", "Mine"), seen=stamp, write=write)
    assert conflict.value.mine == "Mine"
    assert conflict.value.theirs
    assert conflict.value.theirs.body == "Theirs"
    assert edit_entry(theirs, "1.1", EntryEdit("Mina", "Theirs"), seen=stamp, write=write) is theirs


def test_a_hidden_entry_stays_hidden_and_up_to_date_until_it_is_put_back() -> None:
    hidden = hide_entry(merge(empty(), [said(1, "A")], write), "1.1", hidden=True, write=write)
    after = merge(hidden, [said(3, "B"), MARKED], write)
    assert shown(after) == []
    assert [entry.text for entry in timeline_of(after).hidden] == ["B"]
    assert shown(hide_entry(after, "1.1", hidden=False, write=write)) == [("B", None)]


def test_only_starred_entries_that_are_shown_are_for_the_short_export() -> None:
    notebook = merge(empty(), [said(1, "A"), Entry("2.2", NOON, "C")], write)
    for key in ("1.1", "2.2"):
        notebook = star_entry(notebook, key, starred=True, write=write)
    assert [entry.text for entry in timeline_of(notebook).starred] == ["A", "C"]
    notebook = hide_entry(notebook, "1.1", hidden=True, write=write)
    notebook = merge(notebook, [said(3, "B")], write)
    assert [entry.text for entry in timeline_of(notebook).starred] == ["C"]
    assert [entry.text for entry in timeline_of(star_entry(notebook, "2.2", starred=False, write=write)).starred] == []


def test_a_persons_own_entry_is_added_once_and_may_not_be_empty() -> None:
    edit = EntryEdit("Jisoo", "Called the bank")
    once = add_entry(empty(), "page/k", edit, at=NOON, write=write)
    assert add_entry(once, "page/k", edit, at=NOON, write=write) is once
    assert [(entry.who, entry.markdown) for entry in once.timeline] == [("Jisoo", "Called the bank")]
    with pytest.raises(Misunderstood):
        add_entry(once, "page/l", EntryEdit("Jisoo", "  \n"), at=NOON, write=write)
    with pytest.raises(Misunderstood):
        edit_entry(once, "page/k", EntryEdit("Jisoo", ""), seen=seen(once, "page/k"), write=write)


def test_what_is_gone_cannot_be_starred_hidden_or_edited() -> None:
    notebook = merge(empty(), [said(1, "A"), gone(2)], write)
    with pytest.raises(Missing):
        star_entry(notebook, "1.1", starred=True, write=write)
    with pytest.raises(Missing):
        hide_entry(notebook, "nobody's", hidden=True, write=write)


def key_times(*times: KeyTime) -> Put:
    return Put(KeyTimes.marker, "impact", KeyTimes(times))


ONSET = KeyTime(KeyTimeKind.IMPACT_START, NOON, "The first hour above the usual")
TRIGGER = KeyTime(KeyTimeKind.TRIGGER, NOON - HOUR, "", {"version": "2.31.0"})


def test_key_times_stand_in_the_timeline_and_follow_the_data() -> None:
    notebook = merge(empty(), [key_times(ONSET, TRIGGER)], write)
    assert [(entry.what, entry.at) for entry in notebook.timeline] == [("release", NOON - HOUR), ("onset", NOON)]
    later = msgspec.structs.replace(ONSET, at=NOON + HOUR)
    notebook = merge(notebook, [key_times(later)], write)
    assert [(entry.what, entry.at) for entry in notebook.timeline] == [("onset", NOON + HOUR)]
    assert [entry.what for entry in merge(notebook, [key_times(ONSET, TRIGGER)], write).timeline] == [
        "release",
        "onset",
    ]


def test_a_key_time_that_people_edited_or_hid_is_not_proposed_over() -> None:
    notebook = merge(empty(), [key_times(ONSET, TRIGGER)], write)
    edit = EntryEdit("Jisoo", "Support called first", NOON - 2 * HOUR)
    notebook = edit_entry(notebook, "time/impact_start", edit, seen=seen(notebook, "time/impact_start"), write=write)
    notebook = hide_entry(notebook, "time/trigger", hidden=True, write=write)
    moved = [msgspec.structs.replace(time, at=NOON + HOUR) for time in (ONSET, TRIGGER)]
    after = merge(notebook, [key_times(*moved)], write)
    assert [(entry.rewritten, entry.when) for entry in after.timeline] == [("Support called first", NOON - 2 * HOUR)]


def test_a_notebook_without_a_timeline_gets_none_for_what_the_bot_notes() -> None:
    bare = msgspec.structs.replace(empty(), cells=())
    asked = noted("q", NOON, EntryKind.QUESTION, question="?")
    assert [cell.kind for cell in merge(bare, [key_times(ONSET), asked], write).cells] == ["keytimes"]
