"""Kinds of things that are asked for without "which": "buttons with errors", "what buttons have …".

A step puts WHICH before them, so that they are told one by one.
"""

from __future__ import annotations

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon

_SKIPPED = frozenset({"THE", "FILLER", "ONLY", ""})
_KINDS = frozenset({"NOUN", "PLACE"})
_FACETS = frozenset({"FACET", "FACETS"})


def mark_asked_kinds(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with WHICH before such kinds."""
    out = [
        retyped(token, "WHICH", "which") if _asks(token, tokens[at + 1 : at + 2], text) else token
        for at, token in enumerate(tokens)
    ]
    head = next((at for at, token in enumerate(out) if token.type not in _SKIPPED), None)
    if head is None or not _is_several(out[head], text):
        return out
    behind = next((token for token in out[head + 1 :] if token.type != "THE"), None)
    told = behind is not None and (behind.type == "FILLER" or (behind.type, str(behind)) == ("FOR", "with"))
    if told and any(token.type == "SIGNAL" for token in out[head + 1 :]):
        out.insert(head, retyped(out[head], "WHICH", "which"))
    return out


def _asks(token: Token, behind: list[Token], text: str) -> bool:
    """ "what browser", "what buttons"."""
    what = (token.type, str(token)) == ("FILLER", "what")
    return what and bool(behind) and (behind[0].type in _FACETS or _is_several(behind[0], text))


def _is_several(token: Token, text: str) -> bool:
    return token.type == "FACETS" or (token.type in _KINDS and key(raw(token, text)) in lexicon().plurals)
