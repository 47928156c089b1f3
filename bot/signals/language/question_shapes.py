"""Questions of a kind of their own: "2.30 vs 2.31", "which version broke it", "what's broken now", "only Safari?".

A step between lexer and grammar recognises them and leaves tokens that say the same in parts; SHAPE says what is left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import NAMELIKE, retyped
from bot.signals.language.lexicon import lexicon
from bot.signals.question import GroupBy, Metric

WORST = "worst"
BLAME = "blame"
NOW = "now"
RIGHT_NOW = "right now"
"""Beside another kind of question: as of now, and the last hour where no question was before."""
SUSPECT = "suspect="
GROUPED = frozenset({"browser", "country", "device", "version", "os", "env"})
"""Facets of which one value is held against others."""
_SKIPPED = frozenset({"THE", "FILLER", "FACET", "ON_P", "IN_P", "ON", "IN", "FOR", "ONLY", ""})
_COUNTED = frozenset({"SIGNAL", "ADJ", "METRIC", "COUNT"})
_OPEN = frozenset({"SINCE", "FROM", "BETWEEN", "TO", "BEFORE", "AFTER", "SINCE_P", "TO_P"})
_COUNTING = frozenset({"METRIC", "COUNT", "GROUP", "GROUPED", "TOP"})


def mark_shapes(tokens: list[Token], text: str) -> list[Token]:
    """Rewrites what is recognised; other words for what is broken become those for what frustrates."""
    for step in (_shares, _compared_values, _compared_signals, _suspect, _blame, _worst):
        tokens = step(tokens, text)
    shapes = {str(token) for token in tokens if token.type == "SHAPE"}
    meant = {"BROKEN": ("ADJ", "all")}
    if shapes:
        meant["NOW"] = ("THE", "") if WORST in shapes else ("SHAPE", RIGHT_NOW)
    return [retyped(token, *meant[token.type]) if token.type in meant else token for token in tokens]


def _shares(tokens: list[Token], text: str) -> list[Token]:
    """ "% of users who …": the "of" points at what is counted, and at no name."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        counted = next((other.type for other in tokens[at + 1 :] if other.type not in {"THE", "FILLER"}), "")
        if not (token.type == "FOR" and counted == "METRIC" and out and _is_share(out[-1])):
            out.append(token)
    return out


def _compared_values(tokens: list[Token], text: str) -> list[Token]:
    """ "2.30.4 vs 2.31.0", "사파리와 크롬 비교": values of one facet that are held against one another."""
    for at, token in enumerate(tokens):
        if token.type not in {"VS", "VS_P"}:
            continue
        ahead = [other for other in tokens[at + 1 :] if other.type not in _SKIPPED]
        behind = [other for other in reversed(tokens[:at]) if other.type not in _SKIPPED]
        facet = _value(ahead[0])[0] if ahead and token.type == "VS" else ""
        if facet not in {"", "version"}:  # "in Korea this week vs Japan"; a version may be where a period begins
            behind = [other for other in behind if _value(other)[0] == facet]
        elif facet or token.type == "VS_P":
            behind = [other for other in behind if other.type not in _COUNTED]  # "한국과 일본 오류 비교"
        if token.type == "VS_P":
            behind = _values_before_names(behind)
        pair = [*behind[:1], *ahead[:1]] if token.type == "VS" else _pair_behind(behind, ahead)
        around = [*behind[1:2], *ahead[1:2]] if token.type == "VS" else behind[2:3]
        facets = {_value(other)[0] for other in pair}
        if (
            len({_value(other) for other in pair}) < 2
            or len(facets) > 1
            or not facets <= GROUPED
            or any(other.type in _OPEN for other in around)
        ):
            continue
        crossed = _crossed(tokens, at, facets)
        rest = [retyped(other, "MISFIT") if other is crossed else other for other in tokens if other is not token]
        return _compared_values([*rest, *_by(facets.pop(), rest, token)], text)
    return tokens


def _values_before_names(behind: list[Token]) -> list[Token]:
    """ "2.30이랑 2.31 결제 오류 비교": what is looked at may stand behind the two values."""
    first = next((at for at, token in enumerate(behind) if token.type not in NAMELIKE), None)
    pair = [_value(token) for token in behind[first : first + 2]] if first else []
    alike = len(pair) == 2 and pair[0][0] == pair[1][0] != ""
    return behind[first:] if first and alike else behind


