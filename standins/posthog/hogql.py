"""HogQL into ClickHouse's SQL, as PostHog prints it, for the part that `hogql_words` names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standins.posthog.hogql_words import FUNCTIONS, KEYWORDS, REFUSED, RENAMED, TABLES
from standins.posthog.posthog_denied import PostHogDenied

DEFAULT_LIMIT = 100
MOST_ROWS = 50_000
"""PostHog's limits of the rows of a query: where it names none, and at most."""
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<string>'(?:[^'\\]|\\.|'')*')|(?P<quoted>`(?:[^`\\]|\\.)+`)|(?P<value>\{[A-Za-z_]\w*\})
    |(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_$][\w$]*)|(?P<sign><=|>=|!=|<>|->|\|\||[-+*/%(),.=<>\[\]])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A statement for ClickHouse that gives one row more than `limit`, where there are more."""

    sql: str
    limit: int


def printed(query: str, values: Mapping[str, Any], now: datetime) -> Printed:
    """Returns the statement. Raises PostHogDenied for what is no HogQL, or none that the stand-in knows."""
    tokens = _tokens(query)
    _check(tokens)
    tokens, limit = _without_limit(tokens)
    return Printed(f"{_sql(tokens, values, now)} LIMIT {limit + 1}", limit)


def _tokens(query: str) -> list[Token]:
    tokens, at = [], 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise _syntax(f"mismatched input {query[at : at + 10]!r}")
        if match.lastgroup != "space":
            tokens.append(Token(str(match.lastgroup), match[0]))
        at = match.end()
    return tokens


def _check(tokens: Sequence[Token]) -> None:
    if not tokens or tokens[0].word not in ("SELECT", "WITH"):
        raise _syntax("A query begins with SELECT")
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.word in REFUSED and not (before and before.text == "."):
            raise _syntax(f"mismatched input '{token.text}'")
        called = token.kind == "word" and token.word not in KEYWORDS and after is not None and after.text == "("
        if called and token.text not in FUNCTIONS:
            raise PostHogDenied(400, f"Unsupported function call '{token.text}(...)'", "illegal_hogql")
        if before and before.word in ("FROM", "JOIN") and token.text != "(" and token.text not in TABLES:
            raise PostHogDenied(400, f"Unknown table `{token.text}`.", "unknown_table")


def _without_limit(tokens: list[Token]) -> tuple[list[Token], int]:
    """Takes the LIMIT off the end of the whole statement."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.word == "LIMIT" and at == len(tokens) - 2:
            return tokens[:at], min(int(tokens[at + 1].text), MOST_ROWS)
    return tokens, DEFAULT_LIMIT


def _sql(tokens: Sequence[Token], values: Mapping[str, Any], now: datetime) -> str:
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        token, rest = tokens[at], [following.text for following in tokens[at + 1 : at + 5]]
        if token.text == "person" and rest[:3:2] == [".", "."] and rest[1] == "properties":
            parts.append(_property("person_properties", tokens[at + 4]))
            at += 5
        elif token.text == "properties" and rest[:1] == ["."]:
            parts.append(_property("properties", tokens[at + 2]))
            at += 3
        elif token.text == "toDateTime" and len(rest) > 2 and rest[2] == ")":
            text = _plain(tokens[at + 2], values)
            parts.append(f"parseDateTime64BestEffortOrNull({text}, 6, 'UTC')")
            at += 4
        elif token.text == "now" and rest[:2] == ["(", ")"]:
            parts.append(f"parseDateTime64BestEffort('{now.isoformat()}', 6, 'UTC')")
            at += 3
        else:
            parts.append(_plain(token, values))
            at += 1
    return " ".join(parts)


def _property(column: str, name: Token) -> str:
    """As PostHog prints a property that has no column of its own: NULL where it is missing."""
    if name.kind not in ("word", "quoted"):
        raise _syntax("A property needs a name")
    plain = name.text[1:-1] if name.kind == "quoted" else name.text
    raw = f"JSONExtractRaw({column}, {literal(plain)})"
    return f"replaceRegexpAll(nullIf(nullIf({raw}, ''), 'null'), '^\"|\"$', '')"


def _plain(token: Token, values: Mapping[str, Any]) -> str:
    if token.kind == "value":
        name = token.text[1:-1]
        if name not in values:
            raise PostHogDenied(400, f"Placeholders, such as {token.text}, are not supported in this context")
        return literal(values[name])
    return RENAMED.get(token.text, token.text)


def literal(value: Any) -> str:
    """A constant of ClickHouse's SQL. Raises PostHogDenied for what a placeholder can't stand for."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0") + "'"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    raise PostHogDenied(400, f"Unsupported constant of type {type(value).__name__}")


def _syntax(detail: str) -> PostHogDenied:
    return PostHogDenied(400, f"Syntax error: {detail}", "syntax_error")
