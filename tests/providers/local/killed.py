"""A process that stores an event and a recording, says so, and is killed before it can do anything else."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.providers.local import recording_pieces, sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from tests.providers.local.conftest import later
from tests.providers.local.rumevents import action, lines

RAGE = Path("tests/recordings/rrweb/shop-rage.json.gz")


def recorded() -> list[object]:
    found = json.loads(gzip.decompress(RAGE.read_bytes()))
    return found["events"] if isinstance(found, dict) else found


async def main(folder: Path) -> None:
    store = await EventStore.open(folder, clock=later)
    events, _ = sdk_events.decode(lines(action(datetime(2026, 11, 18, tzinfo=UTC), "dead_click")))
    await store.write(store.rows.rum(events, Surroundings())[0])
    sent = json.dumps({"session": "s", "view": "v", "events": recorded()}).encode()
    piece, batch = recording_pieces.rrweb(sent, sent, Surroundings(), store.rows)
    await store.keep([piece], batch)
    print("kept", flush=True)  # noqa: T201 - the test reads it
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
