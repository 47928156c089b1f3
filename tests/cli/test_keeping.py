"""`import` and `notebook export`: what is refused is named, and what was taken is counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import RAGE, SESSION, Replaybook

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_what_was_taken_is_counted_and_nothing_else_is_printed(process: Replaybook) -> None:
    said = process("import", RAGE, SESSION)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Files: ")
    assert "sessions: 2." in said.out


def test_something_refused_is_exit_code_1_with_its_sentence(replaybook: Replaybook, tmp_path: Path) -> None:
    broken, text = tmp_path / "broken.json", tmp_path / "text.json"
    broken.write_text("{")
    text.write_text("nothing of the kind")
    said = replaybook("import", broken, RAGE, text)
    assert said.code == 1
    assert said.out.startswith("Files: 1, events: 242, sessions: 1.")
    assert [line.split(":")[0] for line in said.err.splitlines()] == [f"Left out {broken}", f"Left out {text}"]
    assert all(line.endswith(".") for line in said.err.splitlines())


def test_nothing_taken_is_exit_code_1(replaybook: Replaybook, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    said = replaybook("import", tmp_path / "bad.json")
    assert said.code == 1
    assert said.out.startswith("Files: 0")


def test_a_file_that_may_not_be_read_is_told_without_error_numbers(
    replaybook: Replaybook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "a.json").write_text("[]")
    monkeypatch.setattr(Path, "read_bytes", refused)
    said = replaybook("import", folder)
    assert said.code == 1
    assert said.err == f"Left out {folder / 'a.json'}: It can't be read: Permission denied.\n"


def test_a_store_in_use_names_the_variable_to_change(replaybook: Replaybook, tmp_path: Path) -> None:
    assert replaybook("import", RAGE).code == 0
    file = tmp_path / "data" / "rum" / "signals.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as holder:
        assert holder.stdout
        assert holder.stdin
        holder.stdout.readline()
        said = replaybook("import", RAGE)
        holder.stdin.close()
    assert said.code == 1
    assert "REPLAYBOOK_DATA" in said.sentence


def test_a_notebook_that_is_not_there_is_a_mistake(replaybook: Replaybook) -> None:
    said = replaybook("notebook", "export", "nope")
    assert said.code == 1
    assert said.sentence
