"""Zones of times: the one that is typed wins over the asker's, and one that may be several is asked back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from bot.signals.question import Question
from tests.signals.meaning import NOW, SEOUL


def asked(text: str, tag: str = "en", zone: ZoneInfo = SEOUL, now: datetime = NOW) -> Question:
    return parse(text, now=now.astimezone(zone), locale=Locale.of(tag, zone))


def refused(text: str, tag: str = "en") -> Misunderstood:
    with pytest.raises(Misunderstood) as problem:
        asked(text, tag)
    return problem.value


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "UTC", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "text",
    [
        "errors on Nov 20 from 14:00 UTC to 15:00 UTC",
        "errors on Nov 20 from 14:00 to 15:00 (UTC)",
        "errors on Nov 20 from 2pm to 3pm GMT",
        "errors on Nov 20 from 23:00 KST to 24:00 KST",
        "errors on Nov 20 from 9am EST to 10am EST",
        "errors on Nov 20 from 9am to 10am New York time",
        "errors on Nov 20 from 19:30 to 20:30 UTC+5:30",
        "errors from 2026-11-20T14:00Z to 2026-11-20 15:00 UTC",
        "11월 20일 오후 11시 KST부터 밤 12시까지 오류",
    ],
)
def test_a_time_with_its_zone_is_the_same_moment_for_everybody(text: str, zone: str) -> None:
    question = asked(text, zone=ZoneInfo(zone))
    assert question.period.start == datetime(2026, 11, 20, 14, tzinfo=ZoneInfo("UTC"))
    assert question.period.end == datetime(2026, 11, 20, 15, tzinfo=ZoneInfo("UTC"))
    assert {question.period.start.tzinfo, question.period.end.tzinfo} == {ZoneInfo(zone)}


def test_in_which_zone_a_question_was_read_is_said() -> None:
    assert asked("errors yesterday from 1pm to 2pm PST").assumed == (
        "Days and times are read in “PST”, as you typed it.",
    )
    assert asked("errors yesterday from 1pm to 2pm").assumed == ()


@pytest.mark.parametrize(
    ("text", "tag", "said", "offered"),
    [
        (
            "errors since 9am IST",
            "en",
            "“IST” may be UTC+5:30 (India), UTC+2 (Israel), UTC+1 (Ireland): say which.",
            ["errors since 9am UTC+5:30", "errors since 9am UTC+2"],
        ),
        (
            "errors since 9am CST yesterday",
            "en",
            "“CST” may be UTC-6 (United States), UTC+8 (China), UTC-5 (Cuba): say which.",
            ["errors since 9am UTC-6 yesterday", "errors since 9am UTC+8 yesterday"],
        ),
        (
            "어제 오전 9시 IST부터 오류",
            "ko",
            "“IST”: 여러 시간대를 뜻할 수 있습니다(UTC+5:30 (인도), UTC+2 (이스라엘), UTC+1 (아일랜드)). "
            "어느 것인지 알려 주세요.",
            ["어제 오전 9시 UTC+5:30부터 오류", "어제 오전 9시 UTC+2부터 오류"],
        ),
        (
            "errors July 3 9am PST to 5pm PST",
            "en",
            "Clocks didn’t show “PST” on that day: say how far from UTC is meant.",
            ["errors July 3 9am UTC-8 to 5pm UTC-8", "errors July 3 9am UTC-7 to 5pm UTC-7"],
        ),
        (
            "errors on CST button since 9am CST",
            "en",
            "“CST” may be UTC-6 (United States), UTC+8 (China), UTC-5 (Cuba): say which.",
            ["errors on CST button since 9am UTC-6", "errors on CST button since 9am UTC+8"],
        ),
        ("errors since 9am UTC+5:99", "en", "I know no time zone “UTC+5:99”.", []),
        ("errors from 9am PST to 5pm EST", "en", "Say all times in one zone, not in several (PST, EST).", []),
        ("errors since 9am Europe/Seoul", "en", "I know no time zone “Europe/Seoul”.", []),
    ],
)
def test_a_zone_that_is_not_one_is_refused_with_what_may_be_meant(
    text: str, tag: str, said: str, offered: list[str]
) -> None:
    problem = refused(text, tag)
    assert str(problem) == said
    assert list(problem.examples[: len(offered)]) == offered


def test_the_day_is_that_of_the_zone_which_is_typed() -> None:
    question = asked("errors yesterday from 9am PST to 5pm PST")  # at 21:05 of November 23 there
    assert question.period.start == datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize("text", ["errors today in UTC", "errors this month UTC"])
def test_a_day_of_another_zone_is_no_day_of_the_askers_calendar(text: str) -> None:
    assert asked(text).period.unit == ""
    assert asked(text, zone=ZoneInfo("UTC")).period.unit != ""
