"""Questions of what was before: what can be told is answered, and what can't is refused with what can be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from bot.signals.question import GroupBy, Metric, Question
from tests.signals.meaning import KNOWN, NOW, SEOUL, VERSIONS
from tests.signals.test_refusals import HANGUL, refusal

FIXED = "I can’t judge whether something was fixed; ask how it was since then and before."
ENDED = "I can’t tell when something ended or whether it is over; ask how it is now, or by the hour."


def asked(text: str, base: Question | None = None) -> Question:
    locale = Locale.of("ko" if HANGUL.search(text) else "en", SEOUL)
    return parse(text, now=NOW, locale=locale, versions=VERSIONS, known=KNOWN, base=base)


@pytest.mark.parametrize(
    ("text", "said", "offered"),
    [
        ("did 2.31 fix the buy button", FIXED, ["buy button since 2.31 vs before"]),
        ("did the deploy fix errors on buy button", FIXED, ["errors on buy button since the deploy vs before"]),
        ("did errors stop after 2.31", ENDED, ["errors in the last hour", "errors by hour today"]),
        ("did errors stop since 2.31", ENDED, ["errors in the last hour", "errors by hour today"]),
        ("did the fix help", ENDED, ["in the last hour", "by hour today"]),
        ("구매 버튼에서 오류 2.31에서 고쳐졌어?", FIXED, ["2.31 이후 구매 버튼에서 오류 이전 대비"]),
        ("did 2.31 fix it", FIXED, ["since 2.31 vs before"]),
        ("구매 버튼 2.31에서 고쳐졌어?", FIXED, ["2.31 이후 구매 버튼 이전 대비"]),
        ("is the buy button fixed", ENDED, ["buy button in the last hour", "buy button by hour today"]),
        ("when did the errors stop", ENDED, ["errors in the last hour", "errors by hour today"]),
        ("오류 언제 끝났어", ENDED, ["최근 1시간 오류", "오늘 오류 시간별"]),
    ],
)
def test_what_nobody_can_judge_is_refused_with_what_can_be_asked(text: str, said: str, offered: list[str]) -> None:
    tag = "ko" if HANGUL.search(text) else "en"
    refused = refusal(text, tag)
    assert refused
    assert str(refused) == Locale.of(tag, SEOUL).text(said)
    assert list(refused.examples[: len(offered)]) == offered


@pytest.mark.parametrize("text", ["when did it start?", "since when?", "언제부터 그래?", "언제 시작됐어?"])
def test_when_it_began_goes_on_from_the_question_before(text: str) -> None:
    base = asked("errors on buy button by browser this week")
    question = asked(text, base)
    assert (question.target, question.signals, question.period) == (base.target, base.signals, base.period)
    assert question.group_by is GroupBy.HOUR
    assert len(question.assumed) == 1


@pytest.mark.parametrize("text", ["than usual?", "is that more than usual?", "평소보다 많아?"])
def test_what_is_usual_goes_on_from_the_question_before(text: str) -> None:
    base = asked("errors on buy button this week")
    question = asked(text, base)
    assert (question.target, question.signals, question.period) == (base.target, base.signals, base.period)
    assert question.metric is Metric.SESSIONS_SHARE
    assert question.compare
    assert question.compare.end == question.period.start
    assert question.compare.span == timedelta(days=7)


def test_what_is_usual_takes_the_place_of_the_comparison_before() -> None:
    base = asked("errors on buy button this week vs last week")
    question = asked("than usual?", base)
    assert question.compare
    assert question.compare != base.compare
    assert question.compare.end == question.period.start
    assert question.compare.span == timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "first"), [("top 3", "by browser"), ("상위 3개만", "by browser"), ("top 3", "by page")]
)
def test_the_first_few_in_a_thread_are_those_of_its_groups(text: str, first: str) -> None:
    base = asked(f"errors on buy button this week {first}")
    question = asked(text, base)
    assert (question.group_by, question.top) == (base.group_by, 3)


@pytest.mark.parametrize(
    "text",
    ["since when is it worse than usual", "which version broke it, and since when", "errors than usual vs yesterday"],
)
def test_two_kinds_of_question_at_once_are_refused(text: str) -> None:
    assert refusal(text, "en")
