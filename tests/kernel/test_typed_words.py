"""What people type is read by the words of every language, and a language is a folder: none is named in the code."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app.erasure import name_patterns
from bot.kernel import typed_words
from bot.kernel.locale import CATALOGS, LANGUAGES, Locale, language_name
from bot.kernel.paths import ROOT
from bot.notebook import channel_topic, typed_time
from bot.notebook.channel_topic import read_severity, read_topic
from bot.notebook.head import DocumentStatus, Severity
from bot.notebook.typed_time import read_typed_time
from bot.services.postmortems.command_words import PostmortemAction, read_command, read_status_words
from bot.services.questions import ask_of_message
from handlers.watches import WatchWish, wish_of

HANGUL = re.compile(r"[\uac00-\ud7a3]")
DATA = ("bot/providers/local/sample/", "bot/replay/fonts.py", "bot/replay/stage/stage_page.py")
"""A sample shop in Seoul, what each script's letters are, and a page on which a browser is tried out."""
SPOKEN = ("replay", "postmortem", "status", "people")
"""Sections of which every language has every list: nobody has to know English to command the bot."""
CACHED: tuple[Callable[..., Any], ...] = (
    typed_words._files, typed_words.typed_words, typed_words.typed_texts, typed_words.typed_list,
    typed_words.typed_pattern, typed_words.endings, channel_topic._forms, typed_time._forms, ask_of_message._person_id,
    name_patterns._behind, name_patterns._attaching_letters, name_patterns.name_pattern,
)  # fmt: skip
GERMAN = r"""
[watch]
wishes = ['(?P<word>beobachte)(?:\s+(?P<text>.+))?']
[postmortem]
title = ["titel"]
[status]
published = ["veröffentlicht"]
[topic]
severity = ['\bschweregrad\b{level}']
before_level = ['schweregrad']
[time]
hour = ['\s?uhr']
months = ["jan|januar", "feb|februar", "märz"]
"""


def lists_of(language: str) -> dict[str, dict[str, Any]]:
    file = tomllib.loads((CATALOGS / language / typed_words.FILE).read_text("utf-8"))
    return {name: section for name, section in file.items() if isinstance(section, dict)}


@pytest.fixture
def with_german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A further language, for as long as a test runs: nothing but its file."""
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        shutil.copy(CATALOGS / language / typed_words.FILE, tmp_path / language)
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / typed_words.FILE).write_text(GERMAN, "utf-8")
    monkeypatch.setattr(typed_words, "CATALOGS", tmp_path)
    monkeypatch.setattr(typed_words, "LANGUAGES", (*LANGUAGES, "xx"))
    forget()
    yield
    forget()


def forget() -> None:
    for each in CACHED:
        each.cache_clear()  # type: ignore[attr-defined]


def test_a_language_is_added_by_its_file_alone(with_german: None) -> None:
    near, now = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    assert wish_of("beobachte den Kaufen-Knopf") == WatchWish("beobachte", "den Kaufen-Knopf")
    assert read_command("Titel Kasse steht").rest == "Kasse steht"
    assert read_status_words("veröffentlicht") == (DocumentStatus.PUBLISHED, "")
    assert read_topic("Schweregrad: 2 | Kasse").severity == read_severity("Schweregrad 2") == Severity(2)
    moment = read_typed_time("15. März 14 Uhr", Locale.of("en", "UTC"), near, now)
    assert moment == datetime(2026, 3, 15, 14, tzinfo=UTC)


def test_the_others_are_read_as_before(with_german: None) -> None:
    assert read_command("제목을 결제 장애").action is PostmortemAction.TITLE
    assert read_topic("심각도 2 · 지휘: 지수").severity is Severity(2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_every_command(language: str) -> None:
    lists, english = lists_of(language), lists_of("en")
    assert {section: lists[section].keys() for section in SPOKEN} == {name: english[name].keys() for name in SPOKEN}
    assert all(words for section in SPOKEN for words in lists[section].values())


def test_every_action_and_status_has_words() -> None:
    english = lists_of("en")
    assert english["postmortem"].keys() == set(PostmortemAction)
    assert english["status"].keys() == set(DocumentStatus)


def test_languages_are_called_what_they_call_themselves() -> None:
    assert {language: language_name(language) for language in ("en", "ko", "de")} == {
        "en": "English", "ko": "한국어", "de": "Deutsch",
    }  # fmt: skip


def test_no_code_has_words_of_a_language_but_the_one_it_is_written_in() -> None:
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]):
        if str(path.relative_to(ROOT)).startswith(DATA):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                assert not HANGUL.search(node.value), (path.name, node.value)
