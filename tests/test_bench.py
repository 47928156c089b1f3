"""The bench makes its data by itself; what it makes must fit the store as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.local_source import ASKED, NOW, TARGETS, bare, filled
from bot.providers.local.local_source import LocalSource


async def test_the_store_of_the_bench_is_answered_as_by_hand(tmp_path: Path) -> None:
    store = await filled(tmp_path, 20_000)
    answer = await LocalSource(store, NOW.timestamp).answer(ASKED, TARGETS)
    by_hand: list[Any] = []
    store.change(lambda connection: by_hand.extend(bare(connection)))
    await store.close()
    rage, dead, error, actions, people, sessions = by_hand[0][0]
    counts = answer.counts
    assert (counts.signals, counts.actions) == (rage + dead + error, actions)
    assert (counts.people, counts.sessions) == (people, sessions)
    assert actions > 0
