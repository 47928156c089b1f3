"""Between lexer and grammar: what a word is for depends on its neighbours.

"on" matters before a name and not before a browser; "to" joins two times, and is part of "Add to cart"; courtesies and
articles are dropped. Every token that is left has one meaning for the grammar.
"""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from bot.signals.language.asked_history import HISTORY, mark_history
from bot.signals.language.asked_kinds import mark_asked_kinds
from bot.signals.language.changes import mark_changes
from bot.signals.language.clause_words import (
    mark_about,
    mark_alternatives,
    mark_concerned,
    mark_days_of_one_month,
    mark_halves,
    mark_late_comparisons,
    mark_lengths_ahead,
    mark_stretches_ago,
    mark_strokes,
)
from bot.signals.language.compared_rest import mark_compared_rest
from bot.signals.language.dated_weekdays import mark_dated_weekdays
from bot.signals.language.error_kinds import mark_error_kinds
from bot.signals.language.hour_ranges import carry_halves, mark_open_hours
from bot.signals.language.keyword_names import mark_keyword_names
from bot.signals.language.label_names import mark_label_names
from bot.signals.language.left_out import mark_left_out
from bot.signals.language.lengths import mark_lengths
from bot.signals.language.lexer import raw, retyped
from bot.signals.language.listed_people import mark_listed_people
from bot.signals.language.name_words import mark_name_words
from bot.signals.language.odd_numbers import mark_odd_numbers
from bot.signals.language.open_ends import ANCHORS, TIMES, mark_anchored_ends, mark_dated_ends
from bot.signals.language.pointed_names import POINTED, mark_pointed_names
from bot.signals.language.protected_names import mark_control_names, mark_owned_names, mark_told_names, protect_names
from bot.signals.language.question_shapes import mark_shapes
from bot.signals.language.range_ends import mark_range_ends, mark_since_days
from bot.signals.language.rewrite_tokens import (
    mark_coming,
    mark_days_of_month,
    mark_deploys,
    mark_error_messages,
    mark_exceptions,
    mark_named_days,
    mark_not_only,
    mark_onwards,
    mark_ranked_kinds,
    mark_steps,
    mark_weeks_before,
    mark_years,
)
from bot.signals.language.single_ids import mark_single_ids

_DROPPED = frozenset({"THE", "FILLER", "ONLY", "OVER", "ONWARD", "COMPARE", ""})


