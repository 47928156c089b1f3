"""The tokens of CSS Syntax Level 3, as far as one must tell them apart to know which texts a style sheet writes.

Quotes in comments, in addresses without quotes and after a backslash begin no string: whoever takes them for one reads
all that follows the wrong way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# No part can fail after a repetition has ended, so nothing is tried twice and the time is proportional to the text.
_SPACE = r"[ \t\n\r\f]"
_HEX = rf"[0-9a-fA-F]{{1,6}}+(?:\r\n|{_SPACE}|)"
_ESCAPE = rf"\\(?:{_HEX}|[^\n\r\f0-9a-fA-F]|\Z)"
_QUOTED_ESCAPE = rf"\\(?:{_HEX}|\r\n|[^0-9a-fA-F]|\Z)"
_LETTERS = r"[-\w\u0080-\U0010ffff]++"
_NAME = rf"(?:{_LETTERS}|{_ESCAPE})+"
_PLAIN = r"""(?:[^-\w\u0080-\U0010ffff"'\\/@#()\[\]{};<]++|<(?!!--))"""
_TOKEN = re.compile(
    rf"""
      (?P<rest>(?:{_LETTERS}(?![(\\])|\#{_LETTERS}(?!\\)|<!--|{_PLAIN})+)
    | (?P<mark>[()\[\]{{}};])
    | (?P<string>"(?:[^"\\\n\r\f]++|{_QUOTED_ESCAPE})*"? | '(?:[^'\\\n\r\f]++|{_QUOTED_ESCAPE})*'?)
    | (?P<function>{_NAME}\()
    | (?P<at>@{_NAME})
    | (?P<name>\#?{_NAME})
    | (?P<comment>/\*(?s:.*?)(?:\*/|\Z))
    | (?P<other>(?s:.))
    """,
    re.VERBOSE,
)
_BARE = re.compile(rf"{_SPACE}*+(?![\"' \t\n\r\f])(?P<address>[^)\\]*+(?:\\(?:(?s:.)|\Z)[^)\\]*+)*)\)?")
_UNESCAPED = re.compile(rf"\\(?:(?P<hex>[0-9a-fA-F]{{1,6}}+)(?:\r\n|{_SPACE}|)|\r\n|[\n\r\f]|(?P<letter>.)|\Z)")
REPLACEMENT = "\ufffd"


class CssToken(NamedTuple):
    """A piece of a style sheet. `kind` is `string`, `url` (one without quotes), `function`, `at`, `mark` or `rest`.

    `value` is what it means: a string or an address without its quotes and escapes, a name in small letters.
    """

    kind: str
    text: str
    value: str = ""


def tokens(css: str) -> Iterator[CssToken]:
    """All of the text, piece by piece."""
    at = 0
    while match := _TOKEN.match(css, at):
        kind, text, at = match.lastgroup, match[0], match.end()
        if kind == "string":
            yield CssToken("string", text, unescaped(text[1:-1] if _is_closed(text) else text[1:]))
        elif kind == "function":
            name = unescaped(text[:-1]).lower()
            if name == "url" and (bare := _BARE.match(css, at)):
                at = bare.end()
                yield CssToken("url", text + bare[0], unescaped(bare["address"]).strip())
            else:
                yield CssToken("function", text, name)
        elif kind == "at":
            yield CssToken("at", text, unescaped(text[1:]).lower())
        elif kind == "mark":
            yield CssToken("mark", text, text)
        else:
            yield CssToken("rest", text)


def rewritten(string: CssToken, value: str) -> str:
    """A string token with another value, in the same quotes."""
    quote = string.text[0]
    written = re.sub(rf"[\\{quote}]", r"\\\g<0>", value)
    written = re.sub(r"[\n\r\f]", lambda match: f"\\{ord(match[0]):x} ", written)
    return quote + written + (quote if _is_closed(string.text) else "")


def _is_closed(string: str) -> bool:
    """Whether the last quote ends the string; after an odd number of backslashes it is a letter of it."""
    if len(string) < 2 or string[-1] != string[0]:
        return False
    inner = string[1:-1]
    return (len(inner) - len(inner.rstrip("\\"))) % 2 == 0


def unescaped(text: str) -> str:
    """What a name or the inside of a string means, without its escapes."""
    return _UNESCAPED.sub(_letter, text) if "\\" in text else text


def _letter(escape: re.Match[str]) -> str:
    if escape["hex"]:
        code = int(escape["hex"], 16)
        return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else REPLACEMENT
    return escape["letter"] or ""
