"""Windows of clips as people move them, and what is said where there is less than they asked for."""

from __future__ import annotations

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.services.clips.windows import begun_earlier, ended_later, given_less, is_cut, window

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((20_000, 30_000), (15_000, 30_000), ""),
        ((5_000, 9_000), (0, 9_000), ""),
        ((2_000, 9_000), (0, 9_000), "Only 2 s more were recorded before this clip; the new one begins there."),
        ((4_960, 9_000), (0, 9_000), ""),
        ((300, 9_000), (0, 9_000), "Only 0.3 s more were recorded before this clip; the new one begins there."),
        ((30_000, 90_000), (25_000, 85_000), "A clip is at most 60 s long; the new one ends 5 s sooner."),
        ((30_000, 88_500), (25_000, 85_000), "A clip is at most 60 s long; the new one ends 3.5 s sooner."),
        (
            (3_000, 62_000),
            (0, 60_000),
            "Only 3 s more were recorded before this clip; the new one begins there. "
            "A clip is at most 60 s long; the new one ends 2 s sooner.",
        ),
    ],
)
def test_five_seconds_earlier_or_what_there_is(before: tuple[int, int], after: tuple[int, int], said: str) -> None:
    assert begun_earlier(*before) == after
    assert given_less(before, after, ENGLISH) == said


@pytest.mark.parametrize(
    ("before", "length", "after", "said"),
    [
        ((20_000, 30_000), 90_000, (20_000, 35_000), ""),
        ((20_000, 30_000), 0, (20_000, 35_000), ""),
        (
            (20_000, 30_000),
            32_127,
            (20_000, 32_127),
            "Only 2.1 s more were recorded after this clip; the new one ends there.",
        ),
        ((0, 58_000), 60_000, (0, 60_000), "Only 2 s more were recorded after this clip; the new one ends there."),
        ((0, 58_000), 90_000, (3_000, 63_000), "A clip is at most 60 s long; the new one begins 3 s later."),
        ((0, 60_000), 90_000, (5_000, 65_000), "A clip is at most 60 s long; the new one begins 5 s later."),
    ],
)
def test_five_seconds_later_or_what_there_is(
    before: tuple[int, int], length: int, after: tuple[int, int], said: str
) -> None:
    assert ended_later(*before, length) == after
    assert given_less(before, after, ENGLISH) == said


def test_it_is_said_in_korean_too() -> None:
    assert given_less((2_000, 9_000), (0, 9_000), KOREAN) == (
        "이 클립 앞으로는 2초만 더 녹화되어 있어서, 새 클립은 거기서 시작합니다."
    )
    assert "60초" in given_less((0, 58_000), (3_000, 63_000), KOREAN)


@pytest.mark.parametrize("start_ms", [0, 40])
def test_where_the_recording_begins_there_is_nothing_earlier(start_ms: int) -> None:
    with pytest.raises(Misunderstood, match="nothing earlier"):
        begun_earlier(start_ms, 9_000)


@pytest.mark.parametrize("end_ms", [32_127, 32_100, 40_000])
def test_where_the_recording_ends_there_is_nothing_later(end_ms: int) -> None:
    with pytest.raises(Misunderstood, match="nothing later"):
        ended_later(20_000, end_ms, 32_127)


def test_a_typed_window_may_have_sixty_seconds_and_ends_with_the_session() -> None:
    assert window("0", "60", 90_000) == (0, 60_000)
    with pytest.raises(Misunderstood, match="at most 60 seconds"):
        window("0", "60.1", 90_000)
    assert window("20", "40", 32_127) == (20_000, 32_127)
    assert is_cut("40", 32_127)
    assert not is_cut("32.1", 32_100)
    assert window("20", "40") == (20_000, 40_000)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("-1", "5", "can’t begin before the recording"),
        ("5", "5", "must come after the start"),
        ("0", "-1", "must come after the start"),
        ("NaN", "5", "are seconds"),
        ("0", "inf", "are seconds"),
    ],
)
def test_a_typed_window_that_cannot_be_is_refused_for_its_reason(start: str, end: str, said: str) -> None:
    with pytest.raises(Misunderstood, match=said):
        window(start, end)
