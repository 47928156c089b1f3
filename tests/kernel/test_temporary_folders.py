"""Temporary folders end with their processes, however those end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.kernel.processes import TemporaryFolder, remove_abandoned

PREFIX = "replaybook-example-"
OWNER = f"""
import sys
from bot.kernel.processes import TemporaryFolder
folder = TemporaryFolder("{PREFIX}")
(folder.path / "inner").mkdir()
(folder.path / "inner" / "file").write_text("kept open")
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder is the test's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_folder_is_made_and_removed(elsewhere: Path) -> None:
    folder = TemporaryFolder(PREFIX)
    assert folder.path.parent == elsewhere
    assert folder.path.stat().st_mode & 0o077 == 0
    (folder.path / "file").write_text("content")
    folder.remove()
    folder.remove()
    assert list(elsewhere.iterdir()) == []


def test_only_what_a_killed_process_left_is_removed_by_the_next(elsewhere: Path) -> None:
    ours = TemporaryFolder(PREFIX)
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout
        theirs = Path(owner.stdout.readline().strip())
        remove_abandoned(PREFIX)
        assert (theirs / "inner" / "file").exists()
        owner.kill()
        owner.wait()
        assert theirs.exists()
        remove_abandoned(PREFIX)
    assert list(elsewhere.iterdir()) == [ours.path]
    ours.remove()


def test_links_files_and_other_names_are_left_alone(elsewhere: Path) -> None:
    other = elsewhere / "other"
    other.mkdir()
    (other / "file").write_text("content")
    (elsewhere / f"{PREFIX}link").symlink_to(other)
    (elsewhere / f"{PREFIX}file").write_text("content")
    remove_abandoned(PREFIX)
    assert (other / "file").exists()
    assert sorted(os.listdir(elsewhere)) == ["other", f"{PREFIX}file", f"{PREFIX}link"]  # noqa: PTH208