def disambiguate(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens that the grammar reads."""
    for step, kinds in _STEPS:
        if not kinds or not kinds.isdisjoint(token.type for token in tokens):
            tokens = step(tokens, text)
    return [token for token in tokens if token.type not in _DROPPED]


def _joined(tokens: list[Token], text: str) -> list[Token]:
    """ "and" after "between", dashes between times and "사이" behind them become what joins two times."""
    out: list[Token] = []
    between = comparing = False
    for at, token in enumerate(tokens):
        timed = bool(out) and out[-1].type in TIMES
        value = str(token)
        if comparing and token.type in {"FILLER", "FOR", "TO"} and value in {"with", "to", "and"}:
            comparing = False
            out.append(retyped(token, "VS"))
        elif between and token.type == "FILLER" and value == "and":
            between = False
            out.append(retyped(token, "TO"))
        elif token.type == "BETWEEN_P":
            out = _between(out, token)
        elif token.type == "DASH":
            if timed and [other.type in TIMES for other in tokens[at + 1 : at + 2]] == [True]:
                out.append(retyped(token, "TO"))
        else:
            between = between or token.type == "BETWEEN"
            comparing = comparing or token.type == "COMPARE"
            out.append(token)
    return out


def _between(before: list[Token], token: Token) -> list[Token]:
    """ "2시에서 3시 사이": joins the last two times; the particle between them has done its work."""
    if len(before) > 2 and before[-2].type in {"ON_P", "SINCE_P"}:
        before = [*before[:-2], before[-1]]
    if len(before) > 1 and before[-1].type in TIMES and before[-2].type in TIMES:
        return [*before[:-1], retyped(token, "TO"), before[-1]]
    return before


def _counted(tokens: list[Token], text: str) -> list[Token]:
    """Decides by the word before: "Safari users" are a filter and not the metric, "country KR" a value."""
    counting = any(token.type == "COUNT" or (token.type, token) == ("METRIC", "share") for token in tokens)
    out: list[Token] = []
    for at, token in enumerate(tokens):
        last = out[-1] if out else None
        people = (token.type, str(token)) == ("METRIC", "people")
        owners = people and tokens[at - 1].type in {"VALUE", "FILTER", "VERSION"}
        if owners and at > 0 and not counting:
            continue
        if last is not None and _repeats(token, last):
            continue
        if last is not None and token.type == "VERSION" and last.type == "FACET":
            out.pop()
        if token.type not in _DROPPED:
            out.append(_beside(token, out[-1] if out else None, text))
    return out


def _repeats(token: Token, last: Token) -> bool:
    """ "Chrome browser", "2.31 버전": the facet is clear from its value."""
    facet = "version" if last.type == "VERSION" else last.split("=")[0] if last.type == "VALUE" else ""
    return token.type in {"FACET", "FACETS"} and str(token) == facet


def _beside(token: Token, last: Token | None, text: str) -> Token:
    if token.type == "GROUPED":
        return retyped(token, "GROUP")
    if token.type == "RATE_P":
        return retyped(token, "METRIC", "rate")
    if last is None:
        return token
    if token.type == "SHIFT" and last.type in ANCHORS:
        return retyped(token, "SHIFT_P")
    code = token.type == "WORD" and len(token) == 2 and raw(token, text).isupper()
    if code and last.type == "FACET" and str(last) == "country":
        return retyped(token, "VALUE", f"country={token}")
    return token


_STEPS: tuple[tuple[Callable[[list[Token], str], list[Token]], frozenset[str]], ...] = (
    (mark_strokes, frozenset({"THE", "ON", "IN", "FOR", "TO", "PATH"})),
    (mark_label_names, frozenset({"ON"})),
    (mark_keyword_names, frozenset({"NOUN", "PLACE", "ON_P", "IN_P", "GROUP"})),
    (mark_name_words, frozenset()),
    (mark_dated_weekdays, frozenset({"WEEKDAY", "DASH", "ISO", "SLASHED", "MONTH", "UNIT"})),
    (mark_compared_rest, frozenset({"VS", "VS_P"})),
    (mark_left_out, frozenset({"VALUE", "VERSION", "SIGNAL", "WORD"})),
    (mark_history, HISTORY),
    (mark_about, frozenset({"AROUND", "VERSION", "DEPLOY"})),
    (mark_ranked_kinds, frozenset({"NOUN", "PLACE"})),
    (mark_late_comparisons, frozenset({"VS_P"})),
    (mark_asked_kinds, frozenset({"NOUN", "PLACE", "FACET", "FACETS"})),
    (mark_changes, frozenset({"CHANGE", "BOTH", "VS", "VS_P", "OVERUNIT", "AFTER"})),
    (mark_told_names, frozenset({"QUOTED"})),
    (mark_error_kinds, frozenset({"NUMBER", "QUOTED", "WORD"})),
    (mark_single_ids, frozenset()),
    (mark_odd_numbers, frozenset({"SLASHED", "VERSION", "THRESHOLD", "NEWER", "NUMBER"})),
    (mark_control_names, frozenset({"ON", "IN"})),
    (protect_names, frozenset({"NOUN", "PLACE"})),
    (mark_owned_names, frozenset({"NOUN"})),
    (mark_listed_people, frozenset({"METRIC"})),
    (mark_error_messages, frozenset({"TOP", "WHICH"})),
    (mark_days_of_month, frozenset({"NUMBER"})),
    (mark_coming, frozenset({"WEEKDAY", "MONTH", "HOLIDAY", "NUMBER", "DURATION"})),
    (mark_steps, frozenset({"NUMBER", "DURATION"})),
    (mark_weeks_before, frozenset({"SHIFT"})),
    (mark_onwards, frozenset({"FROM"})),
    (mark_deploys, frozenset({"DEPLOY"})),
    (mark_not_only, frozenset({"ONLY"})),
    (mark_alternatives, frozenset({"VALUE", "FILTER", "VERSION", "PATH", "NOUN", "PLACE", "SELECTOR"})),
    (mark_concerned, frozenset({"METRIC"})),
    (mark_days_of_one_month, frozenset({"UNIT"})),
    (mark_lengths, frozenset({"UNIT"})),
    (mark_halves, frozenset({"UNIT"})),
    (_joined, frozenset({"COMPARE", "BETWEEN", "BETWEEN_P", "DASH"})),
    (mark_lengths_ahead, frozenset({"IN"})),
    (mark_stretches_ago, frozenset({"AGO"})),
    (mark_shapes, frozenset()),
    (mark_pointed_names, POINTED),
    (mark_named_days, frozenset({"WEEKDAY", "MONTH", "QUARTER", "YEAR"})),
    (mark_anchored_ends, ANCHORS),
    (mark_dated_ends, frozenset({"BEFORE", "PREVIOUS", "TO", "TO_P"})),
    (mark_range_ends, frozenset({"SINCE_P", "ON_P", "IN_P", "ABOUT_P", "TO_P", "AFTER", "FROM", "TO"})),
    (mark_since_days, frozenset({"TIME", "PART"})),
    (carry_halves, frozenset({"TO", "FROM_P"})),
    (mark_open_hours, frozenset({"TIME", "NUMBER"})),
    (_counted, frozenset()),
    (mark_exceptions, frozenset({"NOT", "NOT_P"})),
    (mark_years, frozenset({"CALENDAR"})),
)
"""What is done to the tokens in this order, and the kinds of tokens that a step looks for; none means any."""
