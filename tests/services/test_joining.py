"""Which questions mean the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.locale import Locale
from bot.services.questions.dedupe import claim_of
from bot.signals.asked_question import AskedQuestion
from bot.signals.language.parse import parse

NOW = datetime(2026, 11, 24, 12, 15, 7, 123456, tzinfo=UTC)
VERSIONS = {"2.31": NOW - timedelta(hours=30, seconds=11)}


def claim(text: str, later: float = 0.0, tag: str = "en", zone: str = "Asia/Seoul", channel: str = "C1") -> str:
    now = NOW + timedelta(seconds=later)
    question = parse(text, now=now, locale=Locale.of(tag, zone), versions=VERSIONS)
    asked = AskedQuestion(
        id="1", team="T1", channel=channel, user="U1", text=text, question=question, tag=tag, zone=zone
    )
    return claim_of(asked, now + timedelta(milliseconds=40))


@pytest.mark.parametrize(
    "text",
    [
        "frustration signals on buy button this week",
        "rage clicks in the last 2 hours",
        "errors since v2.31 by browser",
        "dead clicks yesterday vs last week",
        "errors this week vs last week",
        "rage clicks since 10:00 only Safari",
    ],
)
def test_the_same_words_half_a_minute_later_mean_the_same(text: str) -> None:
    assert claim(text) == claim(text, 29.5)


def test_other_words_for_it_mean_the_same() -> None:
    assert claim("rage clicks on Buy Button this week") == claim("this week: rage clicks on buy button")


@pytest.mark.parametrize(
    "other",
    [
        "frustration signals on buy button today",
        "frustration signals on buy this week",
        "rage clicks on buy button this week",
        "frustration signals on buy button this week by browser",
        "frustration signals on buy button this week only Safari",
        "how many users had frustration signals on buy button this week",
        'frustration signals on "buy button" this week',
        "frustration signals on buy button this week vs last week",
    ],
)
def test_a_word_more_means_something_else(other: str) -> None:
    assert claim(other) != claim("frustration signals on buy button this week")


def test_what_ends_at_a_deploy_does_not_end_now() -> None:
    until_now = claim("errors since 2026-11-20")
    assert until_now == claim("errors since 2026-11-20", 20)
    assert until_now != claim("errors from 2026-11-20 to 2026-11-22")


def test_another_language_zone_or_channel_is_another_question() -> None:
    text = "rage clicks on buy button today"
    claims = {claim(text), claim(text, zone="UTC"), claim(text, tag="ko"), claim(text, channel="C2")}
    assert len(claims) == 4
