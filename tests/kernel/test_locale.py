"""In the asker's language, zone and week."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale

AT = datetime(2026, 11, 23, 5, 5, tzinfo=UTC)
NEW_YORK = Locale.of("en-US", "America/New_York")
SEOUL = Locale.of("ko-KR", "Asia/Seoul")


@pytest.mark.parametrize(
    ("tag", "speaks", "begins"),
    [("en", "en", 0), ("en-US", "en", 6), ("en_GB", "en", 0), ("ko-KR", "ko", 6), ("ko", "ko", 0), ("fr-FR", "en", 0),
     ("ko-XX", "ko", 0), ("KO", "ko", 0)],
)  # fmt: skip
def test_a_tag_gives_the_nearest_language_and_its_week(tag: str, speaks: str, begins: int) -> None:
    locale = Locale.of(tag)
    assert (locale.tag, locale.first_weekday) == (speaks, begins)


@pytest.mark.parametrize("tag", ["", "!!", "x" * 500, "../../etc/passwd", "\x00"])
@pytest.mark.parametrize("zone", ["", "../../etc/passwd", "Mars/Base", "\x00"])
def test_what_makes_no_sense_gives_english_and_utc(tag: str, zone: str) -> None:
    locale = Locale.of(tag, zone)
    assert (locale.tag, locale.zone.key) == ("en", "UTC")


def test_dates_are_said_in_the_language_and_the_zone() -> None:
    assert NEW_YORK.moment(AT) == "Mon, Nov 23 00:05 EST"
    assert SEOUL.moment(AT) == "11월 23일 (월) 14:05 KST"
    assert (NEW_YORK.day(AT), SEOUL.day(AT)) == ("Mon 23", "23일 (월)")
    assert Locale.of("en", "Europe/Istanbul").zone_name(AT) == "UTC+03"


def test_a_date_of_another_year_than_the_current_one_has_its_year() -> None:
    for locale, then, span in (
        (NEW_YORK, "Mon, Nov 23, 2026 00:05 EST", "Mon, Nov 23, 2026 00:05 – 00:05 EST"),
        (SEOUL, "2026년 11월 23일 (월) 14:05 KST", "2026년 11월 23일 (월) 14:05 – 14:05 KST"),
    ):
        later = locale.as_of(datetime(2027, 1, 1, 12, tzinfo=UTC))
        assert (later.moment(AT), later.span(AT, AT), locale.dated_moment(AT)) == (then, span, then)
        assert MessageLocale.for_readers(later).date(AT) == later.date(AT) != locale.date(AT)
        assert locale.as_of(datetime(2026, 1, 3, tzinfo=UTC)).moment(AT) == locale.moment(AT)
    assert SEOUL.as_of(datetime(2026, 12, 31, 15, 30, tzinfo=UTC)).year == 2027


def test_summer_time_has_its_own_letters() -> None:
    assert NEW_YORK.moment(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "Wed, Jul 1 08:00 EDT"


def test_numbers_and_shares() -> None:
    assert NEW_YORK.number(1234567) == "1,234,567"
    assert [SEOUL.percent(ratio) for ratio in (0.0, 0.0042, 0.123, 1.0, 19.94)] == [
        "0%",
        "0.4%",
        "12%",
        "100%",
        "1,994%",
    ]


def test_some_is_never_called_none_nor_nearly_all_all() -> None:
    shares = {"0.02%": 1 / 4000, "0.00001%": 1e-7, "0%": 0.0, "99.6%": 0.996, "99.98%": 3999 / 4000, "100%": 1.0}
    assert {NEW_YORK.percent(ratio) for ratio in shares.values()} == set(shares)
    assert [NEW_YORK.percent(ratio) for ratio in (0.994, 0.01, 1.004, 9.996)] == ["99%", "1%", "100%", "1,000%"]
    assert [SEOUL.of_hundred(ratio) for ratio in (0.0, 0.001, 0.123, 0.9996, 1.5)] == ["0", "0.1", "12", "99.96", "150"]


def test_texts_and_plurals_are_translated_with_their_values() -> None:
    assert SEOUL.text("Cancel") == "취소"
    assert SEOUL.plural("%(n)s session", "%(n)s sessions", 1500) == "세션 1,500개"
    assert NEW_YORK.plural("%(n)s session", "%(n)s sessions", 1) == "1 session"
    assert NEW_YORK.plural("%(n)s session", "%(n)s sessions", 0) == "0 sessions"


def test_a_text_without_values_is_left_as_it_is() -> None:
    assert SEOUL.text("100% of %(nothing)s is known") == "100% of %(nothing)s is known"
    assert SEOUL.text("") == ""


def test_days_come_first_where_they_do() -> None:
    assert [Locale.of(tag).day_first for tag in ("en", "en-US", "en-GB", "ko-KR")] == [False, False, True, False]
