"""The documents can be found, and what they link to is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.kernel.paths import ROOT

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "bot").rglob("*.md")),
    *sorted((ROOT / "deploy").rglob("*.md")),
]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def prose(document: Path) -> str:
    return CODE.sub("", document.read_text("utf-8"))


def anchors(document: Path) -> set[str]:
    """Returns what its headings can be linked by, as GitHub names them."""
    titles = (title.strip().casefold() for title in HEADING.findall(prose(document)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def broken_links(document: Path) -> Iterator[str]:
    for link in LINK.findall(prose(document)):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{document.relative_to(ROOT)}: {link}"


def test_every_link_leads_to_a_file_and_to_a_heading_in_it() -> None:
    assert len(DOCUMENTS) > 30
    assert [broken for document in DOCUMENTS for broken in broken_links(document)] == []


def test_every_document_is_in_the_table_of_them_all() -> None:
    table = {path.partition("#")[0] for path in LINK.findall(prose(ROOT / "docs" / "README.md"))}
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"} - table == set()
