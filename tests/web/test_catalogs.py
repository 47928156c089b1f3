"""Every text of the notebook, the backlog and their pages is in every catalog, with the same values in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from bot.kernel.locale import CATALOGS, LANGUAGES, catalog
from bot.kernel.paths import ROOT

PLACES = (
    "templates/web",
    "templates/notebook",
    "templates/notebook/postmortems",
    "templates/backlog",
    "bot/notebook",
    "bot/backlog",
)
TRANSLATED = LANGUAGES[1:]
VALUE = re.compile(r"%\((\w+)\)")


def texts(place: str) -> Iterator[tuple[str, ...]]:
    """Each text, or the singular and plural of one."""
    for path in sorted((ROOT / place).iterdir()):
        if not path.is_file() or path.suffix in {".css", ".js"}:
            continue
        with path.open("rb") as source:
            if path.suffix == ".py":
                found = [each[1] for each in extract("python", source, keywords={"_": None, "text": None})]
            else:
                found = [each[2] for each in babel_extract(source, ["_", "ngettext"], [], {})]
        for message in found:
            parts = (message,) if isinstance(message, str) else tuple(part for part in message or () if part)
            # A message's name ("backlog/what") goes through a method of the same name; it is no text.
            if parts and not re.fullmatch(r"[a-z]+/[a-z]+", parts[0]):
                yield parts


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_left_in_english(place: str, language: str) -> None:
    known = catalog(language)
    missing = [
        parts[0]
        for parts in texts(place)
        if (known.ngettext(parts[0], parts[1], 2) if len(parts) == 2 else known.gettext(parts[0])) in parts
    ]
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("domain", ["web", "notebook", "backlog"])
def test_a_translation_names_no_value_that_its_text_has_not(domain: str, language: str) -> None:
    with (CATALOGS / language / f"{domain}.po").open("rb") as source:
        for message in read_po(source):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if ids[0]:
                named = {name for text in strings for name in VALUE.findall(str(text))}
                assert named <= set(VALUE.findall(str(ids[-1]))), ids


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_two_catalogs_translate_a_text_differently(language: str) -> None:
    """They are merged, so one of them would never be heard."""
    seen: dict[object, object] = {}
    for path in sorted((CATALOGS / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source):
                if message.id:
                    assert seen.setdefault(message.id, message.string) == message.string, (path.name, message.id)
