"""Errors of one code, kind or message: "404 errors", "5xx", "API errors", "TypeError", "Failed to fetch".

No source picks errors by these. A step before names are read makes ERRORKIND of them, so that none is taken for the
name of a target; `error_kind_problem` says what can be asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.scan import QUOTES

_CODE = re.compile(r"[45]\d\d")
_HUNDRED = re.compile(r"[45]")
_HUNDRED_TAIL = re.compile(r"xx\w*", re.IGNORECASE)
_CLASS = re.compile(r"[A-Z]\w*[a-z](?:Error|Exception)s?")
"""How languages name kinds of errors: "TypeError", "NullPointerException"."""

# Texts of errors in browsers (V8, SpiderMonkey, JavaScriptCore), which are in English whatever the reader's language.
_MESSAGE = re.compile(
    r"""\b(?:
      (?:uncaught\s+)?[a-z]*[a-z](?:Error|Exception):\s*\S.*
    | cannot\s+(?:read|set)\s+propert(?:y|ies)\b.*
    | .*\bis\s+not\s+(?:a\s+function|defined|an\s+object|iterable|a\s+constructor)\b.*
    | .*\bis\s+(?:undefined|null)\b.*
    | .*\bof\s+(?:undefined|null)\b.*
    | (?:failed\s+to\s+fetch|load\s+failed|script\s+error|unexpected\s+token|network\s*error)\b.*
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_BARE_MESSAGE = re.compile(
    r"""\b(?:cannot\s+(?:read|set)\s+propert(?:y|ies)(?:\s+'[^']*')?(?:\s+of\s+(?:undefined|null))?
    (?:\s+\(reading\s+'[^']*'\))?
    | \w+\s+is\s+(?:not\s+(?:a\s+function|defined|iterable)|undefined|null)\b
    | (?:failed\s+to\s+fetch|load\s+failed|script\s+error|unexpected\s+token)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_SKIPPED = frozenset({"THE", "FILLER", ""})
_POINTERS = frozenset({"ON", "IN"})
_PARTICLES = frozenset({"ON_P", "IN_P", "ABOUT_P"})
_KINDS = frozenset({"NOUN", "PLACE"})
_COUNTING = frozenset({"TOP", "LAST", "PAST", "COUNT", "THRESHOLD", "OVER", "SINCE", "FROM", "BETWEEN", "TO"})
"""Behind these a number isn't the code of an error."""
_COUNTED = frozenset({"UNIT", "COUNTER", "METRIC", "GROUP", "GROUPED", "MONTH", "NUMBER", "TO", "DASH"})


def mark_error_kinds(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with each such code, kind and message as ERRORKIND."""
    tokens = _bare_messages(tokens, text)
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        size = _code(tokens, at, text) or _message(tokens, at, text) or _kind(tokens, at, text)
        if not size:
            out.append(tokens[at])
            at += 1
            continue
        begin = len(out) - _leading(out, text)
        first = out[begin] if begin < len(out) else tokens[at]
        out[begin:] = [_made(first, tokens[at + size - 1])]
        at += size
    return out


def _bare_messages(tokens: list[Token], text: str) -> list[Token]:
    """ "Cannot read properties of undefined" without quotation marks."""
    found = _BARE_MESSAGE.search(text)
    if found is None or any(token.type == "QUOTED" and _overlaps(token, found) for token in tokens):
        return tokens
    inside = [token for token in tokens if _overlaps(token, found)]
    if not inside:
        return tokens
    first = tokens.index(inside[0])
    if _is_closed(tokens, first + len(inside), text):
        return tokens  # "the Load failed banner"
    return [*tokens[:first], _made(inside[0], inside[-1]), *tokens[first + len(inside) :]]


def _is_closed(tokens: Sequence[Token], end: int, text: str) -> bool:
    """Whether a noun makes a name of what ends there: "503 Service Unavailable page", "404 에러 페이지"."""
    if end < len(tokens) and _is_error(tokens[end], text):
        end += 1
    return end < len(tokens) and tokens[end].type in _KINDS and key(raw(tokens[end], text)) not in lexicon().plurals


def _overlaps(token: Token, found: re.Match[str]) -> bool:
    return (token.start_pos or 0) < found.end() and (token.end_pos or 0) > found.start()


def _code(tokens: list[Token], at: int, text: str) -> int:
    """Returns how many tokens a code takes ("404s", "5xx", "500 internal server error"); 0 where there is none."""
    token = tokens[at]
    if token.type != "NUMBER" or _is_counted(tokens, at):
        return 0
    behind = tokens[at + 1 : at + 2]
    stuck = behind if behind and behind[0].start_pos == token.end_pos else []
    tail = raw(stuck[0], text) if stuck else ""
    typed = raw(token, text)
    if _HUNDRED.fullmatch(typed):
        return 2 if _HUNDRED_TAIL.fullmatch(tail) else 0
    if not _CODE.fullmatch(typed):
        return 0
    if stuck:
        return 2 if key(tail) in lexicon().code_endings else 0
    words = 1
    while at + words < len(tokens) and key(raw(tokens[at + words], text)) in lexicon().code_words:
        words += 1
    if _is_closed(tokens, at + words, text):
        return 0
    near = [other for other in tokens[at + words :] if other.type not in _SKIPPED][:1]
    last = [other for other in reversed(tokens[:at]) if other.type not in _SKIPPED][:1]
    named = any(_is_error(other, text) or key(raw(other, text)) in lexicon().code_words for other in (*near, *last))
    return words if words > 1 or named else 0


def _is_counted(tokens: Sequence[Token], at: int) -> bool:
    last = tokens[at - 1].type if at else ""
    behind = tokens[at + 1].type if at + 1 < len(tokens) else ""
    return last in _COUNTING or behind in _COUNTED | _KINDS


def _leading(before: Sequence[Token], text: str) -> int:
    """Returns how many words right before belong to it: "HTTP status 500", "error message "…"", "saying "…"", "on"."""
    size = 0
    while size < len(before):
        token, behind = before[-1 - size], before[: len(before) - 1 - size]
        told = key(raw(token, text)) in lexicon().code_words | lexicon().says or _joins(token, behind, text)
        if not told and token.type not in _POINTERS:
            break
        size += 1
    return size


def _message(tokens: list[Token], at: int, text: str) -> int:
    """Returns how many tokens a message in quotation marks takes; 0 where it is no message."""
    token = tokens[at]
    if token.type != "QUOTED":
        return 0
    behind = tokens[at + 1 : at + 2]
    if _is_closed(tokens, at + 1, text) or _is_pointed_at(tokens, at):
        return 0
    said = 1 if behind and key(raw(behind[0], text)) in lexicon().says else 0
    last = next((other for other in reversed(tokens[:at]) if other.type not in {"THE", ""}), None)
    told = last is not None and (key(raw(last, text)) in lexicon().says or _joins(last, tokens[: at - 1], text))
    return 1 + said if said or told or _MESSAGE.fullmatch(str(token)) else 0


def _is_pointed_at(tokens: Sequence[Token], at: int) -> bool:
    """Whether it is named as what was clicked, whatever it says: "on “Load failed”", "“Load failed”에 대한"."""
    behind = tokens[at + 1].type if at + 1 < len(tokens) else ""
    pointer = next((token.type for token in reversed(tokens[:at]) if token.type != "THE"), "")
    return behind in _PARTICLES or pointer in _POINTERS


def _joins(token: Token, before: Sequence[Token], text: str) -> bool:
    """Whether it is the "with" of "errors with “…”"."""
    return key(raw(token, text)) in lexicon().says_behind_errors and any(_is_error(last, text) for last in before[-1:])


def _kind(tokens: list[Token], at: int, text: str) -> int:
    """Returns 1 for "TypeError" and for the "API" of "API errors", where nothing makes a name of it; else 0."""
    token = tokens[at]
    typed = raw(token, text)
    closed = any(other.type in _KINDS for other in tokens[at + 1 : at + 3])
    pointed = at > 0 and tokens[at - 1].type in _POINTERS
    if token.type != "WORD" or closed:
        return 0
    if _CLASS.fullmatch(typed):
        return 1
    behind = next((other for other in tokens[at + 1 :] if other.type not in _SKIPPED), None)
    told = behind is not None and _is_error(behind, text)
    return 1 if key(typed) in lexicon().error_kinds and told and not pointed else 0


def _is_error(token: Token, text: str) -> bool:
    return token.type == "SIGNAL" and str(token) == "error"


def _made(first: Token, last: Token) -> Token:
    return Token("ERRORKIND", "", start_pos=first.start_pos, end_pos=last.end_pos)


def error_kind_problem(token: Token, tokens: Sequence[Token], text: str) -> Puzzled:
    """Returns what to say of such a token: errors are counted together, and ranked by their messages."""
    typed = raw(token, text)
    what = typed[1:-1] if typed[0] in QUOTES and typed[-1] in QUOTES else typed
    problem = Puzzled(
        "I can’t pick errors by their code, kind or message: leave out “%(what)s”, or ask for all of them by error "
        "message.",
        at=typed,
        what=what,
    )
    errors = any(_is_error(other, text) for other in tokens)
    values = {"before": text[: token.start_pos], "behind": text[token.end_pos :]}
    problem.templates = (
        ("%(before)s%(behind)s" if errors else "%(before)s errors %(behind)s", values),
        (
            "%(before)s%(behind)s by error message" if errors else "%(before)s errors %(behind)s by error message",
            values,
        ),
    )
    problem.narrowable = False
    return problem
