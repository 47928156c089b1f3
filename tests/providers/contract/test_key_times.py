"""Key times and impact through the port alone: every source tells the same of the same clicks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.backlog.key_time_proposals import proposed_times
from bot.notebook import key_time_words as words
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes, with_proposals
from bot.services.postmortems.count_impact import count_impact
from bot.services.postmortems.signal_facts import Measured, signal_facts
from bot.signals.question import Period, Question
from bot.signals.source import Source
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import BUY, NOW, SEOUL, action, error

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BEGAN, ENDED = NOW - timedelta(hours=9, minutes=20), NOW - timedelta(hours=5, minutes=10)
ASKED = NOW - 6 * HOUR
DAYS = 6


def clicks(first: datetime, last: datetime, every: timedelta, failing: int, version: str) -> list[dict[str, Any]]:
    """A person every so often; of a hundred, so many click in vain, evenly."""
    events, at, number, owed = [], first, 0, 0
    while at < last:
        owed += failing
        who = f"{at:%d-%H-%M-%S}-{number}"
        kinds = ["error_click"] if owed >= 100 else []
        owed -= 100 * bool(kinds)
        events.append(
            action(at, *kinds, session=f"s-{who}", user=f"u-{who}", id=f"a-{who}", version=version, errors=len(kinds))
        )
        if kinds:
            events.append(error(at + timedelta(milliseconds=5), "cart is undefined", f"a-{who}", session=f"s-{who}"))
        at, number = at + every, number + 1
    return events


def everything() -> list[dict[str, Any]]:
    return [
        *clicks(NOW - timedelta(days=DAYS), BEGAN, 6 * MINUTE, 4, "2.30.4"),
        *clicks(BEGAN, ENDED, 3 * MINUTE, 85, "2.31.0"),
        *clicks(ENDED, NOW - 5 * MINUTE, 3 * MINUTE, 4, "2.31.1"),
    ]


async def measured(source: Source, **more: Any) -> Measured:
    question = Question(Period(ASKED - 2 * HOUR, ASKED), target="buy button", **more)
    return Measured(await source.answer(question, BUY), ASKED, SEOUL)


@pytest.mark.parametrize("filters", [{}, {"version": "2.31.0"}])
async def test_when_it_began_and_ended_is_told_to_the_minute(open_source: OpenSource, filters: dict[str, str]) -> None:
    """Asked of one version, too: what is usual shows in the others."""
    source = await open_source(*everything())
    facts = await signal_facts(source, await measured(source, filters=filters), KeyTimes(), NOW)
    rise = facts.rise
    assert rise
    assert rise.end
    assert abs(rise.start - BEGAN) <= 7 * MINUTE
    assert abs(rise.end - ENDED) <= 7 * MINUTE
    assert (facts.start_to_the_minute, facts.end_to_the_minute) == (True, True)
    assert facts.release
    assert facts.release.version == "2.31.0"
    assert facts.after < 0.1
    assert rise.start <= rise.peak.start + HOUR
    assert rise.peak.start < rise.end


async def test_the_impact_is_counted_for_exactly_that_span(open_source: OpenSource) -> None:
    source = await open_source(*everything())
    asked = await measured(source)
    facts = await signal_facts(source, asked, KeyTimes(), NOW)
    fixed = KeyTime(KeyTimeKind.FIXED, ENDED - 30 * MINUTE, set_by="x")
    detected = KeyTime(KeyTimeKind.DETECTED, BEGAN + HOUR, set_by="x")
    times = with_proposals(KeyTimes(corrected=(detected, fixed)), proposed_times(facts, (), None))
    impact = await count_impact(source, asked, times, NOW)
    assert impact
    assert facts.rise
    assert (impact.start, impact.end, impact.over) == (facts.rise.start, facts.rise.end, True)
    people = (impact.end - impact.start) / (3 * MINUTE)
    assert abs(impact.people.used - people) <= 2
    assert abs(impact.people.hit - 0.85 * people) <= 4
    assert impact.before
    assert impact.before.share is not None
    assert impact.before.share < 0.1
    assert (impact.release, impact.errors[0].label) == ("2.31.0", "cart is undefined")
    assert impact.delay
    assert impact.delay_fixed
    assert abs(impact.delay.an_hour - 17) <= 2, "twenty people an hour, of whom 85 in a hundred"
    assert sum(bar.total for bar in impact.bars) >= impact.signals
    assert impact.bars[0].start < impact.start


async def test_while_it_goes_on_there_is_no_end(open_source: OpenSource) -> None:
    source = await open_source(*(event for event in everything() if event["date"] < (ENDED - HOUR).timestamp() * 1000))
    facts = await signal_facts(source, await measured(source), KeyTimes(), ENDED - HOUR)
    assert facts.rise
    assert facts.rise.end is None
    [ended] = [time for time in proposed_times(facts, (), None) if time.kind is KeyTimeKind.IMPACT_END]
    assert (ended.at, ended.reason) == (None, words.NOT_RECOVERED)


async def test_without_earlier_data_it_is_not_known_what_is_usual(open_source: OpenSource) -> None:
    source = await open_source(*(event for event in everything() if event["date"] >= BEGAN.timestamp() * 1000))
    facts = await signal_facts(source, await measured(source), KeyTimes(), NOW)
    assert facts.rise is None
    assert facts.unknown == words.TOO_SHORT
    [start] = [time for time in proposed_times(facts, (), None) if time.kind is KeyTimeKind.IMPACT_START]
    assert start.at is None
    assert await count_impact(source, await measured(source), KeyTimes(proposed=(start,)), NOW) is None


async def test_where_nothing_rose_that_is_said(open_source: OpenSource) -> None:
    source = await open_source(*clicks(NOW - timedelta(days=DAYS), NOW, 6 * MINUTE, 4, "2.30.4"))
    facts = await signal_facts(source, await measured(source), KeyTimes(), NOW)
    assert (facts.rise, facts.unknown, facts.release) == (None, words.NOT_RISEN, None)


async def test_a_version_that_was_there_when_the_data_began_came_with_nothing(open_source: OpenSource) -> None:
    source = await open_source(
        *clicks(BEGAN - 30 * HOUR, BEGAN, 3 * MINUTE, 4, "2.31.0"), *clicks(BEGAN, ENDED, 3 * MINUTE, 85, "2.31.0")
    )
    facts = await signal_facts(source, await measured(source), KeyTimes(), NOW)
    assert facts.rise
    assert abs(facts.rise.start - BEGAN) <= 7 * MINUTE
    assert facts.release is None


async def test_the_peak_lies_within_what_a_person_corrected(open_source: OpenSource) -> None:
    source = await open_source(*everything())
    said = KeyTimes(corrected=(KeyTime(KeyTimeKind.IMPACT_END, BEGAN + 90 * MINUTE, set_by="Mina"),))
    facts = await signal_facts(source, await measured(source), said, NOW)
    assert facts.peak
    assert facts.peak.start < BEGAN + 90 * MINUTE


def ordered(at: datetime, who: str) -> dict[str, Any]:
    """What the page sends by `addAction("order placed")`."""
    return action(
        at, session=f"s-{who}", user=f"u-{who}", id=f"o-{who}-{at:%H%M}", target="order placed", kind="custom"
    )


async def test_a_second_event_shows_what_it_cost(open_source: OpenSource) -> None:
    """Of twenty people an hour, ten order before, one meanwhile and ten after; a repeated order is no new person."""
    orders = [
        *(ordered(BEGAN - at * 6 * MINUTE, f"b{at}") for at in range(1, 41)),
        *(ordered(BEGAN - at * 6 * MINUTE, "b1") for at in range(2, 5)),
        *(ordered(BEGAN + at * HOUR, f"d{at}") for at in range(1, 5)),
        *(ordered(ENDED + at * 6 * MINUTE, f"a{at}") for at in range(1, 31)),
    ]
    source = await open_source(*everything(), *orders)
    asked = await measured(source)
    facts = await signal_facts(source, asked, KeyTimes(), NOW)
    times = with_proposals(KeyTimes(), proposed_times(facts, (), None))
    impact = await count_impact(source, asked, times, NOW, "order placed")
    assert impact
    rate = impact.business
    assert rate
    assert rate.before
    assert rate.after
    assert abs(rate.before.hit - 40) <= 3
    assert abs(rate.during.hit - 4) <= 1
    assert abs(rate.after.hit - 30) <= 3
    assert rate.during.used == impact.people.used
    never = await count_impact(source, asked, times, NOW, "order cancelled")
    assert never
    assert never.business is None
    assert impact.signals == never.signals, "a custom action is no click"
