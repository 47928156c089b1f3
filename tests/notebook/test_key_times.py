"""Key times: proposed with reasons, corrected by people, typed in the notebook's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale
from bot.notebook import key_time_words as words
from bot.notebook.key_time_edits import MOST_OTHERS, correct_key_time, reset_key_time, same_moments, seen_of
from bot.notebook.key_time_words import duration_text, durations, reason_text, rows
from bot.notebook.key_times import SIGNAL_KINDS, KeyTime, KeyTimeKind, KeyTimes, with_proposals
from bot.notebook.merge import Put, merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.timeline import Entry, Timeline
from bot.notebook.typed_time import read_typed_time, typed_text
from tests.notebook.examples import EVERYTHING, NOON, opened

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START, END = KeyTimeKind.IMPACT_START, KeyTimeKind.IMPACT_END
SEOUL, NEW_YORK = Locale.of("en", "Asia/Seoul"), Locale.of("en", "America/New_York")
ANEW = words.ROSE_IN_HOUR
PROPOSED = KeyTimes(
    proposed=(
        KeyTime(START, NOON, words.ROSE, {"before": "0.10", "after": "0.83"}),
        KeyTime(KeyTimeKind.DETECTED, NOON + 50 * MINUTE, words.FIRST_QUESTION, {"who": "Mina"}),
        KeyTime(KeyTimeKind.FIXED, None, words.NOT_FIXED),
        KeyTime(END, NOON + 5 * HOUR, words.RECOVERED, {"after": "0.08"}),
    )
)


@pytest.fixture
def notebook(words: NotebookText) -> Notebook:
    empty = opened(words)
    put = Put(KeyTimes.marker, "timeline", PROPOSED, first=True)
    return merge(empty, [*EVERYTHING, put], words.for_notebook(empty))


def corrected(notebook: Notebook, words: NotebookText, at: datetime | None, *, seen: str = "", by: str = "Mina",
              kind: KeyTimeKind = START) -> Notebook:  # fmt: skip
    write = words.for_notebook(notebook)
    return correct_key_time(notebook, kind, at, by=by, seen=seen, locale=SEOUL, write=write)


def test_key_times_open_their_section_above_the_entries(notebook: Notebook) -> None:
    section = next(at for at, cell in enumerate(notebook.cells) if cell.section == "timeline")
    assert [cell.marker for cell in notebook.cells[section + 1 : section + 3]] == ["keytimes", "timeline"]


@pytest.mark.parametrize("tag", ["en", "ko"])
def test_each_says_where_it_comes_from(words: NotebookText, tag: str) -> None:
    text = words.cell(PROPOSED, Locale.of(tag, "Asia/Seoul"))
    for part in ("83%", "Mina", "21:00 KST", "21:50 KST"):
        assert part in text
    assert "%(" not in text


def test_a_correction_holds_over_every_later_proposal(notebook: Notebook, words: NotebookText) -> None:
    mine = corrected(notebook, words, NOON - HOUR)
    later = with_proposals(mine.key_times, (KeyTime(START, NOON + MINUTE, ANEW),))
    held = later.of(START)
    assert held
    assert (held.at, held.set_by) == (NOON - HOUR, "Mina")
    assert reason_text(held, SEOUL) == "Set by Mina."
    assert later.proposal(START) == KeyTime(START, NOON + MINUTE, ANEW)


def test_set_back_the_proposal_holds_again(notebook: Notebook, words: NotebookText) -> None:
    mine = corrected(notebook, words, NOON - HOUR)
    write, seen = words.for_notebook(mine), seen_of(mine.key_times, START)
    back = reset_key_time(mine, START, seen=seen, locale=SEOUL, write=write)
    assert back.key_times == PROPOSED
    assert reset_key_time(back, START, seen=seen, locale=SEOUL, write=write) is back, "pressed twice"


def test_nobody_writes_over_anybody(notebook: Notebook, words: NotebookText) -> None:
    hers = corrected(notebook, words, NOON - HOUR)
    assert corrected(hers, words, NOON - HOUR, by="Erik") is hers, "both say the same"
    with pytest.raises(Conflict, match="in the meantime") as conflict:
        corrected(hers, words, NOON - 2 * HOUR, by="Erik")
    assert conflict.value.text(SEOUL) == (
        "Impact start was set to Mon, Nov 23 20:00 KST by Mina in the meantime, so yours was not saved."
    )
    again = corrected(hers, words, NOON - 2 * HOUR, by="Erik", seen=seen_of(hers.key_times, START))
    assert again.key_times.corrected[0].set_by == "Erik"
    back = reset_key_time(hers, START, seen=seen_of(hers.key_times, START), locale=SEOUL, write=words.writer(SEOUL))
    with pytest.raises(Conflict, match="set back"):
        corrected(back, words, NOON - 2 * HOUR, seen=seen_of(hers.key_times, START))


def test_a_proposal_that_moved_in_the_meantime_is_no_conflict(notebook: Notebook, words: NotebookText) -> None:
    moved = with_proposals(PROPOSED, (KeyTime(START, NOON + MINUTE, ANEW),))
    put = Put(KeyTimes.marker, "timeline", moved)
    fresh = merge(notebook, [put], words.for_notebook(notebook))
    assert corrected(fresh, words, NOON - HOUR).key_times.of(START) == KeyTime(START, NOON - HOUR, set_by="Mina")


def test_an_impact_ends_after_it_begins(notebook: Notebook, words: NotebookText) -> None:
    with pytest.raises(Misunderstood, match="before the impact start"):
        corrected(notebook, words, NOON - HOUR, kind=END)
    with pytest.raises(Misunderstood, match="after the impact end"):
        corrected(notebook, words, NOON + 6 * HOUR, kind=START)


def test_what_there_was_none_of_has_no_moment_and_no_duration(notebook: Notebook, words: NotebookText) -> None:
    none = corrected(notebook, words, None, kind=KeyTimeKind.DETECTED)
    assert KeyTimeKind.DETECTED not in [time.kind for time in none.key_times.known]
    assert [each.name for each in durations(none.key_times)] == ["To recover"]
    cell = none.managed(KeyTimes.marker)
    assert cell
    assert "Mina: there was none." in cell.markdown


def test_durations_are_between_what_holds() -> None:
    took = {each.name: each.took for each in durations(PROPOSED)}
    assert took == {"To detect": 50 * MINUTE, "To recover": 5 * HOUR}
    wrong = KeyTimes(
        corrected=(KeyTime(START, NOON, set_by="x"), KeyTime(KeyTimeKind.DETECTED, NOON - HOUR, set_by="x"))
    )
    assert durations(wrong) == []


@pytest.mark.parametrize(
    ("took", "text"),
    [(timedelta(), "0 min"), (50 * MINUTE, "50 min"), (3 * HOUR + 12 * MINUTE, "3 h 12 min"),
     (52 * HOUR, "2 d 4 h"), (timedelta(seconds=59), "1 min"), (timedelta(minutes=59, seconds=40), "1 h 0 min")],
)  # fmt: skip
def test_durations_are_said_to_the_minute(took: timedelta, text: str) -> None:
    assert duration_text(took, SEOUL) == text


def test_what_the_source_has_forgotten_is_not_unlearned() -> None:
    fresh = tuple(KeyTime(kind, None, words.TOO_SHORT, {"moment": NOON.isoformat()}) for kind in KeyTimeKind)
    kept = with_proposals(PROPOSED, fresh, known=SIGNAL_KINDS)
    assert [kept.proposal(kind) for kind in (START, END)] == [PROPOSED.proposal(kind) for kind in (START, END)]
    detected = kept.proposal(KeyTimeKind.DETECTED)
    assert detected
    assert detected.at is None
    assert [time.kind for _, time in rows(kept)] == list(KeyTimeKind)


def test_other_moments_can_be_pressed(notebook: Notebook) -> None:
    offered = same_moments(notebook, KeyTimeKind.DETECTED, SEOUL, lambda entry, _: entry.text)
    assert ("Impact start", NOON) in offered or ("Deploy v2.31", NOON) in offered
    assert [at for _, at in offered] == sorted(at for _, at in offered)
    assert NOON + 50 * MINUTE not in [at for _, at in offered]


def test_the_earliest_moment_can_always_be_pressed(notebook: Notebook, words: NotebookText) -> None:
    early = Entry("1.1", NOON - 30 * HOUR, "SEV-2 declared", who="Erik")
    near = [Entry(f"2.{n}", NOON + (40 + n) * MINUTE, f"message {n}") for n in range(9)]
    write = words.for_notebook(notebook)
    told = merge(notebook, [Put(Timeline.marker, "timeline", Timeline((early, *near)))], write)
    offered = same_moments(told, KeyTimeKind.DETECTED, SEOUL, lambda entry, _: entry.text)
    assert offered[0] == ("SEV-2 declared", NOON - 30 * HOUR)
    assert len(offered) == MOST_OTHERS


def test_key_times_are_listed_in_the_order_of_their_times() -> None:
    """What isn't known stands after what usually comes before it."""
    held = dict.fromkeys(KeyTimeKind, None) | {
        START: NOON, KeyTimeKind.DETECTED: NOON + HOUR, KeyTimeKind.PEAK: NOON + 2 * HOUR, END: NOON + 4 * HOUR,
        KeyTimeKind.ASKED: NOON + 5 * HOUR,
    }  # fmt: skip
    times = KeyTimes(tuple(KeyTime(kind, at, words.NOT_FIXED) for kind, at in held.items()))
    assert [time.kind for _name, time in rows(times)] == [
        KeyTimeKind.TRIGGER, START, KeyTimeKind.DETECTED, KeyTimeKind.PEAK, END,
        KeyTimeKind.ASKED, KeyTimeKind.CONFIRMED, KeyTimeKind.FIXED,
    ]  # fmt: skip


