"""Between lexer and grammar: the names behind "on", "in" and "for", of which keywords may be words."""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import NAMELIKE, raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.odd_numbers import PICTURE, points_at_picture
from bot.signals.language.open_ends import TIMES
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.titles import is_title

POINTED = frozenset({"ON", "IN", "FOR", "FROM"})
_RANKED = (["NUMBER"], ["NOUN"], ["PLACE"], ["FACET"], ["FACETS"], ["SIGNAL"], ["ADJ"])
_NO_NAMES = frozenset(
    {"TO", "VS", "COMPARE", "IN", "FOR", "SIGNAL", "ADJ", "METRIC", "ONLY", "COUNT", "PAST", "GROUPED"}
)
"""Words of the question that may begin a name behind "on" with a capital, and are none alone."""
_VALUED = (["VALUE"], ["FILTER"], ["VERSION"], ["FACET"])
_INSIDE = frozenset({"WORD", "NAME", "THE", "FILLER", "TO", "UNREAD"})
_NOTHING_NAMED = frozenset({"DAY", "GROUP", "GROUPED", "SINCE", "FROM", "VS", "BETWEEN"})
"""Behind "in" and "on" these are nothing that they point at: "Check in today"."""
_NEITHER = _NOTHING_NAMED | {"ON", "IN", "NOT", "TOP", "SIGNAL", "ADJ", "METRIC", "FILTER", "TAG"}
"""Nor are these where "the" begins the name."""
# Inside a name that ends with a noun ("Report an error button") these are just words.
_SWALLOWED = frozenset(
    {"SIGNAL", "ADJ", "METRIC", "UNIT", "GROUPED", "TOP", "BEFORE", "AFTER", "NOW", "ONLY", "NOT", "FOR"}
)


