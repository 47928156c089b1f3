"""Three sessions that differ: the most typical one, then what it doesn't show; and the words that tell them apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.replay.script.choice import choose
from bot.replay.script.variety import labels, varied
from tests.replay.test_choice import ENGLISH, KOREAN, moment

DESK: dict[str, Any] = {"device": "Desktop", "country": "KR", "version": "2.31.0", "browser": "Chrome"}
PHONE = {**DESK, "device": "Mobile"}


def names(moments: list[Any], most: int = 3, spare: int = 0) -> list[str]:
    return [it.session_id for it in varied(moments, most=most, spare=spare)]


def test_the_first_is_the_most_typical_and_the_others_show_what_it_does_not() -> None:
    many = [moment(f"desk {n}", **DESK) for n in range(6)]
    moments = [
        *many,
        moment("phone", **PHONE),
        moment("old", **{**DESK, "version": "2.30.4"}),
        moment("fox", **{**DESK, "browser": "Firefox"}),
    ]
    first, *others = names(moments)
    assert first == choose(moments, ENGLISH)[0].moment.session_id
    assert others == ["phone", "old"]


def test_a_kind_that_many_have_goes_before_one_that_few_have() -> None:
    moments = [moment(f"desk {n}", **DESK) for n in range(9)]
    moments += [moment(f"phone {n}", **PHONE) for n in range(4)]
    moments += [moment("console", 9, **{**DESK, "device": "Gaming console"})]
    first, second, third = names(moments)
    assert (first[:4], second[:5], third) == ("desk", "phone", "console")


def test_one_with_an_incomplete_replay_comes_last() -> None:
    moments = [moment("one", **DESK), moment("two", **DESK), moment("phone", complete=False, **PHONE)]
    assert names(moments, most=2) == ["one", "two"]
    assert names(moments) == ["one", "two", "phone"]


@pytest.mark.parametrize("number", [1, 2])
def test_fewer_sessions_are_as_many_as_there_are(number: int) -> None:
    moments = [moment(f"s{n}", seconds=60 + n + 100 * k) for n in range(number) for k in range(3)]
    assert len(names(moments)) == number


def test_spare_ones_come_after_those_that_are_shown() -> None:
    moments = [moment(f"desk {n}", **DESK) for n in range(6)] + [moment("phone", **PHONE)]
    assert names(moments, spare=2)[:3] == names(moments)
    assert len(names(moments, spare=2)) == 5


def test_without_sessions_there_is_nothing_to_show() -> None:
    with pytest.raises(Missing):
        varied([], most=3)


@given(
    st.lists(
        st.tuples(st.sampled_from(("", "Desktop", "Mobile")), st.sampled_from(("", "KR", "DE")), st.integers(1, 5)),
        min_size=1,
        max_size=8,
    ),
    st.randoms(),
)
def test_the_order_in_which_sessions_come_changes_nothing(kinds: list[tuple[str, str, int]], chance: Any) -> None:
    moments = [
        moment(f"s{n}", clicks, 60 + n, device=device, country=country)
        for n, (device, country, clicks) in enumerate(kinds)
    ]
    before = names(moments)
    chance.shuffle(moments)
    assert names(moments) == before
    assert len(set(before)) == len(before) == min(3, len(kinds))


@pytest.mark.parametrize(
    ("locale", "expected"),
    [(ENGLISH, ["Desktop · South Korea", "Mobile · Germany"]), (KOREAN, ["데스크톱 · 대한민국", "모바일 · 독일"])],
)
def test_labels_say_in_what_they_differ(locale: Locale, expected: list[str]) -> None:
    moments = [moment("one", **DESK), moment("two", **{**PHONE, "country": "DE"})]
    assert labels(moments, locale) == expected


def test_labels_say_nothing_of_what_all_share_and_hide_what_is_sensitive() -> None:
    assert labels([moment("one", **DESK), moment("two", **DESK)], ENGLISH) == ["", ""]
    named = [moment("one", version="mina@example.com"), moment("two", version="2.31.0")]
    assert labels(named, ENGLISH)[1] == "Version 2.31.0"
    assert "mina@" not in labels(named, ENGLISH)[0]
