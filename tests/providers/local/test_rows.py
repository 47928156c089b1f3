"""Events of strangers: whatever they hold, they become rows or are counted as left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.providers.local import agents, sdk_events
from bot.providers.local.batch import Batch, Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.rows import Rows
from tests.providers.local.rumevents import action, error, lines, view

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("type", "date", "session", "view", "usr", "action", "error", "context", "service", "ddtags", "_dd", "geo")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    """One for all examples; only its blocking `commit` is used."""
    folder: Path = tmp_path_factory.mktemp("rows")
    store = EventStore._open(folder, "200MB", lambda: NOON)
    yield store
    store.change(lambda connection: connection.close())


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(FIELDS), anything), max_size=6))
@settings(deadline=None)
def test_any_value_in_any_field_becomes_rows_or_is_left_out(
    store: EventStore, changes: list[tuple[int, str, Any]]
) -> None:
    times = [NOON + timedelta(milliseconds=n) for n in range(3)]  # two of no known kind at one moment are the same one
    events: list[dict[str, Any]] = [action(times[0], "rage_click"), error(times[1], "boom", "a"), view(times[2], 1)]
    for index, name, value in changes:
        events[index][name] = value
    decoded, broken = sdk_events.decode(lines(*events))
    batch, skipped = store.rows.rum(decoded, Surroundings())
    store.commit(batch)
    assert batch.size + broken + skipped >= len(events)


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_counted(body: bytes) -> None:
    events, broken = sdk_events.decode(body)
    assert broken <= len(body.splitlines())
    assert len(events) + broken <= len(body)


LONG = "s" * 128
something = st.fixed_dictionaries(
    {
        "session": st.sampled_from(["s-1", "s-1\0", LONG + "a", LONG + "b"]),
        "minutes": st.integers(0, 3),
        "usr": st.sampled_from([None, {"id": "a", "plan": "pro"}, {"id": 1}, {"id": True}]),
        "context": st.sampled_from([None, {"n": 1}, {"n": True}]),
        "version": st.sampled_from(["", "1", "2"]),
        "rate": st.sampled_from([100, 50]),
        "viewed": st.booleans(),
    }
)


@given(st.lists(something, max_size=12))
@settings(max_examples=300)
def test_events_that_come_together_are_read_as_if_each_came_alone(sent: list[dict[str, Any]]) -> None:
    rows, together, apart = Rows(b"salt", lambda: NOON), Batch(), Batch()
    events = [sdk_events.decode(lines(_event(**fields)))[0] for fields in sent]
    together.take(rows.rum([event for [event] in events], Surroundings())[0])
    for one in events:
        apart.take(rows.rum(one, Surroundings())[0])
    assert together == apart


def _event(session: str, minutes: int, rate: int = 100, viewed: bool = False, **fields: Any) -> dict[str, Any]:
    moment = NOON - timedelta(minutes=minutes)
    event = view(moment, 1, session=session) if viewed else action(moment, session=session, id=f"a-{minutes}")
    return event | fields | {"_dd": {"configuration": {"session_sample_rate": rate}}}


@given(st.dictionaries(st.text(max_size=300), anything, max_size=40))
def test_attributes_are_short_and_scalar(context: dict[str, Any]) -> None:
    events, _ = sdk_events.decode(lines(action(NOON, context=context)))
    batch, _ = Rows(b"salt", lambda: NOON).rum(events, Surroundings())
    for seen in batch.sessions.values():
        kept = json.loads(seen.attributes)
        assert len(kept) <= 30
        assert all(isinstance(value, str) and len(value) <= 100 and len(key) <= 104 for key, value in kept.items())


def test_a_person_is_a_keyed_hash() -> None:
    """The same everywhere in one store, another in the next one."""
    one, again, other = (Rows(salt, lambda: NOON) for salt in (b"one", b"one", b"two"))
    assert one.person("u-1") == again.person("u-1")
    assert len({one.person("u-1"), other.person("u-1"), one.person("u-2")}) == 3


@pytest.mark.parametrize(
    ("user_agent", "browser", "os", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/142.0 Safari/537 Edg/142.0",
            "Edge",
            "Windows",
            "Desktop",
        ),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/142.0 Mobile Safari/537", "Chrome", "Android", "Mobile"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X700) Chrome/142.0 Safari/537", "Chrome", "Android", "Tablet"),
        (
            "Mozilla/5.0 (Linux; Android 14) SamsungBrowser/27 Chrome/125 Mobile",
            "Samsung Internet",
            "Android",
            "Mobile",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) CriOS/142 Mobile Safari/604", "Chrome", "iOS", "Mobile"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari", "macOS", "Desktop"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux", "Desktop"),
        ("curl/8.5", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_browsers_are_told_from_their_user_agent(user_agent: str, browser: str, os: str, device: str) -> None:
    around = agents.around(user_agent)
    assert (around.browser, around.os, around.device) == (browser, os, device)


@pytest.mark.parametrize(("told", "country"), [("kr", "KR"), ("XX1", ""), ("", ""), ("<b", "")])
def test_a_country_is_two_letters(told: str, country: str) -> None:
    assert agents.around("", told).country == country
