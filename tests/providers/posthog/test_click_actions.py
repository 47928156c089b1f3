"""From PostHog's events to actions with signals: what belongs together, and what an answer says of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.kernel.locale import Locale
from bot.providers.posthog.posthog_source import PostHogSource
from bot.signals.answer import Answer, CaveatKind, TargetMatch
from bot.signals.answer_text import caveat_sentences
from bot.signals.question import Question, Signal
from standins.posthog.autocaptured import elements_chain
from standins.posthog.posthog_world import PostHogWorld
from standins.posthog.snapshot_blobs import as_iso
from tests.providers.contract.events import NOON, WEEK, signals

ASKED = Question(WEEK)


def sent(event: str, ms: int = 0, *, chain: str | None = None, **properties: Any) -> dict[str, Any]:
    """An event, so many milliseconds after noon; a name of a property begins with `$` where it has no `_` in front."""
    named = {name[1:] if name[0] == "_" else f"${name}": value for name, value in properties.items()}
    clicked = {} if event == "$exception" else {"$event_type": "click", "$el_text": "Buy now"}
    said = {"$session_id": "s-1", "$lib": "web", "$lib_version": "1.380.0"} | clicked | named
    at = round(NOON.timestamp() * 1000) + ms
    return {
        "uuid": f"{event}-{ms}",
        "event": event,
        "timestamp": as_iso(at).replace("T", " ").removesuffix("Z"),
        "distinct_id": "u-1",
        "person_id": "p-1",
        "elements_chain": elements_chain("Buy now", "#buy") if chain is None else chain,
        "properties": json.dumps({name: value for name, value in said.items() if value is not None}),
        "person_properties": "{}",
    }


@pytest.fixture
def answer_for(world: PostHogWorld, source: PostHogSource):
    async def answer(*events: dict[str, Any], question: Question = ASKED) -> Answer:
        await world.engine.add("events", events)
        return await source.answer(question, [])

    return answer


async def test_fast_clicks_on_a_target_are_one_action_and_slow_ones_are_not(answer_for) -> None:
    clicks = [sent("$autocapture", ms) for ms in (0, 400, 1100, 1900, 5000)]
    answer = await answer_for(*clicks, sent("$rageclick", 1100))
    assert answer.exposed.actions == 3
    assert (signals(answer.counts), answer.counts.actions) == ([1, 0, 0], 1)


async def test_clicks_on_different_targets_or_in_different_sessions_are_never_one_action(answer_for) -> None:
    answer = await answer_for(
        sent("$autocapture", 0), sent("$autocapture", 10, el_text="Pay"), sent("$autocapture", 20, session_id="s-2")
    )
    assert (answer.exposed.actions, answer.exposed.sessions, answer.exposed.people) == (3, 2, 1)


@pytest.mark.parametrize(("late", "actions"), [(0, 1), (3200, 1), (5000, 1), (5001, 2)])
async def test_a_dead_click_is_of_the_click_that_it_is_about(answer_for, late: int, actions: int) -> None:
    """Newer versions send it with the time of the click, older ones when it is known."""
    answer = await answer_for(
        sent("$autocapture", 0), sent("$autocapture", 900, el_text="Pay"), sent("$dead_click", late)
    )
    assert signals(answer.counts) == [0, 1, 0]
    assert answer.exposed.actions == actions + 1


@pytest.mark.parametrize(
    ("clicks", "dead", "each"),
    [
        ((0,), -40, [1]),
        ((0,), -500, [1]),
        ((0,), -501, [1, 0]),
        ((-3000, 0), -1600, [1, 0]),
        ((-3000, 0), -400, [0, 1]),
        ((-900, 0), -800, [1, 0]),
        ((0, 400), -40, [1]),
    ],
)
async def test_a_dead_click_may_lie_shortly_before_its_click(
    answer_for, source: PostHogSource, clicks: tuple[int, ...], dead: int, each: list[int]
) -> None:
    """Times are corrected request by request, and it is sent in a later one."""
    answer = await answer_for(*(sent("$autocapture", ms) for ms in clicks), sent("$dead_click", dead))
    assert signals(answer.counts) == [0, 1, 0]
    assert answer.exposed.actions == len(each)
    since = Question(type(WEEK)(NOON, WEEK.end))
    assert (await source.answer(since, [])).counts.actions == each[-1]


async def test_a_signal_without_a_captured_click_is_an_action_all_the_same(answer_for) -> None:
    answer = await answer_for(sent("$rageclick", 0), sent("$dead_click", 60_000))
    assert (signals(answer.counts), answer.exposed.actions) == ([1, 1, 0], 2)


@pytest.mark.parametrize(("ms", "errors"), [(-1, 0), (0, 1), (1000, 1), (1001, 0)])
async def test_an_error_click_is_an_exception_within_a_second_after_a_click(answer_for, ms: int, errors: int) -> None:
    answer = await answer_for(sent("$autocapture", 0), sent("$exception", ms, exception_values=["no cart"]))
    assert signals(answer.counts) == [0, 0, errors]
    assert [error.message for error in answer.errors] == ["no cart"] * errors


async def test_an_exception_is_of_the_last_click_before_it_in_its_own_session(
    answer_for, source: PostHogSource
) -> None:
    answer = await answer_for(
        sent("$autocapture", 0),
        sent("$autocapture", 500, el_text="Pay"),
        sent("$autocapture", 500, session_id="s-2", el_text="Help"),
        sent("$exception", 700, exception_values=["declined"]),
    )
    assert signals(answer.counts) == [0, 0, 1]
    errors = {name: (await source.answer(ASKED, [TargetMatch(name)])).counts for name in ("Buy now", "Pay", "Help")}
    assert {name: signals(counts)[2] for name, counts in errors.items()} == {"Buy now": 0, "Pay": 1, "Help": 0}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"exception_values": ['no "cart" \\ 장바구니']}, 'no "cart" \\ 장바구니'),
        ({"exception_values": [""], "exception_types": ["TypeError"]}, "TypeError"),
        ({"exception_message": "as older versions send it"}, "as older versions send it"),
        ({"exception_type": "RangeError"}, "RangeError"),
    ],
)
async def test_an_error_is_called_by_its_message_else_by_its_type(answer_for, properties: Any, message: str) -> None:
    answer = await answer_for(sent("$autocapture", 0), sent("$exception", 5, **properties))
    assert [error.message for error in answer.errors] == [message]


async def test_an_exception_without_words_still_makes_an_error_click(answer_for) -> None:
    answer = await answer_for(sent("$autocapture", 0), sent("$exception", 5))
    assert (signals(answer.counts), answer.errors) == ([0, 0, 1], ())


@pytest.mark.parametrize(
    ("chain", "text", "name", "selector"),
    [
        ('button.buy:attr__id="buy"text="Buy";main:text="Shop"', "Buy", "Buy", "#buy"),
        ('svg.icon:attr__aria-label="Close; now"nth-child="1";button:text="X"', None, "Close; now", "svg.icon"),
        ('svg:nth-child="1";button:nth-child="1"text="Buy now"', None, "Buy now", "svg"),
        ('div.a.b:nth-child="1";body:', None, "Masked Element", "div.a.b"),
        ('svg:nth-child="1";button:text="";main:text="Shop"', None, "Shop", "svg"),
        ('a:text=""', "", "Masked Element", "a"),
        ("", None, "Masked Element", ""),
    ],
)
async def test_names_of_targets(
    world: PostHogWorld, source: PostHogSource, chain: str, text: str | None, name: str, selector: str
) -> None:
    await world.engine.add("events", [sent("$autocapture", chain=chain, el_text=text)])
    [seen] = await source.seen(WEEK)
    assert (seen.name, seen.selector, seen.actions) == (name, selector, 1)


async def test_phones_servers_and_other_kinds_of_capture_are_left_out(answer_for) -> None:
    answer = await answer_for(
        sent("$autocapture", 0, lib="posthog-ios"),
        sent("$autocapture", 2000, event_type="change"),
        sent("$autocapture", 4000, session_id=None),
        sent("$rageclick", 6000, lib="posthog-android"),
    )
    assert (answer.exposed.actions, answer.counts.signals) == (0, 0)


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ([sent("$autocapture")], {CaveatKind.DEAD_UNSEEN}),
        ([sent("$autocapture"), sent("$dead_click")], set()),
        ([sent("$autocapture", lib_version="1.373.9"), sent("$dead_click")], {CaveatKind.RULE_CHANGED}),
        ([sent("$autocapture", lib_version="1.374.0"), sent("$dead_click")], set()),
        ([sent("$autocapture", lib_version="edge"), sent("$dead_click")], set()),
        ([sent("$autocapture", sample_threshold=0.5), sent("$dead_click")], {CaveatKind.SAMPLED}),
    ],
)
async def test_an_answer_says_what_posthog_cannot_know(
    answer_for, events: list[dict[str, Any]], kinds: set[CaveatKind]
) -> None:
    about = {CaveatKind.DEAD_UNSEEN, CaveatKind.RULE_CHANGED, CaveatKind.SAMPLED}
    answer = await answer_for(*events)
    assert {caveat.kind for caveat in answer.caveats} & about == kinds
    for language in ("en", "ko"):
        assert len(caveat_sentences(answer.caveats, Locale.of(language, "UTC"))) == len(answer.caveats)
    assert "derived" in answer.definition.name


async def test_who_asks_about_other_signals_hears_nothing_of_dead_clicks(answer_for) -> None:
    answer = await answer_for(sent("$autocapture"), question=Question(WEEK, signals=(Signal.RAGE, Signal.ERROR)))
    assert CaveatKind.DEAD_UNSEEN not in {caveat.kind for caveat in answer.caveats}


async def test_a_project_without_any_click_is_not_a_zero(answer_for) -> None:
    answer = await answer_for()
    assert CaveatKind.NOTHING_YET in {caveat.kind for caveat in answer.caveats}


async def test_an_action_belongs_to_the_period_in_which_it_began(answer_for, source: PostHogSource) -> None:
    await answer_for(*(sent("$autocapture", ms) for ms in (-600, 0, 600)), sent("$rageclick", 600))

    def since(moment: datetime) -> Question:
        return Question(type(WEEK)(moment, WEEK.end))

    within = await source.answer(since(NOON - timedelta(seconds=1)), [])
    after = await source.answer(since(NOON), [])
    assert (within.counts.actions, after.counts.actions, after.exposed.actions) == (1, 0, 0)
