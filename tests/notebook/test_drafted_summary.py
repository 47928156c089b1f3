"""The drafted summary says the facts and nothing else, and a model's wording of it may not say more."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.kernel.locale import Locale
from bot.notebook import key_time_words
from bot.notebook.drafted_summary import drafted_summary, impact_title, may_be_drafted
from bot.notebook.edits import add_cell, edit_cell
from bot.notebook.impact import BusinessRate, DraftedSummary, Impact, ImpactPart, SignalsThen, SpanPeople
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes
from bot.notebook.merge import Put, merge
from bot.notebook.notebook import digest
from bot.notebook.notebook_text import NotebookText
from bot.notebook.polished_summary import accepted
from bot.signals.answer import Caveat, CaveatKind
from tests.notebook.examples import NOON, opened

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ENGLISH, KOREAN = Locale.of("en", "Asia/Seoul"), Locale.of("ko", "Asia/Seoul")
IMPACT = Impact(
    start=NOON,
    end=NOON + 5 * HOUR,
    over=True,
    counted_at=NOON + 6 * HOUR,
    by_signal={"rage_click": 2941, "dead_click": 300, "error_click": 120},
    actions=3000,
    people=SpanPeople(NOON, NOON + 5 * HOUR, 1408, 1696),
    sessions=1500,
    used_sessions=1900,
    before=SpanPeople(NOON - 5 * HOUR, NOON, 74, 740),
    bars=tuple(SignalsThen(NOON + at * HOUR, {"rage_click": 10 * at * at}) for at in range(-6, 8)),
    bar_s=3600,
    zone="Asia/Seoul",
    release="2.31.0",
    released=NOON - 2 * MINUTE,
    versions=(ImpactPart("2.31.0", 2990), ImpactPart("", 10)),
    pages=(ImpactPart("/shop | cart", 3000),),
    errors=(ImpactPart("TypeError: cart is undefined", 2400),),
    delay=SpanPeople(NOON + HOUR, NOON + 4 * HOUR, 354),
    delay_fixed=True,
    what="buy button",
    signals_asked=("rage_click", "dead_click", "error_click"),
    targets=("Buy", "구매하기"),
    source="local",
    source_title="local data",
    definition="Datadog browser SDK rules",
    query="SELECT `x`",
    caveats=(Caveat(CaveatKind.SAMPLED),),
    sample=True,
)
TIMES = KeyTimes(
    proposed=(
        KeyTime(KeyTimeKind.IMPACT_START, NOON, key_time_words.ROSE, {"before": "0.1", "after": "0.8"}),
        KeyTime(KeyTimeKind.DETECTED, NOON + HOUR, key_time_words.FIRST_QUESTION, {"who": "Mina Park"}),
        KeyTime(KeyTimeKind.CONFIRMED, NOON + 2 * HOUR, key_time_words.OWNER_CONFIRMED,
                {"who": "Jisoo Han", "ticket": "SHOP-412"}),
        KeyTime(KeyTimeKind.FIXED, NOON + 4 * HOUR, key_time_words.TICKET_DONE, {"ticket": "SHOP-412"}),
        KeyTime(KeyTimeKind.IMPACT_END, NOON + 5 * HOUR, key_time_words.RECOVERED, {"after": "0.1"}),
    )
)  # fmt: skip
DRAFT = drafted_summary(TIMES, IMPACT, ENGLISH)


def test_every_fact_is_a_sentence() -> None:
    assert DRAFT == (
        "From Mon, Nov 23 21:00 KST to Tue, Nov 24 02:00 KST, 83% of the people who used “buy button” ran into "
        "frustration signals: 1,408 people. In the same span before, it was 10%. Version 2.31.0 was first seen on Mon, "
        "Nov 23 20:58 KST. The most frequent error was “TypeError: cart is undefined”, in 2,400 of 3,000 clicks with "
        "signals. It was noticed on Mon, Nov 23 22:00 KST, 1 h 0 min after it began. From then until the fix, 118 more "
        "people ran into it every hour. Jisoo Han confirmed on Mon, Nov 23 23:00 KST that the fix is in the backlog "
        "(SHOP-412). The fix shipped on Tue, Nov 24 01:00 KST, 3 h 0 min after it was noticed. It was over on Tue, "
        "Nov 24 02:00 KST, 5 h 0 min after it began."
    )


def test_in_korean_the_same_facts_are_said() -> None:
    text = drafted_summary(TIMES, IMPACT, KOREAN)
    for fact in (
        "83%",
        "1,408명",
        "10%",
        "2.31.0",
        "2,400",
        "3,000",
        "118명",
        "Jisoo Han",
        "SHOP-412",
        "21:00",
        "02:00",
    ):
        assert fact in text
    assert not any(word in text for word in ("people", "Version", "From", "%("))


def test_one_is_told_as_one_and_some_not_as_none() -> None:
    alone = SpanPeople(NOON + HOUR, NOON + 2 * HOUR, 1)
    rate = BusinessRate("order", None, SpanPeople(NOON, NOON + HOUR, 1, 2500))
    one = msgspec.structs.replace(
        IMPACT, actions=1, errors=(ImpactPart("E", 1),), delay=alone, delay_fixed=False, over=False, business=rate
    )
    text, cell = drafted_summary(TIMES, one, ENGLISH), NotebookText.load().cell(one, ENGLISH)
    assert "The most frequent error was “E”, in the only click with signals." in text
    assert "Since then, 1 more person has run into it every hour." in text
    assert "1 more person an hour: 1 ran into it" in cell
    assert "0.04 for every 100 people who used it (1 person in 1 h 0 min)" in cell
    seldom = msgspec.structs.replace(one, delay=SpanPeople(NOON + HOUR, NOON + 4 * HOUR, 1))
    cell = NotebookText.load().cell(seldom, ENGLISH)
    assert "an hour" not in cell
    assert "1 ran into it for the first time" in cell


def test_what_is_not_known_is_not_said() -> None:
    bare = Impact(
        start=NOON, end=NOON + HOUR, over=False, counted_at=NOON + HOUR, by_signal={"error_click": 3}, actions=3,
        people=SpanPeople(NOON, NOON + HOUR, 3), sessions=3, signals_asked=("error_click",),
    )  # fmt: skip
    text = drafted_summary(KeyTimes(), bare, ENGLISH)
    assert text == (
        "Since Mon, Nov 23 21:00 KST, 3 people ran into error clicks until Mon, Nov 23 22:00 KST. "
        "It is not clearly back to the usual yet."
    )


def test_a_fix_that_was_found_to_help_is_told_where_there_is_one() -> None:
    found = "The check of the fix found that fewer sessions have run into it since."
    assert f"after it was noticed. {found} It was over on" in drafted_summary(TIMES, IMPACT, ENGLISH, improved=True)
    assert "수정 후 확인한 결과" in drafted_summary(TIMES, IMPACT, KOREAN, improved=True)
    assert found not in drafted_summary(KeyTimes(), IMPACT, ENGLISH, improved=True)


def test_a_person_who_corrected_it_is_not_quoted_as_the_owner() -> None:
    said = KeyTimes(corrected=(KeyTime(KeyTimeKind.CONFIRMED, NOON + HOUR, set_by="Mina"),))
    text = drafted_summary(said, IMPACT, ENGLISH)
    assert "The owner confirmed on Mon, Nov 23 22:00 KST" in text
    assert "Mina" not in text


def test_a_title_says_who_ran_into_what() -> None:
    assert impact_title(IMPACT, ENGLISH) == "1,408 people ran into frustration signals on “buy button”"
    assert "buy button" in impact_title(IMPACT, KOREAN)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_cell_has_every_number_and_marks_the_release(words: NotebookText, language: str) -> None:
    text = words.cell(IMPACT, Locale.of(language, "Asia/Seoul"))
    for fact in ("1,408", "83%", "1,500", "2,941", "10%", "118", "354", "2,990", "/shop \\| cart", "buy button", "Buy"):
        assert fact in text
    [marked] = [line for line in text.splitlines() if "**2.31.0" in line]
    assert "20:00 KST" in marked


def test_hostile_names_stay_text(words: NotebookText) -> None:
    hostile = msgspec.structs.replace(
        IMPACT, what="**x** [y](http://z)", release="<b>1</b>", errors=(ImpactPart("|a|", 1),)
    )
    text = words.cell(hostile, ENGLISH) + words.cell(DraftedSummary(drafted_summary(TIMES, hostile, ENGLISH)), ENGLISH)
    assert "[y](" not in text
    assert "**x**" not in text
    assert "<b>" not in text.replace("\\<", "")


def drafted(words: NotebookText, text: str = DRAFT) -> Put:
    return Put(DraftedSummary.marker, "summary", DraftedSummary(text), first=True)


def test_a_draft_is_made_only_where_nobody_wrote(words: NotebookText) -> None:
    empty = opened(words)
    write = words.for_notebook(empty)
    assert may_be_drafted(empty)
    made = merge(empty, [drafted(words)], write)
    cell = made.managed(DraftedSummary.marker)
    assert cell
    assert made.cells[1] is cell, "right below the heading"
    assert "Drafted from the facts" in cell.markdown
    assert may_be_drafted(made)
    mine = edit_cell(made, cell.id, markdown="Mine.", seen=digest(cell.markdown), author="Mina")
    assert not may_be_drafted(mine)


def test_a_text_in_the_section_is_a_persons_summary(words: NotebookText) -> None:
    empty = opened(words)
    heading = empty.cells[0]
    below = edit_cell(empty, heading.id, markdown="What happened.", seen=digest(heading.markdown), author="Mina")
    assert not may_be_drafted(below)
    beside = add_cell(empty, markdown="What happened.", after=heading.id, author="Mina")
    assert not may_be_drafted(beside)
    elsewhere = add_cell(empty, markdown="A lesson.", after=empty.cells[-1].id, author="Mina")
    assert may_be_drafted(elsewhere)


def test_nothing_new_is_no_news() -> None:
    going_on = msgspec.structs.replace(IMPACT, over=False)
    later = msgspec.structs.replace(going_on, end=going_on.end + HOUR, counted_at=NOON + 9 * HOUR)
    assert later.says_as_much(going_on)
    assert not msgspec.structs.replace(later, by_signal={"rage_click": 2942}).says_as_much(going_on)
    diluted = msgspec.structs.replace(later, people=SpanPeople(NOON, later.end, 1408, 2400))
    assert not diluted.says_as_much(going_on)
    assert not later.says_as_much(IMPACT), "that it is over is news"
    assert msgspec.structs.replace(IMPACT, counted_at=NOON + 9 * HOUR).says_as_much(IMPACT)


GOOD = (
    "From Mon, Nov 23 21:00 KST to Tue, Nov 24 02:00 KST, 83% of the people who used “buy button” ran into frustration "
    "signals, in total 1,408 people, while in the same span before it was 10%. Version 2.31.0 was first seen on Mon, "
    "Nov 23 20:58 KST, and the most frequent error was “TypeError: cart is undefined”, in 2,400 of 3,000 clicks with "
    "signals. It was noticed on Mon, Nov 23 22:00 KST, 1 h 0 min after it began; from then until the fix, 118 more "
    "people ran into it every hour. Jisoo Han confirmed on Mon, Nov 23 23:00 KST that the fix is in the backlog "
    "(SHOP-412). The fix shipped on Tue, Nov 24 01:00 KST, 3 h 0 min after it was noticed, and it was over on Tue, "
    "Nov 24 02:00 KST, 5 h 0 min after it began."
)


def test_a_wording_with_the_same_facts_is_taken() -> None:
    assert accepted(DRAFT, GOOD) == GOOD
    assert accepted(DRAFT, DRAFT) == DRAFT
    korean = drafted_summary(TIMES, IMPACT, KOREAN)
    assert accepted(korean, korean.replace("모두 사용자", "전체 사용자")) == korean.replace(
        "모두 사용자", "전체 사용자"
    )


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("83%", "84%"), ("83%", "0.83"), ("1,408", "1,480"), ("1,408", "1408"), ("2.31.0", "2.31.1"),
        ("2.31.0", "2.31"), ("22:00", "22:30"), ("Nov 23 22:00", "Nov 24 22:00"),
        ("Mon, Nov 23 23:00", "Tue, Nov 23 23:00"),
        ("Jisoo Han", "Jisoo Kim"), ("Jisoo Han", "Erik"), ("SHOP-412", "SHOP-421"), ("KST", "UTC"),
        ("“buy button”", "“checkout”"), ("cart is undefined", "cart is null"), ("TypeError", "ReferenceError"),
        ("(SHOP-412)", "(SHOP-412), thanks to Erik"), ("it began.", "it began. About 12 people complained."),
        ("it began.", "it began. Thousands of orders were lost."), ("was over", "was not over"),
        ("The fix shipped", "No fix shipped"), ("every hour", "every hour, twice the usual"),
        ("(SHOP-412)", "([SHOP-412](https://evil.example))"), ("it began.", "it began. Safari was hit hardest."),
        ("118 more", "one hundred more"), ("118 more", "118 more (half of them)"),
    ],
)  # fmt: skip
def test_a_wording_that_says_anything_else_is_not_taken(was: str, becomes: str) -> None:
    text = GOOD.replace(was, becomes, 1)
    assert text != GOOD
    assert accepted(DRAFT, text) == ""


@pytest.mark.parametrize(
    "answer",
    ["", "none", "Here is the summary:\n" + "x" * 3000, "83%", DRAFT + " " + DRAFT, DRAFT[:200], "\x00" + DRAFT],
)
def test_what_is_no_summary_is_not_taken(answer: str) -> None:
    assert accepted(DRAFT, answer) == ""


def test_numbers_that_change_places_are_not_taken() -> None:
    swapped = DRAFT.replace("21:00", "@").replace("02:00", "21:00").replace("@", "02:00")
    assert accepted(DRAFT, swapped) == ""
