"""What a watch makes of what it counts, and what is told of it, when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signals.question import Period, Question
from bot.signals.usual_range import UsualRange
from bot.signals.watch import (
    News,
    NewsKind,
    Observation,
    QuietHours,
    Unknown,
    Watch,
    after_observation,
    ended,
    with_news,
    without_news,
)

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)
STEP = timedelta(minutes=5)
USUAL = UsualRange(low=0, high=10, back=5, days=20)
NEW = Watch(
    id="w",
    team="T",
    channel="C",
    by="U",
    question=Question(Period(NOW - timedelta(hours=1), NOW)),
    tag="en",
    zone="UTC",
    since=NOW,
    until=NOW + timedelta(days=30),
)


def look(n: int, sessions: int, **more: Any) -> Observation:
    return msgspec.structs.replace(
        Observation(at=NOW + STEP * n, sessions=sessions, used=50, usual=USUAL, days=20), **more
    )


def told(watch: Watch, looks: Sequence[Observation], quiet: Sequence[bool] = ()) -> tuple[Watch, list[News]]:
    """Everything that is told while these looks are made, each piece told at once."""
    news: list[News] = []
    for n, each in enumerate(looks):
        watch = with_news(after_observation(watch, each), quiet=bool(quiet) and quiet[n])
        if watch.news:
            news.append(watch.news)
            watch = without_news(watch, watch.news.number)
    return watch, news


def kinds(news: Sequence[News]) -> list[str]:
    return [str(each.kind) for each in news]


def test_a_rise_is_told_once_and_its_end_once_and_the_next_rise_anew() -> None:
    looks = [look(n, sessions) for n, sessions in enumerate([1, 1, 11, 30, 12, 8, 4, 7, 4, 3, 0, 20])]
    watch, news = told(NEW, looks)
    assert kinds(news) == ["set", "risen", "back", "risen"]
    assert news[2].episodes[0].peak.sessions == 30
    assert watch.count == 2


def test_between_both_bounds_nothing_flaps() -> None:
    _, news = told(NEW, [look(n, 11 if n % 2 else 6) for n in range(1, 50)])
    assert kinds(news) == ["set"], "it was high when it was set, and is never well within"


def test_a_watch_that_is_set_while_it_is_high_tells_of_the_end_and_then_of_the_next_rise() -> None:
    _, news = told(NEW, [look(n, sessions) for n, sessions in enumerate([40, 40, 2, 2, 40])])
    assert kinds(news) == ["set", "back", "risen"]


@pytest.mark.parametrize("unknown", Unknown)
def test_what_is_unknown_is_neither_a_rise_nor_an_end(unknown: Unknown) -> None:
    nothing = {"unknown": unknown, "usual": None if unknown is Unknown.NO_HISTORY else USUAL}
    looks = [look(0, 1), *(look(n, 0 if unknown is Unknown.PARTIAL else 99, **nothing) for n in range(1, 9))]
    assert kinds(told(NEW, looks)[1]) == ["set"]
    looks = [look(0, 1), look(1, 40), *(look(n, 0, **nothing) for n in range(2, 9))]
    watch, news = told(NEW, looks)
    assert kinds(news) == ["set", "risen"]
    assert watch.risen


def test_numbers_that_are_too_low_and_above_the_range_all_the_same_are_a_rise() -> None:
    assert kinds(told(NEW, [look(0, 1), look(1, 40, unknown=Unknown.PARTIAL)])[1]) == ["set", "risen"]


def test_where_nobody_uses_it_nothing_shows_that_it_works() -> None:
    watch, news = told(NEW, [look(0, 1), look(1, 40), *(look(n, 0, used=0) for n in range(2, 9))])
    assert kinds(news) == ["set", "risen"]
    assert watch.risen


def test_an_unknown_look_between_two_calm_ones_begins_the_count_anew() -> None:
    looks = [look(0, 1), look(1, 40), look(2, 0), look(3, 0, unknown=Unknown.AWAY), look(4, 0)]
    assert kinds(told(NEW, looks)[1]) == ["set", "risen"]
    assert kinds(told(NEW, [*looks, look(5, 0)])[1]) == ["set", "risen", "back"]


NIGHT = (False, True, True, True, True, True, False, False)


def test_what_still_stands_after_quiet_hours_is_told_once_then() -> None:
    _, news = told(NEW, [look(n, 1 if n == 0 else 40) for n in range(8)], NIGHT)
    assert kinds(news) == ["set", "risen"]
    assert news[1].episodes[0].began == NOW + STEP
    assert news[1].look.at == NOW + STEP * 6


def test_what_is_over_by_then_is_told_as_past() -> None:
    _, news = told(NEW, [look(n, s) for n, s in enumerate([1, 40, 0, 0, 50, 50, 50, 50])], NIGHT)
    assert kinds(news) == ["set", "past"]
    assert [bool(each.ended) for each in news[1].episodes] == [True, False]
    assert news[1].standing
    _, news = told(NEW, [look(n, s) for n, s in enumerate([1, 40, 0, 0, 0, 0, 0, 0])], NIGHT)
    assert kinds(news) == ["set", "past"]
    assert not news[1].standing


def test_what_was_told_before_quiet_hours_and_ended_in_them_is_told_as_back() -> None:
    looks = [look(n, s) for n, s in enumerate([1, 40, 40, 0, 0, 0, 0, 0, 0])]
    _, news = told(NEW, looks, (False, False, *NIGHT[2:], False))
    assert kinds(news) == ["set", "risen", "back"]


def test_a_watch_is_told_of_at_any_hour() -> None:
    assert kinds(told(NEW, [look(0, 1)], [True])[1]) == ["set"]


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.sampled_from([None, *Unknown])), max_size=60))
def test_rises_and_ends_alternate_whatever_happens(steps: list[tuple[int, bool, Unknown | None]]) -> None:
    looks = [look(n, sessions, unknown=unknown) for n, (sessions, _, unknown) in enumerate(steps)]
    watch, news = told(NEW, looks, [quiet for _, quiet, _ in steps])
    assert [each.number for each in news] == list(range(1, len(news) + 1))
    assert kinds(news)[:1] == ["set"] * bool(steps)
    standing = bool(news) and news[0].look.is_above
    for each in news[1:]:
        assert each.kind is not NewsKind.BACK or standing, "an end of nothing"
        assert each.kind is not NewsKind.RISEN or not standing, "a rise in a rise"
        standing = each.kind is not NewsKind.BACK and each.standing
    assert len(watch.episodes) <= 21
    assert msgspec.json.decode(msgspec.json.encode(watch), type=Watch).episodes == watch.episodes


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20))
def test_a_look_that_is_made_again_changes_nothing(counts: list[int]) -> None:
    once, _ = told(NEW, [look(n, count) for n, count in enumerate(counts)])
    assert after_observation(once, look(len(counts) - 1, 29)) == once
    assert after_observation(once, look(0, 29)) == once


def test_news_on_its_way_holds_back_what_comes_after_it() -> None:
    watch = with_news(after_observation(NEW, look(0, 1)), quiet=False)
    later = with_news(after_observation(watch, look(1, 40)), quiet=False)
    assert later.news == watch.news
    assert without_news(later, 7) == later, "some other news was told"
    told_it = with_news(without_news(later, 1), quiet=False)
    assert told_it.news
    assert told_it.news.kind is NewsKind.RISEN


def test_an_ended_watch_says_nothing_and_stays_ended_by_whoever_came_first() -> None:
    over = ended(told(NEW, [look(0, 1)])[0], NOW, "U1")
    assert ended(over, NOW + STEP, "U2") == over
    assert with_news(after_observation(over, look(3, 40)), quiet=False) == over


@pytest.mark.parametrize(
    ("start", "end", "quiet"),
    [(22, 7, {22, 23, 0, 1, 2, 3, 4, 5, 6}), (1, 5, {1, 2, 3, 4}), (0, 23, set(range(23))), (23, 0, {23})],
)
def test_quiet_hours_may_lie_over_midnight(start: int, end: int, quiet: set[int]) -> None:
    hours = QuietHours(start, end)
    assert {n for n in range(24) if hours.hold(NOW.replace(hour=n))} == quiet
