"""The command line, called as `replaybook` calls it, on a data folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run
from bot.kernel.clock import Clock
from tests.moments import ahead_of

RECORDINGS = Path(__file__).parents[1] / "recordings"
RAGE = RECORDINGS / "rrweb" / "shop-rage.json.gz"
SESSION = RECORDINGS / "datadog" / "sdk-6.33.0-shop-v1"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line of an error. Fails for more, and for a traceback."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        return line


Replaybook = Callable[..., Said]


@pytest.fixture
def replaybook(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Replaybook:
    """Calls the edge itself, in this process and in an empty folder, at the moment."""
    for name in [name for name in os.environ if name.startswith(("REPLAYBOOK_", "SLACK_", "DD_", "REDIS_URL"))]:
        if name != "REPLAYBOOK_BROWSER":
            monkeypatch.delenv(name)
    monkeypatch.setenv("REPLAYBOOK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("REPLAYBOOK_CLOCK_AHEAD_S", str(ahead_of(clock)))
    monkeypatch.chdir(tmp_path)

    def called(*arguments: object) -> Said:
        code = run([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return called


@pytest.fixture
def process(tmp_path: Path, clock: Clock) -> Replaybook:
    """The same as a process of its own, with its output piped."""
    ours = {"REPLAYBOOK_DATA": str(tmp_path / "data"), "REPLAYBOOK_CLOCK_AHEAD_S": str(ahead_of(clock))}

    def called(*arguments: object, **environment: str) -> Said:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            env={**os.environ, **ours, **environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Said(ended.returncode, ended.stdout, ended.stderr)

    return called
