"""What is told again is what was told: a second store that takes it in gives the same answers."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.ids import as_uuid
from bot.providers.local import rum_export, sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.question import GroupBy, Period, Question
from tests.providers.local.conftest import Send, later
from tests.providers.local.rumevents import action, error, lines, view
from tests.providers.rum_format import faults

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
SINCE = NOON - timedelta(days=1)
ASKED = Question(Period(SINCE, NOON + timedelta(days=1)))
PLACE: dict[str, Any] = {
    "application": {"id": "shop"},
    "service": "web",
    "version": "2.31.0",
    "ddtags": "env:prod",
    "browser": {"name": "Safari"},
    "os": {"name": "iOS"},
    "device": {"type": "Mobile"},
    "geo": {"country_iso_code": "KR"},
}


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(tmp_path / "other", clock=later)
    yield store
    await store.close()


def told(store: EventStore, since: datetime = SINCE) -> list[dict[str, Any]]:
    return list(rum_export.events(store, since))


def kind(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [it for it in events if it["type"] == name]


async def test_a_second_store_that_takes_it_in_answers_the_same(
    store: EventStore, send: Send, other: EventStore
) -> None:
    await send(
        action(NOON, "rage_click", "error_click", id="a-1", session="s-1", **PLACE),
        action(NOON + timedelta(seconds=1), "dead_click", id="a-2", session="s-1", user=None, **PLACE),
        action(
            NOON,
            "dead_click",
            target="Masked Element",
            selector="#x",
            session="s-2",
            user="u-2",
            context={"plan": "pro"},
        ),
        action(NOON, "error_tap", kind="tap", session="s-3", user=None, usr={"anonymous_id": "b-1", "tier": "gold"}),
        error(NOON, "boom", "a-1", "a-2", session="s-1"),
        error(NOON, "alone", session="s-4"),
        view(NOON, 2, id="v-9", session="s-5", action=3),
    )
    events, broken = sdk_events.decode(lines(*told(store)))
    batch, skipped = other.rows.rum(events, Surroundings())
    await other.write(batch)
    assert (broken, skipped) == (0, 0)
    questions = [replace(ASKED, group_by=by) for by in (None, *GroupBy)]
    questions += [replace(ASKED, filters=it) for it in ({"plan": "pro"}, {"usr.tier": "gold"}, {"os": "ios"})]
    for question in questions:
        here = await LocalSource(store, NOON.timestamp).answer(question, [])
        assert await LocalSource(other, NOON.timestamp).answer(question, []) == here
        assert here.counts.actions, question
    assert await other.query("SELECT sum(actions) FROM views") == [(3,)]


async def test_every_session_has_a_view_that_begins_with_it(store: EventStore, send: Send) -> None:
    await send(error(NOON, "early", session="s-1"), action(NOON + timedelta(minutes=1), session="s-1"))
    await send(view(NOON, 1, id="v-a", session="s-2"), view(NOON + timedelta(minutes=5), 1, id="v-b", session="s-2"))
    found = {(it["session"]["id"], it["date"]) for it in kind(told(store), "view")}
    begin, later = int(NOON.timestamp() * 1000), int((NOON + timedelta(minutes=5)).timestamp() * 1000)
    one, two = map(as_uuid, ("s-1", "s-2"))
    assert found == {(one, begin), (two, begin), (two, later)}


async def test_an_error_in_several_actions_is_told_once(store: EventStore, send: Send) -> None:
    await send(*(action(NOON, "error_click", id=id) for id in ("a-1", "a-2")), error(NOON, "boom", "a-1", "a-2"))
    events = told(store)
    [one] = kind(events, "error")
    assert sorted(one["action"]["id"]) == sorted(it["action"]["id"] for it in kind(events, "action"))


async def test_what_is_older_is_left_out_and_people_are_no_names(store: EventStore, send: Send) -> None:
    await send(action(SINCE - timedelta(seconds=1), session="s-1"), action(NOON, session="s-2", user="jisoo"))
    events = told(store)
    assert {it["session"]["id"] for it in events} == {as_uuid("s-2")}
    assert "jisoo" not in str(events)


HOSTILE = "x\0'; DROP \U0001f600"


async def test_every_event_is_valid_by_the_format(store: EventStore, send: Send) -> None:
    """Whatever the senders call their sessions, devices and errors."""
    odd = PLACE | {"device": {"type": "Fridge"}, "os": {"name": HOSTILE}, "application": {"id": HOSTILE}}
    nowhere = {"x": 1e38, "y": -0.5}
    await send(
        action(NOON, "rage_click", "error_click", id="a-1", session="s-1", **PLACE),
        action(NOON, "rage_tap", kind="tap", session=HOSTILE, user=None, url="", **odd),
        action(NOON, session="s-3", _dd={"action": {"position": nowhere}}, usr={"id": 7, "plan": "pro"}),
        action(NOON, session="s-4", user=None, context={"usr.id": "another", "a": 1}),
        error(NOON, "boom", "a-1", "a-2", session="s-1"),
        error(NOON, "alone", session="s-5", error={"message": HOSTILE, "source": "the moon"}),
        view(NOON, 2, id="v-9", session="s-6", action=3, frustration=1),
    )
    events = told(store)
    assert {event["type"] for event in events} == {"view", "action", "error"}
    assert [(event, faults(event)) for event in events if faults(event)] == []
    assert {event["device"]["type"] for event in events if "device" in event} == {"mobile", "other"}


async def test_the_events_of_the_sample_are_valid(sample: Path, tmp_path: Path, now: datetime) -> None:
    shutil.copytree(sample, tmp_path / "copy")
    store = await EventStore.open(tmp_path / "copy", clock=lambda: now)
    events = told(store, now - timedelta(days=1))
    await store.close()
    assert len(events) > 100
    assert {fault for event in events for fault in faults(event)} == set()


async def test_who_is_nameless_has_no_user_id(store: EventStore, send: Send) -> None:
    await send(action(NOON, session="s-1"), action(NOON, session="s-2", user=None))
    clicks = {event["session"]["id"]: set(event["usr"]) for event in kind(told(store), "action")}
    assert clicks == {as_uuid("s-1"): {"id"}, as_uuid("s-2"): {"anonymous_id"}}
