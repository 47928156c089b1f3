"""A clock goes at real speed, and so far ahead of the system's as it is told."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.kernel import clock as clocks
from bot.kernel.clock import ahead_of_ours, clock_ahead, seconds_of, system_clock
from bot.kernel.paths import ROOT

TEA = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)


def test_it_is_ahead_of_the_systems_and_goes_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "system_clock", lambda: TEA)
    ahead, behind = clock_ahead(120.0), clock_ahead(-86_400.0)
    assert (ahead(), behind()) == (TEA + timedelta(minutes=2), TEA - timedelta(days=1))
    monkeypatch.setattr(clocks, "system_clock", lambda: TEA + timedelta(hours=3))
    assert ahead() == TEA + timedelta(hours=3, minutes=2)


def test_without_an_offset_it_is_the_systems() -> None:
    assert clock_ahead(0.0) is system_clock
    before = time.time()
    assert before <= seconds_of(system_clock)() <= time.time()


@pytest.mark.parametrize(("told", "ahead"), [(-9, -9), (0, 0), (7, 0), (10, 0), (12, 2)])
def test_another_clock_differs_by_what_an_answer_of_ten_seconds_does_not_explain(told: int, ahead: int) -> None:
    seconds = {n: TEA + timedelta(seconds=n) for n in (told, 0, 10)}
    assert ahead_of_ours(seconds[told], seconds[0], seconds[10]) == timedelta(seconds=ahead)


def test_whoever_needs_the_time_is_given_a_clock() -> None:
    """A default would be the system's, and what forgot to pass one on would have another time than the bot."""
    assert [where for path in product() for where in defaults(path)] == []


def test_only_the_clock_reads_the_date() -> None:
    reads = re.compile(r"\b(?:date|datetime)\.(?:now|today|utcnow)\(")
    assert [path.name for path in product() if reads.search(path.read_text("utf-8"))] == ["clock.py"]


def product() -> list[Path]:
    return [path for folder in ("bot", "handlers", "standins") for path in sorted((ROOT / folder).rglob("*.py"))]


def defaults(path: Path) -> Iterator[str]:
    """Parameters and fields of this module that are clocks and have one without being given it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.arguments):
            named = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
            given = [*zip(named, node.defaults, strict=True), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
            found = [(arg.annotation, value) for arg, value in given]
        elif isinstance(node, ast.AnnAssign):
            found = [(node.annotation, node.value)]
        else:
            continue
        for annotation, value in found:
            if annotation and "Clock" in ast.unparse(annotation) and value and ast.unparse(value) != "None":
                yield f"{path.relative_to(ROOT)}:{value.lineno}"