def _crossed(tokens: Sequence[Token], versus: int, compared: set[str]) -> Token | None:
    """ "Safari on iOS vs Chrome on Android": a value that belongs to one side alone, where the other has its own."""
    before = [_value(token) for token in tokens[:versus]]
    for token in tokens[versus + 1 :]:
        facet, value = _value(token)
        other = [held for name, held in before if name == facet]
        if facet and facet not in compared and other and value not in other:
            return token
    return None


def _pair_behind(behind: list[Token], ahead: list[Token]) -> list[Token]:
    """ "사파리와 크롬 비교", "사파리가 크롬보다 심해" and "사파리보다 크롬이 심해"."""
    facet = _value(behind[0])[0] if behind else ""
    both = len(behind) > 1 and _value(behind[1])[0] == facet
    if facet and not both and ahead and _value(ahead[0])[0] == facet:
        return [behind[0], ahead[0]]
    return behind[1::-1]


def _compared_signals(tokens: list[Token], text: str) -> list[Token]:
    """ "rage vs dead clicks", "분노 클릭과 데드 클릭 비교": both by signal; beside "frustration" all of them."""
    for at, token in enumerate(tokens):
        pair = _signals_around(tokens, at)
        if len({str(other) for other in pair}) == 2:
            every = [other for other in pair if other == "all"]
            gone = [token, *(other for other in pair if every and other not in every)]
            kept = [other for other in tokens if not any(other is each for each in gone)]
            grouped = any((other.type, str(other)) == ("GROUP", GroupBy.SIGNAL) for other in kept)
            return _compared_signals(kept if grouped else [retyped(token, "GROUP", GroupBy.SIGNAL), *kept], text)
        if token.type == "VS" and not pair:
            tokens = _one_kind(tokens, at)
    return tokens


def _one_kind(tokens: list[Token], at: int) -> list[Token]:
    """ "errors this week vs rage clicks last week": the other kind of signal behind "vs" belongs to nothing."""
    asked = {str(token) for token in tokens[:at] if _is_signal(token)}
    if not asked:
        return tokens
    behind = [retyped(each, "MISFIT") if _is_signal(each) and str(each) not in asked else each for each in tokens[at:]]
    return [*tokens[:at], *behind]


def _signals_around(tokens: Sequence[Token], at: int) -> list[Token]:
    """Returns the two kinds of signals that the word at that place holds against each other; fewer where it doesn't."""
    behind = [other for other in reversed(tokens[:at]) if other.type not in _SKIPPED]
    ahead = [other for other in tokens[at + 1 :] if other.type not in _SKIPPED][:1]
    match tokens[at].type:
        case "VS" if any(map(_is_signal, ahead)):
            return [*[*filter(_is_signal, behind)][:1], *ahead]
        case "VS_P":
            pair = behind[:2] if all(map(_is_signal, behind[:2])) else [*behind[:1], *ahead]
            return [*filter(_is_signal, pair if len(pair) == 2 else [*pair, *ahead])]
    return []


def _is_signal(token: Token) -> bool:
    return token.type in {"SIGNAL", "ADJ"}


def _suspect(tokens: list[Token], text: str) -> list[Token]:
    """ "is it only Safari?", "사파리만 그래?": it against all the others, instead of it alone."""
    asked = any(token.type == "FILLER" and str(token) == "is_it" for token in tokens)
    token = _only_value(tokens, text)
    asked = asked or (token is not None and tokens[-1].type == "BROKEN" and _stuck_behind(token, text) != "")
    if token is None or not asked or any(other.type in {"NOT", "NOT_P"} for other in tokens):
        return tokens
    facet, value = _value(token)
    rest = [other for other in tokens if other is not token and (other.type, other) != ("FACET", facet)]
    split = [other for other in rest if other.type in {"GROUP", "GROUPED"} and str(other) != facet]
    both = [retyped(token, "GROUP", facet)] if split else []  # which is refused
    return [*rest, *_by(facet, rest, token), *both, retyped(token, "SHAPE", f"{SUSPECT}{value}")]


