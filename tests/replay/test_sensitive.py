"""E-mail addresses, cards and phone numbers are hidden; prices, dates and codes are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replay.mask.sensitive import hide, luhn


@pytest.mark.parametrize(
    ("given_text", "shown", "kinds"),
    [
        ("Hello ada@example.org.", "Hello •••@•••••••.•••.", {"email": 1}),
        ("이메일 ada.b+c@example.co.kr 입니다", "이메일 •••.•+•@•••••••.••.•• 입니다", {"email": 1}),
        ("4242 4242 4242 4242", "•••• •••• •••• ••••", {"card": 1}),
        ("Card 4111-1111-1111-1111 12/29", "Card ••••-••••-••••-•••• 12/29", {"card": 1}),
        ("378282246310005", "•••••••••••••••", {"card": 1}),
        ("4242 4242 4242 4242 4111 1111 1111 1111", "•••• •••• •••• •••• •••• •••• •••• ••••", {"card": 2}),
        ("010-1234-5678", "•••-••••-••••", {"phone": 1}),
        ("01012345678", "•••••••••••", {"phone": 1}),
        ("call +82 10-1234-5678 now", "call +•• ••-••••-•••• now", {"phone": 1}),
        ("(415) 555-0132", "(•••) •••-••••", {"phone": 1}),
        ("a@b.co, 010-1234-5678", "•@•.••, •••-••••-••••", {"email": 1, "phone": 1}),
    ],
)
def test_hidden(given_text: str, shown: str, kinds: dict[str, int]) -> None:
    text, counts = hide(given_text)
    assert text == shown
    assert counts == kinds


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("jisoo\u200b@example.com", "email"),
        ("jisoo@exam\u00adple.com", "email"),
        ("jisoo＠example．com", "email"),
        ("4111\u00a01111\u00a01111\u00a01111", "card"),
        ("4111\n    1111\t1111 1111", "card"),
        ("４１１１ １１１１ １１１１ １１１１", "card"),
        ("4111‑1111‑1111‑1111", "card"),
        ("010\u00a01234\u20115678", "phone"),
        ("０９０-１２３４-５６７８", "phone"),
        ("+82\u202f10–1234–5678", "phone"),
        ("\u202a+82 10-1234-5678\u202c", "phone"),
    ],
)
def test_what_reads_so_is_hidden_however_it_is_written(written: str, kind: str) -> None:
    text, counts = hide(f"Call: {written}, ok")
    assert counts == {kind: 1}
    assert len(text) == len(written) + 10
    assert not any(letter.isalnum() for letter in text[6:-4])


@given(st.text(alphabet="4111 0@a.c-\u00a0\u200b\n１＠–", max_size=60))
def test_the_length_is_always_the_same(written: str) -> None:
    assert len(hide(written)[0]) == len(written)


@pytest.mark.parametrize(
    "plain",
    [
        "€1,234.00",
        "2026-11-24 12:00",
        "2026. 11. 24.",
        "12:30:45",
        "1795510869524",
        "1234 5678 9012",
        "order SHOP-412",
        "192.168.10.1",
        "v2.31.0",
        "user@localhost",
        "₩1,200,000",
        "Add to cart (3)",
    ],
)
def test_left_alone(plain: str) -> None:
    assert hide(plain) == (plain, {})


def test_luhn() -> None:
    assert luhn("79927398713")
    assert not luhn("79927398710")


@settings(deadline=10_000)
@given(st.text(max_size=300))
def test_the_length_stays_and_hiding_twice_changes_nothing(text: str) -> None:
    shown, _ = hide(text)
    assert len(shown) == len(text)
    assert hide(shown)[0] == shown


@pytest.mark.parametrize("part", ["a", "1", "a@", "+1 ", "a.a@a.", "(12)", "1-", "a.", "@a"])
def test_no_text_makes_it_slow(part: str) -> None:
    """Ten times the text takes about ten times as long, where a search that tries every end would take a hundred."""

    def taken(characters: int) -> float:
        began = time.thread_time()
        hide(part * (characters // len(part)))
        return time.thread_time() - began

    assert taken(200_000) < 40 * max(min(taken(20_000) for _ in range(3)), 0.001)
