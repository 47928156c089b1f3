"""Every text that people see in Slack is in every catalog, with the same values in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.kernel.locale import CATALOGS, LANGUAGES, catalog
from bot.kernel.paths import TEMPLATES
from bot.providers.local.local_source import DEFINITION
from bot.providers.local.provider import PROVIDER as LOCAL
from bot.providers.posthog.posthog_source import DEFINITION as POSTHOG_DEFINITION
from bot.replay.encode.ladder import AFTER_GIF, AFTER_MP4
from bot.signals.answer_text import CAVEAT_SENTENCES
from bot.signals.question_text import DEVICES, GROUP_NAMES, METRIC_NAMES, SIGNAL_NAMES
from bot.slack.refusals import MORE, SENTENCES
from handlers.explain import AWAY, OURS
from tests.messages import texts

TRANSLATED = LANGUAGES[1:]
EVERY_CATALOG = [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in sorted(CATALOGS.glob("*/*.po"))]
VALUE = re.compile(r"%\((\w+)\)")
CHOSEN = (
    *SIGNAL_NAMES.values(),
    *METRIC_NAMES.values(),
    *GROUP_NAMES.values(),
    *DEVICES.values(),
    *CAVEAT_SENTENCES.values(),
    LOCAL.title,
    *(plan.step for plan in (*AFTER_GIF, *AFTER_MP4)),
    DEFINITION.name,
    POSTHOG_DEFINITION.name,
    OURS,
    AWAY,
    *SENTENCES.values(),
    *MORE,
    "Something is wrong with the bot itself.",
)
"""Texts that code chooses by a variable."""


def untranslated(found: set[texts.Parts]) -> list[tuple[str, str]]:
    """Language and text of each that a catalog lacks."""
    return sorted(
        (language, parts[0])
        for language in TRANSLATED
        for parts in found
        if (catalog(language).ngettext(*parts, 2) if len(parts) == 2 else catalog(language).gettext(parts[0])) in parts
    )


@pytest.mark.parametrize("path", texts.slack_templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_speaks_english_to_others(path: Path) -> None:
    assert untranslated(set(texts.in_template(path))) == []


@pytest.mark.parametrize("folder", texts.CODE)
def test_no_code_speaks_english_to_others(folder: str) -> None:
    assert untranslated(set(texts.in_code(folder))) == []


@pytest.mark.parametrize("folder", texts.RAISED)
def test_no_error_speaks_english_to_others(folder: str) -> None:
    assert untranslated(set(texts.raised(folder))) == []


@pytest.mark.parametrize("folder", ["datadog", "github", "jira", "linear", "posthog"])
def test_no_error_names_in_english_to_koreans_what_was_asked_for(folder: str) -> None:
    found = set(texts.asked_for(f"bot/providers/{folder}"))
    assert len(found) > 5
    assert untranslated(found) == []


@pytest.mark.parametrize("folder", texts.RAISED)
def test_no_error_is_raised_with_a_sentence_that_no_catalog_can_have(folder: str) -> None:
    assert list(texts.raised_with_values_inside(folder)) == []


def test_what_is_chosen_by_a_variable_is_translated_too() -> None:
    assert untranslated({(text,) for text in CHOSEN}) == []


def test_the_texts_are_found_at_all() -> None:
    """A test that looks at nothing would pass."""
    assert ("Try again",) in set(texts.in_template(TEMPLATES / "failed.j2"))
    assert ("clips only when somebody asks for one",) in set(texts.in_code("bot/services"))
    assert ("That request is no longer kept.",) in set(texts.raised("bot/services"))


@pytest.mark.parametrize("path", EVERY_CATALOG)
def test_a_translation_has_the_values_of_its_text(path: Path) -> None:
    with path.open("rb") as source:
        for message in read_po(source):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if ids[0]:
                named = {name for text in strings for name in VALUE.findall(str(text))}
                assert named == set(VALUE.findall(str(ids[-1]))), f"{path.name}: {ids[0]}"


@pytest.mark.parametrize("path", sorted((CATALOGS / "ko").glob("*.po")), ids=lambda path: path.stem)
def test_a_post_mortem_is_called_so_and_only_datadog_has_notebooks(path: Path) -> None:
    """As docs/postmortems.md says."""
    with path.open("rb") as source:
        for message in read_po(source):
            for words, name in ((message.id, "notebook"), (message.string, "노트북")):
                text = " ".join(words) if isinstance(words, tuple) else words
                assert name not in text.lower() or "Datadog" in text, text
            if "post-mortem" in str(message.id).lower():
                assert "포스트모템" in str(message.string), message.id


@pytest.mark.parametrize("path", sorted((CATALOGS / "ko").glob("*.po")), ids=lambda path: path.stem)
def test_data_is_singular_in_every_sentence(path: Path) -> None:
    with path.open("rb") as source:
        for message in read_po(source):
            for text in message.id if isinstance(message.id, tuple) else (message.id,):
                assert not re.search(r"\bdata\b[^.,:;]*? (are|have|were|reach)\b(?! sample)", str(text)), text
            assert "예시 데이터" not in str(message.string), message.id


@pytest.mark.parametrize("path", EVERY_CATALOG)
def test_an_apostrophe_in_a_sentence_is_a_typographic_one_as_its_quotation_marks_are(path: Path) -> None:
    """Commands keep theirs: in these it stands beside a letter on one side only."""
    with path.open("rb") as source:
        for message in read_po(source):
            for text in message.id if isinstance(message.id, tuple) else (message.id,):
                assert not re.search(r"[\w)]'\w", str(text)), text


@pytest.mark.parametrize("path", EVERY_CATALOG)
def test_bold_words_are_bold_in_slack(path: Path) -> None:
    """Slack takes *…* for what it is only where no letter, and so no particle, stands right before or behind it."""
    with path.open("rb") as source:
        for message in read_po(source):
            for text in message.string if isinstance(message.string, tuple) else (message.string,):
                assert not re.search(r"\*[^*\s][^*\n]*\*\w|\w\*[^*\s][^*\n]*\*", str(text)), text
