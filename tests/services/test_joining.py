"""Which questions mean the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.kernel.locale import Locale
from bot.services.questions.dedupe import claim_of
from bot.signals.asked_question import AskedQuestion
from bot.signals.language.parse import parse

Claim = Callable[..., str]


@pytest.fixture
def claim(now: datetime) -> Claim:
    """Who asks a few seconds after the full minute; `later` seconds after the first who asked."""
    first = now + timedelta(seconds=7.123456)
    versions = {"2.31": first - timedelta(hours=30, seconds=11)}

    def claim(text: str, later: float = 0.0, tag: str = "en", zone: str = "Asia/Seoul", channel: str = "C1") -> str:
        then = first + timedelta(seconds=later)
        question = parse(text, now=then, locale=Locale.of(tag, zone), versions=versions)
        asked = AskedQuestion(
            id="1", team="T1", channel=channel, user="U1", text=text, question=question, tag=tag, zone=zone
        )
        return claim_of(asked, then + timedelta(milliseconds=40))

    return claim


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
def test_the_same_words_half_a_minute_later_mean_the_same(claim: Claim, text: str) -> None:
    assert claim(text) == claim(text, 29.5)


def test_other_words_for_it_mean_the_same(claim: Claim) -> None:
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
def test_a_word_more_means_something_else(claim: Claim, other: str) -> None:
    assert claim(other) != claim("frustration signals on buy button this week")


def test_what_ends_at_a_deploy_does_not_end_now(claim: Claim, now: datetime) -> None:
    first, last = ((now - timedelta(days=days)).date() for days in (4, 2))
    until_now = claim(f"errors since {first}")
    assert until_now == claim(f"errors since {first}", 20)
    assert until_now != claim(f"errors from {first} to {last}")


def test_another_language_zone_or_channel_is_another_question(claim: Claim) -> None:
    text = "rage clicks on buy button today"
    claims = {claim(text), claim(text, zone="UTC"), claim(text, tag="ko"), claim(text, channel="C2")}
    assert len(claims) == 4
