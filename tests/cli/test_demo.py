"""`replaybook demo` says what it does: plainly where it is piped, drawn on a terminal, and logs nothing idle."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.kernel.clock import Clock
from tests.free_ports import free_port
from tests.moments import ahead_of

STEPS = ("A private Redis", "stands in for Slack", "Confluence's stand-in", "sample week", "A worker")
LONGEST_S = 600.0


@dataclass(frozen=True)
class Place:
    data: Path
    clock: Clock


@pytest.fixture
def place(tmp_path: Path, sample: Path, clock: Clock) -> Place:
    """Where a demo ran before in this week."""
    shutil.copytree(sample, tmp_path / "rum")
    return Place(tmp_path, clock)


@contextmanager
def demo(place: Place, output: int) -> Iterator[subprocess.Popen[bytes]]:
    """Everything it writes goes to `output`. Ended with Ctrl-C at the latest."""
    environment = {
        "REPLAYBOOK_DATA": str(place.data),
        "REPLAYBOOK_CLOCK_AHEAD_S": str(ahead_of(place.clock)),
        "REPLAYBOOK_PORT": str(free_port()),
        "TERM": "xterm-256color",
    }
    command = [sys.executable, "-m", "bot", "demo", "--no-open", "--port", str(free_port())]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output) as process:
        os.close(output)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def read(descriptor: int, until: str) -> str:
    """What is written up to `until`, or to the end of a terminal that was hung up."""
    said, deadline = b"", time.monotonic() + LONGEST_S
    while until.encode() not in said and time.monotonic() < deadline:
        if not select.select([descriptor], [], [], 1.0)[0]:
            continue
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    return said.decode()


def started_and_ended(place: Place, reading: int, writing: int) -> str:
    with demo(place, writing) as process:
        said = read(reading, "Ctrl-C ends it")
        process.send_signal(signal.SIGINT)
        said += read(reading, "never")
        assert process.wait(LONGEST_S) == 0, said
    os.close(reading)
    return said


def test_piped_it_says_each_step_on_a_plain_line(place: Place) -> None:
    said = started_and_ended(place, *os.pipe())
    places = [said.index(step) for step in STEPS]
    assert places == sorted(places)
    assert places[-1] < said.index("Replaybook is running: http://127.0.0.1:")
    assert "\x1b" not in said
    assert "\r" not in said
    assert "old data deleted" not in said
    assert said.rstrip().splitlines()[-1] == "Stopping …", said


def test_on_a_terminal_steps_are_ticked_off_and_nothing_is_logged(place: Place) -> None:
    said = started_and_ended(place, *pty.openpty())
    assert said.count("✓") == len(STEPS)
    assert '"level"' not in said
    assert "[info" not in said