NEAR = datetime(2026, 11, 27, 22, 7, tzinfo=SEOUL.zone)
NOW = NEAR + timedelta(days=3)


@pytest.mark.parametrize(
    "text",
    ["2026-11-27 21:30", "2026-11-27T21:30", "2026-11-27T21:30:00", "2026-11-27 12:30 UTC", "2026-11-27T12:30:00Z",
     "2026-11-27T21:30:00.000+09:00", "2026-11-27 21:30 KST", "21:30", " 21:30 ", "9:30 pm", "9:30pm", "27 Nov 21:30",
     "Nov 27, 21:30", "Fri, Nov 27 21:30 KST", "Nov 27 2026 21:30", "2026/11/27 21:30", "11월 27일 21:30",
     "2026년 11월 27일 21시 30분", "11월 27일 (금) 21:30", "오후 9:30", "오후 9시 30분", "11월 27일 (금) 21:30 KST"],
)  # fmt: skip
def test_people_write_times_in_many_ways(text: str) -> None:
    assert read_typed_time(text, SEOUL, NEAR, NOW) == datetime(2026, 11, 27, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "25:00", "21:60", "2026-13-01 10:00", "2026-02-30 10:00", "Foo 27 21:30", "21", "27", "13:00 pm",
     "0:30 am pm", "2026-11-27", "<b>21:30</b>", "21:30 21:40", "１２:00x", "99999-01-01 10:00", "12:3",
     "9999-12-31T23:59:59", "0001-01-01 00:00", "1969-12-31 10:00", "9999-12-31 23:00 -12:00"],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_an_example(text: str) -> None:
    with pytest.raises(Misunderstood) as said:
        read_typed_time(text, SEOUL, NEAR, NOW)
    assert "2026-11-27 22:07" in said.value.text(SEOUL)


