"""Numbers that can't be read as they stand: the refusal says why and offers what may have been meant."""

from __future__ import annotations

import re

import pytest

from bot.kernel.locale import Locale
from tests.signals.meaning import SEOUL
from tests.signals.test_refusals import HANGUL, refusal

OPEN = "“%(what)s” may be a date or hours: write 11/20, say, or 11:00-20:00."
SEVERAL = "“%(what)s” is several versions: name each of them, or ask since when the first was seen."
OLDER = "“%(what)s” is several versions: name each of them."
OFFSET = "“%(what)s” may have an offset from UTC or end with a second time: write a T before the time, or “to”."
COUNTED = (
    "I count, and can’t pick what has more or fewer than a number: leave out “%(what)s”, or ask for the first few."
)
PLACE = "I rank from the top and can’t pick one place: ask for the first few instead of “%(what)s”."


@pytest.mark.parametrize(
    ("text", "said", "offered"),
    [
        ("errors 11-20", OPEN, ["errors 11/20", "errors 11:00-20:00"]),
        ("errors 9-5", OPEN, ["errors 9/5", "errors 09:00-17:00"]),
        ("errors on 11-20", OPEN, ["errors on 11/20", "errors on 11:00-20:00"]),
        ("errors since 2026-11-23 10:00-05:00", OFFSET, ["errors since 2026-11-23T10:00-05:00"]),
        ("errors 2026-11-23 09:00-10:00", OFFSET, ["errors 2026-11-23 09:00 ~ 10:00"]),
        ("errors on 2.31+ today", SEVERAL, ["errors today"]),
        ("errors below 2.31", OLDER, ["errors"]),
        ("2.30 이하 오류", OLDER, ["오류"]),
        ("2.31 이상에서 오류", SEVERAL, ["2.31 이후 오류"]),
        ("errors on 2.31 or later", SEVERAL, ["errors since 2.31"]),
        ("2.31 이상 오류", SEVERAL, ["2.31 이후 오류"]),
        ("buttons with more than 10 rage clicks", COUNTED, ["top 10 buttons with rage clicks"]),
        ("error rate above 5% today", COUNTED, []),
        ("오늘 오류 10건 이상인 버튼", COUNTED, ["오늘 오류 상위 10개 버튼"]),
        ("2nd most frustrating page today", PLACE, ["top 2 page today"]),
    ],
)
def test_a_number_that_cannot_be_read_is_refused_with_what_may_be_meant(
    text: str, said: str, offered: list[str]
) -> None:
    tag = "ko" if HANGUL.search(text) else "en"
    refused = refusal(text, tag)
    assert refused
    assert str(refused) == Locale.of(tag, SEOUL).text(said, what=refused.at)
    assert list(refused.examples[: len(offered)]) == offered


@pytest.mark.parametrize("text", ["errors on iOS 17.2 today", "errors on iPhone 15 today"])
def test_the_version_of_a_system_is_offered_to_be_left_out(text: str) -> None:
    refused = refusal(text, "en")
    assert refused
    assert refused.examples[0] == re.sub(r" \d\S*", "", text)
