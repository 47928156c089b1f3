"""Questions of a kind of their own in the thread of an answer: as of now, or by something else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.kernel.locale import Locale
from bot.kernel.paths import ROOT
from bot.signals.language.parse import parse
from bot.signals.language.shaped_questions import BLAME_DAYS, USUAL_DAYS
from bot.signals.question import GroupBy, Metric, Question
from bot.signals.significance import FEW, LEAST_RATIO, LIKELY_CHANCE
from tests.signals.meaning import KNOWN, NOW, SEOUL, VERSIONS, written

LATER = NOW + timedelta(hours=26, minutes=3)


def going_on(first: str, then: str, tag: str = "en") -> str:
    locale = Locale.of(tag, SEOUL)
    base = parse(first, now=NOW, locale=locale, versions=VERSIONS, known=KNOWN)
    return written(parse(then, now=LATER, locale=locale, versions=VERSIONS, known=KNOWN, base=base), LATER)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("rage clicks on buy button this week", "rage; target=buy button; 11-23 00:00 .. now"),
        ("errors yesterday", "error; 11-25 00:00 .. now"),
        ("errors in Safari today", "error; browser=Safari; 11-25 00:00 .. now"),
        ("errors last 3 hours", "error; 11-25 13:08 .. now"),
        ("errors since Monday 9am", "error; 11-23 09:00 .. now"),
        ("errors by browser last 45 minutes", "error; by=browser; 11-25 15:23 .. now"),
    ],
)
@pytest.mark.parametrize(
    "words", ["how bad is it?", "how bad is it right now", "is it still happening?", "얼마나 심해?"]
)
def test_how_bad_it_is_is_the_question_before_as_of_now(first: str, then: str, words: str) -> None:
    assert going_on(first, words) == then


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("is it only Safari?", "by=browser; suspect=Safari; 11-23 00:00 .. 11-24 14:05"),
        ("사파리만 그래?", "by=browser; suspect=Safari; 11-23 00:00 .. 11-24 14:05"),
        ("is it only Safari right now?", "by=browser; suspect=Safari; 11-23 00:00 .. now"),
        ("which version broke it?", "by=version; country=KR; browser=Chrome; 11-23 00:00 .. 11-24 14:05"),
        ("2.30 vs 2.31", "by=version; country=KR; browser=Chrome; version=2.30,2.31; 11-23 00:00 .. 11-24 14:05"),
    ],
)
def test_the_thread_goes_on_with_shares_of_sessions(words: str, meaning: str) -> None:
    """What was asked of one browser is asked of all of them, and the rest stays."""
    said = going_on("rage clicks on buy button in Korea in Chrome this week", words)
    kept = set(meaning.split("; ")) | {"rage", "target=buy button", "metric=sessions_share", "country=KR"}
    assert set(said.split("; ")) == kept


DOCS = ROOT / "docs"
SERIES = {GroupBy.HOUR, GroupBy.DAY, GroupBy.SIGNAL}
ROW = re.compile(r"^\| (`[^|]*) \| (`[^|]*) \| ", re.MULTILINE)


def test_the_documentation_shows_what_is_understood() -> None:
    page = (DOCS / "questions.md").read_text("utf-8").split("## Kinds of question")[1].split("\n## ")[0]
    rows = ROW.findall(page)
    assert len(rows) == 14
    for english, korean in rows:
        for example in re.findall("`([^`]+)`", english + korean):
            question = parse(example, now=NOW, locale=Locale.of("en", SEOUL), versions=VERSIONS, known=KNOWN)
            asked = question.group_by in SERIES or question.compare is not None
            assert asked or question.metric is Metric.SESSIONS_SHARE or "how bad" in english


def test_the_documentation_has_the_numbers_of_the_code() -> None:
    answers, questions = ((DOCS / f"{name}.md").read_text("utf-8") for name in ("answers", "questions"))
    assert f"fewer than {FEW} sessions" in answers
    assert f"below {LIKELY_CHANCE * 100:.0f} % chance" in answers
    assert LEAST_RATIO == 1.5  # "half as much again or more"
    assert f"the {USUAL_DAYS} days before" in answers
    assert f"the {USUAL_DAYS} days before" in questions
    assert (BLAME_DAYS, "over four weeks" in questions) == (28, True)


def test_what_is_broken_asks_about_everything_anew() -> None:
    said = going_on("rage clicks on buy button in Safari this week", "what's broken right now?")
    week = "11-25 15:08 .. now; vs 11-18 15:08 .. 11-25 15:08"
    assert said == f"all; metric=sessions_share; by=target; top=5; {week}"


def test_another_grouping_ends_the_question_about_one_value() -> None:
    locale = Locale.of("en", SEOUL)
    base: Question | None = None
    for words in ("rage clicks this week, is it only Safari?", "by country"):
        base = parse(words, now=NOW, locale=locale, known=KNOWN, base=base)
    assert base
    assert (base.group_by, base.suspect) == ("country", "")
