"""Limits of rows: PostHog cuts an answer without a word where a query names too few, and at its own limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.providers.posthog.posthog_calls import PostHogCall, QueryRows
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_source import PostHogSource
from bot.signals.answer import CaveatKind, TargetMatch
from bot.signals.question import GroupBy, Period, Question
from standins.posthog.posthog_world import PostHogWorld
from tests.providers.contract.events import NOON, NOW, WEEK, action
from tests.providers.posthog.posthog_house import fill

SIGNALS = ("rage_click",)


async def test_days_of_a_long_period_are_all_told(source: PostHogSource, world: PostHogWorld) -> None:
    """Four weeks before it come on top."""
    await fill(world, [action(NOW - timedelta(days=day), *SIGNALS) for day in range(150)], None, NOW)
    asked = Question(Period(NOW - timedelta(days=120), NOW))
    days = await source.daily(asked, [])
    assert len(days) >= 148
    assert all(day.signals == 1 for day in days[:-1])


async def test_targets_are_counted_one_by_one_only_where_they_were_named(
    source: PostHogSource, client: PostHogClient, world: PostHogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of everything there may be more targets than rows, which would cut off the slices of time."""
    await fill(world, [action(NOON, target=f"Button {number}") for number in range(30)], None, NOW)
    parts = await _parts(source, client, monkeypatch, [])
    assert set(parts) == {"now"}
    named = [TargetMatch("Button 1"), TargetMatch("Button 2")]
    assert (await _parts(source, client, monkeypatch, named)).count("target") == 2
    answer = await source.answer(Question(WEEK), named)
    assert [target.actions for target in answer.targets] == [1, 1]


async def _parts(
    source: PostHogSource, client: PostHogClient, monkeypatch: pytest.MonkeyPatch, targets: Sequence[TargetMatch]
) -> list[str]:
    """The first column of the rows that an answer is made of."""
    seen: list[QueryRows] = []
    send = client.send

    async def noted(call: PostHogCall, kind: type[QueryRows]) -> QueryRows:
        rows = await send(call, kind)
        if "used_people" in call.body["query"]["query"]:
            seen.append(rows)
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(client, "send", noted)
        await source.answer(Question(WEEK), targets)
    [rows] = seen
    return [row[0] for row in rows.results]


@pytest.mark.parametrize("more", [True, False])
async def test_an_answer_that_was_cut_says_so(
    source: PostHogSource, client: PostHogClient, world: PostHogWorld, monkeypatch: pytest.MonkeyPatch, *, more: bool
) -> None:
    """Whatever PostHog's limit is by then."""
    await fill(world, [action(NOON, *SIGNALS)], None, NOW)
    body = client.body

    async def cut(call: PostHogCall) -> bytes:
        return msgspec.json.encode(msgspec.json.decode(await body(call)) | {"hasMore": more})

    monkeypatch.setattr(client, "body", cut)
    answer = await source.answer(replace(Question(WEEK), group_by=GroupBy.TARGET), [])
    assert (CaveatKind.CUT in {caveat.kind for caveat in answer.caveats}) == more
