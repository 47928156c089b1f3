"""People name a page by its path, and by its route where it has one in the fragment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.page_path import page_path

PART = st.text("abc-_.~%1가", min_size=1, max_size=6)
PATH = st.lists(PART, max_size=3).map(lambda parts: "/" + "/".join(parts))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://shop.example/#/checkout", "/#/checkout"),
        ("https://shop.example#/checkout", "/#/checkout"),
        ("https://shop.example/app/#!/cart/7", "/app/#!/cart/7"),
        ("https://shop.example/app?step=2#/cart?name=kim#top", "/app#/cart"),
        ("https://shop.example/cart#top", "/cart"),
        ("https://shop.example/cart#!top", "/cart"),
        ("https://shop.example/cart#", "/cart"),
        ("https://shop.example", "/"),
        ("https://shop.example?next=https://other.example/b", "/"),
        ("/cart?next=https://other.example/b", "/cart"),
        ("/#/home", "/#/home"),
        ("file:///C:/shop/index.html#/home", "/C:/shop/index.html#/home"),
        ("about:blank", "about:blank"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_the_page_of_an_address(url: str | None, page: str) -> None:
    assert page_path(url) == page


@given(
    st.sampled_from(["", "https://shop.example", "http://10.0.0.1:8080", "capacitor://localhost"]),
    PATH,
    st.sampled_from(["", "?", "?a=b", "?a=https://x.example/c"]),
    st.sampled_from(["", "#", "#!"]),
    PATH,
    st.sampled_from(["", "?secret=1", "#secret"]),
)
def test_a_route_stays_and_all_that_may_name_people_goes(
    host: str, path: str, query: str, mark: str, route: str, rest: str
) -> None:
    kept = f"{path}{mark}{route}" if mark else path
    assert page_path(f"{host}{path}{query}{mark and mark + route + rest}") == kept
    assert page_path(kept) == kept


@given(st.text(max_size=60))
def test_any_text_has_a_page_without_a_query(text: str) -> None:
    page = page_path(text)
    assert page
    assert "?" not in page
