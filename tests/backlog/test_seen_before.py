"""A failure is known again by its error, by its selector, and last by its feature."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.backlog.seen_before import (
    EarlierFailure,
    FailureTrace,
    Likeness,
    holds,
    likeness,
    nearest,
    rows_of,
    searches_for,
    trace_of,
)
from bot.backlog.ticket import Ticket
from bot.signals.answer import TargetMatch, TopError
from tests.messages.scenes.stage import answer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BUY = FailureTrace("Buy", frozenset({"typeerror"}), frozenset({"#buy"}))


def earlier(ticket: str, alike: Likeness, days: int) -> EarlierFailure:
    return EarlierFailure(alike, ticket, "", "in_backlog", NOON - timedelta(days=days), "inc-131")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (FailureTrace("Pay", frozenset({"typeerror", "e2"}), frozenset({"#pay"})), Likeness.ERROR),
        (FailureTrace("Pay", frozenset({"e2"}), frozenset({"#buy"})), Likeness.SELECTOR),
        (FailureTrace("Buy"), Likeness.FEATURE),
        (FailureTrace("Pay", frozenset({"e2"}), frozenset({"#pay"})), None),
        (FailureTrace("Pay"), None),
    ],
)
def test_the_surest_likeness_counts(other: FailureTrace, expected: Likeness | None) -> None:
    assert likeness(BUY, other) is expected
    assert likeness(other, BUY) is expected


def test_numbers_ids_and_addresses_of_an_error_do_not_tell_two_failures_apart() -> None:
    def trace(message: str) -> FailureTrace:
        made = replace(answer(str), errors=(TopError(message, 3),), targets=(TargetMatch("Buy", "#buy"),))
        return trace_of("x" + message, made)

    one, other = (
        trace("GET https://a.example/cart/1 failed: 503 in 12 ms"),
        trace("get https://b.example/2 failed: 504 in 9 ms"),
    )
    assert one.errors == other.errors
    assert likeness(one, other) is Likeness.ERROR
    assert not trace("GET failed: timeout").errors & one.errors
    assert trace_of("Buy", None) == FailureTrace("Buy")


def test_rare_errors_of_an_answer_do_not_count() -> None:
    errors = tuple(TopError(f"Error {letter}", 9) for letter in "abcdef")
    assert len(trace_of("Buy", replace(answer(str), errors=errors)).errors) == 3


def test_the_surest_and_newest_come_first_and_each_ticket_once() -> None:
    found = [
        earlier("SHOP-1", Likeness.FEATURE, 1),
        earlier("SHOP-2", Likeness.ERROR, 9),
        earlier("SHOP-3", Likeness.ERROR, 2),
        earlier("SHOP-2", Likeness.FEATURE, 1),
    ]
    assert [each.ticket for each in nearest(found, 2)] == ["SHOP-3", "SHOP-2"]
    assert [row.alike for row in rows_of(nearest(found, 5))] == ["error", "error", "feature"]


def test_a_tracker_is_searched_for_the_error_the_selector_and_the_name_as_far_as_they_say_anything() -> None:
    made = replace(
        answer(str),
        errors=(TopError("TypeError: cart is undefined " + "x" * 200, 3), TopError("rare", 1)),
        targets=(TargetMatch("Buy", "#buy"),),
    )
    searches = searches_for("Buy button", made)
    assert [(alike, text[:12]) for alike, text in searches] == [
        (Likeness.ERROR, "TypeError: c"),
        (Likeness.SELECTOR, "#buy"),
        (Likeness.FEATURE, "Buy button"),
    ]
    assert all(len(text) <= 120 for _, text in searches)
    assert searches_for("  ", replace(made, errors=(), targets=(TargetMatch("Buy", ""),))) == []
    assert searches_for("Buy", None) == [(Likeness.FEATURE, "Buy")]


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("Checkout: TYPEERROR: cart  is undefined", "", True),
        ("Buy fails", "seen in\nTypeError: cart is\nundefined", True),
        ("The cart is what is undefined, a TypeError", "", False),
        ("", "", False),
    ],
)
def test_a_ticket_that_has_the_words_apart_says_nothing_of_it(title: str, description: str, *, expected: bool) -> None:
    assert holds(Ticket("SHOP-1", title, description), "TypeError: cart is undefined") is expected
