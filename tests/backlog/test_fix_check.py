"""Which spans are compared after a fix, and what is said where they can't be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.backlog.check_sentences import expectation, note, reason, reservations
from bot.backlog.fix_check import Baseline, FixCheck, Undecidable, baseline_of, conclude, fixing_version
from bot.backlog.session_rates import FixOutcome
from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts, Day, Definition, FirstSeen
from bot.signals.question import Period, Question, Signal

EN, KO = Locale.of("en", "UTC"), Locale.of("ko", "UTC")
DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEK = Period(MONDAY, MONDAY + 5 * DAY)
FIXED = WEEK.end + DAY


def answer(period: Period = WEEK, affected: int = 0, exposed: int = 0, **more: Any) -> Answer:
    counts = Counts({Signal.RAGE: 2 * affected}, actions=2 * affected, people=affected, sessions=affected)
    return Answer(
        **{
            "question": Question(period, target="buy"),
            "source": "local",
            "definition": Definition("sdk_rules", "Datadog browser SDK rules"),
            "query": "",
            "counts": counts,
            "before": None,
            "before_period": None,
            "exposed": Counts(actions=exposed, people=exposed, sessions=exposed),
            **more,
        }
    )


def days(*signals: int) -> tuple[Day, ...]:
    """The last of these days is the last of the week."""
    first = WEEK.end - len(signals) * DAY
    return tuple(Day(first + n * DAY, count) for n, count in enumerate(signals))


CALM_THEN_TROUBLE = days(*[10] * 20, 500, 480)


def check(affected: int, exposed: int, before: tuple[int, int] = (41, 120), **more: Any) -> FixCheck:
    since = answer(Period(FIXED, FIXED + DAY), affected, exposed, caveats=more.pop("caveats", ()))
    values = {"baseline": Baseline.ONSET, "any_data": True, "at": FIXED + DAY, **more}
    return conclude(answer(WEEK, *before), since, values.pop("baseline"), **values)


def test_calm_days_before_the_onset_are_not_averaged_in() -> None:
    period, baseline = baseline_of(answer(daily=CALM_THEN_TROUBLE), FIXED)
    assert (period.start, period.end, baseline) == (WEEK.end - 2 * DAY, WEEK.end, Baseline.ONSET)


def test_a_trouble_that_began_before_the_span_asked_about_is_compared_from_its_onset() -> None:
    period, _ = baseline_of(answer(daily=days(*[10] * 14, *[500] * 8)), FIXED)
    assert period.start == WEEK.end - 8 * DAY < WEEK.start


def test_the_version_that_came_on_the_day_of_the_onset_says_when() -> None:
    deploy = WEEK.end - 2 * DAY + timedelta(hours=15)
    other = FirstSeen("2.30.0", WEEK.end - 9 * DAY)
    first_seen = (other, FirstSeen("2.31.0", deploy))
    period, _ = baseline_of(answer(daily=CALM_THEN_TROUBLE, first_seen=first_seen), FIXED)
    assert period.start == deploy


@pytest.mark.parametrize("daily", [(), days(*[10] * 22), days(*[500] * 20, 10, 10)])
def test_without_an_onset_the_span_asked_about_is_compared(daily: tuple[Day, ...]) -> None:
    assert baseline_of(answer(daily=daily), FIXED) == (WEEK, Baseline.ASKED)


def test_sessions_since_the_fix_never_count_as_before_it() -> None:
    midst = WEEK.end - timedelta(hours=9)
    for daily in ((), CALM_THEN_TROUBLE):
        assert baseline_of(answer(daily=daily), midst)[0].end == midst
        assert baseline_of(answer(daily=daily), FIXED)[0].end == WEEK.end
    to_come = Period(FIXED + DAY, FIXED + 2 * DAY)
    assert baseline_of(answer(to_come), FIXED)[0] == to_come


@pytest.mark.parametrize(
    ("before", "exposed", "affected", "words"),
    [
        ((41, 120), 120, 3, "41 affected sessions would be expected by now; 3 were seen."),
        ((1, 2), 81, 1, "41 affected sessions would be expected by now; 1 was seen."),  # 40.5
        ((1, 2), 25, 0, "13 affected sessions would be expected by now; 0 were seen."),  # 12.5
        ((1, 4), 5, 2, "1.3 affected sessions would be expected by now; 2 were seen."),  # 1.25
        ((1, 4), 4, 0, "1 affected session would be expected by now; 0 were seen."),
        ((1, 3), 3, 1, "1 affected session would be expected by now; 1 was seen."),
        ((299, 300), 10, 0, "10 affected sessions would be expected by now; 0 were seen."),  # 9.97
        ((1, 500), 10, 0, "0.02 affected sessions would be expected by now; 0 were seen."),
        ((0, 500), 10, 4, "0 affected sessions would be expected by now; 4 were seen."),
        ((900, 1000), 40_000, 5, "36,000 affected sessions would be expected by now; 5 were seen."),
    ],
)
def test_the_expectation_is_rounded_as_people_round(
    before: tuple[int, int], exposed: int, affected: int, words: str
) -> None:
    found = check(affected, exposed, before)
    assert expectation(found, EN) == f"At the old rate, {words}"
    assert words.split(maxsplit=1)[0] in expectation(found, KO)


def test_the_expectation_is_for_as_many_sessions_and_not_for_as_many_days() -> None:
    found = check(3, 120)
    assert (found.outcome, round(found.expected)) == (FixOutcome.IMPROVED, 41)
    assert expectation(found, EN) == ("At the old rate, 41 affected sessions would be expected by now; 3 were seen.")
    assert round(check(3, 240).expected) == 82


def test_worse_is_not_improved_and_one_minute_is_too_early() -> None:
    assert check(46, 120).outcome is check(190, 240).outcome is FixOutcome.NOT_IMPROVED
    early = check(0, 2)
    assert early.outcome is FixOutcome.TOO_EARLY
    assert early.decidable_at
    assert EN.moment(early.decidable_at) in reason(early, EN)


@pytest.mark.parametrize(
    ("found", "why", "words"),
    [
        (check(0, 0, any_data=False), Undecidable.NO_DATA, "No data"),
        (check(0, 0), Undecidable.UNUSED, "another name"),
        (check(3, 0), Undecidable.UNCOUNTED, "doesn’t count"),
        (check(0, 500, before=(0, 120)), Undecidable.NOTHING_BEFORE, "nothing can improve"),
        (check(0, 500, caveats=(Caveat(CaveatKind.SEARCHING),)), Undecidable.INCOMPLETE, "prove nothing"),
        (check(500, 500, caveats=(Caveat(CaveatKind.TIMED_OUT, "Datadog"),)), Undecidable.INCOMPLETE, "prove nothing"),
    ],
)
def test_what_cannot_be_decided_says_why_and_is_called_too_early(found: FixCheck, why: Undecidable, words: str) -> None:
    assert (found.outcome, found.why, found.decidable_at) == (FixOutcome.TOO_EARLY, why, None)
    assert words in note(found, EN)
    assert note(found, KO) != note(found, EN)
    assert msgspec.json.decode(msgspec.json.encode(found), type=FixCheck) == found


def test_trouble_that_only_began_after_the_fix_is_no_mystery() -> None:
    assert check(90, 200, before=(0, 200)).outcome is FixOutcome.NOT_IMPROVED


def test_limits_of_the_numbers_are_said_once_and_those_of_other_spans_not_at_all() -> None:
    sampled, elsewhere = Caveat(CaveatKind.SAMPLED), Caveat(CaveatKind.BEFORE_DATA)
    before = replace(answer(WEEK, 41, 120), caveats=(sampled, elsewhere), sample=True)
    after = answer(Period(FIXED, FIXED + DAY), 3, 120, caveats=(sampled,))
    found = conclude(before, after, Baseline.FIRST_ANSWER, any_data=True, at=FIXED + DAY)
    assert found.outcome is FixOutcome.IMPROVED, "a rate doesn't change by sampling"
    assert found.caveats == (sampled,)
    texts = reservations(found, EN)
    assert [text.split()[0] for text in texts] == ["The", "The", "Sample"]
    assert not set(texts) & set(reservations(found, KO))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [([3], "v0"), ([-3], ""), ([9], ""), ([1, 5], ""), ([], ""), ([-9, 4, 30], "v1")],
)
def test_the_fixing_version_is_named_where_only_one_came_in_between(hours: list[int], expected: str) -> None:
    asked = datetime(2026, 11, 24, 12, tzinfo=UTC)
    seen = [FirstSeen(f"v{number}", asked + timedelta(hours=hour)) for number, hour in enumerate(hours)]
    assert fixing_version(seen, asked, asked + timedelta(hours=8)) == expected
