"""Pieces of SQL: values apart from their statement, and which actions a question means as conditions on their table.

The statement that runs has parameters, the one that people read has quoted literals.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.signals.answer import TargetMatch
from bot.signals.language.lexicon import page_names
from bot.signals.question import Question

_NAME = re.compile(r"\$(v\d+)\b")


class Values:
    """Collects the values of one statement; `add` gives the placeholder."""

    def __init__(self) -> None:
        self.by_name: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """`$v0`, `$v1`, ... Aware datetimes become the naive UTC that the tables hold."""
        name = f"v{len(self.by_name)}"
        self.by_name[name] = utc(value) if isinstance(value, datetime) else value
        return f"${name}"

    def among(self, column: str, values: Sequence[str]) -> str:
        """`column IN (...)`; no value matches nothing."""
        return f"{column} IN ({', '.join(map(self.add, values))})" if values else "false"

    def shown(self, statement: str) -> str:
        """Returns the statement as people can run it."""
        return _NAME.sub(lambda name: literal(self.by_name[name[1]]), statement)


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def literal(value: Any) -> str:
    """Returns a value as DuckDB reads it. Standard strings have one escape, the doubled quote."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return "'" + str(value).replace("'", "''") + "'"


MASKED = ("Masked Element", "")
"""Names that say nothing (the SDK's word for a masked one); such targets are told apart by their selector."""
_SAME = ("application", "service", "env", "country", "os", "device")
"""Columns whose values are compared letter by letter, in any case."""
COLUMNS = frozenset({*_SAME, "version", "browser"})
"""Facets that have a column; others are attributes of the session."""


def conditions(question: Question, targets: Sequence[TargetMatch], values: Values) -> list[str]:
    """Returns all conditions but the time and the signals. Without targets and words for one, every target fits."""
    clauses = [_any(name, wanted, values) for name, wanted in question.wanted.items()]
    clauses += [_not(_any(name, unwanted, values)) for name, unwanted in question.without.items()]
    if targets or question.target is not None:
        clauses.append(_targets(targets, values))
    if question.view is not None:
        clauses.append(view_is(question.view, values))
    return clauses


def _any(name: str, wanted: Sequence[str], values: Values) -> str:
    parts = [facet_is(name, value, values) for value in wanted]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _not(condition: str) -> str:
    """Everything else, also where the sender doesn't say."""
    return f"coalesce(NOT {condition}, true)"


def _targets(targets: Sequence[TargetMatch], values: Values) -> str:
    names = list(dict.fromkeys(match.name for match in targets if match.name not in MASKED))
    selectors = list(dict.fromkeys(match.selector for match in targets if match.name in MASKED and match.selector))
    parts = [values.among("target", names)] if names or not selectors else []
    if selectors:
        parts.append(f"({values.among('target', MASKED)} AND {values.among('selector', selectors)})")
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def view_is(words: str, values: Values) -> str:
    """A path stands for itself and what lies below it, also as a route (`#/cart`); other words may be anywhere."""
    if words.startswith("/") and "*" in words:
        return _path_pattern(words, values)
    if words.startswith("/"):
        stem = words.rstrip("/")
        routes = [values.add(f"{mark}{stem}") for mark in ("#", "#!")] if stem else []
        parts = [f"view_path = {values.add(words)}"]
        parts += [f"starts_with(view_path, {values.add(stem + end)})" for end in "/#"]
        parts += [f"ends_with(view_path, {route}) OR contains(view_path, {route} || '/')" for route in routes]
        return f"({' OR '.join(parts)})"
    names = [values.add(name.lower()) for name in page_names(words)]
    columns = ("lower(view_path)", "lower(view_name)")
    return f"({' OR '.join(f'contains({column}, {name})' for name in names for column in columns)})"


def _path_pattern(words: str, values: Values) -> str:
    """A `*` stands for anything, also for several steps of the path."""
    literal = words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    pattern = literal.replace("*", "%")
    here, below = values.add(pattern), values.add(pattern.rstrip("/") + "/%")
    return f"(view_path LIKE {here} ESCAPE '!' OR view_path LIKE {below} ESCAPE '!')"


def _browser(wanted: str, values: Values) -> str:
    """Some senders say Mobile Safari, others Safari on a mobile device."""
    named = f"contains(lower(browser), {values.add(wanted)})"
    if not wanted.startswith("mobile "):
        return named
    return f"({named} OR (contains(lower(browser), {values.add(wanted[7:])}) AND lower(device) = 'mobile'))"


def facet_is(name: str, wanted: str, values: Values) -> str:
    """2.31 includes 2.31.0, Safari includes Mobile Safari; an unknown facet is looked for in the attributes."""
    if name == "version":
        version = wanted.removeprefix("v")
        return f"(version = {values.add(version)} OR starts_with(version, {values.add(version + '.')}))"
    if name == "browser":
        return _browser(wanted.lower(), values)
    if name in _SAME:
        return f"lower({name}) = {values.add(wanted.lower())}"
    return f"session_id IN (SELECT id FROM sessions WHERE {attribute_is(name, wanted, values)})"


def attribute_is(name: str, wanted: str, values: Values) -> str:
    return f"lower({attribute(name, values)}) = {values.add(wanted.lower())}"


def attribute(name: str, values: Values) -> str:
    """Returns a facet of the customer's own as an expression on the sessions table."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return f"json_extract_string(attributes, {values.add(pointer)})"
