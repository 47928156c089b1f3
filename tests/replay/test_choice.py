"""The session shown is whole, typical and quickly explained; and the reason is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.replay.script.choice import Choice
from bot.replay.script.moment import choose as ranked
from bot.signals.question import Signal
from bot.signals.source import Moment

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
RAGE = (Signal.RAGE,)


def moment(name: str, clicks: int = 5, seconds: float = 60, **more) -> Moment:
    at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=seconds)
    return Moment(name, "v", at, more.pop("signals", RAGE), "Buy", clicks, seconds, **more)


def choose(moments: list[Moment], locale: Locale, affected: int = 0) -> Choice:
    return ranked(moments, locale, affected)[0]


def test_it_is_the_one_in_the_middle() -> None:
    moments = [moment("few", 3), moment("many", 40), moment("usual", 5), moment("more", 6), moment("late", 5, 900)]
    choice = choose(moments, ENGLISH)
    assert choice.moment.session_id == "usual"
    assert choice.reason == "1 of 5 affected sessions; complete replay; typical: 5 clicks"


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


@pytest.mark.parametrize(
    ("sessions", "affected", "said", "korean"),
    [
        (1, 1, "the only affected session", "영향받은 유일한 세션"),
        (
            1,
            2_941,
            "1 of 2,941 affected sessions, the only replay found",
            "영향받은 세션 2,941개 중 하나, 찾은 유일한 리플레이",
        ),
        (
            3,
            2_941,
            "1 of 2,941 affected sessions, 3 replays compared",
            "영향받은 세션 2,941개 중 하나, 리플레이 3개 비교",
        ),
        (3, 3, "1 of 3 affected sessions", "영향받은 세션 3개 중 하나"),
        (3, 0, "1 of 3 affected sessions", "영향받은 세션 3개 중 하나"),
    ],
)
def test_the_reason_tells_sessions_affected_from_replays_compared(
    sessions: int, affected: int, said: str, korean: str
) -> None:
    """A session with several moments counts once."""
    moments = [moment(str(n), seconds=60 + again) for n in range(sessions) for again in range(2)]
    assert choose(moments, ENGLISH, affected).reason == f"{said}; complete replay; typical: 5 clicks"
    assert choose(moments, KOREAN, affected).reason == f"{korean}; 온전한 리플레이; 전형적: 클릭 5회"


def test_the_reason_says_what_is_left_of_the_replay_and_signals_where_clicks_are_not_counted() -> None:
    assert choose([moment("a", clicks=0)], ENGLISH).reason.endswith("; typical: rage clicks")
    assert choose([moment("a", 1, complete=False)], ENGLISH).reason.endswith("; replay incomplete; typical: 1 click")


def test_the_next_best_are_other_sessions_and_all_say_of_how_many() -> None:
    moments = [moment("cut", complete=False), moment("usual"), moment("usual", seconds=61), moment("odd", 40)]
    found = ranked(moments, ENGLISH, 9, most=3)
    assert [it.moment.session_id for it in found] == ["usual", "odd", "cut"]
    assert {it.reason.split(";")[0] for it in found} == {"1 of 9 affected sessions, 3 replays compared"}
    assert "typical" not in found[1].reason


def test_nothing_to_choose_from_is_said() -> None:
    with pytest.raises(Missing, match="No session with a replay"):
        choose([], ENGLISH)
