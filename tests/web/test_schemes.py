"""The dark scheme has other colours than the light one, and nothing else: tests of looks build on it (tests/axe.py)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.kernel.paths import ROOT

SCHEME = re.compile(r"prefers-color-scheme|light-dark\(")
DARK = re.compile(r"@media ?\(prefers-color-scheme: ?dark\) ?\{\s*:root ?\{([^{}]*)\}\s*\}")
_RGB = r"rgba?\([\d\s.,/%]+\)"
COLOUR = re.compile(rf"#[0-9a-f]{{3,8}}|{_RGB}|(?:[\d.px -]+ {_RGB}(?:, |$))+")  # the last is a shadow
KINDS = {".css", ".html", ".js", ".j2", ".svg"}
LOOKS = [
    path
    for folder in ("templates", "standins", "bot")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in KINDS and SCHEME.search(path.read_text("utf-8"))
]


def test_the_files_that_know_of_schemes_are_style_sheets() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in LOOKS]
    assert names == ["templates/web/page.css", "standins/slack/static/base.css"]


@pytest.mark.parametrize("path", LOOKS, ids=lambda path: path.name)
def test_schemes_differ_in_colours(path: Path) -> None:
    text = path.read_text("utf-8")
    [dark] = DARK.findall(text)
    assert len(SCHEME.findall(text)) == 1
    given = [line.strip().partition(":") for line in dark.split(";") if line.strip()]
    assert given
    assert [name for name, _, _ in given if not name.startswith("--")] == []
    assert [value for _, _, value in given if not COLOUR.fullmatch(value.strip())] == []
