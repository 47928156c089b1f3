"""Where words of a refused question may be a name, the question with that name in quotes is offered."""

from __future__ import annotations

import pytest

from tests.signals.test_refusals import refusal


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("errors on Save for later today", 'errors on "Save for later" today'),
        ("errors on Not now", 'errors on "Not now"'),
        ("errors on Only this time", 'errors on "Only this time"'),
        ("errors on To do", 'errors on "To do"'),
        ("rage clicks on Weekly report last month", 'rage clicks on "Weekly report" last month'),
        ("errors on Friday deals", 'errors on "Friday deals"'),
        ("errors on Filter by date", 'errors on "Filter by date"'),
        ("errors on Filter by date", 'errors on "Filter" by date'),
    ],
)
def test_behind_on(text: str, offered: str) -> None:
    refused = refusal(text, "en")
    assert refused is not None
    assert offered in refused.examples


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("50% 할인 버튼 오늘", '"50% 할인" 버튼 오늘'),
        ("지난 주문 보기 버튼 오류", '"지난 주문 보기" 버튼 오류'),
        ("매일 받기 버튼 오류", '"매일 받기" 버튼 오류'),
        ("매일 받기 버튼 오류", '매일 "받기" 버튼 오류'),
    ],
)
def test_before_a_kind_of_control(text: str, offered: str) -> None:
    refused = refusal(text, "ko")
    assert refused is not None
    assert offered in refused.examples


@pytest.mark.parametrize("text", ["errors buy flurble today", "ERRORS ON TOP FLURBLE YESTERDAY"])
def test_what_is_no_name_is_not_quoted(text: str) -> None:
    refused = refusal(text, "en")
    assert refused is not None
    assert not any('flurble"' in offered.lower() for offered in refused.examples)
