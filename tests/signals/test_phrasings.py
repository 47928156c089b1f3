"""Every phrasing of the tables means exactly what its line says."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from bot.kernel.locale import LANGUAGES
from tests.signals.meaning import Row, rows, understood

HERE = Path(__file__).parent
TABLES = {path.stem.removeprefix("phrasings_"): rows(path) for path in sorted(HERE.glob("phrasings_*.txt"))}


@pytest.mark.parametrize(
    ("tag", "row"),
    [pytest.param(tag, row, id=f"{tag}:{row.line}") for tag, table in TABLES.items() for row in table],
)
def test_a_phrasing_means_what_its_line_says(tag: str, row: Row) -> None:
    assert understood(row.phrase, tag) == row.meaning, row.phrase


@pytest.mark.parametrize("tag", TABLES)
def test_a_table_holds_at_least_150_phrasings_and_none_twice(tag: str) -> None:
    phrases = [row.phrase for row in TABLES[tag]]
    assert len(set(phrases)) == len(phrases) >= 150


def test_every_language_has_a_table() -> None:
    assert TABLES.keys() == set(LANGUAGES)


@pytest.mark.parametrize(("tag", "other"), list(permutations(TABLES, 2)))
def test_every_language_is_understood_whatever_the_asker_speaks(tag: str, other: str) -> None:
    rows_that_hold = [row for row in TABLES[tag] if not row.meaning.startswith("!")]
    assert [understood(row.phrase, other) for row in rows_that_hold] == [row.meaning for row in rows_that_hold]
