"""What is read in one of several ways is told, and a refusal says what would work, in the asker's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from bot.signals.question import Period, Question
from tests.signals.meaning import KNOWN, NOW, SEOUL, VERSIONS, understood
from tests.signals.test_refusals import refusal

LIKE_IPADS = "“%s” can’t be told from other devices with the same system, so all of those are counted."


def asked(text: str, tag: str = "en", base: Question | None = None) -> Question:
    return parse(text, now=NOW, locale=Locale.of(tag, SEOUL), versions=VERSIONS, known=KNOWN, base=base)


@pytest.mark.parametrize(
    ("text", "tag", "said"),
    [
        ("errors right now", "en", "“right now” is taken as the last hour."),
        ("지금 구매 버튼 오류", "ko", "“지금”: 최근 1시간으로 보았습니다."),
        ("errors in 2 hours", "en", "“in 2 hours” is taken as the time up to now."),
        ("errors on iPad today", "en", LIKE_IPADS % "iPad"),
        ("오늘 아이패드 오류", "ko", "“아이패드”만 따로 구분할 수 없어 같은 운영체제의 기기를 모두 셌습니다."),
        ("errors today except iPads", "en", LIKE_IPADS % "iPads"),
        ("is it only iPad today", "en", LIKE_IPADS % "iPad"),
        ("오늘 아이폰만 그래?", "ko", "“아이폰”만 따로 구분할 수 없어 같은 운영체제의 기기를 모두 셌습니다."),
        ("errors on 1/2", "en", "“1/2” is read with the month first."),
        ("errors 1/2 to 1/5", "en", "“1/2” is read with the month first."),
        ("errors on 1/2", "en-GB", "“1/2” is read with the day first."),
    ],
)  # fmt: skip
def test_how_it_was_read_is_told(text: str, tag: str, said: str) -> None:
    assert asked(text, tag).assumed == (said,)


@pytest.mark.parametrize(
    ("text", "tag"),
    [("errors on 1/20", "en"), ("errors on 3/3", "en"), ("1/2 오류", "ko"), ("errors on iOS today", "en")],
)
def test_what_has_one_reading_needs_no_word(text: str, tag: str) -> None:
    assert asked(text, tag).assumed == ()


def test_now_in_a_thread_is_the_question_before_as_of_now() -> None:
    begun = NOW - timedelta(days=1)
    before = replace(asked("errors on buy today"), period=Period(begun - timedelta(hours=3), begun))
    later = asked("and now?", base=before)
    assert (later.target, later.period) == ("buy", Period(NOW - timedelta(hours=3), NOW))
    assert later.assumed == ()


@pytest.mark.parametrize(
    ("text", "said", "offered"),
    [
        ("500s on checkout", "leave out “500s”", ["errors on checkout", "errors on checkout by error message"]),
        ('"Failed to fetch" today', "leave out “Failed to fetch”", ["errors today", "errors today by error message"]),
        ("오늘 404 오류", "“404” 부분을 빼거나", ["오늘 오류", "오늘 오류 메시지별"]),
        ("errors for user 12345 today", "can’t look at “user 12345” alone", ["errors today"]),
        ("사용자 12345 오류 오늘", "“사용자 12345”만 따로 볼 수 없습니다", ["오류 오늘"]),
        ("is 2.31 worse on checkout", "what to compare with for “worse”", ["checkout since 2.31 vs before"]),
        ("23일 오류", "날짜인지 기간인지", ["이번 달 23일 오류", "최근 23일 오류"]),
        ("errors around 3pm yesterday", "no period", ["errors 14:30-15:30 yesterday", "errors since 15:00 yesterday"]),
        ("어제 밤 11시쯤 오류", "기간이 아닙니다", ["어제 22:30-23:30 오류", "어제 23:00부터 오류"]),
        (
            "errors on Book now",
            "may be all of a name",
            ['errors on "Book now"', 'errors on "Book" now'],
        ),
        ("errors on Tuesday Nov 23", "on another day of the week", []),
        ("latency on checkout", "nothing of “latency”", []),
        ("errors today vs yesterday vs last week", "with one period at a time", []),
    ],
)  # fmt: skip
def test_a_refusal_says_what_would_work(text: str, said: str, offered: list[str]) -> None:
    refused = refusal(text, "ko" if any("가" <= letter <= "힣" for letter in text) else "en")
    assert refused
    assert said in str(refused)
    assert list(refused.examples[: len(offered)]) == offered


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("errrors on chekout yesterdy", "errors on chekout yesterday"),
        ("rage cliks on buy buton yesterdy", "rage clicks on buy button yesterday"),
        ("불만 신호 지난쥬 브라우져별", "불만 신호 지난주 브라우저별"),
    ],
)
def test_of_several_mistyped_words_the_whole_question_is_offered(text: str, meant: str) -> None:
    refused = refusal(text, "ko" if any("가" <= letter <= "힣" for letter in text) else "en")
    assert refused
    assert f"“{meant}”" in str(refused)
    assert refused.examples[0] == meant


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("23일(월) 오류", "error; 11-23 00:00 .. 11-24 00:00"),
        ("23일 월요일 오류", "error; 11-23 00:00 .. 11-24 00:00"),
        ("지난달 15일 목요일 오류", "error; 10-15 00:00 .. 10-16 00:00"),
        ("16일(월)~20일(금) 오류", "error; 11-16 00:00 .. 11-21 00:00"),
        ("23일(월) vs 16일(월) 오류", "error; 11-23 00:00 .. 11-24 00:00; vs 11-16 00:00 .. 11-17 00:00"),
        ("23일 화요일 오류", "! 23일 화요일"),
        ("11월 16일(월)~20일(목) 오류", "! 20일(목"),
        ("11월 16일(월)~99일(금) 오류", "! 99"),
        ("45일(월) 오류", "! 45"),
    ],
)
def test_a_weekday_makes_a_day_of_a_number(text: str, meaning: str) -> None:
    assert understood(text, "ko") == meaning
