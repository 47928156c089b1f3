"""People who are ranked or asked for by name, and the errors that are ranked by their people."""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon

_COUNTED = frozenset({"NUMBER", "COUNTER", "FILLER"})
_DIMENSIONS = frozenset({"FACET", "FACETS", "NOUN", "PLACE", "GROUP", "GROUPED", "COUNT"})


def mark_listed_people(tokens: list[Token], text: str) -> list[Token]:
    """ "which users", "top users", "who had the most errors": people by name, which a GROUP of persons refuses."""
    if met := _met_errors(tokens, text):
        return met
    ranked = any(_ranks(tokens, at, text) for at in range(len(tokens)))
    ranked = ranked and not any(token.type in _DIMENSIONS for token in tokens)
    out: list[Token] = []
    for token in tokens:
        last = next((other.type for other in reversed(out) if other.type not in {"THE", "FILLER", "NUMBER"}), "")
        where = any((other.type, str(other)) == ("WHICH", "where") for other in out)
        listed = (last == "WHICH" and not where) or (ranked and last not in {"FOR", "FROM"})
        people = (token.type, str(token)) == ("METRIC", "people")
        out.append(retyped(token, "GROUP", "person") if people and listed else token)
    return out


def _met_errors(tokens: list[Token], text: str) -> list[Token]:
    """ "errors that hit most people", "가장 많은 사람이 겪은 오류": what is ranked is the errors, by their people."""
    if any(token.type in _DIMENSIONS for token in tokens):
        return []
    errors = [at for at, token in enumerate(tokens) if key(raw(token, text)) in lexicon().messages]
    people = [at for at, token in enumerate(tokens) if (token.type, str(token)) == ("METRIC", "people")]
    if len(errors) != 1 or len(people) != 1:
        return []
    error, who = errors[0], people[0]
    between = tokens[min(error, who) + 1 : max(error, who)]
    words = {key(raw(token, text)) for token in between}
    if error < who:  # the word before people ranks: "hit most people", "hit the most people"
        met = bool(words & lexicon().met) and _ranks(tokens, who - 1, text) and between[-1].type in {"FILLER", "TOP"}
        met = met and {token.type for token in between} <= {"FILLER", "THE", "TOP"}
    else:
        met = bool(words) and words <= lexicon().met_behind and who > 0 and _ranks(tokens, who - 1, text)
    if not met:
        return []
    return [*tokens[:error], retyped(tokens[error], "GROUP", "error"), *tokens[error:]]


def _ranks(tokens: list[Token], at: int, text: str) -> bool:
    """Whether a word ranks people, in whatever kind of token it is; "top errors" ranks errors."""
    kinds = {entry.kind for entry in lexicon().entries.get(key(raw(tokens[at], text)), ())}
    ahead = next((token for token in tokens[at + 1 :] if token.type not in _COUNTED | {"THE"}), None)
    messages = ahead is not None and key(raw(ahead, text)) in lexicon().messages
    return "TOP" in kinds and (not messages or "FILLER" in kinds)
