"""What words between others say, before names are read: "or", "for users in Korea", "10 to 20 minutes ago"."""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.rewrite_tokens import facet_of

_VALUES = frozenset({"VALUE", "FILTER", "VERSION"})
_POINTERS = frozenset({"ON", "IN", "FOR", "THE", "ON_P", "IN_P"})
_COUNTED = frozenset({"SIGNAL", "ADJ"})
_IN_STROKES = frozenset({"THE", "ON", "IN", "FOR", "TO"})


def mark_strokes(tokens: list[Token], text: str) -> list[Token]:
    """ "A/B test", "On/Off toggle": an article or a preposition that touches a stroke is a word of a name."""
    return [
        retyped(token, "WORD", raw(token, text)) if token.type in _IN_STROKES and _names(tokens, at, text) else token
        for at, token in enumerate(tokens)
    ]


def _names(tokens: list[Token], at: int, text: str) -> bool:
    """Whether a token touches a stroke that has no such token on its other side, too: "in/on checkout"."""
    sides = ((tokens[at - 1], tokens[at]) if at else (), tuple(tokens[at : at + 2]))
    return any(
        len(side) == 2
        and text[side[0].end_pos : side[1].start_pos] == "/"
        and not {token.type for token in side} <= _POINTERS
        for side in sides
    )


def mark_alternatives(tokens: list[Token], _: str) -> list[Token]:
    """ "on Safari or in Korea": values of different facets must all hold, so "or" between them belongs to nothing."""
    out = list(tokens)
    for at, token in enumerate(tokens):
        if (token.type, str(token)) != ("FILLER", "or"):
            continue
        before = next((other for other in reversed(tokens[:at]) if other.type not in _POINTERS), None)
        behind = next((other for other in tokens[at + 1 :] if other.type not in _POINTERS), None)
        if before is None or behind is None or not {before.type, behind.type} <= _VALUES:
            continue
        if facet_of(before) != facet_of(behind):
            out[at] = retyped(token, "MISFIT")
    return out


def mark_concerned(tokens: list[Token], _: str) -> list[Token]:
    """ "errors for users in Korea" asks for errors; "how many users", "users with errors" for people."""
    if any(token.type == "COUNT" or (token.type, str(token)) == ("METRIC", "share") for token in tokens):
        return tokens
    out: list[Token] = []
    for token in tokens:
        pointed = [last.type for last in out if last.type != "THE"][-1:]
        spoken = [str(last) for last in out if last.type != "THE"][-1:]
        concerned = (token.type, str(token)) == ("METRIC", "people") and (
            (pointed == ["FOR"] and spoken == ["for"]) or pointed == ["FROM"]
        )
        if not (concerned and any(last.type in _COUNTED for last in out)):
            out.append(token)
    return out


def mark_stretches_ago(tokens: list[Token], _: str) -> list[Token]:
    """ "10-20 min ago", "between 2 and 3 hours ago": both ends are that long ago, the longer one first."""
    out = list(tokens)
    for at in range(len(tokens) - 5, -1, -1):
        first, joint, last, unit, ago = out[at : at + 5]
        if [first.type, joint.type, last.type, unit.type, ago.type] != ["NUMBER", "TO", "NUMBER", "UNIT", "AGO"]:
            continue
        if not (first.isdigit() and last.isdigit()):
            continue
        low, high = sorted((str(first), str(last)), key=int)
        place = first.end_pos or 0
        behind = [Token(other.type, str(other), start_pos=place, end_pos=place) for other in (unit, ago)]
        out[at : at + 3] = [retyped(first, "NUMBER", high), *behind, joint, retyped(last, "NUMBER", low)]
    return out
