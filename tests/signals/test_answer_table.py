"""A grouped answer as a table and as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Counts, Definition, Group
from bot.signals.answer_table import FORMULA, as_csv, harmless, table
from bot.signals.question import GroupBy, Metric, Period, Question, Signal

START = datetime(2026, 11, 23, tzinfo=UTC)
ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko", "Asia/Seoul")


def group(label: str, n: int = 10, *, used: int = 40) -> Group:
    return Group(label, Counts({Signal.RAGE: n}, n, n // 2, n // 2), Counts({}, used, used, used) if used else None)


def answer(*groups: Group, by: GroupBy = GroupBy.BROWSER, metric: Metric = Metric.SIGNALS) -> Answer:
    question = Question(Period(START, START + timedelta(days=1)), (Signal.RAGE,), group_by=by, metric=metric)
    none = Counts()
    return Answer(question, "local", Definition("sdk", "rules"), "", none, None, None, none, groups=groups)


def test_what_was_asked_for_is_the_first_column_and_stands_there_once() -> None:
    shown = table(answer(group("Safari"), metric=Metric.RATE), ENGLISH)
    assert shown is not None
    assert shown.columns == ("Browser", "Rate", "Signals", "People", "Sessions")
    assert shown.rows == (("Safari", "25%", "10", "5", "5"),)


def test_there_is_no_rate_where_the_source_does_not_tell_who_used_it() -> None:
    shown = table(answer(group("Safari", used=0)), ENGLISH)
    assert shown is not None
    assert "Rate" not in shown.columns


def test_ten_rows_are_shown_and_the_rest_is_counted() -> None:
    shown = table(answer(*(group(str(n)) for n in range(412))), ENGLISH)
    assert shown is not None
    assert (len(shown.rows), shown.more) == (10, 402)


def hours(*counts: int) -> list[Group]:
    return [group(f"2026-11-23 {n:02}:00", count) for n, count in enumerate(counts)]


def test_of_many_hours_the_worst_are_shown_worst_first_and_said_to_be() -> None:
    """Two of the worst are early: the last ten hours are not what "which hour" asks for."""
    shown = table(answer(*hours(0, 90, 3, 70, *range(10, 30)), by=GroupBy.HOUR), ENGLISH)
    assert shown is not None
    assert [row[0][-5:] for row in shown.rows[:4]] == ["01:00", "03:00", "23:00", "22:00"]
    assert (len(shown.rows), shown.more, shown.note) == (10, 14, "The 10 worst hours, the worst first.")


def test_the_worst_hours_of_a_share_are_those_of_the_highest() -> None:
    few = Group("2026-11-23 00:00", Counts({Signal.RAGE: 3}, 3, 3, 3), Counts({}, 4, 4, 4))
    shown = table(answer(*hours(*range(1, 12)), few, by=GroupBy.HOUR, metric=Metric.SESSIONS_SHARE), ENGLISH)
    assert shown is not None
    assert shown.rows[0][:2] == ("Mon, Nov 23 00:00", "75% (3 of 4)")


@pytest.mark.parametrize("by", [GroupBy.HOUR, GroupBy.DAY])
def test_few_hours_or_days_are_in_order_of_time(by: GroupBy) -> None:
    shown = table(answer(*hours(5, 9, 1), by=by), ENGLISH)
    assert shown is not None
    assert [row[1] for row in shown.rows] == ["5", "9", "1"]
    assert (shown.more, shown.note) == (0, "")


def test_an_answer_without_groups_has_no_table() -> None:
    assert table(answer(), ENGLISH) is None


@pytest.mark.parametrize(
    ("by", "label", "english", "korean"),
    [
        (GroupBy.DAY, "2026-11-23", "Mon, Nov 23", "11월 23일 (월)"),
        (GroupBy.HOUR, "2026-11-23 14:00", "Mon, Nov 23 14:00", "11월 23일 (월) 14:00"),
        (GroupBy.HOUR, "2026-11-01 01:00 EDT", "Sun, Nov 1 01:00 EDT", "11월 1일 (일) 01:00 EDT"),
        (GroupBy.HOUR, "2026-11-01 01:00 EST", "Sun, Nov 1 01:00 EST", "11월 1일 (일) 01:00 EST"),
        (GroupBy.SIGNAL, "rage_click", "rage clicks", "분노 클릭"),
        (GroupBy.BROWSER, "", "(unknown)", "(알 수 없음)"),
        (GroupBy.DAY, "no day", "no day", "no day"),
    ],
)
def test_labels_speak_the_readers_language(by: GroupBy, label: str, english: str, korean: str) -> None:
    for locale, said in ((ENGLISH, english), (KOREAN, korean)):
        shown = table(answer(group(label), by=by), locale)
        assert shown is not None
        assert shown.rows[0][0] == said


def test_the_file_has_every_row_with_plain_numbers() -> None:
    data = as_csv(answer(*(group(f"n{n}", 1234) for n in range(50))))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == 50
    assert (rows[0]["browser"], rows[0]["rage_click"], rows[0]["people"]) == ("n0", "1234", "617")
    assert (rows[0]["sessions"], rows[0]["used_actions"]) == ("617", "40")


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|cmd", "\u202e=1", "＝1", "＠SUM(A1)"]
)
def test_no_name_becomes_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")


@given(st.text())
def test_no_text_at_all_becomes_a_formula_or_another_row(text: str) -> None:
    data = as_csv(answer(group(text)))
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert not row["browser"].lstrip().startswith(FORMULA)
    assert row["rage_click"] == "10"
