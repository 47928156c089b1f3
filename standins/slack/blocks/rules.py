"""Rules and their combinators. A rule gets a value and its JSON pointer, and yields problems."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """`pointer` is a JSON pointer into the checked value, `code` the kind of rule, `text` a sentence."""

    pointer: str
    code: str
    text: str

    def json(self) -> Json:
        """Returns the problem as in the `errors` of blocks.validate."""
        constraint = {"type": self.code}
        return {"code": "failed_constraint", "message": self.text, "pointer": self.pointer, "constraint": constraint}


Rule = Callable[[Any, str], Iterator[Problem]]


def string(least: int = 0, most: int | None = None) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "type", "must be a string")
        elif len(value) < least:
            yield Problem(at, "min_length", f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            yield Problem(at, "max_length", f"must be less than {most + 1} characters")

    return rule


def number(low: float | None = None, high: float | None = None, *, above: float | None = None) -> Rule:
    """A finite number; `above` excludes its own value."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            yield Problem(at, "type", "must be a finite number")
        elif above is not None and value <= above:
            yield Problem(at, "min", f"must be more than {above}")
        elif low is not None and value < low:
            yield Problem(at, "min", f"must be at least {low}")
        elif high is not None and value > high:
            yield Problem(at, "max", f"must be at most {high}")

    return rule


def flag(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(at, "type", "must be a boolean")


def anything(_value: Any, _at: str) -> Iterator[Problem]:
    return iter(())


def choice(*allowed: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(at, "enum", f"must be one of: {', '.join(allowed)}")

    return rule


def items(each: Rule, least: int = 0, most: int | None = None) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "type", "must be an array")
            return
        if len(value) < least:
            yield Problem(at, "min_items", f"no fewer than {least} items allowed")
        if most is not None and len(value) > most:
            yield Problem(at, "max_items", f"no more than {most} items allowed")
        for n, item in enumerate(value):
            yield from each(item, f"{at}/{n}")

    return rule


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule], *also: Rule) -> Rule:
    """An object with these properties and no others. `also` are rules for the object whose properties are all valid."""
    known = {**required, **optional}

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "type", "must be an object")
            return
        problems = [
            Problem(at, "required", f"missing required field: {name}") for name in required if name not in value
        ]
        for name, part in value.items():
            if name not in known:
                problems.append(Problem(f"{at}/{name}", "additional", f"invalid additional property: {name}"))
            elif part is not None or name in required:
                problems.extend(known[name](part, f"{at}/{name}"))
        yield from problems
        for extra in also if not problems else ():
            yield from extra(value, at)

    return rule


def by_type(rules: Mapping[str, Rule]) -> Rule:
    """The rule for the object's `type`."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            yield Problem(at, "required", "missing required field: type")
        elif kind not in rules:
            yield Problem(f"{at}/type", "enum", f"unsupported type: {kind}")
        else:
            yield from rules[kind](value, at)

    return rule


def exactly_one(*names: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        present = [name for name in names if value.get(name) is not None]
        if len(present) != 1:
            yield Problem(at, "exclusive", f"must have exactly one of: {', '.join(names)}")

    return rule


def at_least_one(*names: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not any(value.get(name) for name in names):
            yield Problem(at, "required", f"must define either {' or '.join(names)}")

    return rule


def lazy(get: Callable[[], Rule]) -> Rule:
    """A rule that is looked up when it is used, for rules that contain each other."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        yield from get()(value, at)

    return rule
