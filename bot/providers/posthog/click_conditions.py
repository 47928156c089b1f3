"""Which actions a question means, as conditions on their columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.providers.posthog.event_properties import MASKED, EventProperties
from bot.providers.posthog.hogql_values import HogQLValues, epoch_ms
from bot.signals.answer import TargetMatch
from bot.signals.language.lexicon import page_names
from bot.signals.question import ALL_SIGNALS, Period, Question, Signal
from bot.signals.source import PERSON, SESSION, VIEW

COLUMNS = {Signal.RAGE: "rage", Signal.DEAD: "dead", Signal.ERROR: "error"}
_EXACT = frozenset({SESSION, PERSON})
_NAMELESS = frozenset({"", MASKED})


@dataclass(slots=True)
class FacetColumns:
    """Collects the facets that a query needs of each event. A name is `f0`, `f1`, …, whatever the facet is called."""

    properties: EventProperties
    by_facet: dict[str, str] = field(default_factory=dict)

    def name(self, facet: str) -> str:
        """Returns the column of a facet, or an empty text where no property can be called that."""
        if self.properties.column(facet) is None:
            return "''"
        return self.by_facet.setdefault(facet, f"f{len(self.by_facet)}")

    @property
    def expressions(self) -> dict[str, str]:
        """By column, its expression over an event."""
        return {name: self.properties.column(facet) or "''" for facet, name in self.by_facet.items()}


def meant(question: Question, targets: Sequence[TargetMatch], columns: FacetColumns, values: HogQLValues) -> list[str]:
    """Returns all conditions but the time and the signals. Without targets and words for one, every target fits."""
    clauses = [_any(columns.name(name), name, wanted, values) for name, wanted in question.wanted.items()]
    clauses += [f"not({_any(columns.name(name), name, out, values)})" for name, out in question.without.items()]
    if targets or question.target is not None:
        clauses.append(_targets(targets, values))
    if question.view is not None:
        clauses.append(view_is(columns.name(VIEW), question.view, values))
    return clauses


def in_period(period: Period) -> str:
    """A condition on the moment of an action. Times are numbers of ours, so they stand in the text."""
    return f"(moment >= {epoch_ms(period.start)} AND moment < {epoch_ms(period.end)})"


def frustrated(signals: Sequence[Signal] = ALL_SIGNALS) -> str:
    parts = [f"{COLUMNS[signal]} = 1" for signal in signals]
    return f"({' OR '.join(parts)})" if parts else "(1 = 0)"


def _any(column: str, facet: str, wanted: Sequence[str], values: HogQLValues) -> str:
    return f"({' OR '.join(facet_is(column, facet, value, values) for value in wanted)})"


def _targets(targets: Sequence[TargetMatch], values: HogQLValues) -> str:
    names = list(dict.fromkeys(match.name for match in targets if match.name not in _NAMELESS))
    selectors = list(dict.fromkeys(match.selector for match in targets if match.name in _NAMELESS and match.selector))
    parts = [f"has({values.add(names)}, target)"] if names else []
    if selectors:
        parts.append(f"(target = '{MASKED}' AND has({values.add(selectors)}, selector))")
    return f"({' OR '.join(parts)})" if parts else "(1 = 0)"


def facet_is(column: str, facet: str, wanted: str, values: HogQLValues) -> str:
    """2.31 includes 2.31.0, Safari includes Mobile Safari; all others are compared letter by letter, in any case."""
    if facet == VIEW:
        return view_is(column, wanted, values)
    if facet == "version":
        version = wanted.removeprefix("v")
        return f"({column} = {values.add(version)} OR startsWith({column}, {values.add(version + '.')}))"
    if facet == "browser":
        return f"position(lowerUTF8({column}), lowerUTF8({values.add(wanted)})) > 0"
    if facet in _EXACT:
        return f"{column} = {values.add(wanted)}"
    return f"({column} != '' AND lowerUTF8({column}) = lowerUTF8({values.add(wanted)}))"


def view_is(column: str, words: str, values: HogQLValues) -> str:
    """A path stands for itself and what lies below it, also as a route (`#/cart`); other words may be anywhere."""
    if words.startswith("/") and "*" in words:
        pattern = re.sub(r"([\\%_])", r"\\\1", words).replace("*", "%")
        ends = (pattern, pattern.rstrip("/") + "/%")
        return f"({' OR '.join(f'like({column}, {values.add(end)})' for end in ends)})"
    if words.startswith("/"):
        stem = words.rstrip("/")
        parts = [f"{column} = {values.add(words)}"]
        parts += [f"startsWith({column}, {values.add(stem + end)})" for end in "/#"]
        for route in (f"{mark}{stem}" for mark in ("#", "#!") if stem):
            parts += [
                f"endsWith({column}, {values.add(route)})",
                f"position({column}, {values.add(f'{route}/')}) > 0",
            ]
        return f"({' OR '.join(parts)})"
    names = (f"position(lowerUTF8({column}), lowerUTF8({values.add(name)})) > 0" for name in page_names(words))
    return f"({' OR '.join(names)})"


def selected(by_name: Mapping[str, str]) -> str:
    """Expressions as they follow SELECT."""
    return ", ".join(f"{expression} AS {name}" for name, expression in by_name.items())