def test_a_day_without_a_year_is_the_nearest_one() -> None:
    january = datetime(2027, 1, 1, 3, tzinfo=SEOUL.zone)
    read = read_typed_time("Dec 31 23:50", SEOUL, january, january + HOUR)
    assert read == datetime(2026, 12, 31, 23, 50, tzinfo=SEOUL.zone)


def test_a_time_to_come_is_refused() -> None:
    with pytest.raises(Misunderstood, match="still to come"):
        read_typed_time("22:30", SEOUL, NEAR, NEAR + 10 * MINUTE)


def test_a_time_that_came_twice_needs_its_letters() -> None:
    near = datetime(2026, 11, 1, 12, tzinfo=NEW_YORK.zone)
    with pytest.raises(Misunderstood) as said:
        read_typed_time("01:30", NEW_YORK, near, near)
    assert "01:30 EDT or 01:30 EST" in said.value.text(NEW_YORK)
    first, second = (read_typed_time(f"01:30 {letters}", NEW_YORK, near, near) for letters in ("EDT", "EST"))
    assert second.timestamp() - first.timestamp() == 3600
    assert [typed_text(each, NEW_YORK) for each in (first, second)] == ["2026-11-01 01:30 EDT", "2026-11-01 01:30 EST"]


def test_a_time_that_clocks_skipped_is_refused() -> None:
    near = datetime(2026, 3, 8, 12, tzinfo=NEW_YORK.zone)
    with pytest.raises(Misunderstood, match="skipped"):
        read_typed_time("02:30", NEW_YORK, near, near)


def test_letters_of_another_zone_are_refused() -> None:
    with pytest.raises(Misunderstood, match="The times here"):
        read_typed_time("21:30 PST", SEOUL, NEAR, NOW)


ZONES = st.sampled_from(["UTC", "Asia/Seoul", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)), ZONES)
def test_what_the_page_shows_is_read_as_the_same_moment(moment: datetime, zone: str) -> None:
    locale, exact = Locale.of("en", zone), moment.replace(tzinfo=UTC, second=0, microsecond=0)
    assert read_typed_time(typed_text(exact, locale), locale, exact, exact) == exact


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_sentence(text: str) -> None:
    try:
        moment = read_typed_time(text, SEOUL, NEAR, NOW)
    except Misunderstood:
        return
    assert moment.tzinfo is not None
