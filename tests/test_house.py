"""The measures and names of the house, as CONTRIBUTING says them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.kernel.paths import ROOT

PRODUCT = ("bot", "handlers", "standins")
FOLDERS = (*PRODUCT, "bench", "scripts", "tests")
ROLES = {"__init__.py", "__main__.py", "provider.py", "context.py", "jobs.py"}
"""What a folder has one of: its row, what its room works with, what it puts on the queue."""
MOST_LINES = 300
LONGEST_FUNCTION = 50
ONE_SCRIPT = "standins/shop/recorder.js"
"""Longer, because a page loads it with one tag and nothing else."""


def files(*folders: str, ending: str = "py") -> Iterator[Path]:
    return (path for folder in folders for path in sorted((ROOT / folder).rglob(f"*.{ending}")))


@pytest.mark.parametrize("ending", ["py", "js"])
def test_no_file_is_longer_than_three_hundred_lines(ending: str) -> None:
    found = files(*FOLDERS, "templates", ending=ending)
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in found}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES and path != ONE_SCRIPT} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in files(*FOLDERS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_a_class_has_a_name_of_its_own() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in files(*PRODUCT, "bench"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_a_file_says_what_is_in_it_without_the_help_of_its_folder() -> None:
    """The files of a handler and of a service are named apart, so that whoever searches for one finds one."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in files(*PRODUCT):
        places[path.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in ROLES} == {}