def _only_value(tokens: Sequence[Token], text: str) -> Token | None:
    """Returns the value that "only" belongs to: the next one, or else the last one before it."""
    values = [token for token in tokens if _value(token)[0] in GROUPED]
    stuck = [token for token in values if _stuck_behind(token, text) in lexicon().only]
    only = next((token.start_pos or 0 for token in tokens if token.type == "ONLY"), None)
    if only is None:
        return next(iter(stuck), None)
    behind = [token for token in values if (token.start_pos or 0) >= only]  # "Safari vs the rest": at its place
    return next(iter([*behind, *reversed(values)]), None)


def _blame(tokens: list[Token], text: str) -> list[Token]:
    """ "which version broke the buy button", "어느 버전부터 구매 버튼이 고장났어"."""
    version = next((at for at, token in enumerate(tokens) if _is_version(token)), None)
    asks = any(token.type in {"WHICH", "COUNT"} or _is_what(token) for token in tokens)
    if version is None or not asks or not any(token.type == "BROKEN" for token in tokens):
        return tokens
    begin, end = version, version + 1
    while begin > 0 and (
        tokens[begin - 1].type in {"WHICH", "COUNT", "THE", *_OPEN, "IN"} or _is_what(tokens[begin - 1])
    ):
        begin -= 1
    while end < len(tokens) and tokens[end].type in {"SINCE_P", "ON_P", "IN_P", "FROM_P"}:
        end += 1
    rest = [token for token in (*tokens[:begin], *tokens[end:]) if token.type not in {"WHICH", "BROKEN"}]
    return [*rest, *_by("version", rest, tokens[version]), retyped(tokens[version], "SHAPE", BLAME)]


def _worst(tokens: list[Token], text: str) -> list[Token]:
    """ "what's broken right now?", "지금 뭐가 고장났어?": the worst of the last hour, or of the time that is named."""
    names = [token for token in tokens if token.type in NAMELIKE]
    alone = len(names) == 1 and names[0].type in {"NOUN", "PLACE"}  # "broken pages": a kind of thing, and no name
    kinds = {token.type for token in tokens} - ({"WHICH"} if alone else set())
    now, what = "NOW" in kinds, any(map(_is_what, tokens)) or alone
    broken = "BROKEN" in kinds and (now or (what and not names))
    failing = "ADJ" in kinds and now and what and (alone or not names)
    if not (broken or failing) or kinds & {*_COUNTING, "WHICH", "SHAPE"}:
        return tokens
    gone = {"BROKEN", "WHICH", *([names[0].type] if alone else [])}
    pages = [retyped(names[0], "GROUP", GroupBy.VIEW)] if alone and names[0].type == "PLACE" else []
    return [*(token for token in tokens if token.type not in gone), *pages, retyped(tokens[0], "SHAPE", WORST)]


def _by(facet: str, rest: Sequence[Token], at: Token) -> list[Token]:
    """Groups by the facet, and counts shares of sessions, unless something else is asked for."""
    grouped = any(token.type in {"GROUP", "GROUPED"} for token in rest)
    counted = any(token.type in {"METRIC", "COUNT"} for token in rest)
    group = [] if grouped else [retyped(at, "GROUP", facet)]
    return group if counted else [*group, retyped(at, "METRIC", Metric.SESSIONS_SHARE)]


def _value(token: Token) -> tuple[str, str]:
    """(facet, value) of a token that names one, with two empty texts for any other."""
    if token.type == "VERSION":
        return "version", str(token).removeprefix("v")
    if token.type not in {"VALUE", "FILTER"}:
        return "", ""
    facet, value = re.split("[:=]", token, maxsplit=1)
    return facet, value.strip('"')


def _stuck_behind(token: Token, text: str) -> str:
    stuck = re.match(r"\w+", text[token.end_pos or 0 :])
    return stuck.group() if stuck else ""


def _is_share(token: Token) -> bool:
    return token.type == "METRIC" and str(token) in {"share", "rate"}


def _is_version(token: Token) -> bool:
    return token.type in {"FACET", "FACETS"} and str(token) == "version"


def _is_what(token: Token) -> bool:
    return token.type == "FILLER" and str(token) == "what"
