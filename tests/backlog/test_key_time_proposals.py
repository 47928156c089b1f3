"""What is proposed from a rise, the questions of a channel and a request, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.backlog.key_time_proposals import Noticed, SignalFacts, proposed_times, release_of, share_of, told_in
from bot.backlog.request import RequestAction
from bot.kernel.locale import Locale
from bot.notebook import key_time_words as words
from bot.notebook.key_time_words import reason_text
from bot.notebook.key_times import KeyTime, KeyTimeKind
from bot.notebook.timeline import Entry, EntryKind, noted
from bot.signals.answer import FirstSeen, Top
from bot.signals.onset import Burst, Rise
from bot.signals.usual_rate import Slice
from tests.backlog.examples import MONDAY, NEW, after

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BEGAN, ENDED = MONDAY - 3 * HOUR, MONDAY + 2 * HOUR
PEAK = Slice(MONDAY - HOUR, 57, 69, 90)
BURST = Burst(BEGAN, ENDED, 0.05, 0.83, PEAK, 300, 0.04)
SIGNALS = SignalFacts(
    rise=Rise((BURST,)),
    start_to_the_minute=True,
    end_to_the_minute=True,
    after=0.05,
    release=FirstSeen("2.31.0", BEGAN - MINUTE),
    release_share=0.98,
)
EN, KO = Locale.of("en", "Asia/Seoul"), Locale.of("ko", "Asia/Seoul")


def by_kind(*times: KeyTime) -> dict[KeyTimeKind, KeyTime]:
    assert [time.kind for time in sorted(times, key=lambda each: list(KeyTimeKind).index(each.kind))] == list(
        KeyTimeKind
    )
    return {time.kind: time for time in times}


def test_everything_that_is_known_is_proposed() -> None:
    done = after(RequestAction.IN_BACKLOG, RequestAction.DONE)
    questions = (Noticed(BEGAN + 50 * MINUTE, "Mina"), Noticed(BEGAN + 20 * MINUTE, "Erik"))
    times = by_kind(*proposed_times(SIGNALS, questions, done))
    assert {kind: time.at for kind, time in times.items()} == {
        KeyTimeKind.TRIGGER: BEGAN - MINUTE,
        KeyTimeKind.IMPACT_START: BEGAN,
        KeyTimeKind.PEAK: PEAK.start,
        KeyTimeKind.DETECTED: BEGAN + 20 * MINUTE,
        KeyTimeKind.ASKED: MONDAY,
        KeyTimeKind.CONFIRMED: done.history[0].at,
        KeyTimeKind.FIXED: done.fixed_at,
        KeyTimeKind.IMPACT_END: ENDED,
    }
    said = [reason_text(time, EN) for time in times.values()]
    assert said == [
        "Version 2.31.0 was first seen; 98% of the clicks with signals were in it.",
        "First signal above the usual: 4% of the people before it, 83% after.",
        "The hour from then on had the most people: 57 of 69.",
        "First question about it in the channel, by Erik.",
        "Minseo asked Jisoo.",
        "Jisoo: the fix is in the backlog, SHOP-412.",
        "SHOP-412 is done.",
        "Last signal above the usual; since then 5% of the people.",
    ]
    assert all("%(" not in reason_text(time, KO) and time.at for time in times.values())


def test_hardly_anybody_is_not_nobody_and_nearly_everybody_not_everybody() -> None:
    rates = (0.0, 0.0002, 0.126, 0.9996, 1.0)
    times = [
        by_kind(*proposed_times(replace(SIGNALS, rise=Rise((replace(BURST, before=rate, rate=rate),))), (), None))
        for rate in rates
    ]
    said = [reason_text(each[KeyTimeKind.IMPACT_START], EN) for each in times]
    for share, text in zip(("0%", "0.02%", "13%", "99.96%", "100%"), said, strict=True):
        assert text == f"First signal above the usual: {share} of the people before it, {share} after."


def test_a_question_from_before_it_began_detected_nothing() -> None:
    times = by_kind(*proposed_times(SIGNALS, (Noticed(BEGAN - HOUR, "Erik"),), None))
    assert (times[KeyTimeKind.DETECTED].at, times[KeyTimeKind.DETECTED].reason) == (None, words.NO_QUESTION_YET)


OPENED = noted("channel", BEGAN + 5 * MINUTE, EntryKind.DECLARED, channel="inc-142")
PINNED = Entry("1.1", BEGAN + 6 * MINUTE, "SEV-2 declared", who="Erik")
SHOWN = noted("clip/1", BEGAN + MINUTE, EntryKind.CLIP, who="Mina", caption="Buy clicked 4×")


@pytest.mark.parametrize(
    ("entries", "after_min", "said"),
    [
        ((OPENED, PINNED, SHOWN), 5, "The channel was opened for it."),
        ((PINNED, SHOWN), 6, "First message about it in the channel, by Erik."),
        ((SHOWN,), 20, "First question about it in the channel, by Mina."),
        (
            (msgspec.structs.replace(OPENED, at=BEGAN - HOUR), PINNED),
            6,
            "First message about it in the channel, by Erik.",
        ),
    ],
)
def test_it_was_detected_when_the_channel_knew_of_it_first(
    entries: tuple[Entry, ...], after_min: int, said: str
) -> None:
    noticed = (*told_in(entries), Noticed(BEGAN + 20 * MINUTE, "Mina"))
    detected = by_kind(*proposed_times(SIGNALS, noticed, None))[KeyTimeKind.DETECTED]
    assert (detected.at, reason_text(detected, EN)) == (BEGAN + after_min * MINUTE, said)
    assert "%(" not in reason_text(detected, KO) != said


def test_without_a_rise_the_first_question_still_counts() -> None:
    nothing = SignalFacts(unknown=words.TOO_SHORT, values=(("moment", MONDAY.isoformat()),))
    times = by_kind(*proposed_times(nothing, (Noticed(MONDAY, "Erik"),), None))
    assert times[KeyTimeKind.DETECTED].at == MONDAY
    for kind in (KeyTimeKind.TRIGGER, KeyTimeKind.IMPACT_START, KeyTimeKind.PEAK, KeyTimeKind.IMPACT_END):
        assert times[kind].at is None
        assert "10:00 KST" in reason_text(times[kind], EN)


@pytest.mark.parametrize(
    ("actions", "confirmed", "fixed"),
    [
        ((), False, False), ((RequestAction.NOT_DOING,), False, False), ((RequestAction.HAND_OVER,), False, False),
        ((RequestAction.IN_BACKLOG,), True, False), ((RequestAction.IN_BACKLOG, RequestAction.CLOSE), True, False),
        ((RequestAction.IN_BACKLOG, RequestAction.DONE), True, True),
        ((RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.REOPEN), True, False),
    ],
)  # fmt: skip
def test_a_request_tells_how_far_the_fix_is(actions: tuple[RequestAction, ...], confirmed: bool, fixed: bool) -> None:
    times = by_kind(*proposed_times(SIGNALS, (), after(*actions) if actions else NEW))
    assert times[KeyTimeKind.ASKED].at == MONDAY
    assert (times[KeyTimeKind.CONFIRMED].at is not None) == confirmed
    assert (times[KeyTimeKind.FIXED].at is not None) == fixed


def test_bursts_and_hours_are_named_as_such() -> None:
    second = Burst(ENDED + HOUR, ENDED + 2 * HOUR, 0.05, 0.5, PEAK, 10, 0.04)
    twice = SignalFacts(rise=Rise((BURST, second)), after=0.004)
    times = by_kind(*proposed_times(twice, (), None))
    assert reason_text(times[KeyTimeKind.IMPACT_END], EN) == (
        "Last signal above the usual, after 2 bursts; since then 0.4% of the people."
    )
    assert times[KeyTimeKind.IMPACT_START].reason == words.ROSE_IN_HOUR
    assert times[KeyTimeKind.TRIGGER].reason == words.NO_RELEASE


def seen(**ago: timedelta) -> tuple[FirstSeen, ...]:
    return tuple(FirstSeen(version, BEGAN - before) for version, before in ago.items())


def test_the_newest_version_near_the_onset_that_failed_is_the_trigger() -> None:
    versions = seen(old=timedelta(days=9), near=timedelta(hours=5), nearest=timedelta(minutes=3), later=-5 * HOUR)
    tops = (Top("near", 40), Top("nearest", 50), Top("later", 1))
    assert release_of(BEGAN, versions, tops) == versions[2]
    assert release_of(BEGAN, versions, (Top("near", 40),)) == versions[1], "nobody failed in the nearest"
    assert release_of(BEGAN, versions, ()) == versions[2], "the source doesn’t tell versions of clicks"
    assert release_of(BEGAN, versions[:1], tops) is None
    assert release_of(BEGAN, seen(hourly=-30 * MINUTE), ()) is not None, "a source that knows the hour alone"


def test_a_share_is_of_all_clicks_with_signals() -> None:
    assert share_of("a", (Top("a", 3), Top("b", 1)), 4) == 0.75
    assert share_of("c", (Top("a", 3),), 4) is None
