"""Signals of senders that only record are found in what they recorded."""

from __future__ import annotations

import asyncio
import gzip
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.files.folder_store import FolderStore
from bot.kernel.errors import Unavailable
from bot.providers.local import derive, recording_pieces
from bot.providers.local import local_source as source_module
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.replay.detect.detector import detect
from bot.signals.answer import Caveat, CaveatKind, TargetMatch
from bot.signals.question import Period, Question, Signal

RAGE = Path("tests/recordings/rrweb/shop-rage.json.gz")


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    """Two bursts of angry clicks on a Buy button, moved to a known morning."""
    recorded = msgspec.json.decode(gzip.decompress(RAGE.read_bytes()))
    events: list[dict[str, Any]] = recorded["events"] if isinstance(recorded, dict) else recorded
    shift = int(MORNING.timestamp() * 1000) - events[0]["timestamp"]
    return [{**event, "timestamp": event["timestamp"] + shift} for event in events]


MORNING = datetime(2026, 11, 18, 8, tzinfo=UTC)
DAY = Period(MORNING, MORNING + timedelta(hours=8))


async def deliver(store: EventStore, events: list[dict[str, Any]], seq: int = 0, session: str = "s-1") -> None:
    meta = {"browser": "Chrome", "country": "KR", "device": "desktop", "version": "2.31.0"}
    sent = msgspec.json.encode(
        {"session": session, "view": "v", "person": "p", "seq": seq, "meta": meta, "events": events}
    )
    piece, batch = recording_pieces.rrweb(sent, sent, Surroundings(), store.rows)
    await store.keep([piece], batch)


async def found(store: EventStore) -> list[tuple[Any, ...]]:
    await store.settle()
    columns = "target, clicks, rage_click, browser, country, device, version"
    return await store.query(f"SELECT {columns} FROM actions WHERE rage_click ORDER BY moment")


async def test_a_session_that_arrives_in_pieces_is_searched_whole(
    store: EventStore, events: list[dict[str, Any]]
) -> None:
    half = len(events) // 2
    await deliver(store, events[:half], 0)
    await found(store)
    await deliver(store, events[half:], 1)
    rows = await found(store)
    around = (True, "Chrome", "KR", "Desktop", "2.31.0")
    assert rows == [("Buy", 9, *around), ("Buy", 7, *around)]


async def test_searching_again_changes_nothing(store: EventStore, events: list[dict[str, Any]]) -> None:
    await deliver(store, events)
    await store.settle()
    before = (
        await store.query("SELECT * FROM actions ORDER BY ALL"),
        await store.query("SELECT * FROM errors ORDER BY ALL"),
    )
    assert before[0]
    await deliver(store, events)
    await store.settle()
    after = (
        await store.query("SELECT * FROM actions ORDER BY ALL"),
        await store.query("SELECT * FROM errors ORDER BY ALL"),
    )
    assert after == before


async def test_an_answer_waits_for_what_was_just_accepted(store: EventStore, events: list[dict[str, Any]]) -> None:
    """Nobody who clicked in anger and asks at once is told that nothing happened."""
    source = LocalSource(store)
    await deliver(store, events)
    answer = await source.answer(Question(DAY, target="buy"), [TargetMatch(one.name) for one in await source.seen(DAY)])
    assert answer.counts.by_signal[Signal.RAGE] == 2


async def test_an_answer_does_not_wait_for_ever(
    store: EventStore, events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that more is coming, and the next answer has it."""
    released = threading.Event()
    monkeypatch.setattr(derive, "detect", lambda recording: released.wait(10) and detect(recording))
    monkeypatch.setattr(source_module, "PATIENCE_S", 0.05)
    source = LocalSource(store)
    await deliver(store, events)
    first = await source.answer(Question(DAY), [])
    assert (first.counts.signals, first.caveats) == (0, (Caveat(CaveatKind.SEARCHING),))
    released.set()
    await store.settle()
    assert (await source.answer(Question(DAY), [])).counts.signals == 2


async def test_a_moment_is_complete_when_the_pieces_reach_it(store: EventStore, events: list[dict[str, Any]]) -> None:
    """The same session with its second piece lost still has the moment, but comes after the whole one."""
    third = len(events) // 3
    for session, lost in (("whole", None), ("gap", 1)):
        for seq in range(3):
            part = events[seq * third : (seq + 1) * third if seq < 2 else None]
            if seq != lost:
                await deliver(store, part, seq, session)
    question = Question(DAY, signals=(Signal.RAGE,))
    moments = await LocalSource(store).moments(question, [])
    told = [(moment.session_id, moment.complete) for moment in moments]
    assert told == [("whole", True), ("gap", False)]
    assert moments[0].seconds_in == pytest.approx((moments[0].at - MORNING).total_seconds())
    assert len(await LocalSource(store).recording("whole")) == 3


async def test_nonsense_costs_its_own_session_only(store: EventStore, events: list[dict[str, Any]]) -> None:
    moment = int(MORNING.timestamp() * 1000)
    nonsense: list[dict[str, Any]] = [
        {"type": 2, "timestamp": moment, "data": 7},
        {"type": 3, "timestamp": moment + 1, "data": {"source": 2}},
    ]
    await deliver(store, nonsense, session="nonsense")
    await deliver(store, events, session="fine")
    await store.settle()
    assert await store.query("SELECT DISTINCT session_id FROM actions") == [("fine",)]


async def test_a_session_that_is_too_long_is_kept_but_not_searched(
    store: EventStore, events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "LARGEST", 100)
    await deliver(store, events)
    await store.settle()
    assert await store.query("SELECT count(*) FROM actions") == [(0,)]
    assert len(await store.recordings.recording("s-1")) == 1


class AwayNowAndThen(FolderStore):
    """A store that doesn't answer while `away`."""

    away = False

    async def get(self, key: str) -> bytes:
        if self.away:
            raise Unavailable("%(place)s doesn’t answer.", place=self.place)
        return await super().get(key)


async def test_a_recording_that_cannot_be_read_now_is_searched_later_and_until_then_nothing_is_claimed(
    tmp_path: Path, events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "AGAIN_S", 0.05)
    files = AwayNowAndThen(tmp_path / "elsewhere")
    store = await EventStore.open(tmp_path / "rum", files, clock=lambda: MORNING + timedelta(days=1))
    try:
        files.away = True
        await deliver(store, events)
        assert not await store.settle()
        assert not await store.settle()
        assert await store.query("SELECT count(*) FROM searched") == [(0,)]
        files.away = False
        async with asyncio.timeout(60):
            while not await store.query("SELECT * FROM searched"):  # noqa: ASYNC110 - another task searches
                await asyncio.sleep(0.02)
        assert [row[:2] for row in await found(store)] == [("Buy", 9), ("Buy", 7)]
        assert await store.settle()
        assert not (tmp_path / "rum" / "segments").exists()
    finally:
        await store.close()


async def test_a_recording_that_could_not_be_read_when_the_process_ended_is_searched_by_the_next(
    tmp_path: Path, events: list[dict[str, Any]]
) -> None:
    files = AwayNowAndThen(tmp_path / "elsewhere")
    store = await EventStore.open(tmp_path / "rum", files, clock=lambda: MORNING + timedelta(days=1))
    files.away = True
    await deliver(store, events)
    await store.close()
    files.away = False
    again = await EventStore.open(tmp_path / "rum", files, clock=lambda: MORNING + timedelta(days=1))
    assert [row[:2] for row in await found(again)] == [("Buy", 9), ("Buy", 7)]
    await again.close()
