"""Batches as columns for ClickHouse: ids as bytes, times as milliseconds, and what rows of a key fold by."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.providers.local import schema
from bot.providers.local.batch import Row, SessionSeen, Surroundings
from bot.providers.local.clickhouse.clickhouse_tables import WHERE_IT_RAN

ColumnLists = dict[str, list[Any]]
NOTHING = bytes(16)
_USUAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""How nearly every UUID is written; it is read several times as fast as the other ways."""


def event_id(text: str | None) -> bytes:
    """Returns the 16 bytes of an id: of a UUID as it is, of anything else its hash, of nothing zeros.

    Somebody who sends a UUID of zeros has an id all the same, or all errors without an action would be theirs.
    """
    if not text:
        return NOTHING
    try:
        known = bytes.fromhex(text.replace("-", "")) if _USUAL.fullmatch(text) else uuid.UUID(text).bytes
    except ValueError:
        known = NOTHING
    return known if known != NOTHING else hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).digest()


def columns_of(table: schema.Table, rows: Collection[Row]) -> ColumnLists:
    """Returns rows of a batch as columns of the table of the same name, without those that only ClickHouse has."""
    columns: ColumnLists = {name: [] for name in table.columns}
    if not rows:
        return columns
    for (name, kind), values in zip(table.columns.items(), zip(*rows, strict=True), strict=True):
        if kind == "UUID":
            columns[name] = list(map(event_id, values))
        elif kind == "TIMESTAMP":
            columns[name] = list(map(int, values))
        elif kind == "VARCHAR":
            columns[name] = [value or "" for value in values]
        else:  # columns that a store from before lacks are empty there
            columns[name] = [0 if value is None else value for value in values]
    return columns


def filled(columns: ColumnLists, **constants: object) -> ColumnLists:
    """Returns the columns with others that have one value in all rows."""
    count = len(next(iter(columns.values())))
    return columns | {name: [value] * count for name, value in constants.items()}


def picked(columns: ColumnLists, chosen: Sequence[int]) -> ColumnLists:
    """Returns some of the rows."""
    return {name: [values[row] for row in chosen] for name, values in columns.items()}


_ADDED = 31
"""Bits for a number of errors or clicks, which is at most 2^31 - 1 in the columns and 2^30 - 1 here."""
_MOST = 2 ** (_ADDED - 1) - 1


def packed(rage: bool, dead: bool, error: bool, errors: int, clicks: int) -> int:
    """Returns what a later state of an action may add, as one number of 64 bits."""
    signals = int(rage) | int(dead) << 1 | int(error) << 2
    return signals | int(min(errors, _MOST)) << 3 | int(min(clicks, _MOST)) << (3 + _ADDED)


def united(states: Iterable[int]) -> int:
    """Returns the state that has all that these have."""
    signals = errors = clicks = 0
    for state in states:
        signals |= state & 7
        errors = max(errors, state >> 3 & _MOST)
        clicks = max(clicks, state >> (3 + _ADDED))
    return signals | errors << 3 | clicks << (3 + _ADDED)


def unpacked(state: int) -> dict[str, Any]:
    """Returns the columns that a state is made of."""
    return {
        "rage_click": bool(state & 1),
        "dead_click": bool(state & 2),
        "error_click": bool(state & 4),
        "errors": state >> 3 & _MOST,
        "clicks": state >> (3 + _ADDED),
    }


def states_of(columns: ColumnLists) -> list[int]:
    names = ("rage_click", "dead_click", "error_click", "errors", "clicks")
    return [packed(*row) for row in zip(*(columns[name] for name in names), strict=True)]


def session_of(row: Row) -> tuple[int, SessionSeen]:
    """Returns when a session of the embedded table was last heard of, in epoch us, and what is known of it."""
    id, person, *place, first, last, received, attributes, sample, nameless, rate = row
    where, received = Surroundings(*(text or "" for text in place)), int(received or last)
    times, marks = (
        (int(first or last), int(last), received),
        (bool(sample), bool(nameless), 100.0 if rate is None else rate),
    )
    return received * 1000, SessionSeen(id, person or "", where, *times, attributes or "{}", *marks)


def sessions_of(seen: Iterable[tuple[int, SessionSeen]]) -> ColumnLists:
    """Returns what is said about sessions, each with when it came, in epoch us: of two texts the later one wins."""
    times, sessions = zip(*seen, strict=True)
    dated = list(zip(times, sessions, strict=True))
    last: dict[str, list[Any]] = {"person": [_last(each.person, arrived) for arrived, each in dated]}
    for name in WHERE_IT_RAN:
        last[name] = [_last(getattr(each.surroundings, name), arrived) for arrived, each in dated]
    return {
        "id": [each.id for each in sessions],
        **last,
        "first_moment": [int(each.first) for each in sessions],
        "last_moment": [int(each.last) for each in sessions],
        "received": [int(each.received) for each in sessions],
        "attributes": [_attributes(each.attributes, arrived) for arrived, each in dated],
        "sample": [each.sample for each in sessions],
        "nameless": [(arrived if each.person else 0, each.nameless) for arrived, each in dated],
        "sample_rate": [each.sample_rate for each in sessions],
    }


def _last(text: str, arrived: int) -> tuple[int, str]:
    return (arrived, text) if text else (0, "")


def _attributes(text: str, arrived: int) -> dict[str, tuple[int, str]]:
    fields: dict[str, Any] = msgspec.json.decode(text or "{}")
    return {name: (arrived, str(value)) for name, value in fields.items()}


def token_of(table: str, columns: Mapping[str, Sequence[Any]], erasures: str = "") -> str:
    """Returns what stands for these very rows, so that they are kept once however often they are sent.

    `erasures` tells the store before something was deleted from the one after: the same rows may be wanted again.
    """
    rows = msgspec.msgpack.encode((table, erasures, columns))
    return hashlib.blake2b(rows, digest_size=16).hexdigest()
