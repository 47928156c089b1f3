"""The workspace's data in one SQLite file: messages by channel and time, everything else by kind and id.

Calls take microseconds, so they run in the event loop. With WAL a killed process loses nothing that it has confirmed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    channel TEXT NOT NULL, ts TEXT NOT NULL, thread TEXT, body TEXT NOT NULL, PRIMARY KEY (channel, ts)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS replies ON messages (channel, thread, ts);
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
"""
LATEST = "9999999999.999999"


class WorkspaceStore:
    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._db = sqlite3.connect(folder / "workspace.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        newest = self._db.execute("SELECT max(ts) FROM messages").fetchone()[0]
        self._last = round(float(newest) * 1_000_000) if newest else 0

    def close(self) -> None:
        self._db.close()

    def next_ts(self) -> str:
        """Returns a message's ts: seconds with six digits, never the same twice, never going back."""
        self._last = max(round(self._clock() * 1_000_000), self._last + 1)
        return stamp(self._last)

    def put_message(self, channel: str, message: Json) -> None:
        row = (channel, message["ts"], message.get("thread_ts"), json.dumps(message))
        self._db.execute("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?)", row)

    def message(self, channel: str, ts: str) -> Json | None:
        row = self._db.execute("SELECT body FROM messages WHERE channel = ? AND ts = ?", (channel, ts)).fetchone()
        return json.loads(row[0]) if row else None

    def remove_message(self, channel: str, ts: str) -> None:
        self._db.execute("DELETE FROM messages WHERE channel = ? AND ts = ?", (channel, ts))

    def history(self, channel: str, oldest: str = "0", latest: str = LATEST, limit: int = 100) -> list[Json]:
        """Returns the newest first, without replies that are in threads only; both ends included."""
        query = (
            "SELECT body FROM messages WHERE channel = ? AND ts >= ? AND ts <= ? AND (thread IS NULL OR thread = ts"
            " OR json_extract(body, '$.subtype') = 'thread_broadcast') ORDER BY ts DESC LIMIT ?"
        )
        return self._bodies(query, channel, oldest, latest, limit)

    def replies(self, channel: str, ts: str, oldest: str = "0", latest: str = LATEST, limit: int = 1000) -> list[Json]:
        """Returns the replies under a message, the oldest first, without the message."""
        query = (
            "SELECT body FROM messages WHERE channel = ? AND thread = ? AND ts <> thread AND ts >= ? AND ts <= ?"
            " ORDER BY ts LIMIT ?"
        )
        return self._bodies(query, channel, ts, oldest, latest, limit)

    def since(self, channel: str, ts: str, limit: int = 200) -> list[Json]:
        """Returns every message after `ts`, replies too, the oldest first."""
        query = "SELECT body FROM messages WHERE channel = ? AND ts > ? ORDER BY ts LIMIT ?"
        return self._bodies(query, channel, ts, limit)

    def newest(self, channel: str) -> str:
        row = self._db.execute("SELECT max(ts) FROM messages WHERE channel = ?", (channel,)).fetchone()
        return row[0] or "0"

    def put(self, kind: str, key: str, body: Json) -> None:
        self._db.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, key, json.dumps(body)))

    def get(self, kind: str, key: str) -> Json | None:
        row = self._db.execute("SELECT body FROM records WHERE kind = ? AND id = ?", (kind, key)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Json]:
        return self._bodies("SELECT body FROM records WHERE kind = ? ORDER BY id", kind)

    def remove(self, kind: str, key: str) -> None:
        self._db.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, key))

    def _bodies(self, query: str, *values: str | int) -> list[Json]:
        return [json.loads(row[0]) for row in self._db.execute(query, values)]


def stamp(microseconds: int) -> str:
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06d}"
