"""Pieces of SQL: values apart from their statement, and which actions a question means as conditions on their table.

The statement that runs has parameters, the one that people read has quoted literals.
"""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.providers.local.dialect import Dialect
from bot.signals.answer import TargetMatch
from bot.signals.language.lexicon import page_names
from bot.signals.question import Period, Question


class Values:
    """Collects the values of one statement; `add` gives the placeholder."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.by_name: dict[str, Any] = {}
        self._typed: dict[str, str] = {}

    def add(self, value: Any) -> str:
        """Aware datetimes become the naive UTC that the tables hold. Lone surrogates are in no text that is stored."""
        if isinstance(value, datetime):
            value = utc(value)
        if isinstance(value, str):
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        name = f"v{len(self.by_name)}"
        placeholder = self.dialect.placeholder(name, value)
        self.by_name[name] = self.dialect.bound(value)
        self._typed[placeholder] = self.dialect.literal(value)
        return placeholder

    def among(self, column: str, values: Sequence[str]) -> str:
        """`column IN (...)`; no value matches nothing."""
        return f"{column} IN ({', '.join(map(self.add, values))})" if values else "false"

    def shown(self, statement: str) -> str:
        """Returns the statement as people can run it."""
        longest_first = sorted(self._typed, key=len, reverse=True)
        pattern = "|".join(map(re.escape, longest_first))
        return re.sub(pattern, lambda match: self._typed[match[0]], statement) if pattern else statement


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def lowered(text: str) -> str:
    """Returns the text in lower case, letter by letter: an engine knows no final sigma, and an i has one dot."""
    return "".join(letter.lower()[0] for letter in text)


MASKED = ("Masked Element", "")
"""Names that say nothing (the SDK's word for a masked one); such targets are told apart by their selector."""
_SAME = ("application", "service", "env", "country", "os", "device")
"""Columns whose values are compared letter by letter, in any case."""
EXACT = frozenset({"session_id", "person"})
"""Columns of actions that name one session, or one person by their hash."""
COLUMNS = frozenset({*_SAME, *EXACT, "version", "browser"})
"""Facets that have a column; others are attributes of the session."""


LONGEST_SESSION = timedelta(days=1)
"""What is delivered of a session lies within a day; the SDK ends one after four hours."""


def conditions(question: Question, targets: Sequence[TargetMatch], values: Values, *spans: Period) -> list[str]:
    """Returns all conditions but the time and the signals. Without targets and words for one, every target fits.

    The statement is about actions in `spans`.
    """
    seen = _delivered(spans, values) if not COLUMNS.issuperset({*question.wanted, *question.without}) else ""
    clauses = [_any(name, wanted, values, seen) for name, wanted in question.wanted.items()]
    clauses += [_not(_any(name, unwanted, values, seen)) for name, unwanted in question.without.items()]
    if targets or question.target is not None:
        clauses.append(_targets(targets, values))
    if question.view is not None:
        clauses.append(view_is(question.view, values))
    return clauses


def _delivered(spans: Sequence[Period], values: Values) -> str:
    """What holds for a delivery about a session that had actions in the spans."""
    first = min(span.start.astimezone(UTC) for span in spans) - LONGEST_SESSION
    last = max(span.end.astimezone(UTC) for span in spans) + LONGEST_SESSION
    return f"last_moment >= {values.add(first)} AND last_moment < {values.add(last)}"


def _any(name: str, wanted: Sequence[str], values: Values, seen: str) -> str:
    parts = [facet_is(name, value, values, seen) for value in wanted]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _not(condition: str) -> str:
    """Everything else, also where the sender doesn't dialect."""
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
    dialect = values.dialect
    if words.startswith("/") and "*" in words:
        return _path_pattern(words, values)
    if words.startswith("/"):
        stem = words.rstrip("/")
        routes = [f"{mark}{stem}" for mark in ("#", "#!")] if stem else []
        parts = [f"view_path = {values.add(words)}"]
        parts += [dialect.starts_with("view_path", values.add(stem + end)) for end in "/#"]
        for route in routes:
            ends, below = values.add(route), values.add(f"{route}/")
            parts += [dialect.ends_with("view_path", ends), dialect.contains("view_path", below)]
        return f"({' OR '.join(parts)})"
    names = [values.add(lowered(name)) for name in page_names(words)]
    columns = [dialect.lower(column) for column in ("view_path", "view_name")]
    return f"({' OR '.join(dialect.contains(column, name) for name in names for column in columns)})"


def _path_pattern(words: str, values: Values) -> str:
    """A `*` stands for anything, also for several steps of the path."""
    pattern = re.sub(r"([\\%_])", r"\\\1", words).replace("*", "%")
    ends = (pattern, pattern.rstrip("/") + "/%")
    return f"({' OR '.join(values.dialect.like('view_path', values.add(end)) for end in ends)})"


def _browser(wanted: str, values: Values) -> str:
    """Some senders say Mobile Safari, others Safari on a mobile device."""
    dialect = values.dialect
    browser, device = dialect.lower("browser"), dialect.lower("device")
    named = dialect.contains(browser, values.add(wanted))
    if not wanted.startswith("mobile "):
        return named
    return f"({named} OR ({dialect.contains(browser, values.add(wanted[7:]))} AND {device} = 'mobile'))"


def facet_is(name: str, wanted: str, values: Values, seen: str = "true") -> str:
    """2.31 includes 2.31.0, Safari includes Mobile Safari; an unknown facet is looked for in the attributes."""
    dialect = values.dialect
    if name == "version":
        version = wanted.removeprefix("v")
        return f"(version = {values.add(version)} OR {dialect.starts_with('version', values.add(version + '.'))})"
    if name == "browser":
        return _browser(lowered(wanted), values)
    if name in EXACT:
        return f"{name} = {values.add(wanted)}"
    if name in _SAME:
        return f"{dialect.lower(name)} = {values.add(lowered(wanted))}"
    attribute, value = dialect.attributes(name, seen, values.add), values.add(lowered(wanted))
    return f"session_id IN (SELECT id FROM {attribute} WHERE {dialect.lower('value')} = {value})"
