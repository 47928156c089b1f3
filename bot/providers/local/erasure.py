"""One person's sessions and events, found and deleted in the embedded store. Blocking."""

# ruff: noqa: S608 (names of our own tables are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec

from bot.providers.local import schema

if TYPE_CHECKING:
    from bot.providers.local.event_store import EventStore

EVENTS = (schema.ACTIONS, schema.ERRORS, schema.VIEWS, schema.OTHERS)
_SESSIONS = """
SELECT id FROM sessions WHERE id = $who OR person = $person OR contains(CAST(attributes AS VARCHAR), $text)
UNION SELECT session_id FROM actions WHERE person = $person
UNION SELECT session_id FROM segments WHERE session_id = $who
"""


def as_value(who: str) -> str:
    """The text as a value within JSON."""
    return msgspec.json.encode(who).decode()


def sessions_of(store: EventStore, who: str) -> list[str]:
    """Sessions of whoever the sender calls so: by user, browser, session, or an attribute of this very value."""
    values = {"who": who, "person": store.rows.person(who), "text": as_value(who)}
    return sorted(str(row[0]) for row in store.rows_of(_SESSIONS, values) if row[0])


def erase_sessions(store: EventStore, sessions: Sequence[str]) -> int:
    """Deletes all rows of these sessions at once, and returns how many events that were."""
    counts: list[int] = []

    def erase(connection: duckdb.DuckDBPyConnection) -> None:
        connection.begin()
        for table in (*EVENTS, schema.SEGMENTS, schema.SEARCHED):
            deleted: Any = connection.execute(
                f"DELETE FROM {table.name} WHERE session_id IN (SELECT unnest($1))", [list(sessions)]
            ).fetchone()
            counts.append(int(deleted[0]) if deleted and table in EVENTS else 0)
        connection.execute("DELETE FROM sessions WHERE id IN (SELECT unnest($1))", [list(sessions)])
        connection.commit()

    def compact(connection: duckdb.DuckDBPyConnection) -> None:
        with suppress(duckdb.TransactionException):  # somebody is writing; retention does it
            connection.execute("CHECKPOINT")

    store.change(erase)
    store.change(compact)
    return sum(counts)
