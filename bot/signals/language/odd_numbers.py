"""Numbers that look like what they aren't: "24/7", "1/2 of users", "11-20", "more than 10", "iOS 17.2", "2.31+".

A step before names are read makes UNREAD or REFUSED of them; `refusal` says what a REFUSED token is refused for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from lark import Token

from bot.signals.language.lexer import OFFSET_OR_HOURS, raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.scan import without_emoji

_DATES = TIME_WORDS - {"TIME", "DURATION", "PART"}
_SINGLE = re.compile(r"\d{1,2}")
_COUNTED = frozenset({"COUNTER", "UNIT", "METRIC", "COUNT", "FILLER"})
_SHARED = frozenset({"METRIC", "SIGNAL", "THE"})
_SPLIT = frozenset({"split"})
_RANGE = "version range"
_OLDER = "older versions"
_THRESHOLD = "threshold"
_PLACE = "place"
_LESS = "less"
_SIGNS = frozenset("+&=*#^|<>×")
PICTURE = "picture"
"""The value of a REFUSED "on" that a picture follows."""
_DATE_OR_HOURS = "date or hours"

_Offer = tuple[str, dict[str, str]]
"""A text of a catalog, to which the words before and behind are added, with its other values."""


def mark_odd_numbers(tokens: list[Token], text: str) -> list[Token]:
    """Marks them one kind after the other."""
    for step in (_fractions, _open_dashes, _open_versions, _thresholds, _single_ranks):
        tokens = step(tokens, text)
    return tokens


def _fractions(tokens: list[Token], text: str) -> list[Token]:
    """ "24/7", "1/2 of the users", "a 70/30 split": no dates."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        ahead = tokens[at + 1 : at + 3]
        typed = raw(token, text)
        shared = len(ahead) == 2 and str(ahead[0]) == "of" and ahead[1].type in _SHARED
        parted = bool(ahead) and raw(ahead[0], text).casefold() in _SPLIT
        slashed = token.type == "SLASHED" and typed.count("/") == 1
        odd = slashed and (typed in lexicon().idioms or shared or parted)
        out.append(retyped(token, "UNREAD") if odd else token)
    return out


def _open_dashes(tokens: list[Token], text: str) -> list[Token]:
    """ "errors 11-20": a date or hours, where no day says which."""
    if any(token.type in _DATES | {"LAST", "PAST", "THIS", "AGO", "UNIT"} for token in tokens):
        return tokens
    out = list(tokens)
    for at in range(len(tokens) - 3, -1, -1):
        first, dash, last = tokens[at : at + 3]
        if [first.type, dash.type, last.type] != ["NUMBER", "DASH", "NUMBER"] or first.end_pos != dash.start_pos:
            continue
        behind = [token.type for token in tokens[at + 3 : at + 4]]
        numbers = [int(number) for number in (first, last) if _SINGLE.fullmatch(number)]
        if behind != ["DASH"] and len(numbers) == 2 and 1 <= min(numbers) <= 12 and max(numbers) <= 31:
            out[at : at + 3] = [_refused(_DATE_OR_HOURS, first, last)]
    return out


def _open_versions(tokens: list[Token], text: str) -> list[Token]:
    """ "2.31+", "2.31 이상", "above 2.30": versions from one on."""
    out: list[Token] = []
    for token in tokens:
        beside = {token.type, *(last.type for last in out[-1:])}
        plus = token.type == "VERSION" and text[token.end_pos or 0 :].startswith("+")
        if plus:
            end = (token.end_pos or 0) + 1
            out.append(_refused(_RANGE, token, Token("PLUS", "+", end_pos=end)))
        elif beside == {"VERSION", "THRESHOLD"}:
            bound = next(str(last) for last in (token, out[-1]) if last.type == "THRESHOLD")
            out[-1] = _refused(_OLDER if bound == _LESS else _RANGE, out[-1], token)
        elif token.type == "NEWER" and (first := _version_before(out)):
            out[-first:] = [_refused(_RANGE, out[-first], token)]
        else:
            out.append(retyped(token, "WORD", raw(token, text)) if token.type == "NEWER" else token)
        several = out[-1].type == "REFUSED" and str(out[-1]) in {_RANGE, _OLDER}
        if several and [last.type for last in out[-2:-1]] in (["ON"], ["IN"], ["FOR"]):
            out[-2:] = [_refused(str(out[-1]), out[-2], out[-1])]
    return out


def _version_before(tokens: Sequence[Token]) -> int:
    """Returns how far back a version stands that these end with, perhaps with "or" behind it; 0 where there is none."""
    kinds = [token.type for token in tokens[-2:]]
    return 1 if kinds[-1:] == ["VERSION"] else 2 if kinds == ["VERSION", "FILLER"] else 0


