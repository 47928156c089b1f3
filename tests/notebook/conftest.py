from __future__ import annotations

import pytest

from bot.notebook.notebook_text import Words


@pytest.fixture(scope="session")
def words() -> Words:
    return Words.load()
