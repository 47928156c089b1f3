"""Tables in ClickHouse: columns as in the embedded store, and how rows find and replace each other.

Every table has a key, so a row that arrives again is the same row, whoever sends it to whichever bot. Rows with a key
replace each other in the background; statements of ours run with `final = 1` and see the last one alone.

`actions`   sorted by target and time, as questions ask. `state` holds what a repeat may add (signals, errors, clicks),
            so each state that was sent has a key of its own; those that a newer one replaces are `dropped`, at the same
            key with a higher `change`.
`action_states`   the states by id, in which a writer sees whether an action has more than one.
`sessions_seen`   what deliveries say about sessions. Nothing is updated: rows of one session fold into one, and text
            columns are pairs (when it came, text) of which the last not empty one wins. `sessions` is that, folded.
`searched`  what a search of a recording found, by the number of its pieces, to take it back when the next finds less.

No column is nullable: '' and the zero UUID stand for nothing.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here)

from __future__ import annotations

from dataclasses import dataclass

MOMENT = "DateTime64(3, 'UTC')"
_NAME = "LowCardinality(String)"
_PLACE = ("application", "service", "env", "version", "browser", "os", "device", "country")
WHERE_IT_RAN = dict.fromkeys(_PLACE, _NAME)
_CHANGES = {"change": "UInt64", "dropped": "UInt8"}
_LAST = "Tuple(UInt64, String)"


@dataclass(frozen=True, slots=True)
class KeyedTable:
    """`replaced` are the columns that say which row of a key wins. `month` is the time that retention goes by.

    `shard` is what rows are spread by over the servers of a cluster: those that are joined are on one.
    """

    name: str
    columns: dict[str, str]
    key: str
    engine: str = "ReplacingMergeTree"
    replaced: str = ""
    month: str = "moment"
    shard: str = "session_id"
    granularity: int = 8192
    indexed: str = ""
    """A column by which parts are skipped that arrived at another time."""

    @property
    def types(self) -> list[str]:
        """The types that values are sent as: those inside functions that fold them."""
        return [_bare(kind) for kind in self.columns.values()]


def _bare(kind: str) -> str:
    return kind.partition(", ")[2][:-1] if kind.startswith("SimpleAggregateFunction") else kind


def _folded(function: str, kind: str) -> str:
    return f"SimpleAggregateFunction({function}, {kind})"


ACTIONS = KeyedTable(
    "actions",
    {
        "id": "UUID",
        "moment": MOMENT,
        "session_id": "String",
        "view_id": "String",
        "person": "String",
        "target": _NAME,
        "selector": "String",
        "rage_click": "Bool",
        "dead_click": "Bool",
        "error_click": "Bool",
        "clicks": "Int32",
        "errors": "Int32",
        "x": "Float32",
        "y": "Float32",
        "view_path": _NAME,
        "view_name": _NAME,
        **WHERE_IT_RAN,
        "sample": "Bool",
        "derived": "Bool",
        "document": "Int32",
        "nameless": "Bool",
        "state": "UInt64",
        **_CHANGES,
    },
    key="target, moment, id, document, state",
    replaced="change, dropped",
)
ACTION_STATES = KeyedTable(
    "action_states",
    {"id": "UUID", "moment": MOMENT, "target": _NAME, "document": "Int32", "state": "UInt64"},
    key="toStartOfHour(moment), id, document, moment, target, state",
    shard="id",
    granularity=1024,  # a writer looks up few ids among many
)
ERRORS = KeyedTable(
    "errors",
    {
        "id": "UUID",
        "action_id": "UUID",
        "moment": MOMENT,
        "session_id": "String",
        "view_id": "String",
        "message": "String",
        "kind": _NAME,
        "source": _NAME,
        "view_path": _NAME,
        "version": _NAME,
        "sample": "Bool",
        "derived": "Bool",
        **_CHANGES,
    },
    key="moment, id, action_id",
    replaced="change, dropped",
)
VIEWS = KeyedTable(
    "views",
    {
        "id": "UUID",
        "moment": MOMENT,
        "document": "Int32",
        "session_id": "String",
        "view_path": _NAME,
        "view_name": _NAME,
        "version": _NAME,
        "seconds": "Float64",
        "active": "Bool",
        "actions": "Int32",
        "errors": "Int32",
        "frustrations": "Int32",
        "sample": "Bool",
    },
    key="id",
    replaced="document",
)
OTHERS = KeyedTable(
    "others",
    {"id": "UUID", "moment": MOMENT, "session_id": "String", "kind": _NAME, "name": _NAME},
    key="kind, name, moment, id",
)
SEGMENTS = KeyedTable(
    "segments",
    {
        "id": "UUID",
        "moment": MOMENT,
        "last_moment": MOMENT,
        "session_id": "String",
        "view_id": "String",
        "seq": "Int32",
        "file": "String",
        "format": _NAME,
        "events": "Int32",
        "full_snapshot": "Bool",
        "bytes": "Int64",
        "sample": "Bool",
    },
    key="session_id, id",
)
SESSIONS_SEEN = KeyedTable(
    "sessions_seen",
    {
        "id": "String",
        "person": _folded("max", _LAST),
        **dict.fromkeys(_PLACE, _folded("max", _LAST)),
        "first_moment": _folded("min", MOMENT),
        "last_moment": _folded("max", MOMENT),
        "received": _folded("max", MOMENT),
        "attributes": _folded("maxMap", f"Map(String, {_LAST})"),
        "sample": _folded("min", "Bool"),
        "nameless": _folded("max", "Tuple(UInt64, Bool)"),
        "sample_rate": _folded("min", "Float32"),
    },
    key="id",
    engine="AggregatingMergeTree",
    month="last_moment",
    shard="id",
    indexed="received",
)
SEARCHED = KeyedTable(
    "searched",
    {
        "session_id": "String",
        "pieces": "Int32",
        "attempt": "Int32",
        "moment": MOMENT,  # of the search
        "finished": "UInt8",
        "actions": f"Array(Tuple(UUID, {MOMENT}, String, UInt64))",
        "errors": f"Array(Tuple(UUID, UUID, {MOMENT}))",
    },
    key="session_id, pieces, attempt",
    replaced="finished",
)
TABLES = (ACTIONS, ACTION_STATES, ERRORS, VIEWS, OTHERS, SEGMENTS, SESSIONS_SEEN, SEARCHED)
META = KeyedTable(
    "meta",
    {"name": "String", "value": "String", "change": "UInt64"},
    key="name",
    replaced="change",
    month="",
    shard="name",
)
SESSIONS = f"""SELECT id, max(person).2 AS person, {", ".join(f"max({name}).2 AS {name}" for name in _PLACE)},
  min(seen.first_moment) AS first_moment, max(seen.last_moment) AS last_moment, max(seen.received) AS received,
  mapApply((name, last) -> (name, last.2), maxMap(seen.attributes)) AS attributes, min(seen.sample) AS sample,
  max(seen.nameless).2 AS nameless, min(seen.sample_rate) AS sample_rate
