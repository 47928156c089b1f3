"""What holds for a store of events, whichever engine keeps it."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.errors import Missing
from bot.providers.local import recording_pieces, sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.sample.load import tables
from bot.providers.local.sample.story import Story
from bot.providers.local.segment_files import RecordingPiece
from tests.providers.local.conftest import later
from tests.providers.local.migrated_store import opened
from tests.providers.local.rumevents import action, error, lines, view

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
RAGE = Path("tests/recordings/rrweb/shop-rage.json.gz")
SIGNALS = "SELECT rage_click, dead_click, error_click FROM actions"


@pytest.fixture(params=["duckdb", "clickhouse"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventStorePort]:
    if request.param == "duckdb":
        made: EventStorePort = await EventStore.open(tmp_path / "data", clock=later)
    else:
        made = await opened(request.getfixturevalue("clickhouse"), tmp_path / "data")
    yield made
    await made.close()


async def send(store: EventStorePort, *events: dict[str, Any]) -> None:
    decoded, _ = sdk_events.decode(lines(*events))
    await store.write(store.rows.rum(decoded, Surroundings())[0])


async def counts(store: EventStorePort) -> list[int]:
    tables = ("actions", "errors", "views", "others", "sessions", "segments")
    return [int((await store.query(f"SELECT count(*) FROM {table}"))[0][0]) for table in tables]


def versioned(document: int, *types: str, after_ms: int = 0, **more: Any) -> dict[str, Any]:
    sent = action(NOW + timedelta(milliseconds=after_ms), *types, id="a-x", **more)
    sent["_dd"]["document_version"] = document
    return sent


def custom(at: datetime, name: str) -> dict[str, Any]:
    sent = action(at)
    sent["action"] |= {"type": "custom", "target": {"name": name}}
    return sent


async def test_a_repeated_delivery_counts_once(store: EventStorePort) -> None:
    events = [action(NOW, "rage_click", id="a-x"), error(NOW, "boom", "a-x", "a-y"), view(NOW, 1), custom(NOW, "paid")]
    for _ in range(3):
        await send(store, *events)
    await asyncio.gather(*(send(store, *events) for _ in range(5)))
    assert await counts(store) == [1, 2, 1, 1, 1, 0]


async def test_the_newest_state_of_an_action_wins_in_every_order(store: EventStorePort) -> None:
    """The last one has another time; each comes in a delivery of its own."""
    states = [(0, 0, ["dead_click"]), (1, 0, ["rage_click", "dead_click"]), (1, 2500, ["error_click"])]
    for number, order in enumerate(itertools.permutations(states)):
        for document, after_ms, types in order:
            sent = versioned(document, *types, after_ms=after_ms, session=f"s-{number}")
            sent["action"]["id"] = f"a-{number}"
            await send(store, sent)
    assert await store.query(SIGNALS) == [(False, False, True)] * 6
    assert await store.query("SELECT DISTINCT moment FROM actions") == [
        ((NOW + timedelta(milliseconds=2500)).replace(tzinfo=None),)
    ]


async def test_states_of_one_time_are_put_together(store: EventStorePort) -> None:
    for types in (["dead_click"], ["error_click"], ["dead_click"], []):
        await send(store, versioned(0, *types))
    assert await store.query(SIGNALS) == [(False, True, True)]


async def test_an_action_whose_target_changed_has_the_newest_one(store: EventStorePort) -> None:
    for document, name in ((1, "Buy"), (3, "Pay now"), (2, "Pay")):
        sent = versioned(document, "rage_click")
        sent["action"]["target"] = {"name": name}
        await send(store, sent)
    assert await store.query("SELECT target, document FROM actions") == [("Pay now", 3)]


async def test_a_view_keeps_its_highest_document_whatever_comes_last(store: EventStorePort) -> None:
    for document, clicks in ((1, 0), (5, 9), (3, 4)):
        await send(store, view(NOW, document, action=clicks))
    assert await store.query("SELECT document, actions, view_path FROM views") == [(5, 9, "/")]


async def test_a_session_is_what_all_deliveries_say_of_it(store: EventStorePort) -> None:
    await send(store, action(NOW, user="u-1") | {"context": {"plan": "free", "team": "a"}, "service": "shop"})
    await send(store, action(NOW - timedelta(minutes=5), user="u-2", id="b") | {"context": {"plan": "paid"}})
    await send(store, action(NOW + timedelta(minutes=5), id="c") | {"usr": None, "service": None})
    [(first, last, service, person)] = await store.query(
        "SELECT first_moment, last_moment, service, person FROM sessions"
    )
    assert (first, last) == tuple((NOW + timedelta(minutes=n)).replace(tzinfo=None) for n in (-5, 5))
    assert (service, person) == ("shop", store.rows.person("s-1"))
    [(attributes,)] = await store.query("SELECT attributes FROM sessions")
    fields = json.loads(attributes) if isinstance(attributes, str) else attributes
    assert {"plan": "paid", "team": "a"}.items() <= fields.items()


def pieces(store: EventStorePort, cut: int) -> list[tuple[RecordingPiece, Any]]:
    """A recording in pieces: the first `cut` events, and the rest."""
    found = json.loads(gzip.decompress(RAGE.read_bytes()))
    events = found["events"] if isinstance(found, dict) else found
    sent = [
        {"session": "s", "view": "v", "seq": seq, "events": part}
        for seq, part in enumerate((events[:cut], events[cut:]))
    ]
    return [
        recording_pieces.rrweb(text, text, Surroundings(), store.rows)
        for text in map(str.encode, map(json.dumps, sent))
    ]


FOUND = "SELECT target, rage_click, dead_click, moment FROM actions WHERE derived ORDER BY moment, target"


async def test_what_is_found_in_a_recording_replaces_what_was_found_before(
    store: EventStorePort, tmp_path: Path
) -> None:
    """At each cut the first search sees a part alone. In the end it is what a search of the whole finds."""
    first, second = pieces(store, 60)
    await store.keep([first[0]], first[1])
    assert await store.settle()
    partly = await store.query(FOUND)
    await store.keep([second[0]], second[1])
    assert await store.settle()
    wholly = await store.query(FOUND)
    other = await EventStore.open(tmp_path / "other", clock=later)
    for piece, batch in pieces(other, 60):
        await other.keep([piece], batch)
    await other.settle()
    assert wholly == await other.query(FOUND)
    assert partly != wholly
    await other.close()


async def test_a_batch_of_many_rows_is_kept_as_a_complete_one_and_once(store: EventStorePort) -> None:
    """The client of ClickHouse divides what is large; the divided parts must not be taken for repeats."""
    sent = [action(NOW + timedelta(milliseconds=n), "rage_click", id=f"many-{n}", session="s-1") for n in range(20_000)]
    for _ in range(2):
        await send(store, *sent)
    [(kept,)] = await store.query("SELECT count(DISTINCT id) FROM actions")
    assert int(kept) == 20_000
    assert (await counts(store))[0] == 20_000


async def test_retention_deletes_old_events_and_their_recordings(store: EventStorePort) -> None:
    old = NOW - timedelta(days=45)
    for session, moment in (("old", old), ("new", NOW)):
        await send(store, action(moment, id=session, session=session), error(moment, "boom", session, session=session))
        at = int(moment.timestamp() * 1000)
        await store.recordings.write(
            RecordingPiece(session, "v", 0, at, at, 1, True, "datadog", b"x\x9c\x03\x00\x00\x00\x00\x01")
        )
    gone = await store.tidy(timedelta(days=30), NOW)
    assert (gone.events, gone.sessions) == (2, 1)
    assert await counts(store) == [1, 1, 0, 0, 1, 0]
    assert len(await store.recordings.recording("new")) == 1
    with pytest.raises(Missing):
        await store.recordings.recording("old")
    assert await store.meta("kept_from") == (NOW - timedelta(days=30)).replace(tzinfo=None).isoformat()
    await send(store, action(old, id="old", session="old"))  # who imports it again wants it
    assert await counts(store) == [2, 1, 0, 0, 2, 0]
    assert (await store.tidy(timedelta(days=30), NOW)).events == 1


async def test_the_sample_is_added_brought_up_to_now_and_forgotten(store: EventStorePort) -> None:
    """Of both engines the same, by the counts of a model that knows neither."""
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    made = tables(Story(monday), monday - timedelta(hours=2), monday)
    await store.fill(made, {"sample_until": "then"})
    await send(store, action(NOW, id="real"))
    there = {table.name: len(arrays["id"]) for table, arrays in made}
    assert await counts(store) == [there["actions"] + 1, there["errors"], 0, 0, there["sessions"] + 1, 0]
    assert (await store.query("SELECT count(*) FROM actions WHERE error_click"))[0][0] == there["errors"]
    assert await store.meta("sample_until") == "then"
    await store.forget_sample(["sample_until"])
    assert await counts(store) == [1, 0, 0, 0, 1, 0]
    assert await store.meta("sample_until") is None
    await store.fill(made, {})
    assert await counts(store) == [there["actions"] + 1, there["errors"], 0, 0, there["sessions"] + 1, 0]
