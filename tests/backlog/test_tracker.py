"""People write the key of a ticket in many ways."""

from __future__ import annotations

import pytest

from bot.backlog.tracker import parse_dashed_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("SHOP-412", "SHOP-412"),
        (" shop-412 ", "SHOP-412"),
        ("it's SHOP-412.", "SHOP-412"),
        ("https://acme.atlassian.net/browse/SHOP-412?focused=1", "SHOP-412"),
        ("https://acme.atlassian.net/board?selectedIssue=SHOP-9", "SHOP-9"),
        ("<https://bot.example/tickets/SHOP-7|SHOP-7>", "SHOP-7"),
        ("https://a-1.example/tickets/SHOP-7", "SHOP-7"),
        ("SHOP-0", None),
        ("SHOP-", None),
        ("412", None),
        ("", None),
        ("x-1", None),
        ("A" * 30 + "-1", None),
    ],
)
def test_the_key_is_found_or_it_is_not(text: str, key: str | None) -> None:
    assert parse_dashed_key(text) == key
