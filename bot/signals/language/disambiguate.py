"""Between lexer and grammar: what a word is for depends on its neighbours.

"on" matters before a name and not before a browser; "to" joins two times, and is part of "Add to cart"; courtesies and
articles are dropped. Every token that is left has one meaning for the grammar.
"""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from bot.signals.language.asked_history import HISTORY, mark_history
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
from bot.signals.language.dated_weekdays import mark_dated_weekdays
from bot.signals.language.error_kinds import mark_error_kinds
from bot.signals.language.hour_ranges import carry_halves, mark_open_hours
from bot.signals.language.left_out import mark_left_out
from bot.signals.language.lengths import mark_lengths
from bot.signals.language.lexer import NAMELIKE, raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.listed_people import mark_listed_people
from bot.signals.language.name_words import mark_name_words
from bot.signals.language.odd_numbers import PICTURE, mark_odd_numbers, points_at_picture
from bot.signals.language.open_ends import ANCHORS, TIMES, mark_anchored_ends, mark_dated_ends
from bot.signals.language.protected_names import mark_control_names, mark_owned_names, protect_names
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

_RANKED = (["NUMBER"], ["NOUN"], ["PLACE"], ["FACET"], ["FACETS"], ["SIGNAL"], ["ADJ"])
_VALUED = (["VALUE"], ["FILTER"], ["VERSION"], ["FACET"])
_POINTED = frozenset({"ON", "IN", "FOR", "FROM"})
_DROPPED = frozenset({"THE", "FILLER", "ONLY", "OVER", "ONWARD", "COMPARE", ""})
_INSIDE = frozenset({"WORD", "NAME", "THE", "FILLER", "TO", "UNREAD"})
# Inside a name that ends with a noun ("Report an error button") these are just words.
_SWALLOWED = frozenset(
    {"SIGNAL", "ADJ", "METRIC", "UNIT", "GROUPED", "TOP", "BEFORE", "AFTER", "NOW", "ONLY", "NOT", "FOR"}
)


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


def _pointed(tokens: list[Token], text: str) -> list[Token]:
    """Keeps prepositions before names; what follows them there is the name, even where it is a keyword."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type not in _POINTED:
            out.append(token)
            at += 1
            continue
        end = _label_end(tokens, at, text) or _name_end(tokens, at + 1, text)
        if end == at + 1:
            placed = token.type in {"ON", "IN"}
            if placed and points_at_picture(tokens, at, text):
                out.append(retyped(token, "REFUSED", PICTURE))
            elif placed and _dangles(tokens, at, text):
                out.append(retyped(token, "MISFIT"))
            elif token.type == "FROM":
                out.append(token)
            at += 1
        elif token.type == "FROM":
            out.append(token)
            at += 1
        else:
            out += [token, *_named(tokens[at + 1 : end], text)]
            at = end
    return out


def _dangles(tokens: list[Token], at: int, text: str) -> bool:
    """ "on top", "on rate", "on page today": nothing is named, and all of it may not be taken instead."""
    behind, after = ([token.type for token in tokens[n : n + 1]] for n in (at + 1, at + 2))
    counted = behind == ["METRIC"] or (behind == ["TOP"] and after not in _RANKED)
    if tokens[at].type == "ON":
        return str(tokens[at]) == "on" and counted
    return " " in raw(tokens[at], text) and behind not in _VALUED


def _name_end(tokens: list[Token], start: int, text: str) -> int:
    """Returns where the name that begins at `start` ends; `start` itself when there is none."""
    noun = _noun_ahead(tokens, start)
    if noun is not None and tokens[start].type == "TOP" and key(raw(tokens[noun], text)) in lexicon().plurals:
        return start  # "on top pages": those are ranked
    if noun is not None:
        return noun + 1
    end = at = start
    if tokens[start - 1].value == "on" and raw(tokens[start - 1], text).islower():
        end = _fillers_end(tokens, start, text)  # "on Ask a question": nothing but such words
    while at < len(tokens) and (tokens[at].type in _INSIDE or tokens[at].type in NAMELIKE):
        if tokens[at].type == "TO" and not _goes_on(tokens, start, at, text):
            break
        at += 1
        if tokens[at - 1].type == "TO" and tokens[at].type not in NAMELIKE:
            at += 1
            end = at
        if tokens[at - 1].type in NAMELIKE:
            end = at
    return end


def _label_end(tokens: list[Token], at: int, text: str) -> int:
    """Where the name ends that goes on behind another "on": "on Get it on Google Play"; 0 where that is not so.

    Nothing would be left of the first "on" else, as it has no name but words that say nothing.
    """
    start = at + 1
    while start < len(tokens) and tokens[start].type == "THE":
        start += 1
    inner = start
    while inner < len(tokens) and tokens[inner].type == "FILLER":
        inner += 1
    if not start < inner < len(tokens) - 1 or tokens[at].type != "ON" or tokens[inner].type != "ON":
        return 0
    capital = raw(tokens[start], text)[:1].isupper() and raw(tokens[inner + 1], text)[:1].isupper()
    end = _name_end(tokens, inner + 1, text)
    return end if capital and end > inner + 1 else 0


def _fillers_end(tokens: list[Token], start: int, text: str) -> int:
    end = start
    while end < len(tokens) and tokens[end].type in {"FILLER", "THE"}:
        end += 1
    return end if end > start and raw(tokens[start], text)[:1].isupper() and tokens[start].type == "FILLER" else start


def _goes_on(tokens: list[Token], start: int, at: int, text: str) -> bool:
    """Whether a name goes on behind a "to": "Add to cart"; with a capital also "Back to top" and "Switch to mobile"."""
    ahead = tokens[at + 1].type if at + 1 < len(tokens) else ""
    if ahead in {"WORD", "NAME"} or not ahead:
        return bool(ahead)
    label = tokens[at].value == "to" and at > start and raw(tokens[start], text)[:1].isupper()
    return label and ahead not in TIMES | {"NOUN", "PLACE", "ON", "IN", "FOR", "TO", "THE"}


def _noun_ahead(tokens: list[Token], start: int) -> int | None:
    """Finds the noun that closes a name of a few words, unless something that isn't a name stands between."""
    for at in range(start, min(start + 7, len(tokens))):
        kind = tokens[at].type
        if kind in {"NOUN", "PLACE"} and at > start and any(token.type != "THE" for token in tokens[start:at]):
            return at
        if kind not in _INSIDE | _SWALLOWED | NAMELIKE:
            return None
    return None


def _named(run: list[Token], text: str) -> list[Token]:
    while run and run[0].type == "THE":
        run = run[1:]
    return [token if token.type in NAMELIKE else retyped(token, "WORD", raw(token, text)) for token in run]


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
    (mark_strokes, frozenset({"THE", "ON", "IN", "FOR", "TO"})),
    (mark_name_words, frozenset()),
    (mark_dated_weekdays, frozenset({"WEEKDAY", "DASH", "ISO", "SLASHED", "MONTH"})),
    (mark_left_out, frozenset({"VALUE", "VERSION", "SIGNAL", "WORD"})),
    (mark_history, HISTORY),
    (mark_about, frozenset({"AROUND"})),
    (mark_ranked_kinds, frozenset({"NOUN", "PLACE"})),
    (mark_late_comparisons, frozenset({"VS_P"})),
    (mark_changes, frozenset({"CHANGE", "BOTH", "VS", "VS_P", "OVERUNIT", "AFTER"})),
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
    (_pointed, _POINTED),
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
