"""Other ways to leave values out: "-safari", "!safari", "non-Chrome", "other browsers than Safari".

A step makes them NOT before the value, or NOT_P behind it, and drops the facet that the value has said already.
"""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon

_VALUES = frozenset({"VALUE", "VERSION", "SIGNAL"})
_FACETS = frozenset({"FACET", "FACETS"})
_ASKING = frozenset({"WHICH", "TOP", "COUNT", "NUMBER"})


def mark_left_out(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with each of these as NOT or NOT_P."""
    return _others(_hyphened(_signed(tokens, text), text), text)


def _signed(tokens: list[Token], text: str) -> list[Token]:
    """ "errors -safari", "errors !safari", as searches leave out; "mon -wed" and a list's "-errors" don't."""
    out: list[Token] = []
    for token in tokens:
        start = token.start_pos or 0
        sign, before = text[start - 1 : start], text[max(start - 2, 0) : start - 1]
        signed = token.type in _VALUES and sign in {"-", "!"} and not before.strip()
        if signed:
            if out and out[-1].type == "DASH":
                out.pop()
            if out or token.type != "SIGNAL":
                out.append(Token("NOT", "not", start_pos=start - 1, end_pos=start))
        out.append(token)
    return out


def _hyphened(tokens: list[Token], text: str) -> list[Token]:
    """ "non-Chrome", "Safari-only": a word that is joined to a value."""
    out: list[Token] = []
    for token in tokens:
        first, dash, last = raw(token, text).partition("-")
        whole = token.type == "WORD" and dash
        start, end = token.start_pos or 0, token.end_pos or 0
        if whole and key(first) in lexicon().negating and (value := _value(last, start + len(first) + 1, end)):
            out += [Token("NOT", "not", start_pos=start, end_pos=start + len(first)), value]
        elif whole and _is_only(last) and (value := _value(first, start, start + len(first))):
            out += [value, Token("ONLY", "only", start_pos=start + len(first) + 1, end_pos=end)]
        else:
            out.append(token)
    return out


def _is_only(word: str) -> bool:
    return any(entry.kind == "ONLY" for entry in lexicon().entries.get(key(word), ()))


def _value(word: str, start: int, end: int) -> Token | None:
    for entry in lexicon().entries.get(key(word), ()):
        if entry.kind in {"VALUE", "CAPITALS"} and (entry.kind == "VALUE" or word.isupper()):
            return Token("VALUE", entry.value, start_pos=start, end_pos=end)
    return None


def _others(tokens: list[Token], text: str) -> list[Token]:
    """ "other browsers than Safari", "all browsers except Safari", "사파리 말고 다른 브라우저": all but that one."""
    tokens = _than(tokens, text)
    left = any(token.type in {"NOT", "NOT_P"} for token in tokens)
    facets = {token.split("=")[0] for token in tokens if token.type == "VALUE"} if left else set()
    out: list[Token] = []
    for token in tokens:
        last = next((other.type for other in reversed(out) if other.type not in {"FILLER", "THE"}), "")
        if token.type in _FACETS and str(token) in facets and last not in _ASKING:
            if out and key(raw(out[-1], text)) in lexicon().others:
                out.pop()
            out.append(retyped(token, "FILLER", "filler"))
        else:
            out.append(token)
    return out


def _than(tokens: list[Token], text: str) -> list[Token]:
    for at in range(len(tokens) - 3):
        other, facet, than, value = tokens[at : at + 4]
        others = key(raw(other, text)) in lexicon().others and facet.type in _FACETS
        if others and than.type == "VS" and value.type == "VALUE" and value.startswith(f"{facet}="):
            return [*tokens[:at], retyped(than, "NOT", "not"), *tokens[at + 3 :]]
    return tokens