def mark_pointed_names(tokens: list[Token], text: str) -> list[Token]:
    """Keeps prepositions before names; what follows them there is the name, even where it is a keyword."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type not in POINTED:
            out.append(token)
            at += 1
            continue
        end = _label_end(tokens, at, text) or _name_end(tokens, at + 1, text)
        if end == at + 1:
            placed = token.type in {"ON", "IN"}
            if placed and points_at_picture(tokens, at, text):
                out.append(retyped(token, "REFUSED", PICTURE))
            elif placed and _is_title_alone(tokens, at, text):
                out.append(Token("MISFIT", "", start_pos=token.start_pos, end_pos=tokens[at + 1].end_pos))
                at += 1
            elif placed and _dangles(tokens, at, text):
                out.append(retyped(token, "MISFIT"))
            elif token.type == "FROM":
                out.append(token)
            at += 1
        elif token.type == "FROM":
            out.append(token)
            at += 1
        elif _may_be_now(tokens, at + 1, end, text):
            first, last = _named(tokens[at + 1 : end], text)[0], tokens[end]
            typed = raw(last, text)
            out += [token, Token("OWNED", typed, start_pos=first.start_pos, end_pos=last.end_pos)]
            at = end + 1
        else:
            out += [token, *_named(tokens[at + 1 : end], text)]
            at = end
    return out


def _may_be_now(tokens: list[Token], start: int, end: int, text: str) -> bool:
    """ "on Book now": a name, or how it is now; where another time is named it is a name, and of a place it is none."""
    ahead = tokens[end] if end < len(tokens) else None
    if ahead is None or ahead.type != "NOW" or key(raw(ahead, text)) not in lexicon().at_once:
        return False
    return _is_label(tokens, start, text) and not _is_place(tokens[start:end], text)


def _is_title_alone(tokens: list[Token], at: int, text: str) -> bool:
    """ "on Compare with last year": a name that begins with a word of the question, and that nothing makes one."""
    pointed = (tokens[at].type, str(tokens[at])) == ("ON", "on") and at + 1 < len(tokens)
    return pointed and tokens[at + 1].type in _NO_NAMES and is_title(tokens[at + 1], text)


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
        first = _past_articles(tokens, start)
        if first < len(tokens) and tokens[first].type == "NOW" and is_title(tokens[first], text):
            return first + 1  # "on Now"
        end = _fillers_end(tokens, start, text)  # "on Ask a question": nothing but such words
    while at < len(tokens) and (tokens[at].type in _INSIDE or tokens[at].type in NAMELIKE):
        if tokens[at].type == "TO" and not _goes_on(tokens, start, at, text):
            break
        at += 1
        if tokens[at - 1].type == "TO" and tokens[at].type not in NAMELIKE:
            at += 1
            end = at
        if tokens[at - 1].type in NAMELIKE or (end == at - 1 > start and _ends_label(tokens, start, at - 1, text)):
            end = at
    return _tail_end(tokens, start, end, text) if end > start else end


def _tail_end(tokens: list[Token], start: int, end: int, text: str) -> int:
    """Where a name ends to which the next word belongs: "Check in today", "Book now today"."""
    if end == len(tokens):
        return end
    ahead, behind = tokens[end], tokens[end + 1].type if end + 1 < len(tokens) else ""
    label = _is_label(tokens, start, text)
    dangling = ahead.type in {"ON", "IN"} and str(ahead) in {"on", "in"}
    named = _NEITHER if tokens[start].type == "THE" else _NOTHING_NAMED if label else ()
    placed = dangling and (not behind or behind in named)
    now = ahead.type == "NOW" and key(raw(ahead, text)) in lexicon().at_once
    timed = (
        now
        and not _is_place(tokens[start:end], text)
        and any(token.type in TIME_WORDS for token in (*tokens[:start], *tokens[end + 1 :]))
    )
    return end + 1 if placed or (label and timed) else end


def _is_label(tokens: list[Token], start: int, text: str) -> bool:
    """Whether "on" points at a name that begins with a capital."""
    first = next((token for token in tokens[start:] if token.type != "THE"), None)
    return tokens[start - 1].value == "on" and first is not None and is_title(first, text)


def _is_place(run: list[Token], text: str) -> bool:
    """Whether it is the name of a page alone, which goes on with no such word: "Checkout now"."""
    named = [token for token in run if token.type != "THE"]
    return len(named) == 1 and key(raw(named[0], text)) in lexicon().places


def _ends_label(tokens: list[Token], start: int, at: int, text: str) -> bool:
    """ "Buy again", "Learn more": a name with a capital, to which such a word belongs."""
    label = _is_label(tokens, start, text) and not _is_place(tokens[start:at], text)
    return label and tokens[at].type == "FILLER" and key(raw(tokens[at], text)) in lexicon().name_endings


def _label_end(tokens: list[Token], at: int, text: str) -> int:
    """Where the name ends that goes on behind another "on": "on Get it on Google Play"; 0 where that is not so.

    Nothing would be left of the first "on" else, as it has no name but words that say nothing.
    """
    start = _past_articles(tokens, at + 1)
    inner = start
    while inner < len(tokens) and tokens[inner].type == "FILLER":
        inner += 1
    if not start < inner < len(tokens) - 1 or tokens[at].type != "ON" or tokens[inner].type != "ON":
        return 0
    capital = is_title(tokens[start], text) and is_title(tokens[inner + 1], text)
    end = _name_end(tokens, inner + 1, text)
    return end if capital and end > inner + 1 else 0


def _fillers_end(tokens: list[Token], start: int, text: str) -> int:
    first = _past_articles(tokens, start)
    end = first
    while end < len(tokens) and tokens[end].type in {"FILLER", "THE"}:
        end += 1
    return end if end > first and is_title(tokens[first], text) else start


def _past_articles(tokens: list[Token], start: int) -> int:
    while start < len(tokens) and tokens[start].type == "THE":
        start += 1
    return start


def _goes_on(tokens: list[Token], start: int, at: int, text: str) -> bool:
    """Whether a name goes on behind a "to": "Add to cart"; with a capital also "Back to top" and "Switch to mobile"."""
    ahead = tokens[at + 1].type if at + 1 < len(tokens) else ""
    if ahead in {"WORD", "NAME"} or not ahead:
        return bool(ahead)
    first = next((token for token in tokens[start:at] if token.type != "THE"), None)
    label = tokens[at].value == "to" and first is not None and is_title(first, text)
    return label and ahead not in TIMES | {"NOUN", "PLACE", "ON", "IN", "FOR", "TO", "THE"}


def _noun_ahead(tokens: list[Token], start: int) -> int | None:
    """Finds the noun that closes a name of a few words, unless something that isn't a name stands between."""
    for at in range(start, min(start + 7, len(tokens))):
        kind = tokens[at].type
        if kind in {"NOUN", "PLACE"} and at > start and any(token.type != "THE" for token in tokens[start:at]):
            return at
        closed = kind in {"ON", "IN"} and [other.type for other in tokens[at + 1 : at + 2]] == ["NOUN"]
        if closed and at > start and str(tokens[at]) in {"on", "in"}:
            return at + 1  # "Zoom in button"
        if kind not in _INSIDE | _SWALLOWED | NAMELIKE:
            return None
    return None


def _named(run: list[Token], text: str) -> list[Token]:
    while run and run[0].type == "THE":
        run = run[1:]
    return [token if token.type in NAMELIKE else retyped(token, "WORD", raw(token, text)) for token in run]
