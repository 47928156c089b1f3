"""The folder of REPLAYBOOK_DATA, looked at before anything is put there."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.kernel.settings import variable
from bot.kernel.settings_table import wrong_value


def data_folder(path: Path) -> Path:
    """Returns the folder, made where it isn't there. Raises Misunderstood where nothing can be kept in it. Blocking."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        why = f"nothing can be kept there ({error.strerror})"
        raise wrong_value(variable("data"), str(path), why) from error
