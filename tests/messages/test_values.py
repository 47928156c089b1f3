"""Whoever renders a message gives its template every value that it asks for, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from bot.kernel.messages import Messages
from bot.kernel.paths import ROOT

MESSAGES = Messages.load()
RENDERING = {"message": 2, "text": 2, "home": 2, "modal": 4}
"""Methods of Messages, each with the number of its arguments that are no values of the template."""
SPOKEN = {"_", "ngettext", "locale"}
TEMPLATES = frozenset(MESSAGES.environment.list_templates())


def rendered() -> Iterator[tuple[str, str, set[str]]]:
    """Where, which template, and the names of the values given."""
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]):
        text = path.read_text()
        if not any(f".{name}(" in text for name in RENDERING):  # most files, which needn't be parsed
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RENDERING:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and _is_template(first.value):
                    given = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", first.value, given


def _is_template(name: object) -> bool:
    return isinstance(name, str) and f"{name}.j2" in TEMPLATES


def asked_for(name: str) -> set[str]:
    """Names that a template, and what it imports with its context, takes from outside."""
    environment = MESSAGES.environment
    assert environment.loader is not None
    source = environment.parse(environment.loader.get_source(environment, f"{name}.j2")[0])
    names = meta.find_undeclared_variables(source) - SPOKEN - set(environment.globals)
    imported = [each.template for each in source.find_all(nodes.FromImport) if isinstance(each.template, nodes.Const)]
    for template in imported:
        names |= asked_for(str(template.value).removesuffix(".j2"))
    return names


FOUND = list(rendered())


@pytest.mark.parametrize(
    ("where", "name", "given"), FOUND, ids=[f"{name} in {Path(where).name}" for where, name, _ in FOUND]
)
def test_a_template_gets_what_it_asks_for(where: str, name: str, given: set[str]) -> None:
    assert given == asked_for(name), where


def test_the_callers_are_found_at_all() -> None:
    """Modals of the backlog choose their template by the button; everything else is named where it is rendered."""
    assert len(FOUND) >= 18
    names = {name for _, name, _ in FOUND}
    assert {"signals/answer", "replay/clip", "backlog/request", "home/home", "private_sentence"} <= names
