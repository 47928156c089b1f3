"""Temporary folders that don't outlive their processes for long, even where a process is killed with -9.

Each is locked by the process that it belongs to. The system ends the lock with the process, so a folder without one was
abandoned, and whoever uses folders of its kind next removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNLOCKED = "replaybook-new-"
"""Begins the name of a folder that isn't locked yet, under which nobody looks for abandoned ones."""


class TemporaryFolder:
    """A folder `prefix`… of the process's own, below the system's temporary one; made at once."""

    def __init__(self, prefix: str) -> None:
        made = Path(tempfile.mkdtemp(prefix=UNLOCKED))
        self._lock: int | None = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):  # a file system without locks; there nothing is thought abandoned either
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = made.rename(made.with_name(prefix + made.name.removeprefix(UNLOCKED)))

    def remove(self) -> None:
        """May be called twice. What can't be removed is abandoned."""
        lock, self._lock = self._lock, None
        shutil.rmtree(self.path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_abandoned(prefix: str) -> None:
    """Removes the folders of this user whose processes have ended without doing so."""
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError), _locked(path):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Raises OSError for what is in use, somebody else's, or no folder."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(opened).st_uid != os.geteuid():
            raise PermissionError(path)
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)
