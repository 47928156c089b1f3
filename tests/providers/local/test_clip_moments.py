"""Each session stands for its worst moment in all of the period, by the same rule in SQL as in the room."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.kernel.locale import Locale
from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.replay.script.choice import choose, worst_moments
from bot.signals.question import Period, Question
from bot.signals.source import Moment
from tests.providers.local.rumevents import action, error, lines

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Piece = tuple[int, int, int, bool]
"""Number, first and last second after noon, and whether there is a full snapshot in it."""


async def put(store: EventStore, events: list[dict[str, Any]], pieces: dict[str, list[Piece]]) -> None:
    batch, skipped = store.rows.rum(sdk_events.decode(lines(*events))[0], Surroundings())
    assert skipped == 0
    for session, its in pieces.items():
        for seq, first, last, full in its:
            key, start = f"{session}/{seq}", NOON.timestamp() * 1000
            times = (start + first * 1000, start + last * 1000)
            batch.segments[key] = (key, *times, session, f"v-{session}", seq, key, "datadog", 9, full, 9, False)
    await store.write(batch)


async def moments(store: EventStore, first: int = 0, last: int = 5_000, limit: int = 1_000) -> list[Moment]:
    period = Period(NOON + first * SECOND, NOON + last * SECOND)
    return list(await LocalSource(store).moments(Question(period), [], limit=limit))


async def test_thousands_of_newer_and_milder_moments_hide_no_worst_one(store: EventStore) -> None:
    calm = [action(NOON + n * SECOND, "dead_click", session=f"s-{n % 2}") for n in range(100, 2_600)]
    worst = action(NOON + SECOND, "rage_click", "error_click", session="s-0", id="worst")
    await put(
        store,
        [worst, *calm, error(NOON + SECOND, "boom", "worst", session="s-0")],
        {f"s-{n}": [(0, 0, 3_000, True)] for n in range(2)},
    )
    newest, oldest = await moments(store, limit=100)
    assert (newest.session_id, newest.at) == ("s-1", NOON + 101 * SECOND)  # all are alike: the first one
    assert (oldest.session_id, oldest.at, oldest.error) == ("s-0", NOON + SECOND, "boom")
    assert choose([newest, oldest], Locale.of("en"))[0].moment.complete


async def test_a_milder_moment_that_can_be_replayed_goes_before_a_worse_one_that_can_not(store: EventStore) -> None:
    """The pieces are 0, 1 and 3: what is in the last one can't be reached from the snapshot in the first."""
    seconds = {5: ("dead_click",), 15: ("dead_click", "error_click"), 35: ("rage_click", "dead_click", "error_click")}
    events = [action(NOON + at * SECOND, *types) for at, types in seconds.items()]
    await put(store, events, {"s-1": [(0, 0, 10, True), (1, 10, 20, False), (3, 30, 40, False)]})
    (moment,) = await moments(store)
    assert (moment.at, moment.complete) == (NOON + 15 * SECOND, True)
    assert [it.complete for it in await moments(store, 30)] == [False]


async def test_the_rule_is_that_of_the_room(store: EventStore) -> None:
    """Asked for a second alone, a source has nothing to rank; the room then ranks what all the seconds gave."""
    random.seed(7)
    kinds, events = ("rage_click", "dead_click", "error_click"), []
    for second in range(120):
        session = f"s-{random.randrange(6)}"
        types = random.sample(kinds, random.choice((1, 1, 2)))
        events.append(action(NOON + second * SECOND, *types, session=session, id=f"a-{second}"))
        if random.random() < 0.3:
            events.append(error(NOON + second * SECOND, random.choice("xyz"), f"a-{second}", session=session))
    pieces = {
        f"s-{n}": [(seq, 20 * seq, 20 * seq + 20, random.random() < 0.4) for seq in range(6) if random.random() < 0.8]
        for n in range(6)
    }
    await put(store, events, pieces)
    alone = [moment for second in range(120) for moment in await moments(store, second, second + 1)]
    assert {moment.complete for moment in alone} == {True, False}
    ranked = worst_moments(alone)
    assert len(ranked) >= 5
    together = await moments(store)
    assert together == sorted(ranked, key=lambda moment: not moment.complete)
    assert await moments(store, limit=2) == together[:2]
