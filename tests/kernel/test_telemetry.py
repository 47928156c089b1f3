"""Logs hold what operators need and no secret; metrics belong to one app."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from prometheus_client import generate_latest

from bot.kernel.metrics import Metrics
from bot.kernel.telemetry import reference, set_up_logging


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def test_without_a_terminal_each_line_is_json_and_libraries_speak_the_same_way(stream: io.StringIO) -> None:
    set_up_logging("auto", stream=stream)
    structlog.stdlib.get_logger("bot.x").info("a job failed", job="clip", reference="K7QM-2XPD", n=3, text="클립")
    logging.getLogger("some.library").warning("hello %s", "you")
    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert (ours["event"], ours["job"], ours["n"], ours["level"], ours["text"]) == (
        "a job failed",
        "clip",
        3,
        "info",
        "클립",
    )
    assert (theirs["event"], theirs["logger"]) == ("hello you", "some.library")


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_never_reach_the_log(stream: io.StringIO, form: str) -> None:
    set_up_logging(form, ["s3cret-signing", "unix:///p:hunter22@x"], stream)  # type: ignore[arg-type]
    log = structlog.stdlib.get_logger("bot.x")
    token = "xox" + "b-123-abc"
    log.info(f"calling with {token}", headers={"Authorization": "Bearer abcdef", "x": ["s3cret-signing"]})
    log.info("nested", deep=[{"a": ("Bearer zyxwvu", {"slack_bot_token": "plainvalue"})}], api_key="k-1")
    logging.getLogger("lib").warning("GET %s", "https://x/?a=s3cret-signing", extra={"cookie": "d=abc"})
    log.error("failed", exc_info=ValueError(f"{token} and unix:///p:hunter22@x"))
    written = stream.getvalue()
    for hidden in (token, "abcdef", "s3cret-signing", "zyxwvu", "plainvalue", "k-1", "hunter22", "d=abc"):
        assert hidden not in written
    assert "ValueError" in written
    assert "calling with ***" in written


def test_nothing_that_is_logged_begins_a_line_or_moves_the_cursor_of_a_terminal(stream: io.StringIO) -> None:
    set_up_logging("console", stream=stream)
    log = structlog.stdlib.get_logger("bot.x")
    log.warning("refused \x1b[2J\r", why="x\nlevel=info all is well \u202e", more=["\x1b[31m\n"])
    log.error("failed", exc_info=ValueError("\x1b[2J"))
    written = stream.getvalue()
    assert len([line for line in written.splitlines() if "refused" in line or "all is well" in line]) == 1
    assert "\nValueError" in written
    assert all(char.isprintable() or char == "\n" for char in written)
    assert "refused \\x1b[2J\\r" in written


def test_references_are_short_fresh_and_hard_to_misread() -> None:
    made = {reference() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(one) == 9 and not set(one) & set("01OIL") for one in made)


def test_two_apps_count_for_themselves() -> None:
    one, two = Metrics(), Metrics()
    one.jobs.labels("clip", "done").inc()
    assert b'replaybook_jobs_total{name="clip",outcome="done"} 1.0' in generate_latest(one.registry)
    assert b"clip" not in generate_latest(two.registry)
