"""What a share says in words: which group stands out, and that a few sessions prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Counts, FirstSeen, Group, TargetMatch
from bot.signals.answer_text import title
from bot.signals.question import GroupBy, Metric, Period, Signal
from bot.signals.significance import FEW, LARGE, chance_of_more, clearly_more
from bot.signals.verdict import is_suspect, verdict
from tests.signals.test_limits import START, answer

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
Share = tuple[str, int, int]


def shares(by: GroupBy, *parts: Share, usual: dict[str, tuple[int, int]] | None = None, **asked: object) -> Answer:
    """Sessions with signals, of those that used it, by group."""
    groups = tuple(
        Group(
            name,
            Counts({Signal.RAGE: hit}, hit, hit, hit),
            Counts(actions=used, people=used, sessions=used),
            *([Counts(sessions=usual[name][0]), Counts(sessions=usual[name][1])] if usual else []),
        )
        for name, hit, used in parts
    )
    everyone = sum(used for _, _, used in parts)
    plain = answer()
    question = replace(plain.question, group_by=by, metric=Metric.SESSIONS_SHARE, **asked)  # type: ignore[arg-type]
    counts = Counts({Signal.RAGE: 0}, sessions=sum(hit for _, hit, _ in parts))
    return replace(plain, question=question, groups=groups, counts=counts, exposed=Counts(sessions=everyone))


def by_version(*parts: Share) -> Answer:
    """Versions were first seen in the order of their names."""
    dated = tuple(FirstSeen(name, START + timedelta(days=at)) for at, (name, _, _) in enumerate(sorted(parts)))
    return replace(shares(GroupBy.VERSION, *parts), first_seen=dated)


VERSIONS = {
    "the newest is worse": (
        by_version(("2.31.0", 31, 260), ("2.30.4", 3, 240)),
        "It looks like 2.31.0: 12% (31 of 260) of its sessions had them,"
        " 1% (3 of 240) of those of the versions before.",
    ),
    "the one in the middle is the first": (
        by_version(("3", 60, 300), ("2", 50, 250), ("1", 2, 400)),
        "It looks like 2: 20% (50 of 250) of its sessions had them, 0.5% (2 of 400) of those of the versions before.",
    ),
    "alike": (
        by_version(("2", 20, 250), ("1", 22, 240)),
        "No clear difference, by sessions: 1 9% (22 of 240); 2 8% (20 of 250).",
    ),
    "an old one that was worse": (
        by_version(("2", 3, 250), ("1", 60, 240)),
        "1 is clearly worse: 25% (60 of 240) of its sessions had them, 1% (3 of 250) of the others.",
    ),
    "a handful": (by_version(("2", 2, 3), ("1", 0, 4)), "Too few sessions to tell: 1 0% (0 of 4); 2 67% (2 of 3)."),
    "one alone": (
        by_version(("2", 40, 100)),
        "Only 2 was used in that time (40% (40 of 100) of its sessions had them): nothing to compare with.",
    ),
}


@pytest.mark.parametrize(("found", "said"), VERSIONS.values(), ids=VERSIONS)
def test_the_first_version_that_is_clearly_worse_is_named(found: Answer, said: str) -> None:
    assert verdict(found, ENGLISH) == said


ONLY = {
    "alone": (
        [("Safari", 20, 100), ("Mobile Safari", 11, 160), ("Chrome", 0, 900)],
        "Only Safari, as far as can be seen: 12% (31 of 260) of its sessions had them, 0% (0 of 900) of the others.",
    ),
    "mostly": (
        [("Safari", 31, 260), ("Chrome", 9, 900)],
        "Not only, but mostly Safari: 12% (31 of 260) of its sessions had them, 1% (9 of 900) of the others.",
    ),
    "everywhere": (
        [("Safari", 31, 260), ("Chrome", 99, 900)],
        "Not only Safari: 12% (31 of 260) of its sessions had them, 11% (99 of 900) of the others.",
    ),
    "elsewhere": (
        [("Safari", 0, 260), ("Chrome", 99, 900)],
        "Not only Safari: 0% (0 of 260) of its sessions had them, 11% (99 of 900) of the others.",
    ),
    "too few others": (
        [("Safari", 31, 260), ("Chrome", 0, 5)],
        "Only Safari, as far as can be seen: 12% (31 of 260) of its sessions had them, 0% (0 of 5) of the others."
        " With so few sessions that may be chance.",
    ),
    "too few hits": (
        [("Safari", 1, 260), ("Chrome", 0, 250)],
        "Only Safari, as far as can be seen: 0.4% (1 of 260) of its sessions had them, 0% (0 of 250) of the others."
        " The difference may be chance.",
    ),
    "none at all": (
        [("Safari", 0, 260), ("Chrome", 0, 250)],
        "No session had any, neither with Safari (0% (0 of 260)) nor elsewhere (0% (0 of 250)).",
    ),
    "nobody there": ([("Chrome", 9, 250)], "Nobody used it with Safari in that time."),
    "nobody else": (
        [("Mobile Safari", 9, 250)],
        "In that time it was used with Safari alone, so there is nothing to compare.",
    ),
}


@pytest.mark.parametrize(("parts", "said"), ONLY.values(), ids=ONLY)
def test_whether_it_is_only_there(parts: list[Share], said: str) -> None:
    assert verdict(shares(GroupBy.BROWSER, *parts, suspect="Safari"), ENGLISH) == said


def test_a_value_holds_what_its_filter_holds() -> None:
    assert is_suspect(GroupBy.BROWSER, "safari", "Mobile Safari")
    assert is_suspect(GroupBy.VERSION, "2.31", "2.31.4")
    assert not is_suspect(GroupBy.VERSION, "2.3", "2.31.4")
    assert is_suspect(GroupBy.DEVICE, "mobile", "Mobile")
    assert not is_suspect(GroupBy.COUNTRY, "KR", "")


def test_versions_that_nobody_names_say_nothing() -> None:
    assert verdict(by_version(("", 3, 40)), ENGLISH) == ""


def test_what_is_broken_is_worse_than_its_own_usual() -> None:
    usual = {"Buy now": (20, 1000), "Search": (400, 1000), "New": (0, 0)}
    found = shares(GroupBy.TARGET, ("Buy now", 31, 40), ("Search", 18, 40), ("New", 5, 9), usual=usual)
    assert verdict(found, ENGLISH) == (
        "Worse than usual, by sessions: Buy now 78% (31 of 40), usually 2% (20 of 1,000)."
    )
    assert "Buy now 78% (40 중 31), 평소 2% (1,000 중 20)" in verdict(found, KOREAN)
    calm = shares(GroupBy.TARGET, ("Search", 18, 40), usual=usual)
    assert verdict(calm, ENGLISH) == "Nothing is clearly worse than usual."
    night = shares(GroupBy.TARGET, ("Search", 2, 3), usual=usual)
    assert "Only 3 sessions had a click in that time: too few" in verdict(night, ENGLISH)


def test_two_values_are_held_against_one_another() -> None:
    either = {"browser": ("Safari", "Chrome")}
    found = shares(GroupBy.BROWSER, ("Chrome", 9, 900), ("Safari", 31, 260), either=either)
    assert verdict(found, ENGLISH) == (
        "Safari is clearly worse: 12% (31 of 260) of its sessions had them, 1% (9 of 900) of the others."
    )
    assert verdict(shares(GroupBy.BROWSER, ("Chrome", 9, 900), ("Safari", 31, 260)), ENGLISH) == ""


@pytest.mark.parametrize("found", [found for found, _ in VERSIONS.values()])
def test_every_verdict_has_a_korean_one(found: Answer) -> None:
    korean = verdict(found, KOREAN)
    assert korean
    assert not any(word in korean for word in ("session", "clear", "Only", "looks"))


@given(st.integers(0, 30), st.integers(1, 40), st.integers(0, 30), st.integers(1, 40))
def test_the_chance_is_fishers(hit: int, used: int, other_hit: int, other_used: int) -> None:
    """By counting all tables with the same sums."""
    hit, other_hit = min(hit, used), min(other_hit, other_used)
    hits = hit + other_hit
    ways = [comb(used, k) * comb(other_used, hits - k) for k in range(hits + 1)]
    exact = Fraction(sum(ways[hit:]), sum(ways))
    assert chance_of_more(hit, used, other_hit, other_used) == pytest.approx(float(exact), abs=1e-9)


def test_large_numbers_are_told_as_exactly_as_needed() -> None:
    exact = chance_of_more(499, 5000, 450, 5000)
    nearly = chance_of_more(551, 5000, 500, 5000)
    assert 499 + 450 <= LARGE < 551 + 500
    assert exact == pytest.approx(nearly, rel=0.2)
    assert not clearly_more(551, 5000, 500, 5000)
    assert clearly_more(900, 5000, 500, 5000)
    assert not clearly_more(3, FEW, 2, FEW)


SHARES = {
    Metric.PEOPLE_SHARE: (
        "25% of the people who used “buy button” ran into rage clicks (10 of 40)",
        "“buy button” 사용자의 25%에서 분노 클릭 발생 (40명 중 10명)",
    ),
    Metric.SESSIONS_SHARE: (
        "24% of the sessions that used “buy button” had rage clicks (12 of 50)",
        "“buy button” 사용 세션의 24%에서 분노 클릭 발생 (50개 중 12개)",
    ),
    Metric.RATE: (
        "10% of the actions on “buy button” had rage clicks (40 of 400)",
        "“buy button” 액션의 10%에서 분노 클릭 발생 (400건 중 40건)",
    ),
}


@pytest.mark.parametrize("metric", SHARES)
def test_a_share_is_told_with_both_its_numbers(metric: Metric) -> None:
    plain = answer()
    question = replace(plain.question, target="buy button", signals=(Signal.RAGE,), metric=metric)
    found = replace(
        plain, question=question, counts=Counts({Signal.RAGE: 40}, 40, 10, 12), targets=(TargetMatch("Buy"),)
    )
    used = replace(found, exposed=Counts({}, 400, 40, 50))
    assert (title(used, ENGLISH), title(used, KOREAN)) == SHARES[metric]
    assert "%" not in title(found, ENGLISH)  # nobody used it, as far as the source knows
    estimated = replace(found, exposed=Counts({}, 20, 5, 6))
    assert "%" not in title(estimated, ENGLISH)


def test_a_share_of_everything_says_what_everything_is() -> None:
    plain = answer()
    question = replace(
        plain.question, metric=Metric.SESSIONS_SHARE, period=Period(START, datetime(2026, 11, 2, tzinfo=UTC))
    )
    found = replace(plain, question=question, counts=Counts({}, 1, 1, 1), exposed=Counts({}, 900, 200, 300))
    assert title(found, ENGLISH) == "0.3% of all sessions with a click had frustration signals (1 of 300)"


def test_where_the_source_counts_nobody_who_used_it_numbers_stand_alone() -> None:
    found = shares(GroupBy.BROWSER, ("Safari", 0, 0), ("Chrome", 3, 0), either={"browser": ("Safari", "Chrome")})
    assert verdict(found, ENGLISH) == "Too few sessions to tell: Safari 0; Chrome 3."


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (Metric.RATE, "3 actions with frustration signals"),
        (Metric.PEOPLE_SHARE, "2 people ran into frustration signals"),
        (Metric.SESSIONS_SHARE, "1 session with frustration signals"),
    ],
)
def test_where_signals_are_known_and_not_who_used_it_nobody_is_said_to_have_used_nothing(
    metric: Metric, said: str
) -> None:
    plain = answer()
    question = replace(plain.question, metric=metric)
    some = Counts({Signal.RAGE: 3}, actions=3, people=2, sessions=1)
    assert title(replace(plain, question=question, counts=some), ENGLISH) == said
