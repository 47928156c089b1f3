"""Unix sockets have short paths: 107 bytes on Linux, 103 on macOS."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from bot.kernel.errors import Unavailable

LONGEST = 103


def short_socket(wanted: Path) -> Path:
    """`wanted`, or where that is too long, the same name in a private folder under the temporary one.

    Everyone who asks for the same path gets the same answer. Raises Unavailable if someone else owns that folder.
    """
    if len(os.fsencode(wanted)) <= LONGEST:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"replaybook-{os.getuid()}-{digest}"
    if len(os.fsencode(folder / wanted.name)) > LONGEST:
        folder = Path("/tmp") / folder.name  # noqa: S108 - made ours below
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Unavailable(
            "%(folder)s belongs to someone else; remove it or choose a shorter data folder.", folder=folder
        )
    return folder / wanted.name
