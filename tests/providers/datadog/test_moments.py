"""Candidates for a clip, from Datadog's events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.rum import clip_candidates
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.signals.question import Signal
from standins.datadog.world import World
from tests.providers.contract.events import ASKED, BUY
from tests.providers.datadog.examples import NOON, NOW, action, error, put, session, view


@pytest.fixture
def source(client: Client) -> DatadogSource:
    return DatadogSource(client, "secret", lambda: NOW)


async def test_moments_are_the_newest_clicks_in_sessions_with_a_replay(source: DatadogSource, world: World) -> None:
    put(
        world,
        session(NOON - timedelta(seconds=30), "s-1"),
        view(NOON, "v-1"),
        action(NOON, "rage_click", "error_click", id="a-1", errors=1, session="s-1"),
        action(NOON + timedelta(hours=1), "dead_click", session="s-2", user=None, country="DE"),
        action(NOON, "rage_click", session="s-3", replay=False),
        action(NOON, session="s-4"),
        error(NOON, "boom", "a-1"),
    )
    newest, oldest = await source.moments(ASKED, BUY)
    assert (newest.session_id, newest.signals, newest.clicks, newest.country) == ("s-2", (Signal.DEAD,), 1, "DE")
    assert (oldest.session_id, oldest.view_id, oldest.at) == ("s-1", "v-1", NOON)
    assert (oldest.signals, oldest.clicks) == ((Signal.RAGE, Signal.ERROR), 0)
    assert (oldest.error, oldest.seconds_in, oldest.target) == ("boom", 30.0, "Buy now")
    assert (oldest.view, oldest.version) == ("/cart", "2.31.0")
    assert oldest.person
    assert "u-1" not in oldest.person
    assert await source.moments(ASKED, BUY, limit=1) == [newest]


async def test_a_part_of_an_unknown_shape_costs_nothing_but_itself(source: DatadogSource, world: World) -> None:
    put(world, action(NOON, "rage_click") | {"usr": ["not", "an", "object"], "geo": None, "browser": {"name": 7}})
    put(world, action(NOON - timedelta(hours=1), "rage_click", session="s-2"))
    newest, oldest = await source.moments(ASKED, BUY)
    assert (newest.session_id, newest.target, newest.browser, newest.country) == ("s-1", "Buy now", "", "")
    assert oldest.session_id == "s-2"


async def test_the_worst_moment_is_found_also_where_newer_ones_fill_a_page(
    source: DatadogSource, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the page of the busy session there was its worst moment; before it, too, a session that is not listed."""
    monkeypatch.setattr(clip_candidates, "LOOKED_AT", 20)
    later = [action(NOON + timedelta(minutes=number), "dead_click", session="busy") for number in range(20)]
    worst = action(NOON - timedelta(hours=1), "rage_click", "error_click", id="a-1", errors=1, session="busy")
    calm = action(NOON - timedelta(minutes=50), "dead_click", session="busy")
    old = action(NOON - timedelta(hours=2), "rage_click", session="old")
    put(world, *later, worst, calm, old, error(NOON - timedelta(hours=1), "boom", "a-1"))
    (moment,) = await source.moments(ASKED, BUY)
    assert (moment.session_id, moment.at, moment.error) == ("busy", NOON - timedelta(hours=1), "boom")
    assert moment.signals == (Signal.RAGE, Signal.ERROR)


async def test_an_error_makes_one_of_two_like_moments_the_worse(source: DatadogSource, world: World) -> None:
    put(
        world,
        action(NOON, "rage_click", "dead_click"),
        action(NOON + timedelta(minutes=1), "rage_click", "error_click", id="a-2", errors=1),
        action(NOON + timedelta(minutes=2), "dead_click"),
        error(NOON + timedelta(minutes=1), "boom", "a-2"),
    )
    (moment,) = await source.moments(ASKED, BUY)
    assert (moment.at, moment.error) == (NOON + timedelta(minutes=1), "boom")
