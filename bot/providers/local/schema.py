"""Tables of the embedded store.

Times are UTC. `moment` is the first click of an action, the beginning of a view, the time of an error. There is no
index on the event tables: a repeated event is looked for only among those of its own time.
`people` are counted by `person`: a keyed hash of what the sender calls the user, else of the anonymous id, else of the
session. Rows with `sample` were generated; rows with `derived` were found in a recording, and are found again (and
replaced) whenever more of it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with their types, in the order of the rows that are merged into it.

    `added` are the last of them, which stores from before lack, with what their rows have there.
    """

    name: str
    columns: dict[str, str]
    added: dict[str, str] = field(default_factory=dict)

    @property
    def ddl(self) -> list[str]:
        body = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        return [
            f"CREATE TABLE IF NOT EXISTS {self.name} ({body})",
            *(
                f"ALTER TABLE {self.name} ADD COLUMN IF NOT EXISTS {name} {self.columns[name]} DEFAULT {value}"
                for name, value in self.added.items()
            ),
        ]


_WHERE_IT_RAN = {
    "application": "VARCHAR",
    "service": "VARCHAR",
    "env": "VARCHAR",
    "version": "VARCHAR",
    "browser": "VARCHAR",
    "os": "VARCHAR",
    "device": "VARCHAR",
    "country": "VARCHAR",
}
_MARKS = {"sample": "BOOLEAN", "derived": "BOOLEAN"}

ACTIONS = Table(
    "actions",
    {
        "id": "UUID",
        "moment": "TIMESTAMP",
        "session_id": "VARCHAR",
        "view_id": "VARCHAR",
        "person": "VARCHAR",
        "target": "VARCHAR",
        "selector": "VARCHAR",
        "rage_click": "BOOLEAN",
        "dead_click": "BOOLEAN",
        "error_click": "BOOLEAN",
        "clicks": "INTEGER",  # 0 where the sender does not tell
        "errors": "INTEGER",
        "x": "FLOAT",
        "y": "FLOAT",
        "view_path": "VARCHAR",
        "view_name": "VARCHAR",
        **_WHERE_IT_RAN,
        **_MARKS,
        "document": "INTEGER",  # which state of the action it is, where the sender counts them
        "nameless": "BOOLEAN",  # the sender names no user: `person` stands for a browser or a session
    },
    added={"document": "0", "nameless": "false"},
)
ERRORS = Table(
    "errors",  # one row for each action that an error is joined to, or one row without action
    {
        "id": "UUID",
        "action_id": "UUID",
        "moment": "TIMESTAMP",
        "session_id": "VARCHAR",
        "view_id": "VARCHAR",
        "message": "VARCHAR",
        "kind": "VARCHAR",
        "source": "VARCHAR",
        "view_path": "VARCHAR",
        "version": "VARCHAR",
        **_MARKS,
    },
)
VIEWS = Table(
    "views",  # a sender repeats a view as it grows; `document` counts the repeats and the highest is kept
    {
        "id": "UUID",
        "moment": "TIMESTAMP",
        "document": "INTEGER",
        "session_id": "VARCHAR",
        "view_path": "VARCHAR",
        "view_name": "VARCHAR",
        "version": "VARCHAR",
        "seconds": "DOUBLE",
        "active": "BOOLEAN",
        "actions": "INTEGER",
        "errors": "INTEGER",
        "frustrations": "INTEGER",
        "sample": "BOOLEAN",
    },
)
OTHERS = Table(
    "others",  # resources, long tasks, custom actions, synthetic tests: counted; asked about are custom actions alone
    {
        "id": "UUID",
        "moment": "TIMESTAMP",
        "session_id": "VARCHAR",
        "kind": "VARCHAR",
        "name": "VARCHAR",  # of custom actions; empty for the rest
    },
    added={"name": "''"},
)
SESSIONS = Table(
    "sessions",
    {
        "id": "VARCHAR PRIMARY KEY",
        "person": "VARCHAR",
        **_WHERE_IT_RAN,
        "first_moment": "TIMESTAMP",
        "last_moment": "TIMESTAMP",
        "received": "TIMESTAMP",  # our own clock; the other times are the browser's
        "attributes": "JSON",
        "sample": "BOOLEAN",
        "nameless": "BOOLEAN",
        "sample_rate": "FLOAT",  # the share of all sessions that the sender keeps, in percent
    },
    added={"nameless": "false", "sample_rate": "100"},
)
SEGMENTS = Table(
    "segments",
    {
        "id": "UUID",
        "moment": "TIMESTAMP",
        "last_moment": "TIMESTAMP",
        "session_id": "VARCHAR",
        "view_id": "VARCHAR",
        "seq": "INTEGER",
        "file": "VARCHAR",
        "format": "VARCHAR",
        "events": "INTEGER",
        "full_snapshot": "BOOLEAN",
        "bytes": "BIGINT",
        "sample": "BOOLEAN",
    },
)
SEARCHED = Table(
    "searched",  # how many pieces of a recording were there when it was last searched for signals
    {"session_id": "VARCHAR PRIMARY KEY", "pieces": "INTEGER"},
)
TABLES = (ACTIONS, ERRORS, VIEWS, OTHERS, SESSIONS, SEGMENTS, SEARCHED)
META = "CREATE TABLE IF NOT EXISTS meta (name VARCHAR PRIMARY KEY, value VARCHAR)"
