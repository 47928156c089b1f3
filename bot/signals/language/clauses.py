"""The clauses of a question that aren't times, as the grammar's rules leave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from bot.signals.language.dates import Hours, number
from bot.signals.language.lexer import raw
from bot.signals.language.ranges import Ranges
from bot.signals.periods import Span


@dataclass(frozen=True, slots=True)
class NamedClause:
    """Words for a target or a view. `before` and `after` are what points at it ("on", "in", "에서"), or ""."""

    tokens: tuple[Token, ...]
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Compare:
    """Compares with a stretch of time, with one `unit` earlier, or with the span right before (both empty)."""

    text: str
    against: Span | Hours | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TopClause:
    """`what` is the signal that ranks ("most rage clicked"), or "top"."""

    count: int | None
    what: str = "top"


@dataclass(frozen=True, slots=True)
class Limit:
    count: int


@dataclass(frozen=True, slots=True)
class FilterClause:
    facet: str
    value: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Bare:
    """A facet without a value, which after "which" or "top" is what to group by."""

    token: Token


@dataclass(frozen=True, slots=True)
class Excluded:
    signals: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """A period, and how it was typed."""

    span: Span | Hours
    text: str


class Clauses(Ranges):
    """Turns times into spans (see Ranges) and other rules into the classes above. Tokens stay tokens."""

    def start(self, parts: list[Any]) -> list[Any]:
        return parts

    @v_args(meta=True)
    def period(self, meta: Meta, parts: list[Any]) -> Timed:
        return Timed(parts[0], self.text[meta.start_pos : meta.end_pos].strip())

    def name(self, parts: list[Token]) -> tuple[Token, ...]:
        return tuple(parts)

    def target(self, parts: list[Any]) -> NamedClause:
        at = next(index for index, part in enumerate(parts) if isinstance(part, tuple))
        before = parts[0].type if at else ""
        return NamedClause(parts[at], before, parts[-1].type if len(parts) > at + 1 else "")

    @v_args(meta=True)
    def compare(self, meta: Meta, parts: list[Any]) -> Compare:
        text = self.text[meta.start_pos : meta.end_pos].strip()
        other = next(part for part in parts if getattr(part, "type", "") not in {"VS", "VS_P"})
        if isinstance(other, Token):
            return Compare(text, unit="" if other.type == "PREVIOUS" else str(other))
        return Compare(text, against=other)

    def top(self, parts: list[Token]) -> TopClause:
        what = next(str(token) for token in parts if token.type == "TOP")
        return TopClause(next((number(token) for token in parts if token.type == "NUMBER"), None), what)

    def limit(self, parts: list[Token]) -> Limit:
        return Limit(number(parts[0]))

    def excluded(self, parts: list[Token]) -> Excluded:
        return Excluded(tuple(token for token in parts if token.type in {"SIGNAL", "ADJ"}))

    def facet(self, parts: list[Token]) -> Bare:
        return Bare(parts[0])

    def filter(self, parts: list[Token]) -> FilterClause:
        last = parts[-1]
        if last.type == "VALUE":
            facet, value = str(last).split("=", 1)
            return FilterClause(str(parts[0]) if parts[0].type == "TAG" else facet, value, raw(last, self.text))
        if last.type == "VERSION":
            return FilterClause("version", str(last).removeprefix("v"), str(last))
        return FilterClause(str(parts[0]), str(last), str(last))
