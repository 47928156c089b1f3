"""ClickHouse for tests: the stand-in in a process of its own, once a session, and a database for each test."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PASSWORD = "tests-secret"
_numbers = itertools.count()


@dataclass
class ClickHouseServer:
    """A process that may be killed and started again, on the same folder and port."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "standins.clickhouse", str(self.folder), str(self.port)]
        environment = {**os.environ, "CLICKHOUSE_PASSWORD": PASSWORD}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def url(self, database: str) -> str:
        return f"clickhouse://default:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, **query: str) -> str:
        """Runs a statement apart from the client's own code path."""
        return self._sent("POST", f"/?{urllib.parse.urlencode(query)}", statement.encode())

    def fault(self, **fault: object) -> None:
        """Plans a fault: see `standins.clickhouse.clickhouse_faults`."""
        self._sent("POST", "/_test/faults", json.dumps(fault).encode())

    def clear_faults(self) -> None:
        self._sent("DELETE", "/_test/faults", None)

    def _sent(self, method: str, path: str, body: bytes | None) -> str:
        headers = {"X-ClickHouse-User": "default"}
        url = f"http://127.0.0.1:{self.port}{path}{'&' if '?' in path else '?'}password={PASSWORD}"
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)) as answer:
            return str(answer.read().decode())


@cache
def started() -> ClickHouseServer:
    """Starts the one server of this process, which ends with it."""
    server = ClickHouseServer(Path(tempfile.mkdtemp()))
    server.start()
    atexit.register(server.kill)
    return server


@pytest.fixture(scope="session")
def clickhouse_server() -> ClickHouseServer:
    return started()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a server is slow without anything being wrong with it."""
    from bot.providers.local.clickhouse import clickhouse_client

    for name in ("CONNECT_S", "INSERT_S", "PATIENCE_S"):
        monkeypatch.setattr(clickhouse_client, name, 300.0)


@pytest.fixture
def clickhouse(clickhouse_server: ClickHouseServer, patient: None) -> Iterator[str]:
    """The address of an empty database of the test's own, as REPLAYBOOK_EVENTS has it."""
    name = f"test_{next(_numbers)}"
    clickhouse_server.run(f"CREATE DATABASE {name}")
    yield clickhouse_server.url(name)
    clickhouse_server.clear_faults()
    clickhouse_server.run(f"DROP DATABASE {name}")
