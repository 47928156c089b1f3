from __future__ import annotations

import pytest

from bot.notebook.words import Words


@pytest.fixture(scope="session")
def words() -> Words:
    return Words.load()
