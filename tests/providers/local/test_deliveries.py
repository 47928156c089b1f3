"""However events arrive (twice, late, in another order, without ids), what is counted is what happened.

A model that knows nothing of tables says what that is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.providers.local import sdk_events
from bot.providers.local.batch import Batch, Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.signals.question import ALL_SIGNALS, Period, Question
from tests.providers.local.rumevents import action, error, lines

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12))
MESSAGES = ("no cart", "no net", "no luck")
_examples = itertools.count()
kinds = st.frozensets(st.sampled_from(ALL_SIGNALS))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    """One for all examples, which tell their events apart by the application."""
    folder: Path = tmp_path_factory.mktemp("deliveries")
    store = EventStore._open(folder, "200MB", lambda: NOON + timedelta(days=1))
    yield store
    store.change(lambda connection: connection.close())


@dataclass(frozen=True)
class Click:
    """One click of a person, with the states in which it was sent, oldest first, and its errors."""

    has_id: bool
    versioned: bool
    states: tuple[frozenset[str], ...]
    errors: tuple[tuple[str, int, bool], ...]
    """Each with its message, how many ms after the click it came, and whether it has an id."""

    @property
    def newest(self) -> frozenset[str]:
        """Without versions a sender only ever adds to what it said."""
        return self.states[-1] if self.versioned else frozenset().union(*self.states)


errors = st.tuples(st.sampled_from(MESSAGES), st.integers(0, 2), st.booleans())
clicks = st.builds(
    Click,
    st.booleans(),
    st.booleans(),
    st.lists(kinds, min_size=1, max_size=3).map(tuple),
    st.lists(errors, max_size=3, unique=True).map(tuple),
)


def events(example: str, number: int, click: Click) -> Iterator[dict[str, Any]]:
    """Everything that is ever sent of a click. Errors are joined by the id of their click, where it has one."""
    at, id = NOON + timedelta(minutes=number % 3), f"{example}-{number}"
    common: dict[str, Any] = {"application": {"id": example}, "session": f"{example}-s{number}"}
    for version, state in enumerate(click.states):
        sent = action(at, *sorted(state), id=id, **common)
        sent["_dd"]["document_version"] = version if click.versioned else 0
        if not click.has_id:
            del sent["action"]["id"]
        yield sent
    for place, (message, after, has_id) in enumerate(click.errors):
        failed = error(at + timedelta(milliseconds=after), message, *([id] if click.has_id else []), **common)
        failed["error"]["id"] = f"{id}/{place}"
        if not has_id:
            del failed["error"]["id"]
        yield failed


@given(st.data(), st.lists(clicks, min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_what_is_counted_is_what_happened(store: EventStore, data: st.DataObject, happened: list[Click]) -> None:
    example = f"e{next(_examples)}"
    sent = [json.dumps(each) for n, click in enumerate(happened) for each in events(example, n, click)]
    again = data.draw(st.lists(st.sampled_from(sent), max_size=6))
    order = data.draw(st.permutations(sent + again))
    while order:
        together = Batch()  # deliveries that arrive while the writer works are written together
        for _ in range(data.draw(st.integers(1, 3))):
            size = data.draw(st.integers(1, 4))
            body, order = order[:size], order[size:]
            together.take(store.rows.rum(sdk_events.decode(lines(*map(json.loads, body)))[0], Surroundings())[0])
        store.commit(together)
    asked = Question(DAY, filters={"application": example})
    counted = asyncio.run(LocalSource(store).answer(asked, []))
    expected = Counter(signal for click in happened for signal in click.newest)
    assert counted.counts.by_signal == {signal: expected[signal] for signal in ALL_SIGNALS}
    assert counted.counts.actions == sum(bool(click.newest) for click in happened)
    assert counted.exposed.actions == counted.exposed.sessions == len(happened)
    failed = Counter(
        message
        for click in happened
        if click.has_id and click.newest
        for message in {message for message, _, _ in click.errors}
    )
    assert {top.message: top.actions for top in counted.errors} == failed
    stored = store.rows_of("SELECT count(*) FROM errors WHERE starts_with(session_id, $s)", {"s": f"{example}-"})
    assert stored == [(sum(len(click.errors) for click in happened),)]


def test_the_newest_state_wins_also_where_its_time_moved(store: EventStore) -> None:
    """Each state in a delivery of its own, in every order."""
    states = [(0, 0, ["dead_click"]), (1, 0, ["rage_click", "dead_click"]), (1, 2500, ["error_click"])]
    for number, order in enumerate(itertools.permutations(states)):
        for version, after, types in order:
            sent = action(NOON + timedelta(milliseconds=after), *types, id=f"moved-{number}", session=f"moved-{number}")
            sent["_dd"]["document_version"] = version
            store.commit(store.rows.rum(sdk_events.decode(lines(sent))[0], Surroundings())[0])
        stored = store.rows_of(
            "SELECT rage_click, dead_click, error_click, epoch_ms(moment) FROM actions WHERE session_id = $s",
            {"s": f"moved-{number}"},
        )
        assert stored == [(False, False, True, NOON.timestamp() * 1000 + 2500)]


def test_nulls_inside_leave_the_event_with_all_that_it_says(store: EventStore) -> None:
    sent = action(NOON, "rage_click", "dead_click", session="nulls")
    sent["action"] |= {"error": None, "name": None, "resource": {"count": None}}
    sent["_dd"]["action"]["position"] = None
    failed = error(NOON, "boom", session="nulls") | {"os": None, "browser": {"name": None}}
    failed["error"] |= {"type": None, "source": None, "stack": None}
    events, skipped = sdk_events.decode(lines(sent, failed))
    assert skipped == 0
    batch, left_out = store.rows.rum(events, Surroundings())
    assert (left_out, len(batch.actions), len(batch.errors)) == (0, 1, 1)
    (row,) = batch.actions.values()
    assert row[7:10] == (True, True, False)


ODD: dict[str, Any] = {
    "text for an object": {"usr": "x", "context": [1], "geo": "KR", "os": 7, "browser": [], "device": {"type": 3}},
    "a number for a text": {"service": 5, "version": 2.31, "ddtags": ["a"], "application": {"id": 9}},
    "texts for numbers": {"_dd": {"document_version": "2", "configuration": {"session_sample_rate": "50"}}},
    "nothing right below": {"_dd": {"action": {"target": 1, "position": {"x": "a", "y": None}}}},
    "no internals": {"_dd": "x"},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_field_of_another_type_costs_nothing_but_itself(store: EventStore, odd: dict[str, Any]) -> None:
    sent = action(NOON, "rage_click", "dead_click", session="odd", id="kept") | odd
    sent["action"] |= {"error": "many", "frustration": {"type": ["rage_click", 7, None, "dead_click"]}}
    events, skipped = sdk_events.decode(lines(sent))
    assert skipped == 0
    batch, left_out = store.rows.rum(events, Surroundings())
    assert left_out == 0
    (row,) = batch.actions.values()
    assert (row[0], row[5], row[7:10]) == ("kept", "Buy", (True, True, False))


@pytest.mark.parametrize("field", ["type", "date", "session", "view"])
@pytest.mark.parametrize("value", [None, "?", [], {"id": 5}, "left out"])
def test_without_its_kind_time_session_or_view_it_is_counted_as_none(
    store: EventStore, field: str, value: object
) -> None:
    sent = action(NOON, "rage_click") | {field: value}
    if value == "left out":
        del sent[field]
    events, skipped = sdk_events.decode(lines(sent, action(NOON, "dead_click")))
    batch, left_out = store.rows.rum(events, Surroundings())
    kind_unknown = (field, value) == ("type", "?")  # it is an event, though none that is counted
    assert (skipped + left_out, len(batch.actions)) == (0 if kind_unknown else 1, 1)


minutes = st.integers(0, 600)
stretches = st.tuples(minutes, minutes).filter(lambda ends: ends[0] != ends[1]).map(sorted)
presses = st.lists(st.tuples(minutes, st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=12)


@given(presses, stretches, stretches)
@settings(deadline=None, max_examples=60)
def test_each_of_two_periods_has_what_lies_in_it_also_where_they_overlap(
    store: EventStore, pressed: list[tuple[int, int, int, bool]], asked: list[int], compared: list[int]
) -> None:
    """A press is a minute, a person, a session of theirs, and whether it was a rage click."""
    example = f"e{next(_examples)}"
    sent = lines(*(pressing(example, *press) for press in dict.fromkeys(pressed)))
    store.commit(store.rows.rum(sdk_events.decode(sent)[0], Surroundings())[0])
    question = Question(stretch(asked), compare=stretch(compared), filters={"application": example})
    answer = asyncio.run(LocalSource(store).answer(question, []))
    for (first, last), counts in ((asked, answer.counts), (compared, answer.before)):
        inside = {press for press in pressed if first <= press[0] < last and press[3]}
        people, sessions = {press[1] for press in inside}, {press[1:3] for press in inside}
        assert counts is not None
        assert (counts.actions, counts.people, counts.sessions) == (len(inside), len(people), len(sessions))
    assert answer.exposed.actions == sum(asked[0] <= press[0] < asked[1] for press in set(pressed))


def pressing(example: str, at: int, person: int, session: int, raged: bool) -> dict[str, Any]:
    kinds, whose = ["rage_click"] if raged else [], f"{example}-{person}-{session}"
    common: dict[str, Any] = {"application": {"id": example}, "id": f"{whose}-{at}-{raged}"}
    return action(NOON + timedelta(minutes=at), *kinds, session=whose, user=f"u-{person}", **common)


def stretch(ends: list[int]) -> Period:
    first, last = (NOON + timedelta(minutes=end) for end in ends)
    return Period(first, last)
