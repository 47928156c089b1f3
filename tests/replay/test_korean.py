"""Whatever this room says has a Korean text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.kernel.locale import catalog
from bot.kernel.paths import TEMPLATES

ROOM = Path(__file__).parents[2] / "bot" / "replay"
_IN_TEMPLATE = re.compile(r'\b(?:_|ngettext)\("((?:[^"\\]|\\.)+)"')
_SENTENCE = re.compile(r"[A-Z“r][^\n]* [^\n]*[.?]")


def texts_in_code() -> set[str]:
    """Texts handed to a locale, and the sentences of errors, wherever they stand."""
    found = set()
    for path in ROOM.rglob("*.py"):
        tree = ast.parse(path.read_text())
        unread = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("text", "plural"):
                found |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
                unread |= set(map(id, node.args))
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotAllowed":  # never leaves its file
                unread |= set(map(id, node.args))
            elif isinstance(node, ast.Constant) and id(node) not in unread and _is_sentence(node.value):
                found.add(node.value)
    return {text for text in found if isinstance(text, str)}


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and bool(_SENTENCE.fullmatch(value))


def texts_in_templates() -> set[str]:
    return {text for path in (TEMPLATES / "replay").glob("*.j2") for text in _IN_TEMPLATE.findall(path.read_text())}


@pytest.mark.parametrize("message", sorted(texts_in_code() | texts_in_templates()))
def test_it_is_said_in_korean(message: str) -> None:
    korean = catalog("ko")
    assert korean.gettext(message) != message or korean.ngettext(message, "", 2) not in (message, "")


def test_texts_are_found() -> None:
    assert {"complete replay", "%(n)s click"} <= texts_in_code()
    assert "Pick a session" in texts_in_templates()
    assert {"This recording is empty.", "The browser did not start in time."} <= texts_in_code()