def _thresholds(tokens: list[Token], text: str) -> list[Token]:
    """ "more than 10 rage clicks", "10건 이상", "> 5 %": a number that a count is held against."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        ahead = [other.type for other in tokens[at + 1 : at + 3]]
        if (
            token.type == "OVER"
            and key(raw(token, text)) == "over"
            and ahead[:1] == ["NUMBER"]
            and ahead[1:] != ["UNIT"]
        ):
            token = retyped(token, "THRESHOLD")
        if token.type == "THRESHOLD" and ahead[:1] == ["NUMBER"]:
            out.append(_refused(_THRESHOLD, token, tokens[at + 1]))
            at += 2
            continue
        if token.type == "THRESHOLD":
            begin = len(out)
            while begin > 0 and (out[begin - 1].type in _COUNTED or _is_counter(out[:begin])):
                begin -= 1
            if begin > 0 and out[begin - 1].type == "NUMBER":
                out[begin - 1 :] = [_refused(_THRESHOLD, out[begin - 1], token)]
            else:
                out.append(retyped(token, "UNREAD"))
        else:
            out.append(token)
        at += 1
    return out


def _is_counter(tokens: Sequence[Token]) -> bool:
    """Whether the last of these is a word that sticks to a number: "5번"."""
    return len(tokens) > 1 and [token.type for token in tokens[-2:]] == ["NUMBER", "WORD"] and _stuck(*tokens[-2:])


def _stuck(last: Token, token: Token) -> bool:
    return last.end_pos == token.start_pos


def _single_ranks(tokens: list[Token], text: str) -> list[Token]:
    """ "3rd worst button": one place of a ranking, and no day."""
    out: list[Token] = []
    for token in tokens:
        ordinal = out and out[-1].type == "NUMBER" and not raw(out[-1], text).isdecimal()
        if token.type == "TOP" and ordinal and raw(out[-1], text)[:1].isdecimal():
            out[-1] = _refused(_PLACE, out[-1], token)
        else:
            out.append(token)
    return out


def points_at_picture(tokens: list[Token], at: int, text: str) -> bool:
    """ "on 🛒": the name of a control that can't be looked for; nothing may be taken for all of them instead."""
    end = tokens[at + 1].start_pos if at + 1 < len(tokens) else len(text)
    between = text[tokens[at].end_pos : end].strip()
    signs = between != "" and set(between) <= _SIGNS
    return signs or (between != "" and without_emoji(between) == "" and any(ord(sign) > 0x2000 for sign in between))


def _refused(why: str, first: Token, last: Token) -> Token:
    return Token("REFUSED", why, start_pos=first.start_pos, end_pos=last.end_pos)


def refusal(token: Token, text: str) -> Puzzled:
    """Returns the problem with a REFUSED token, with what may have been meant."""
    typed = raw(token, text)
    message, offers = _REASONS[str(token)]
    problem = Puzzled(message, at=typed, what=typed)
    before, behind = text[: token.start_pos], text[token.end_pos :]
    problem.templates = tuple(
        (template, {"before": before, "behind": behind, **values}) for template, values in offers(typed, behind)
    )
    return problem


def _date_or_hours(typed: str, _: str) -> list[_Offer]:
    first, last = (int(number) for number in re.findall(r"\d+", typed))
    end = last + 12 if last <= first < last + 12 <= 24 else last
    hours = [f"{first:02}:00-{end:02}:00"] if max(first, end) <= 24 else []
    return [_replaced(offer) for offer in (f"{first}/{last}", *hours)]


def _offset_or_hours(typed: str, _: str) -> list[_Offer]:
    day, hours = typed.split()
    begin, end = hours.split("-", 1)
    return [_replaced(f"{day}T{hours}"), *([_replaced(f"{day} {begin} ~ {end}")] if begin < end else [])]


def _since(typed: str, _: str) -> list[_Offer]:
    numbers = re.findall(r"\d[\w.]*\w|\d", typed)[:1]
    return [("%(before)s since %(version)s %(behind)s", {"version": number}) for number in numbers]


def _top(typed: str, behind: str) -> list[_Offer]:
    if "%" in typed or behind.lstrip().startswith("%"):
        return []
    return [("top %(n)s %(before)s%(behind)s", {"n": number}) for number in re.findall(r"\d+", typed)[:1]]


def _nothing(typed: str, behind: str) -> list[_Offer]:
    return []


def _replaced(instead: str) -> _Offer:
    return "%(before)s%(instead)s%(behind)s", {"instead": instead}


_REASONS: Mapping[str, tuple[str, Callable[[str, str], list[_Offer]]]] = {
    _DATE_OR_HOURS: ("“%(what)s” may be a date or hours: write 11/20, say, or 11:00-20:00.", _date_or_hours),
    _RANGE: ("“%(what)s” is several versions: name each of them, or ask since when the first was seen.", _since),
    PICTURE: ("A name that is a picture can’t be looked for: write it in letters, or its selector.", _nothing),
    _OLDER: ("“%(what)s” is several versions: name each of them.", _nothing),
    OFFSET_OR_HOURS: (
        "“%(what)s” may have an offset from UTC or end with a second time: write a T before the time, or “to”.",
        _offset_or_hours,
    ),
    _THRESHOLD: (
        "I count, and can’t pick what has more or fewer than a number: leave out “%(what)s”, or ask for the first few.",
        _top,
    ),
    _PLACE: ("I rank from the top and can’t pick one place: ask for the first few instead of “%(what)s”.", _top),
}
