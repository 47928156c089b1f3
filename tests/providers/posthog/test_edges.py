"""Edges of periods, and of what a condition means: each case is one click that must count, or must not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.providers.posthog.posthog_source import PostHogSource
from bot.signals.answer import TargetMatch
from bot.signals.question import Period, Question
from standins.posthog.posthog_world import PostHogWorld
from tests.providers.contract.events import NOON, WEEK
from tests.providers.posthog.test_click_actions import ASKED, sent


async def used(source: PostHogSource, question: Question, targets: Sequence[TargetMatch] = ()) -> int:
    return (await source.answer(question, targets)).exposed.actions


async def test_the_end_of_a_period_is_not_in_it_and_its_start_is(source: PostHogSource, world: PostHogWorld) -> None:
    await world.engine.add("events", [sent("$autocapture")])
    assert await used(source, Question(Period(WEEK.start, NOON))) == 0
    assert await used(source, Question(Period(NOON, WEEK.end))) == 1


async def test_what_follows_a_click_counts_past_the_end_of_its_period(
    source: PostHogSource, world: PostHogWorld
) -> None:
    await world.engine.add("events", [sent("$autocapture", -10), sent("$dead_click", 3000)])
    assert (await source.answer(Question(Period(WEEK.start, NOON)), [])).counts.actions == 1


async def test_masked_targets_are_told_apart_by_their_selectors(source: PostHogSource, world: PostHogWorld) -> None:
    chains = ("a.x:", "a.y:")
    await world.engine.add(
        "events",
        [sent("$autocapture", 2000 * at, chain=chain, el_text=None) for at, chain in enumerate(chains)]
        + [sent("$autocapture", 9000, chain='a.x:text="Buy"', el_text="Buy")],
    )
    assert await used(source, replace(ASKED, target="x"), [TargetMatch("Masked Element", "a.x")]) == 1


@pytest.mark.parametrize(
    ("address", "view", "clicks"),
    [
        ("https://a.b/shop#/cart", "/shop", 1),
        ("https://a.b/shopping", "/shop", 0),
        ("https://a.b/a_b/c", "/a_b*", 1),
        ("https://a.b/axb/c", "/a_b*", 0),
        ("https://a.b/axb/c", "/a%b*", 0),
    ],
)
async def test_pages(source: PostHogSource, world: PostHogWorld, address: str, view: str, clicks: int) -> None:
    await world.engine.add("events", [sent("$autocapture", current_url=address)])
    assert await used(source, replace(ASKED, view=view)) == clicks


@pytest.mark.parametrize(("version", "clicks"), [("2.3", 1), ("2.3.1", 1), ("2.31", 0), ("12.3", 0)])
async def test_versions(source: PostHogSource, world: PostHogWorld, version: str, clicks: int) -> None:
    properties: dict[str, Any] = {"_version": version}
    await world.engine.add("events", [sent("$autocapture", **properties)])
    assert await used(source, replace(ASKED, filters={"version": "v2.3"})) == clicks


async def test_a_moment_tells_the_first_of_its_errors(source: PostHogSource, world: PostHogWorld) -> None:
    row = {"session_id": "s-1", "distinct_id": "u-1"}
    row |= dict.fromkeys(("min_first_timestamp", "max_last_timestamp"), sent("x", -5000)["timestamp"])
    await world.engine.add("raw_session_replay_events", [row])
    errors = [sent("$exception", ms, exception_values=[text]) for ms, text in ((20, "first"), (30, "second"))]
    await world.engine.add("events", [sent("$autocapture"), *errors])
    [moment] = await source.moments(ASKED, [])
    assert (moment.error, moment.seconds_in) == ("first", 5.0)
    assert await source.calm_moments(ASKED, []) == []
