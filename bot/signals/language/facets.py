"""The facets of a question: which values are asked for, which are left out, and what stays from the question before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lark import Token

from bot.signals.language.clauses import FilterClause
from bot.signals.language.lexicon import Lexicon, key
from bot.signals.language.parse_errors import Puzzled
from bot.signals.question import Question

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


def plain(values: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {facet: list(texts) for facet, texts in values.items()}