FROM sessions_seen AS seen GROUP BY id"""
"""The view `sessions`, with the columns of the embedded table; `attributes` is a Map(String, String)."""
WINDOW = 10_000
"""Blocks by which a repeat is known, in each table. An insert is one block in each month that it has rows of.

The window serves the repeats of a lost connection, which come within seconds; a busy writer makes ten inserts a second,
so it lasts a quarter of an hour there, and for days in most places. What comes later still counts once: by its key.
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the tables are. With a `cluster` they are replicated, and spread over its shards."""

    cluster: str = ""

    def create(self, table: KeyedTable) -> list[str]:
        """Returns the statements that make a table where it isn't there."""
        columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
        if table.indexed:
            columns += f", INDEX by_{table.indexed} {table.indexed} TYPE minmax"
        partition = f" PARTITION BY toYYYYMM({table.month})" if table.month else ""
        name = f"{table.name}_local" if self.cluster else table.name
        statements = [
            f"CREATE TABLE IF NOT EXISTS {name}{self._everywhere} ({columns}) ENGINE = {self._engine(table)}"
            f"{partition} ORDER BY ({table.key}) SETTINGS {self._settings(table)}"
        ]
        if self.cluster:
            statements.append(
                f"CREATE TABLE IF NOT EXISTS {table.name}{self._everywhere} AS {name} "
                f"ENGINE = Distributed('{self.cluster}', currentDatabase(), '{name}', cityHash64({table.shard}))"
            )
        return statements

    def stored(self, table: KeyedTable) -> str:
        """Returns the name of what has the rows, for statements that change it."""
        return f"{table.name}_local{self._everywhere}" if self.cluster else table.name

    def sessions(self) -> str:
        return f"CREATE VIEW IF NOT EXISTS sessions{self._everywhere} AS {SESSIONS}"

    @property
    def _everywhere(self) -> str:
        return f" ON CLUSTER '{self.cluster}'" if self.cluster else ""

    def _engine(self, table: KeyedTable) -> str:
        if not self.cluster:
            return f"{table.engine}({table.replaced})"
        place = "'/clickhouse/tables/{database}/{shard}/{table}', '{replica}'"
        return f"Replicated{table.engine}({', '.join(filter(None, (place, table.replaced)))})"

    def _settings(self, table: KeyedTable) -> str:
        windows = ("replicated_deduplication_window",) if self.cluster else ("non_replicated_deduplication_window",)
        settings = {"index_granularity": table.granularity, **dict.fromkeys(windows, WINDOW)}
        return ", ".join(f"{name} = {value}" for name, value in settings.items())
