"""A target means names that were really seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signals.source import SeenTarget
from bot.signals.target_matching import TargetAlias, match

SEEN = (
    SeenTarget("Buy now", "main > button#buy.primary", 3000),
    SeenTarget("구매하기", "button.buy-ko", 900),
    SeenTarget("Add to cart", "button.add", 800),
    SeenTarget("Pay", "button#pay", 300),
    SeenTarget("Apply coupon", "button.coupon", 250),
    SeenTarget("Coupon terms", "a.terms", 20),
    SeenTarget("Masked Element", "form > button#place-order", 120),
    SeenTarget("Buyer protection", "a.protection", 30),
    SeenTarget("Buy for Jisoo", "button#gift", 3),
)
OWNED = (TargetAlias("Express", ("one-click", "빠른 계산"), ("button#pay",)),)


def chosen(target: str, *, exact: bool = False) -> list[str]:
    return [it.name for it in match(target, SEEN, OWNED, exact=exact).chosen]


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("buy button", ["Buy now", "구매하기"]),
        ("Buy now", ["Buy now", "구매하기"]),
        ("구매 버튼", ["Buy now", "구매하기"]),
        ("구매버튼", ["Buy now", "구매하기"]),
        ("by now", ["Buy now", "구매하기"]),
        ("button#buy", ["Buy now"]),
        ("#buy", ["Buy now"]),
        ("button.primary", ["Buy now"]),
        ("pay button", ["Pay"]),
        ("결제 버튼", ["Pay"]),
        ("장바구니 담기 버튼", ["Add to cart"]),
        ("add to basket", ["Add to cart"]),
        ("apply cupon", ["Apply coupon"]),
        ("place order button", ["Masked Element"]),
        ("express", ["Pay"]),
        ("one-click", ["Pay"]),
        ("buyer protection", ["Buyer protection"]),
    ],
)
def test_words_find_names_in_any_language_by_alias_and_by_selector(target: str, names: list[str]) -> None:
    assert chosen(target) == names


def test_a_quoted_name_is_that_name_alone() -> None:
    assert chosen("buy NOW", exact=True) == ["Buy now"]
    assert chosen("Buy", exact=True) == []


def test_of_several_that_fit_equally_the_most_clicked_is_used_and_the_others_are_offered() -> None:
    found = match("coupon", SEEN)
    assert [it.name for it in found.chosen] == ["Apply coupon"]
    assert "Coupon terms" in [it.name for it in found.alternatives]


def test_near_names_of_something_else_are_alternatives() -> None:
    assert "Buy for Jisoo" in [it.name for it in match("buy button", SEEN).alternatives]


def test_nothing_found_tells_what_was_searched_and_the_closest_names() -> None:
    found = match("protectoin plan", SEEN)
    assert found.chosen == ()
    assert found.searched == len(SEEN)
    assert "Buyer protection" in [it.name for it in found.closest]
    assert match("anything", ()).closest == ()


def test_matches_keep_selector_and_actions() -> None:
    best = match("buy button", SEEN).chosen[0]
    assert (best.selector, best.actions) == ("main > button#buy.primary", 3000)


@given(st.text(max_size=30), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=8), st.booleans())
def test_any_names_can_be_matched_and_none_is_told_twice(target: str, seen: list[tuple[str, str]], exact: bool) -> None:
    found = match(
        target, [SeenTarget(name, selector, at) for at, (name, selector) in enumerate(seen)], OWNED, exact=exact
    )
    told = [*found.chosen, *found.alternatives]
    assert len(told) == len({(it.name, it.selector, it.actions) for it in told}) <= len(seen)
    assert not (found.chosen and found.closest)


@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_a_name_finds_itself_when_quoted(name: str) -> None:
    assert match(name, [SeenTarget(name, "", 1)], exact=True).chosen
