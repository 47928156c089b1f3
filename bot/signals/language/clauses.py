"""The clauses of a question that are no times, as the grammar leaves them, and the facets that they add up to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from bot.signals.language.dates import Hours, number
from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import Lexicon, key
from bot.signals.language.moments import refuse_open_day
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.ranges import Ranges
from bot.signals.periods import Span
from bot.signals.question import ALL_SIGNALS, Question, Signal

SIGNALS = {"all": ALL_SIGNALS, "rage": (Signal.RAGE,), "dead": (Signal.DEAD,), "error": (Signal.ERROR,)}


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
    """`text` is how it was typed; `none` the word that asks for what has no such signal ("no errors"), or None."""

    signals: tuple[Token, ...]
    text: str
    none: Token | None = None

    @property
    def kinds(self) -> tuple[Signal, ...]:
        return tuple(signal for token in self.signals for signal in SIGNALS[str(token)])


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
        if isinstance(parts[0], Span) and parts[0].day_of_month and parts[0].unit == "rolling":
            refuse_open_day(parts[0], self.text, (meta.start_pos, meta.end_pos))
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

    @v_args(meta=True)
    def excluded(self, meta: Meta, parts: list[Token]) -> Excluded:
        none = next((part for part in parts if part.type in {"NOT", "NOT_P"} and part in {"none", "lacking"}), None)
        signals = tuple(token for token in parts if token.type in {"SIGNAL", "ADJ"})
        return Excluded(signals, self.text[meta.start_pos : meta.end_pos].strip(), none)

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


FACETS = ("env", "service", "version", "country", "browser", "device", "os")
Values = dict[str, tuple[str, ...]]


@dataclass(slots=True)
class Facets:
    """Collects values; `own` are the facets that the settings name. Raises Puzzled."""

    lexicon: Lexicon
    own: frozenset[str]
    wanted: Values = field(default_factory=dict)
    without: Values = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    """How the value was typed that is left out of a facet."""

    def add(self, clause: FilterClause | Token) -> None:
        _add(self.wanted, self._filter(clause))

    def exclude(self, token: Token, typed: str) -> None:
        clause = self._filter(token)
        self.typed[clause.facet] = typed
        _add(self.without, clause)

    def __bool__(self) -> bool:
        return bool(self.wanted or self.without)

    def onto(self, before: Question | None) -> tuple[dict[str, str], Values, Values]:
        """(`filters`, `either`, `without`) of the question. A facet that is asked for replaces the one before."""
        wanted, without = dict(self.wanted), dict(self.without)
        for facet, values in self.without.items():
            if facet in wanted and not (kept := _less(wanted[facet], values)):
                raise Puzzled("Nothing is left to look at.", at=self.typed[facet])
            if facet in wanted:
                wanted[facet] = kept
        for facet, values in (before.wanted if before else {}).items():
            if facet not in self.wanted and (kept := _less(values, without.get(facet, ()))):
                wanted[facet] = kept
        for facet, values in (before.without if before else {}).items():
            if facet not in self.wanted:
                without[facet] = tuple(dict.fromkeys((*values, *without.get(facet, ()))))
        single = {facet: values[0] for facet, values in wanted.items() if len(values) == 1}
        return single, {facet: values for facet, values in wanted.items() if len(values) > 1}, without

    def _filter(self, clause: FilterClause | Token) -> FilterClause:
        if isinstance(clause, FilterClause):
            return clause
        if clause.type == "VALUE" or (clause.type == "EXCEPT" and "=" in clause and ":" not in clause.split("=")[0]):
            facet, value = str(clause).split("=", 1)
            if facet in FACETS or facet in self.own:
                return FilterClause(facet, value)
        return self._spelled(clause)

    def _spelled(self, token: Token) -> FilterClause:
        """`browser:safari`: a facet we know, one from the settings, or any attribute written with @."""
        name, value = re.split("[:=]", token, maxsplit=1)
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if value.startswith("("):
            what = "Write each value with its name, as in %(name)s:one %(name)s:other, and no brackets."
            raise Puzzled(what, at=str(token), name=name)
        entries = self.lexicon.entries.get(key(name), ())
        facet = next((entry.value for entry in entries if entry.kind in {"FACET", "TAG"}), name.lstrip("@"))
        if facet not in FACETS and facet not in self.own and not name.startswith("@"):
            raise Puzzled("I know no facet “%(name)s”.", at=str(token), name=name)
        known = (entry.value for entry in self.lexicon.entries.get(key(value), ()) if entry.kind == "VALUE")
        wanted = next((text.split("=", 1)[1] for text in known if text.startswith(f"{facet}=")), value)
        if facet == "version":
            wanted = wanted.removeprefix("v")
        return FilterClause(facet, wanted.upper() if facet == "country" and len(wanted) == 2 else wanted, str(token))


def _add(into: Values, clause: FilterClause) -> None:
    into[clause.facet] = tuple(dict.fromkeys((*into.get(clause.facet, ()), clause.value)))


def _less(values: Iterable[str], gone: Iterable[str]) -> tuple[str, ...]:
    out = {value.casefold() for value in gone}
    return tuple(value for value in values if value.casefold() not in out)


def refuse_absence(clauses: Sequence[Excluded], text: str, *, whole: Sequence[Signal], alone: bool) -> None:
    """Raises Puzzled for "sessions without errors" and "rage clicks with no errors": what has none isn't counted.

    "Frustration without dead clicks" leaves a kind out of the `whole` and is not for here. Of people, sessions and
    actions nothing is whole: one that has a dead click may have an error as well. The question without the clause is
    offered; where no other signals are named (`alone`), the one about those that have some.
    """
    for clause in clauses:
        if clause.none is None or (clause.none == "none" and set(clause.kinds) <= set(whole)):
            continue
        what = "I count what has signals, and can’t look for what has none of a kind: “%(what)s” can’t be asked."
        problem = Puzzled(what, at=clause.text, what=clause.text)
        start, end = clause.none.start_pos or 0, clause.none.end_pos or 0
        rest = text[:start] + text[end:] if alone else text.replace(clause.text, "", 1)
        problem.instead = (" ".join(rest.split()),)
        raise problem
