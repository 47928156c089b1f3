"""Capitals, which tell the name of a control ("on Show errors") from words of the question ("on show errors")."""

from __future__ import annotations

import re

from lark import Token

from bot.signals.language.lexer import raw

_LATIN = re.compile(r"[A-Za-z]{2,}")
_SHOUTED = 3
"""So many words in capitals and none without: somebody shouts, and no capital says anything."""


def is_title(token: Token, text: str) -> bool:
    """Whether the token begins with a capital that says something."""
    return raw(token, text)[:1].isupper() and not is_shouted(text)


def is_shouted(text: str) -> bool:
    """ "BUY BUTTON IS BROKEN": whether all letters are capitals."""
    return text.isupper() and len(_LATIN.findall(text)) >= _SHOUTED
