"""The current version is the one that was seen first last; where nobody knows which, the words are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from bot.signals.question import Question
from tests.signals.meaning import NOW, SEOUL, VERSIONS

FIRST = datetime(2026, 10, 1, 9, 0, tzinfo=SEOUL)


def asked(text: str, tag: str = "en", versions: Mapping[str, datetime] = VERSIONS) -> Question:
    return parse(text, now=NOW, locale=Locale.of(tag, SEOUL), versions=versions)


@pytest.mark.parametrize(
    ("text", "tag", "version", "said"),
    [
        ("errors in the current version today", "en", "2.31", "“current version” is taken as version 2.31."),
        ("errors in the previous release today", "en", "2.30", "“previous release” is taken as version 2.30."),
        ("errors on the latest version today", "en", "2.31", "“latest version” is taken as version 2.31."),
        ("오늘 현재 버전에서 오류", "ko", "2.31", "“현재 버전”: 2.31 버전으로 보았습니다."),
        ("오늘 이전 버전에서 오류", "ko", "2.30", "“이전 버전”: 2.30 버전으로 보았습니다."),
    ],
)
def test_which_version_it_is_is_told(text: str, tag: str, version: str, said: str) -> None:
    question = asked(text, tag)
    assert question.filters == {"version": version}
    assert question.assumed == (said,)


@pytest.mark.parametrize(
    ("text", "tag"), [("2.31 vs the previous version today", "en"), ("오늘 현재 버전이랑 이전 버전 비교", "ko")]
)
def test_both_are_held_against_each_other(text: str, tag: str) -> None:
    assert asked(text, tag).either == {"version": ("2.31", "2.30")}


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("errors in the current version today", {}),
        ("errors in the current version today", {"1.0": FIRST, "1.1": FIRST}),
        ("errors in the previous version today", {"1.0": FIRST}),
        ("2.30 vs the previous version today", VERSIONS),
    ],
)
def test_where_that_is_not_known_the_words_are_refused(text: str, versions: Mapping[str, datetime]) -> None:
    with pytest.raises(Misunderstood) as refused:
        asked(text, versions=versions)
    assert refused.value.at in text
