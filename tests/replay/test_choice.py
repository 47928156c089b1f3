"""The session shown is whole, typical and quickly explained; and the reason is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.replay.moment import choose
from bot.runtime.errors import Missing
from bot.runtime.locale import Locale
from bot.signals.question import Signal
from bot.signals.source import Moment

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
RAGE = (Signal.RAGE,)


def moment(name: str, clicks: int = 5, seconds: float = 60, **more) -> Moment:
    at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=seconds)
    return Moment(name, "v", at, more.pop("signals", RAGE), "Buy", clicks, seconds, **more)


def test_it_is_the_one_in_the_middle() -> None:
    moments = [moment("few", 3), moment("many", 40), moment("usual", 5), moment("more", 6), moment("late", 5, 900)]
    choice = choose(moments, ENGLISH)
    assert choice.moment.session_id == "usual"
    assert choice.reason == "1 of 5; complete replay; typical: 5 clicks"


def test_a_complete_replay_goes_before_a_typical_one() -> None:
    choice = choose([moment("cut", complete=False), moment("cut too", complete=False), moment("whole", 30)], ENGLISH)
    assert choice.moment.session_id == "whole"


def test_among_equals_an_error_explains_and_the_shorter_way_wins() -> None:
    moments = [
        moment("plain", 5, 60),
        moment("said", 5, 60, error="TypeError"),
        moment("slower", 5, 62, error="TypeError"),
    ]
    assert choose(moments, ENGLISH).moment.session_id == "said"


def test_the_usual_signals_are_typical() -> None:
    dead = (Signal.DEAD,)
    moments = [moment("rage"), moment("dead", signals=dead), moment("dead too", seconds=61, signals=dead)]
    assert choose(moments, ENGLISH).moment.session_id == "dead"


def test_the_reason_counts_all_that_there_were_in_the_askers_language() -> None:
    uncounted = choose([moment("a", clicks=0)], ENGLISH, total=2_941).reason
    assert uncounted == "1 of 2,941; complete replay; typical: rage clicks"
    assert choose([moment("a")], ENGLISH, total=2_941).reason == "1 of 2,941; complete replay; typical: 5 clicks"
    assert choose([moment("a")], KOREAN, total=2_941).reason == "2,941개 중 하나; 온전한 리플레이; 전형적: 클릭 5회"
    assert (
        choose([moment("a", 1, complete=False)], ENGLISH).reason == "the only one; replay incomplete; typical: 1 click"
    )


def test_nothing_to_choose_from_is_said() -> None:
    with pytest.raises(Missing, match="No session with a replay"):
        choose([], ENGLISH)
