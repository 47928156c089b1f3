"""E-mail addresses, cards and phone numbers are hidden; prices, dates and codes are not."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replay.mask.card_numbers import luhn
from bot.replay.mask.sensitive import hide


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
        ("4242\n            4242\n              4242\n\n              4242", "card"),
        ("010\n            1234\n            5678", "phone"),
        ("(415)\n              555-0132", "phone"),
        ("4242 \u200b 4242 \u2060\u061c\n 4242 4242", "card"),
        ("𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟙𝟙𝟙𝟙 𝟣𝟣𝟣𝟣", "card"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "card"),
        ("۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱", "card"),
        ("०१०-१२३४-५६७८", "phone"),
        ("4111.1111.1111.1111", "card"),
        ("4111 / 1111 / 1111 / 1111", "card"),
        ("4111 – 1111 – 1111 – 1111", "card"),
        ("4111·1111·1111·1111", "card"),
        ("3782.822463.10005", "card"),
        ("411111 1111\n111111", "card"),
        ("4 1 1 1\n1 1 1 1\n1 1 1 1\n1 1 1 1", "card"),
    ],
)
def test_what_reads_so_is_hidden_however_it_is_written(written: str, kind: str) -> None:
    text, counts = hide(f"Call: {written}, ok")
    assert counts == {kind: 1}
    assert len(text) == len(written) + 10
    assert not any(letter.isalnum() for letter in text[6:-4])


def column(*rows: object) -> str:
    return "\n".join(map(str, rows))


@pytest.mark.parametrize(
    "plain",
    [
        column(*(f"2026-11-{day:02}" for day in range(1, 29))),
        column(*(f"2026-11-{day:02} 2026-12-{day:02}" for day in range(1, 29))),
        column(*(f"{day:02}-11-2026" for day in range(1, 29))),
        column(*(f"{number} {4000 + 37 * number} {3 * number + 2}" for number in range(1, 60))),
        column(*(price * 7 for price in range(10, 99))),
        column(*(f"{number} 2{number}9" for number in range(100, 160))),
    ],
)
def test_columns_of_small_numbers_stay(plain: str) -> None:
    assert hide(plain) == (plain, {})
    assert hide(plain.replace("\n", "\r\n\t")) == (plain.replace("\n", "\r\n\t"), {})


@pytest.mark.parametrize(
    "card", ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "3782 822463 10005"]
)
@pytest.mark.parametrize("ends", [" ", "\n"])
def test_a_card_in_a_column_is_hidden(card: str, ends: str) -> None:
    written = card.replace(" ", ends)
    text, counts = hide(column(250, 300, 12, written, 45, "2026-11-30", 7))
    assert counts == {"card": 1}
    assert text == column(250, 300, 12, *[re.sub(r"\d", "•", written)], 45, "2026-11-30", 7)


TORN = ["41111\n11111\n11111\n1", "411\n1111\n11111\n1111", "51051\n05105\n10510\n0", "4111\n11\n11\n1111\n1111",
        "37828\n22463\n10005", "4111 1\n111 1111\n1111"]  # fmt: skip


@pytest.mark.parametrize("card", TORN)
@pytest.mark.parametrize("before", [(), (250, 300, 12), ("2026-11-30", 9)])
@pytest.mark.parametrize("after", [(), (45, "2026-11-30", 7), (8,)])
def test_a_card_torn_over_lines_between_a_few_numbers_is_hidden(card: str, before: tuple, after: tuple) -> None:
    text, _ = hide(column(*before, card, *after))
    assert re.sub(r"\d", "•", card) in text
    assert not before or text.startswith(column(*before)[:-1])


@pytest.mark.parametrize("card", [TORN[0], TORN[2], TORN[3], TORN[5]])
def test_in_a_long_column_a_card_is_hidden_where_it_is_torn_like_one(card: str) -> None:
    numbers = [number * 7 for number in range(15, 60)]
    text, _ = hide(column(*numbers[:20], card, *numbers[20:]))
    assert re.sub(r"\d", "•", card) in text
    assert text.startswith(column(*numbers[:17]))
    assert text.endswith(column(*numbers[24:]))


def test_few_columns_of_few_numbers_lose_any() -> None:
    chance = random.Random(7)
    shapes = (range(1, 400), range(10, 100), range(100, 1000), range(10_000, 100_000))  # of four are those of cards
    for shape in shapes:
        columns = [column(*(chance.choice(shape) for _ in range(12))) for _ in range(300)]
        assert sum(bool(hide(one)[1]) for one in columns) <= 0.08 * len(columns), shape


@pytest.mark.parametrize(
    "value",
    [
        "411111\n1111111111",
        "3714\n4963\n5398\n431",
        "4111 1111 1111 1111 003",
        "4111.1111.1111.1111",
        "010 6982 3614",
        "415 555 0132",
    ],
)
@pytest.mark.parametrize("before", ["", "12 ", "300 ", "300\n", "2026-11-30 ", "12/26\n", "٣"])
@pytest.mark.parametrize("after", ["", " 12", "\n123", "\n2026-11-30", "\n12/26", "٣"])
def test_no_number_beside_a_value_keeps_it_from_being_hidden(value: str, before: str, after: str) -> None:
    text, _ = hide(before + value + after)
    assert not any(letter.isdigit() for letter in text[len(before) : len(before + value)])


@pytest.mark.parametrize(
    "value",
    [
        "4111․1111․1111․1111",
        "4111﹒1111﹒1111﹒1111",
        "4111・1111・1111・1111",
        "4111∙1111∙1111∙1111",
        "4111⋅1111⋅1111⋅1111",
        "4111‧1111‧1111‧1111",
        "4111─1111─1111─1111",
        "4111﹣1111﹣1111﹣1111",
        "090ー1234ー5678",
        "010․1234․5678",
        "jisoo﹫example․com",
        "+8210․1234․5678",
    ],
)
def test_marks_that_look_like_others_are_read_like_them(value: str) -> None:
    assert not any(letter.isalnum() and letter != "ー" for letter in hide(value)[0])


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111 3 7 5 2 0 5 2 2 0 8 5 4 2 2 8 7",
        "4111 1111 1111 1111\n53\n77\n58\n31\n73\n43\n85\n15",
        "01012345678\n3465\n71347\n9-864-77488)",
    ],
)
def test_a_card_that_is_alone_but_for_what_is_hidden_is_hidden(text: str) -> None:
    assert not any(letter.isdigit() for letter in hide(text)[0])


def test_what_overlaps_is_counted_once() -> None:
    assert hide("300 010 6982 3614")[1] == {"phone": 1}
    assert hide("010-1234-5678@example.com")[1] == {"email": 1}
    assert hide("4111 1111 1111 1111@example.com")[1] == {"email": 1, "card": 1}


IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202e\u2060\u2064\u2065\u2066\u206a\u206f\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\ufff0\ufff8\U0001bca0"
    "\U0001bca3\U0001d173\U0001d17a\U000e0000\U000e0001\U000e0020\U000e007f\U000e0100\U000e01ef\U000e0fff"
)


@pytest.mark.parametrize("unseen", [*IGNORABLE, "\x01", "\x0b", "\x1c", "\x7f", "\x85", "\ufffc"], ids=ascii)
@pytest.mark.parametrize("value", ["jisoo@example.com", "4242424242424242", "4242 4242 4242 4242", "010-1234-5678"])
def test_unseen_letters_hide_nothing_from_the_mask(unseen: str, value: str) -> None:
    for written in (unseen.join(value), value.replace(" ", f" {unseen} ")):
        text, counts = hide(written)
        assert counts.total() == 1
        assert len(text) == len(written)
        assert text.count("•") == sum(letter.isalnum() for letter in value)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("010-1234-5678로 전화하세요", "•••-••••-••••로 전화하세요"),
        ("번호는010-1234-5678입니다", "번호는•••-••••-••••입니다"),
        ("전화-010-1234-5678-홍길동", "전화-•••-••••-••••-홍길동"),
        ("01012345678번", "•••••••••••번"),
        ("카드4242 4242 4242 4242로", "카드•••• •••• •••• ••••로"),
        ("4242 4242 4242 4242 3rd", "•••• •••• •••• •••• 3rd"),
        ("tel.010-1234-5678", "tel.•••-••••-••••"),
        ("1.010-1234-5678", "1.•••-••••-••••"),
        ("010-1234-5678,010-1234-5679", "•••-••••-••••,•••-••••-••••"),
        ("No.4242 4242 4242 4242", "No.•••• •••• •••• ••••"),
        ("1.4242 4242 4242 4242", "1.•••• •••• •••• ••••"),
    ],
)
def test_words_and_marks_that_touch_a_number_do_not_keep_it_open(written: str, shown: str) -> None:
    assert hide(written)[0] == shown


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
        "0.01012345678",
        "3.4111111111111111",
        "₩1,200 300 4000",
        "SHOP-200-300-4000",
        "x4111111111111111",
        "4111111111111111px",
        "200-300-4000-5000",
        "2026\n    01\n    02\n    03",
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


@pytest.mark.parametrize("part", ["a", "1", "a@", "+1 ", "a.a@a.", "(12)", "1-", "a.", "@a",
                                  "4242 ", "4242\n  ", "4242.", "2026-11-30\n", "4\n", "٤١ ",
                                  "1234567\n  ", " \u200b", "1 \u200b "])  # fmt: skip
def test_no_text_makes_it_slow(part: str) -> None:
    """Ten times the text takes about ten times as long, where a search that tries every end would take a hundred."""

    def taken(characters: int) -> float:
        """Of several times the least: garbage may be collected meanwhile, of all that the tests have made."""
        text, times = part * (characters // len(part)), []
        for _ in range(3):
            began = time.thread_time()
            hide(text)
            times.append(time.thread_time() - began)
        return min(times)

    assert taken(200_000) < 40 * max(taken(20_000), 0.001)
