"""Literals read back as they were written, whatever is in them."""

from __future__ import annotations

import unicodedata

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.providers.local.duckdb_dialect import DUCKDB
from bot.providers.local.rows import url_path
from bot.providers.local.sql import Values, lowered

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(texts)
@settings(deadline=None)
def test_a_literal_is_the_text(text: str) -> None:
    assert duckdb.execute(f"SELECT {DUCKDB.literal(text)}").fetchall() == [(text,)]


@given(texts)
@settings(deadline=None)
def test_a_value_that_looks_like_a_placeholder_stays_text(text: str) -> None:
    values = Values(DUCKDB)
    first, second = values.add(f"{text} $v1"), values.add("secret")
    shown = values.shown(f"SELECT {first}, {second}")
    assert duckdb.execute(shown).fetchall() == [(f"{text} $v1", "secret")]


@given(st.text(max_size=80))
def test_a_path_never_holds_a_query_or_a_fragment(url: str) -> None:
    path = url_path(url)
    assert path
    assert "?" not in path
    assert "#" not in path


def test_paths_of_usual_addresses() -> None:
    for url in ("https://shop.example/cart?x=1#top", "https://shop.example/cart", "/cart?x"):
        assert url_path(url) == "/cart"
    for other in ("https://shop.example", "https://shop.example?x", "", None):
        assert url_path(other) == "/"


@given(st.text())
def test_lower_case_is_that_of_the_engine_letter_by_letter(text: str) -> None:
    text = text.replace("\0", "")
    known = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cn", "Cs"))
    assert duckdb.execute("SELECT lower($1)", [known]).fetchall() == [(lowered(known),)]


@pytest.mark.parametrize("text", ["ΑΣ", "İSTANBUL", "ΟΔΥΣΣΕΥΣ ας", "ẞß"])
def test_letters_whose_lower_case_depends_on_others(text: str) -> None:
    assert duckdb.execute("SELECT lower($1)", [text]).fetchall() == [(lowered(text),)]


def test_lone_surrogates_harm_no_statement() -> None:
    values = Values(DUCKDB)
    alone, together = values.add("a\ud83d"), values.add("\ud83d\ude00")
    assert duckdb.execute(f"SELECT {alone}, {together}", values.by_name).fetchall() == [("a\ufffd", "😀")]
