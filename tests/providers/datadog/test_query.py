"""Whatever people type, the query keeps its shape. The stand-in's own reader of the language is the judge."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.providers.datadog.rum import query
from bot.signals.answer import TargetMatch
from bot.signals.question import Question, Signal
from standins.datadog.denied import DatadogDenied
from standins.datadog.query_fitting import fitting
from standins.datadog.query_language import Exactly, Like, Match, read
from standins.datadog.rum_columns import Events
from tests.providers.contract.events import ASKED, BUY
from tests.providers.datadog.examples import NOON, WEEK, action

HOSTILE = [
    '"',
    "\\",
    '\\"',
    "*",
    ":",
    ")",
    "a b",
    'x" OR @type:*',
    "\\) OR (",
    "-@type:action",
    "OR",
    "a\nb",
    "\ud800",
    "구매",
    "[1 TO 2]",
    ">1",
    "?",
    "",
]
texts = st.text() | st.sampled_from(HOSTILE)


def shape(found: Any) -> Any:
    """A query without its texts: kinds and number of its parts, and its facets."""
    if isinstance(found, tuple):
        return tuple(map(shape, found))
    if isinstance(found, Like):
        return ("Like", found.marks)
    if is_dataclass(found) and not isinstance(found, Exactly):
        return (type(found).__name__, *(shape(getattr(found, it.name)) for it in fields(found)))
    return type(found).__name__ if isinstance(found, Exactly) else found


def seen_as(words: str) -> str:
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in words)


@given(texts)
def test_a_text_is_one_value_that_means_itself(words: str) -> None:
    found = read(f"@action.target.name:{query.text(words)}")
    assert found == Match("@action.target.name", (Exactly(seen_as(words)),))


@given(texts.filter(bool))
def test_a_text_within_is_one_pattern_around_itself(words: str) -> None:
    found = read(f"@action.target.name:{query.within(words)}")
    assert found == Match("@action.target.name", (Like(("", seen_as(words), ""), ("*", "*")),))


@given(texts.filter(bool))
@example("OR")
@example("NOT x")
def test_a_beginning_is_one_pattern_after_itself(words: str) -> None:
    found = read(f"@action.target.name:({query.starting(words)} OR {query.starting(words)})")
    like = Like((seen_as(words), ""), ("*",))
    assert found == Match("@action.target.name", (like, like))


@given(target=texts, selector=texts.filter(bool), view=texts, value=texts)
@example(target="", selector="0", view="", value="OR")
@example(target='x" OR @type:*', selector="\\", view="/)", value='"')
def test_no_input_changes_the_shape_of_a_query(target: str, selector: str, view: str, value: str) -> None:
    def asked(target: str, selector: str, view: str, value: str) -> Any:
        filters = dict.fromkeys(("version", "env", "browser", "plan", "usr.plan"), value)
        question = Question(WEEK, target="t", view=view, filters=filters)
        targets = [TargetMatch(f"n{target}"), TargetMatch(query.MASKED, selector)]
        return shape(read(query.frustrated(question, targets)))

    # Words are looked for in all their spellings, so the harmless twin has as many of them.
    path = view.startswith("/")
    route = "/#/x" if re.search("#!?/", view) else "/x"
    spelled = len({view, view.lower(), view.title(), view.upper()})
    spellings = len({value, value.lower(), value.title(), value.upper()})
    plain = asked("x", "x", route if path else _spelled(spelled), _spelled(spellings))
    assert asked(target, selector, view, value) == plain


def _spelled(number: int) -> str:
    """A harmless text with so many different spellings."""
    return {1: "1", 2: "a", 3: "ab", 4: "aB"}[number]


@given(texts)
def test_a_facet_that_people_name_is_one_word(name: str) -> None:
    found = read(query.clicks(Question(WEEK, filters={f"usr.{name}": "1"}), []))
    assert len(shape(found)[1]) == 4


def test_what_is_no_query_is_refused_by_the_judge() -> None:
    for wrong in ('@a:"x', "@a:(x", "@a:x)", "x", "@a:", "@a:x y", '@a:b"c"', "@a:(b OR)", "OR @a:b", "@a:b OR"):
        with pytest.raises(DatadogDenied):
            read(wrong)


def found_by(question: Question, targets: list[TargetMatch], **event: Any) -> bool:
    return fits(question, targets, action(NOON, "rage_click", **event))


def fits(question: Question, targets: list[TargetMatch], event: dict[str, Any]) -> bool:
    return list(fitting(read(query.frustrated(question, targets)), Events([event]), range(1))) == [0]


@pytest.mark.parametrize("name", ['Buy "now"', "50% *off*", "a:b (c)", "back\\slash", "구매하기", "OR", "-x", "a  b"])
def test_a_name_finds_itself_and_nothing_like_it(name: str) -> None:
    assert found_by(ASKED, [TargetMatch(name)], target=name)
    assert not found_by(ASKED, [TargetMatch(name)], target=name + "x")


@pytest.mark.parametrize(("words", "found"), [("/cart", 1), ("/car", 0), ("Cart", 1), ("/cart/", 0), ("100%", 0)])
def test_views_are_paths_or_words(words: str, found: int) -> None:
    assert found_by(replace(ASKED, view=words), [TargetMatch("Buy now")]) == bool(found)


BELOW = ["/#/coupon", "/?x=1#/coupon", "/#/coupon/2", "/#/coupon?step=2"]
OTHERS = ["/#!/coupon", "/app#/coupon", "/#coupon", "/", "/#/home"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("/#/coupon", BELOW), ("/#!/coupon", ["/#!/coupon"]), ("/#/coup", []), ("/#/c*n", BELOW),
     ("/app#/coupon", ["/app#/coupon"]), ("coupon", [*BELOW, "/#!/coupon", "/app#/coupon"]), ("/coupon", [])],
)  # fmt: skip
def test_routes_behind_the_path_are_pages(words: str, found: list[str]) -> None:
    """`@view.url_path` has no fragment, so they are looked for in the whole address."""
    asked = replace(ASKED, view=words)
    seen = [url for url in (*BELOW, *OTHERS) if found_by(asked, BUY, url=f"https://shop.example{url}")]
    assert seen == found


@pytest.mark.parametrize(
    ("facet", "wanted", "found"),
    [
        ("version", "2.31", True),
        ("version", "v2.31.0", True),
        ("version", "2.3", False),
        ("browser", "safari", True),
        ("os", "ios", True),
        ("country", "kr", True),
        ("env", "prod", True),
        ("env", "staging", False),
        ("usr.plan", "pro", True),
        ("plan", "pro", False),
        ("team", "checkout", True),
    ],
)
def test_filters(facet: str, wanted: str, found: bool) -> None:
    event = action(NOON, "rage_click", browser="Mobile Safari", context={"team": "checkout"})
    event["usr"]["plan"] = "pro" if facet != "plan" else "free"
    assert fits(replace(ASKED, filters={facet: wanted}), [TargetMatch("Buy now")], event) == found


def test_only_the_signals_asked_for_are_looked_for() -> None:
    dead = replace(ASKED, signals=(Signal.DEAD,))
    assert not found_by(dead, [TargetMatch("Buy now")])
    assert not found_by(replace(ASKED, signals=()), [TargetMatch("Buy now")])
    assert found_by(ASKED, [TargetMatch("Buy now")])


def test_no_match_for_the_words_finds_nothing_but_no_words_find_every_target() -> None:
    assert not found_by(ASKED, [])
    assert found_by(replace(ASKED, target=None), [])


def test_masked_targets_are_told_apart_by_their_selector() -> None:
    masked = [TargetMatch(query.MASKED, "#buy")]
    assert found_by(ASKED, masked, target=query.MASKED, selector="#buy")
    assert not found_by(ASKED, masked, target=query.MASKED, selector="#pay")
    assert not found_by(ASKED, masked, target="Buy now", selector="#buy")
