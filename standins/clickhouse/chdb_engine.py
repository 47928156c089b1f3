"""ClickHouse's own engine in this process: one folder, and a handle for each request, so that settings don't leak."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chdb

_INSERT = re.compile(rb"\s*INSERT\s+INTO\s+(.*?)\s+FORMAT\s+(\w+)[ \t\r]*\n?", re.IGNORECASE | re.DOTALL)
_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EngineStatement:
    """One statement with what it runs under. Of an insert, `text` ends with its rows."""

    text: bytes
    database: str = ""
    format: str = "TabSeparated"
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


class ChdbEngine:
    """Blocking. A process has one engine, on one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._open = chdb.connect(self._folder)  # keeps the engine up between requests
        self.version = str(self._open.query("SELECT version()", "TSVRaw")).strip()

    def run(self, statement: EngineStatement) -> tuple[bytes, str]:
        """Returns the answer and its format. Raises what chdb raises, with `Code: N` in its text."""
        handle = chdb.connect(self._folder)
        try:
            if statement.database:
                handle.query(f"USE {_quoted(statement.database, '`')}")
            if statement.settings:
                pairs = ", ".join(f"{name} = {_quoted(value)}" for name, value in statement.settings.items())
                handle.query(f"SET {pairs}")
            if insert := _INSERT.match(statement.text):
                _insert(handle, insert, statement.text[insert.end() :])
                return b"", insert[2].decode()
            named = _FORMAT.search(statement.text)
            kind = named[1].decode() if named else statement.format
            return handle.query(statement.text.decode(), kind, params=dict(statement.parameters)).bytes(), kind
        finally:
            handle.close()


def _insert(handle: Any, insert: re.Match[bytes], rows: bytes) -> None:
    """Rows go through a file, whose blocks are read as the server reads those of a body."""
    into, kind = insert[1].decode(), insert[2].decode()
    into, _, settings = into.partition(" SETTINGS ")
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as file:
        file.write(rows)
        file.flush()
        clause = f" SETTINGS {settings}" if settings else ""
        handle.query(f"INSERT INTO {into} FROM INFILE {_quoted(file.name)}{clause} FORMAT {kind}")


def _quoted(text: str, mark: str = "'") -> str:
    return mark + text.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark
