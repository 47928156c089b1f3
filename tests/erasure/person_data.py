"""What is kept of a person who is to be forgotten, and of somebody else."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.app.erasure.forget_person import ErasureContext
from bot.notebook.notebook import Cell, Notebook, digest
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.recording_pieces import rrweb
from bot.state import keys
from tests.providers.local.rumevents import action, error
from tests.providers.local.two_engines import delivered

WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
USER, EMAIL, NAME = "customer-4711", "mina.park@example.com", "Mina Park"
FILE = "a" * 64 + ".gif"
TABLES = ("actions", "errors", "sessions", "segments")


def piece(session: str, person: str | None) -> bytes:
    moment = int(WHEN.timestamp() * 1000)
    events = [{"type": 4, "timestamp": moment, "data": {}}, {"type": 2, "timestamp": moment + 5, "data": {}}]
    return msgspec.json.encode({"session": session, "person": person, "seq": 0, "view": "v", "events": events})


async def fill(store: EventStorePort) -> None:
    """Two sessions of the person, and one of somebody else."""
    for session, user in (("s-1", USER), ("s-2", USER), ("s-3", "somebody-else")):
        await delivered(
            store, [action(WHEN, "dead_click", session=session, user=user), error(WHEN, "boom", session=session)]
        )
        raw = piece(session, user)
        described, batch = rrweb(raw, gzip.compress(raw, mtime=0), Surroundings(), store.rows)
        await store.keep([described], batch)
    await store.settle(20)


async def left(store: EventStorePort) -> list[set[str]]:
    names = ("id" if table == "sessions" else "session_id" for table in TABLES)
    asked = [f"SELECT DISTINCT {name} FROM {table}" for name, table in zip(names, TABLES, strict=True)]
    return [{str(row[0]) for row in await store.query(sql)} for sql in asked]


async def recorded(store: EventStorePort) -> list[str]:
    return [session for session in ("s-1", "s-2", "s-3") if (await store.recordings.size(session))[0]]


def cell() -> Cell:
    text = f"Asked by {NAME}, {EMAIL}"
    return Cell("c1", text, marker="number", written=digest(text), author=NAME)


async def remember(context: ErasureContext) -> None:
    """What Replaybook keeps of what a person did, and of clips of their sessions."""
    records, clip = context.records, {"kind": "clip", "file": FILE, "session": "s-1"}
    notebook = Notebook(id="N1", team="T1", channel="C1", title=f"{NAME} can't buy", created=WHEN, cells=(cell(),))
    raw = msgspec.json.decode(msgspec.json.encode(notebook))
    raw["cells"].append({"id": "c2", "markdown": "![clip]", "marker": "clip/k1", "data": clip})
    rows: dict[str, Any] = {
        keys.record("T1", "notebook", "N1"): raw,
        keys.record("T1", "request", "R1"): {
            "asks": {"id": "U0MINAPARK", "name": NAME},
            "what": f"<@U0MINAPARK> of {EMAIL}",
        },
        keys.record("T1", "shown", "k1"): {"id": "k1", "asked": "q1", "session": "s-1", "clip": clip},
        keys.record("T1", "clips", "q1"): ["k1", "k2"],
        keys.record("T1", "moments", "q1"): {"s-1": {"session_id": "s-1"}, "s-3": {"session_id": "s-3"}},
        keys.record("T1", "asked", "q1"): {
            "id": "q1",
            "user": "U0MINAPARK",
            "asker": NAME,
            "text": f"errors of {USER}",
        },
        keys.record("T1", "asked", "q2"): {"id": "q2", "user": "U0OTHER", "asker": "Minari Parker", "text": "errors"},
    }
    for key, value in rows.items():
        await records.write(key, msgspec.json.encode(value), 0)
    await context.pictures.put(FILE, b"GIF89a")
    await context.redis.set(keys.person("T1", "U0MINAPARK"), b"{}")


async def everything(context: ErasureContext) -> str:
    return "\n".join(sorted([data.decode() async for data in context.records.every()]))
