from __future__ import annotations

import pytest

from bot.notebook.notebook_text import NotebookText


@pytest.fixture(scope="session")
def words() -> NotebookText:
    return NotebookText.load()
