"""What is said first about an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Counts, Day, Definition, FirstSeen
from bot.signals.headline import change_point, headline, share, trend
from bot.signals.question import Metric, Period, Question, Signal

START = datetime(2026, 10, 26, tzinfo=UTC)
ENGLISH = Locale.of("en", "UTC")


def daily(*counts: int) -> list[tuple[datetime, int]]:
    return [(START + timedelta(days=day), count) for day, count in enumerate(counts)]


def counts(signals: int, people: int = 0, sessions: int = 0) -> Counts:
    return Counts({Signal.RAGE: signals}, signals, people, sessions)


def answer(now: Counts, before: Counts | None, exposed: Counts) -> Answer:
    question = Question(Period(START, START + timedelta(days=7)))
    return Answer(question, "local", Definition("sdk", "rules"), "", now, before, None, exposed)


def test_shares_are_of_everyone_who_used_the_target() -> None:
    said = headline(answer(counts(30, 10, 12), counts(20), counts(0, 40, 48)), ENGLISH)
    assert (said.people_share, said.sessions_share, said.before, said.change) == (0.25, 0.25, 20, 0.5)


def test_what_is_not_known_is_none() -> None:
    said = headline(answer(counts(30, 10, 12), None, counts(0)), ENGLISH)
    assert (said.people_share, said.sessions_share, said.before, said.change, said.began) == (
        None,
        None,
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("now", "before", "change"), [(30, 20, 0.5), (10, 20, -0.5), (20, 20, 0.0), (0, 0, 0.0), (5, 0, None), (0, 5, -1.0)]
)
def test_the_trend_is_a_ratio_unless_there_was_nothing_before(now: int, before: int, change: float | None) -> None:
    assert trend(counts(now), counts(before)).change == change


def test_a_share_larger_than_the_whole_is_not_told() -> None:
    assert share(5, 4) is None


def test_a_clear_jump_is_found_on_its_day() -> None:
    point = change_point(daily(*[20, 24, 18, 22, 19, 25, 21, 20, 23, 18, 22], 140, 150, 135))
    assert point is not None
    assert (point.start, point.before, point.after) == (START + timedelta(days=11), 21, 140)


def test_a_clear_fall_is_found_too() -> None:
    point = change_point(daily(*[140, 150, 135, 144, 139, 151, 147, 142], 20, 25, 22))
    assert point is not None
    assert point.start == START + timedelta(days=8)
    assert point.after < point.before


@pytest.mark.parametrize(
    "series",
    [
        [],
        [20] * 30,
        [0] * 30,
        [1, 500],
        [5, 6, 4, 5, 7, 5, 6, 4, 8, 9],  # too small a step
        [100, 20] * 14,  # weekends
        [20] * 20 + [200] + [20] * 8,  # one bad day
        list(range(0, 280, 10)),  # a slow rise has no day on which it began
    ],
    ids=["nothing", "flat", "zero", "too short", "small", "seesaw", "one day", "slope"],
)
def test_what_is_not_clear_is_not_said(series: list[int]) -> None:
    assert change_point(daily(*series)) is None


def test_noise_alone_hardly_ever_looks_like_a_change() -> None:
    random = Random(7)
    series = [daily(*[max(0, round(random.gauss(100, 10))) for _ in range(28)]) for _ in range(200)]
    assert sum(change_point(days) is not None for days in series) == 0


def test_what_begins_in_the_afternoon_began_on_that_day() -> None:
    point = change_point(daily(*[100, 96, 104, 99, 101] * 5, 500, 4600))
    assert point is not None
    assert point.start == START + timedelta(days=25)
    assert round(point.after) == 4600


def asking(metric: Metric, signals: tuple[Signal, ...] = tuple(Signal), **more: object) -> Answer:
    question = Question(Period(START, START + timedelta(days=7)), signals, "buy button", metric=metric)
    found = answer(counts(40, 10, 12), counts(20, 5, 4), Counts({}, 400, 40, 48))
    return replace(found, question=question, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metric", "said", "before", "change"),
    [
        (Metric.SIGNALS, "40 frustration signals on “buy button”", 20, 1.0),
        (Metric.PEOPLE, "10 people ran into frustration signals on “buy button”", 5, 1.0),
        (Metric.SESSIONS, "12 sessions with frustration signals on “buy button”", 4, 2.0),
        (Metric.ACTIONS, "40 actions with frustration signals on “buy button”", 20, 1.0),
        (Metric.RATE, "10% of the actions on “buy button” had frustration signals (40 of 400)", None, None),
    ],
)
def test_what_was_asked_for_is_said_first_and_compared(
    metric: Metric, said: str, before: int | None, change: float | None
) -> None:
    told = headline(asking(metric), ENGLISH)
    assert (told.title, told.before, told.change) == (said, before, change)


def test_one_kind_of_signal_is_called_by_its_name() -> None:
    assert headline(asking(Metric.SIGNALS, (Signal.RAGE,)), ENGLISH).title == "40 rage clicks on “buy button”"
    assert (
        headline(asking(Metric.PEOPLE, (Signal.RAGE,)), Locale.of("ko")).title
        == "“buy button”에서 분노 클릭을 겪은 사용자 10명"
    )


def test_a_day_that_goes_on_counts_only_when_it_has_more_than_usual_already() -> None:
    def days(*signals: int) -> tuple[Day, ...]:
        first = START - timedelta(days=len(signals) - 7)
        return tuple(Day(first + timedelta(days=n, hours=1), count) for n, count in enumerate(signals))

    assert headline(asking(Metric.SIGNALS, daily=days(*[100] * 20, 3)), ENGLISH).began == ""
    assert "began" in headline(asking(Metric.SIGNALS, daily=days(*[100] * 20, 900)), ENGLISH).began


@pytest.mark.parametrize("signals", [(), (0,), (7,), (0, 0), (7, 0), (0, 7), (7, 7, 900)])
@pytest.mark.parametrize("goes_on", [False, True])
def test_the_first_days_of_all_say_nothing_about_when_it_began(signals: tuple[int, ...], goes_on: bool) -> None:
    first = START + timedelta(days=7 - len(signals), hours=goes_on)
    days = tuple(Day(first + timedelta(days=n), count) for n, count in enumerate(signals))
    told = headline(asking(Metric.SIGNALS, daily=days), ENGLISH)
    assert (told.began, told.count) == ("", 40)


def test_the_day_on_which_it_began_is_that_of_the_zone_in_which_days_were_counted() -> None:
    days = tuple(Day(START + timedelta(days=n - 14), 4000 if n > 16 else 100) for n in range(21))
    said = headline(asking(Metric.SIGNALS, daily=days), Locale.of("en", "America/New_York")).began
    assert said.startswith(f"It began on {ENGLISH.date(days[17].start)}: from about 100 to about")


@pytest.mark.parametrize("so_far", [3, 101, 900, 4100, 5000])
def test_the_morning_after_it_began_does_not_hide_that_it_did(so_far: int) -> None:
    series = (*[100] * 20, 4000, so_far)
    first = START - timedelta(days=len(series) - 7)
    days = tuple(Day(first + timedelta(days=n, hours=1), count) for n, count in enumerate(series))
    said = headline(asking(Metric.SIGNALS, daily=days), ENGLISH).began
    assert said.startswith(f"It began on {ENGLISH.date(days[20].start)}: from about 100 to about")


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        ((*[77] * 20, 4_512), "from about 77 to at least 4,512 signals a day."),  # the day isn't over
        ((*[77] * 20, 715, 3_913), "from about 77 to at least 3,913 signals a day."),  # it began on an evening
        ((*[1_234] * 20, 3_913, 4_100), "from about 1,200 to about 4,000 signals a day."),
    ],
)
def test_a_day_that_goes_on_is_a_lower_bound_and_a_median_is_no_exact_number(
    signals: tuple[int, ...], said: str
) -> None:
    first = START - timedelta(days=len(signals) - 7)
    days = tuple(Day(first + timedelta(days=n, hours=1), count) for n, count in enumerate(signals))
    assert headline(asking(Metric.SIGNALS, daily=days), ENGLISH).began.endswith(said)


def test_the_version_that_was_new_that_day_is_named() -> None:
    days = tuple(Day(START + timedelta(days=n), 20 if n < 10 else 150) for n in range(12))
    old = FirstSeen("2.30", START)
    new = FirstSeen("2.31", START + timedelta(days=10, hours=14))
    said = headline(asking(Metric.SIGNALS, daily=days, first_seen=(old, new)), ENGLISH).began
    assert said.endswith("Version 2.31 was first seen on Thu, Nov 5 14:00 UTC.")
    assert "Version" not in headline(asking(Metric.SIGNALS, daily=days, first_seen=(old,)), ENGLISH).began


def test_the_beginning_is_said_in_words() -> None:
    days = daily(*[20] * 10, 140, 150)
    assert "Thu, Nov 5" in headline(answer(counts(1), None, counts(1)), ENGLISH, days).began
    assert "11월 5일" in headline(answer(counts(1), None, counts(1)), Locale.of("ko", "UTC"), days).began
