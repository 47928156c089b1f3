"""The session shown is complete and typical of the answer, at its worst moment; and the reason says in what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.replay.script.choice import Choice, choose, compared, worst_moments
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts, Definition, Top, TopError, Tops
from bot.signals.question import Period, Question, Signal
from bot.signals.source import Moment

ENGLISH, KOREAN = Locale.of("en"), Locale.of("ko")
RAGE, DEAD = (Signal.RAGE,), (Signal.DEAD,)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEK = Period(MONDAY, MONDAY + timedelta(days=7))
USUAL: dict[str, Any] = {"view": "/product", "version": "2.31.0", "error": "TypeError"}


def moment(name: str, clicks: int = 5, seconds: float = 60, **more) -> Moment:
    at = MONDAY + timedelta(seconds=seconds)
    return Moment(name, "v", at, more.pop("signals", RAGE), "Buy", clicks, seconds, **more)


def answer(actions: int = 100, sessions: int = 50, errors: Sequence[TopError] | None = None, **more) -> Answer:
    """Of a hundred actions ninety are on /product, eighty in 2.31.0, and seventy have the TypeError."""
    counts = Counts({Signal.RAGE: actions, Signal.ERROR: more.pop("failed", 75)}, actions, sessions, sessions)
    tops = Tops(views=(Top("/product", 90), Top("/cart", 10)), versions=(Top("2.31.0", 80), Top("2.30.4", 20)))
    if errors is None:
        errors = (TopError("TypeError", 70), TopError("RangeError", 5))
    given = {"tops": tops, "errors": tuple(errors), **more}
    return Answer(Question(WEEK), "local", Definition("sdk", "rules"), "", counts, None, None, counts, **given)


def first(moments: list[Moment], locale: Locale = ENGLISH, found: Answer | None = None) -> Choice:
    return choose(moments, locale, found)[0]


def test_it_is_the_one_in_the_middle() -> None:
    moments = [moment("few", 3), moment("many", 40), moment("usual", 5), moment("more", 6), moment("late", 5, 900)]
    choice = first(moments)
    assert choice.moment.session_id == "usual"
    assert choice.reason == (
        "1 of 5 affected sessions; complete replay; like most: 5 clicks (most 5–6), no error in the click"
    )


def test_the_answer_and_not_the_replays_says_what_is_typical() -> None:
    """Whoever was recorded by chance may all be on a page where few were."""
    moments = [moment(f"cart {n}", view="/cart", version="2.30.4") for n in range(9)]
    choice = first([*moments, moment("typical", **USUAL)], found=answer())
    assert choice.moment.session_id == "typical"
    assert choice.reason == (
        "1 of 50 affected sessions, 10 replays compared; complete replay; "
        "like most: on /product, version 2.31.0, 5 clicks, TypeError"
    )


def test_what_is_not_like_most_is_said() -> None:
    odd = moment("odd", 30, view="/cart", version="2.31.0", error="RangeError")
    usual = [moment(str(n), n, **USUAL) for n in (4, 5, 6)]
    [*_, last] = choose([odd, *usual], ENGLISH, answer(), most=4)
    assert last.moment == odd
    assert last.reason.endswith("; like most: version 2.31.0; unlike most: on /cart, 30 clicks (most 4–6), RangeError")
    [*_, last] = choose([odd, *usual], KOREAN, answer(), most=4)
    assert last.reason.endswith(
        "; 대부분과 같은 점: 버전 2.31.0; 대부분과 다른 점: /cart 페이지, 클릭 30회(대부분 4–6회), RangeError"
    )


def test_where_there_is_no_such_thing_as_most_nothing_is_claimed() -> None:
    tops = Tops(views=(Top("/product", 50), Top("/cart", 50)))
    choice = first([moment("a", 2, view="/cart"), moment("b", 9)], found=answer(tops=tops, errors=(), failed=50))
    assert choice.moment.session_id == "a"
    assert choice.reason.endswith("complete replay; on /cart, 2 clicks")


def test_the_only_replay_is_still_compared_with_the_answer_and_the_only_session_with_nothing() -> None:
    one = moment("a", **USUAL)
    assert first([one], found=answer()).reason == (
        "1 of 50 affected sessions, the only replay found; complete replay; "
        "like most: on /product, version 2.31.0, TypeError; 5 clicks"
    )
    assert first([one], found=answer(1, 1)).reason == (
        "the only affected session; complete replay; on /product, version 2.31.0, 5 clicks, TypeError"
    )
    assert "most" not in first([one]).reason


def test_no_error_is_typical_where_most_have_none() -> None:
    calm = answer(errors=(TopError("TypeError", 30),), failed=30)
    moments = [moment("failed", **USUAL), moment("calm", **{**USUAL, "error": ""})]
    choice = first(moments, found=calm)
    assert choice.moment.session_id == "calm"
    assert "no error in the click" in choice.reason


def test_whether_most_have_an_error_is_not_guessed_from_a_list_that_was_cut() -> None:
    """Five errors are listed and there may be more; signals other than error clicks say nothing about it."""
    question = Question(WEEK, signals=(Signal.DEAD,))
    many = replace(answer(errors=[TopError(str(n), 8) for n in range(5)]), question=question)
    assert "no error" not in first([moment("a", error=""), moment("b", error="")], found=many).reason
    few = replace(answer(errors=[TopError(str(n), 8) for n in range(4)]), question=question)
    assert "no error in the click" in first([moment("a", error=""), moment("b", error="")], found=few).reason


def test_errors_of_the_newest_failed_actions_are_shares_of_those() -> None:
    """Datadog counts the errors of its newest hundred failed actions, here of 3,000 among 4,000."""
    caveats = (Caveat(CaveatKind.NEWEST_ERRORS, number=100),)
    found = answer(4000, errors=(TopError("TypeError", 90), TopError("x", 10)), failed=3000, caveats=caveats)
    choice = first([moment("odd", error="x"), moment("usual", error="TypeError")], found=found)
    assert choice.moment.session_id == "usual"
    assert choice.reason.endswith("; like most: 5 clicks, TypeError")


def test_a_complete_replay_goes_before_a_typical_one() -> None:
    cut = [moment(name, complete=False, **USUAL) for name in ("cut", "cut too")]
    assert first([*cut, moment("complete", 30)], found=answer()).moment.session_id == "complete"


def test_among_equals_the_shorter_way_wins() -> None:
    moments = [moment("slower", 5, 62), moment("first", 5, 60)]
    assert first(moments).moment.session_id == "first"


def test_the_usual_signals_are_typical() -> None:
    moments = [moment("rage", 1), moment("dead", 1, signals=DEAD), moment("dead too", 1, 61, signals=DEAD)]
    assert first(moments).moment.session_id == "dead"


def test_one_real_session_among_sample_ones_is_not_typical() -> None:
    samples = [moment(f"sample {n}", 5, 60 + n, sample=True, **USUAL) for n in range(3)]
    real = moment("real", **USUAL)
    mixed = answer(sample=True)
    best, *_, last = choose([real, *samples], ENGLISH, mixed, most=4)
    assert (best.moment.sample, last.moment) == (True, real)
    assert "; complete replay; sample data; like most: on /product" in best.reason
    assert last.reason == (
        "1 of 50 affected sessions, 4 replays compared; complete replay; "
        "the only real replay, the others are sample data; on /product, version 2.31.0, 5 clicks, TypeError"
    )
    alone = first([real], found=mixed).reason
    assert alone.endswith("; complete replay; real session; on /product, version 2.31.0, 5 clicks, TypeError")


def test_where_real_ones_are_the_most_they_are_typical_and_called_real() -> None:
    reals = [moment(f"real {n}", 5, 60 + n, **USUAL) for n in range(3)]
    choice = first([moment("sample", sample=True, **USUAL), *reals], KOREAN, answer(sample=True))
    assert choice.moment == reals[0]
    assert "; 실제 세션; 대부분과 같은 점: /product 페이지" in choice.reason


def test_real_or_sample_is_not_said_where_there_is_but_one_of_them() -> None:
    for sample in (True, False):
        reason = first([moment(str(n), sample=sample) for n in range(3)]).reason
        assert "sample" not in reason
        assert "real" not in reason


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
    found = answer(sessions=affected)
    assert first(moments, ENGLISH, found).reason.startswith(f"{said}; complete replay; ")
    assert first(moments, KOREAN, found).reason.startswith(f"{korean}; 온전한 리플레이; ")


def test_the_reason_says_what_is_left_of_the_replay_and_signals_where_clicks_are_not_counted() -> None:
    assert first([moment("a", clicks=0)]).reason.endswith("; rage clicks")
    assert first([moment("a", 1, complete=False)]).reason.endswith("; replay incomplete; 1 click")


def test_nothing_sensitive_is_in_the_reason() -> None:
    reason = first([moment("a", view="/u/ada@example.org", error="no card 4242 4242 4242 4242")]).reason
    assert "ada" not in reason
    assert "4242" not in reason


def test_a_picked_session_is_compared_in_the_same_words() -> None:
    moments = [moment("odd", 40, view="/cart", error="TypeError"), *(moment(str(n), **USUAL) for n in range(3))]
    said = compared(moments[0], moments, ENGLISH, answer())
    assert said == "like most: TypeError; unlike most: on /cart, 40 clicks (most 5)"


def test_the_next_best_are_other_sessions_and_all_say_of_how_many() -> None:
    moments = [moment("cut", complete=False), moment("usual"), moment("usual", seconds=61), moment("odd", 40)]
    found = choose(moments, ENGLISH, answer(sessions=9), most=3)
    assert [it.moment.session_id for it in found] == ["usual", "odd", "cut"]
    assert {it.reason.split(";")[0] for it in found} == {"1 of 9 affected sessions, 3 replays compared"}


def test_nothing_to_choose_from_is_said() -> None:
    with pytest.raises(Missing, match="No session with a replay"):
        choose([], ENGLISH)


VIEWS, VERSIONS, ERRORS = ("/product", "/cart"), ("2.31.0", "2.30.4"), ("TypeError", "RangeError", "")
SIGNALS = st.lists(st.sampled_from(Signal), min_size=1, unique=True).map(lambda some: tuple(sorted(some)))
MOMENTS = st.lists(
    st.builds(
        moment,
        name=st.sampled_from("abcdef"),
        clicks=st.integers(0, 40),
        seconds=st.integers(0, 900),
        view=st.sampled_from(VIEWS),
        version=st.sampled_from(VERSIONS),
        error=st.sampled_from(ERRORS),
        signals=SIGNALS,
        sample=st.just(value=False),
    ),
    min_size=1,
    max_size=20,
)


@given(MOMENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_moments_does_not_matter(moments: list[Moment], random) -> None:
    shuffled = random.sample(moments, len(moments))
    assert choose(shuffled, ENGLISH, answer(), most=9) == choose(moments, ENGLISH, answer(), most=9)
    assert worst_moments(shuffled) == worst_moments(moments)


@given(MOMENTS)
def test_a_session_is_shown_at_its_worst_moment(moments: list[Moment]) -> None:
    """None of its other moments has more signals, or as many and more clicks; and it is one of them."""
    worst = {shown.session_id: shown for shown in worst_moments(moments)}
    assert set(worst) == {it.session_id for it in moments}
    assert {it.session_id: it for it in (choice.moment for choice in choose(moments, ENGLISH, most=9))} == worst
    for it in moments:
        shown = worst[it.session_id]
        assert shown in moments
        assert len(it.signals) <= len(shown.signals)
        if len(it.signals) == len(shown.signals) and Signal.RAGE in shown.signals:
            assert it.clicks <= max(shown.clicks, 3)


@given(MOMENTS)
def test_typical_beats_atypical(moments: list[Moment]) -> None:
    """A session that has everything as most have it goes before any other that has at least one thing otherwise."""
    usual = moment("typical", 5, 60, **USUAL)
    others = [it for it in worst_moments(moments) if any(getattr(it, name) != value for name, value in USUAL.items())]
    alike = [replace(it, clicks=5, signals=RAGE) for it in others]
    assert first([*alike, usual], found=answer()).moment == usual


@given(MOMENTS)
def test_claims_are_true(moments: list[Moment]) -> None:
    """What is called like most is what more than half of the answer's actions have; unlike most, what they have not."""
    for choice in choose(moments, ENGLISH, answer(sessions=50), most=9):
        parts = dict(part.split(": ", 1) for part in choice.reason.split("; ") if ": " in part)
        like, unlike = (parts.get(key, "").split(", ") for key in ("like most", "unlike most"))
        for text, usual in (
            (f"on {choice.moment.view}", choice.moment.view == "/product"),
            (f"version {choice.moment.version}", choice.moment.version == "2.31.0"),
            (choice.moment.error or "no error in the click", choice.moment.error == "TypeError"),
        ):
            assert (text in like, text in unlike) == (usual, not usual)
