"""Which actions a question means, as SQL conditions on the actions table."""

# ruff: noqa: S608 (names of our own tables and columns are put together here; values are parameters)

from __future__ import annotations

from collections.abc import Sequence

from bot.providers.local.sql import Values
from bot.signals.answer import TargetMatch
from bot.signals.language.lexicon import page_names
from bot.signals.question import Question

MASKED = ("Masked Element", "")
"""Names that say nothing (the SDK's word for a masked one); such targets are told apart by their selector."""
_COLUMNS = ("application", "service", "env", "country", "os", "device")


def conditions(question: Question, targets: Sequence[TargetMatch], values: Values) -> list[str]:
    """Returns all conditions but the time and the signals. Without targets and words for one, every target fits."""
    clauses = [_any(name, wanted, values) for name, wanted in question.wanted.items()]
    clauses += [_not(_any(name, unwanted, values)) for name, unwanted in question.without.items()]
    if targets or question.target is not None:
        clauses.append(_targets(targets, values))
    if question.view is not None:
        clauses.append(_view(question.view, values))
    return clauses


def _any(name: str, wanted: Sequence[str], values: Values) -> str:
    parts = [_facet(name, value, values) for value in wanted]
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


def _view(words: str, values: Values) -> str:
    """A path stands for itself and what lies below it, also as a route (`#/cart`); other words may be anywhere."""
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


def _browser(wanted: str, values: Values) -> str:
    """Some senders say Mobile Safari, others Safari on a mobile device."""
    named = f"contains(lower(browser), {values.add(wanted)})"
    if not wanted.startswith("mobile "):
        return named
    return f"({named} OR (contains(lower(browser), {values.add(wanted[7:])}) AND lower(device) = 'mobile'))"


def _facet(name: str, wanted: str, values: Values) -> str:
    """2.31 includes 2.31.0, Safari includes Mobile Safari; an unknown facet is looked for in the attributes."""
    if name == "version":
        version = wanted.removeprefix("v")
        return f"(version = {values.add(version)} OR starts_with(version, {values.add(version + '.')}))"
    if name == "browser":
        return _browser(wanted.lower(), values)
    if name in _COLUMNS:
        return f"lower({name}) = {values.add(wanted.lower())}"
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    stored = f"lower(json_extract_string(attributes, {values.add(pointer)}))"
    return f"session_id IN (SELECT id FROM sessions WHERE {stored} = {values.add(wanted.lower())})"
