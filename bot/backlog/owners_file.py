"""Reads owners.yaml. Every complaint is one sentence that names the line and the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import yaml

from bot.backlog.feature import Contact, Feature, Owner
from bot.kernel.errors import Misunderstood

REQUIRED = ("name", "engineering", "product")
ALLOWED = (*REQUIRED, "aliases", "selectors", "views", "tracker", "parent", "escalation", "deputies", "business")
DEEPEST = 32
"""Brackets in brackets; owners need three."""
T = TypeVar("T")


def read(text: str, file: str = "owners.yaml", trackers: Collection[str] | None = None) -> tuple[Feature, ...]:
    """The features in a file's text. With `trackers`, no other may be named. Raises Misunderstood."""
    if _depth(text) > DEEPEST:  # to read that would take seconds, and give nothing
        raise Misunderstood("%(file)s is nested too deeply.", file=file)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Misunderstood(
            "%(file)s, line %(line)s: this is not YAML, %(problem)s.",
            file=file,
            line=line,
            problem=error.problem or "it cannot be read",
        ) from error
    except RecursionError:
        raise Misunderstood("%(file)s is nested too deeply.", file=file) from None
    except yaml.YAMLError as error:
        raise Misunderstood("%(file)s is not YAML: it holds a character that is not allowed.", file=file) from error
    return _Reader(file, trackers).features(root) if root else ()


def _depth(text: str) -> int:
    """How many brackets are open at once at most, at any place."""
    depth = deepest = 0
    for character in text:
        depth = max(depth + (character in "[{") - (character in "]}"), 0)
        deepest = max(deepest, depth)
    return deepest


@dataclass(frozen=True, slots=True)
class _Reader:
    file: str
    trackers: Collection[str] | None

    def features(self, root: yaml.Node) -> tuple[Feature, ...]:
        fields = self._fields(root, "the file", ("features",))
        if "features" not in fields:
            self._refuse(root, "the file", "it needs a list called features")
        rows = self._items(fields["features"], "features")
        features = tuple(self._feature(row, f"features[{at}]") for at, row in enumerate(rows))
        seen: dict[str, int] = {}
        for at, feature in enumerate(features):
            if seen.setdefault(feature.name.casefold(), at) != at:
                self._refuse(rows[at], f"features[{at}].name", f"“{feature.name}” is there twice")
        return features

    def _feature(self, node: yaml.Node, at: str) -> Feature:
        fields = self._fields(node, at, ALLOWED)
        for name in REQUIRED:
            if name not in fields:
                self._refuse(node, f"{at}.{name}", "it is missing")
        tracker, project = self._tracker(fields.get("tracker"), f"{at}.tracker")
        return Feature(
            name=self._text(fields["name"], f"{at}.name"),
            engineering=self._owner(fields["engineering"], f"{at}.engineering"),
            product=self._owner(fields["product"], f"{at}.product"),
            aliases=self._texts(fields.get("aliases"), f"{at}.aliases"),
            selectors=self._texts(fields.get("selectors"), f"{at}.selectors"),
            views=self._paths(fields.get("views"), f"{at}.views"),
            tracker=tracker,
            project=project,
            parent=self._text(fields["parent"], f"{at}.parent") if "parent" in fields else "",
            business=self._business(fields.get("business"), f"{at}.business"),
            escalation=self._owner(fields["escalation"], f"{at}.escalation") if "escalation" in fields else None,
            deputies=tuple(self._each(fields["deputies"], f"{at}.deputies", self._owner))
            if "deputies" in fields
            else (),
        )

    def _business(self, node: yaml.Node | None, at: str) -> str:
        """`{event: "order placed"}`, the name of a custom action or of a button."""
        if node is None:
            return ""
        fields = self._fields(node, at, ("event",))
        if "event" not in fields:
            self._refuse(node, f"{at}.event", "it is missing")
        return self._text(fields["event"], f"{at}.event")

    def _owner(self, node: yaml.Node, at: str) -> Owner:
        value = self._text(node, at)
        if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", value):
            return Owner(Contact.EMAIL, value)
        if re.fullmatch(r"[UWS][A-Z0-9]{2,20}", value):
            return Owner(Contact.GROUP if value[0] == "S" else Contact.USER, value)
        return self._refuse(
            node, at, f"“{value}” is neither an e-mail address nor a Slack id (U… a person, S… a group)"
        )

    def _tracker(self, node: yaml.Node | None, at: str) -> tuple[str, str]:
        """`jira/SHOP`, or `SHOP` alone for the tracker of the settings; `github/owner/repository`."""
        if node is None:
            return "", "OPS"
        value = self._text(node, at)
        tracker, _, project = value.rpartition("/") if value.count("/") < 2 else value.partition("/")
        if not re.fullmatch(r"[a-z]*", tracker) or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", project):
            self._refuse(node, at, f"“{value}” is not of the form tracker/PROJECT")
        if tracker and self.trackers is not None and tracker not in self.trackers:
            self._refuse(node, at, f"there is no tracker “{tracker}”; there are {', '.join(sorted(self.trackers))}")
        return tracker, project

    def _paths(self, node: yaml.Node | None, at: str) -> tuple[str, ...]:
        paths = self._texts(node, at)
        for path in paths:
            if node and not path.startswith("/"):
                self._refuse(node, at, f"“{path}” must begin with a slash")
        return paths

    def _texts(self, node: yaml.Node | None, at: str) -> tuple[str, ...]:
        return tuple(self._each(node, at, self._text)) if node else ()

    def _each(self, node: yaml.Node, at: str, read: Callable[[yaml.Node, str], T]) -> list[T]:
        return [read(item, f"{at}[{i}]") for i, item in enumerate(self._items(node, at))]

    def _text(self, node: yaml.Node, at: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self._refuse(node, at, "it must be a text")
        value: str = node.value.strip()
        return value

    def _items(self, node: yaml.Node, at: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self._refuse(node, at, "it must be a list")
        return list(node.value)

    def _fields(self, node: yaml.Node, at: str, allowed: tuple[str, ...]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, at, "it must hold fields and their values")
        fields: dict[str, yaml.Node] = {}
        for name, value in node.value:
            if name.value not in allowed:
                self._refuse(name, at, f"there is no field “{name.value}”; known are {', '.join(allowed)}")
            if name.value in fields:
                self._refuse(name, f"{at}.{name.value}", "it is there twice")
            fields[name.value] = value
        return fields

    def _refuse(self, node: yaml.Node, at: str, why: str) -> NoReturn:
        line = node.start_mark.line + 1 if node.start_mark else 1
        raise Misunderstood(
            "%(file)s, line %(line)s, %(field)s: %(why)s.", at=at, file=self.file, line=line, field=at, why=why
        )
