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


def said() -> set[str]:
    """Texts handed to a locale in the code, and to gettext in the templates."""
    found = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("text", "plural")
            ):
                found |= {
                    it.value for it in node.args[:1] if isinstance(it, ast.Constant) and isinstance(it.value, str)
                }
    for path in (TEMPLATES / "replay").glob("*.j2"):
        found |= set(_IN_TEMPLATE.findall(path.read_text()))
    return found


@pytest.mark.parametrize("message", sorted(said()))
def test_it_is_said_in_korean(message: str) -> None:
    korean = catalog("ko")
    assert korean.gettext(message) != message or korean.ngettext(message, "", 2) not in (message, "")


def test_texts_are_found() -> None:
    assert {"complete replay", "%(n)s click", "Pick a session"} <= said()
