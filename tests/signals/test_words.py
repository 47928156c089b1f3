"""What was understood is said in words, in both languages; every text of the room has a translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from bot.kernel.locale import LANGUAGES, Locale
from bot.kernel.paths import ROOT, TEMPLATES
from bot.signals import question_text
from bot.signals.chart import SERIES
from bot.signals.language.parse import parse
from bot.signals.question_text import describe, facet_value, phrases
from tests.signals.meaning import KNOWN, NOW, VERSIONS

TEXTS = {"text", "Puzzled"}


def said(text: str, tag: str, zone: str = "Asia/Seoul") -> str:
    locale = Locale.of(tag, zone)
    return describe(parse(text, now=NOW, locale=locale, versions=VERSIONS, known=KNOWN), locale)


def test_a_question_is_described_in_english() -> None:
    assert said("top 5 pages with rage clicks on buy button in checkout only Safari this week vs last week", "en") == (
        "rage clicks on “buy button” in checkout · Mon, Nov 23 00:00 – Tue, Nov 24 14:05 KST"
        " · compared with Mon, Nov 16 00:00 – Tue, Nov 17 14:05 KST · browser: Safari · by page · top 5"
    )


def test_a_question_is_described_in_korean() -> None:
    assert said("구매 버튼 불만을 겪은 사용자 몇 명 어제", "ko") == (
        "“구매 버튼”의 불만 신호(분노, 데드, 오류 클릭) · 집계 대상: 사용자 · 11월 23일 (월) KST"
    )


def test_whole_days_have_no_times_and_a_change_of_clocks_is_seen() -> None:
    assert said("rage clicks from 2026-10-30 to 2026-11-02", "en", "America/New_York").endswith(
        "Fri, Oct 30 – Mon, Nov 2 EDT/EST"
    )


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("last year", "2025, Wed, Jan 1 – Wed, Dec 31 KST"),
        ("from 2024-01-01 to 2025-12-31", "2024–2025, Mon, Jan 1 – Wed, Dec 31 KST"),
        ("this week vs 2025-11-01 to 2025-11-07", "compared with 2025, Sat, Nov 1 – Fri, Nov 7 KST"),
        ("this week vs last week", "compared with Mon, Nov 16 00:00 – Tue, Nov 17 14:05 KST"),
    ],
)
def test_a_year_is_told_where_it_is_one_or_another_one(text: str, when: str) -> None:
    assert said(f"rage clicks {text}", "en").split(" · ")[-1] == when


@pytest.mark.parametrize(
    ("text", "english", "korean"),
    [
        ("in December 2026", "2026, Tue, Dec 1 – Thu, Dec 31 KST", "2026년 12월 1일 (화) – 12월 31일 (목) KST"),
        ("in March 2025", "2025, Sat, Mar 1 – Mon, Mar 31 KST", "2025년 3월 1일 (토) – 3월 31일 (월) KST"),
        ("in Q3 2026", "2026, Wed, Jul 1 – Wed, Sep 30 KST", "2026년 7월 1일 (수) – 9월 30일 (수) KST"),
        (
            "on 2026-12-30 from 14:00 to 15:00",
            "2026, Wed, Dec 30 14:00 – 15:00 KST",
            "2026년 12월 30일 (수) 14:00 – 15:00 KST",
        ),
        ("in January", "Fri, Jan 1 00:00 – Tue, Jan 5 14:05 KST", "1월 1일 (금) 00:00 – 1월 5일 (화) 14:05 KST"),
    ],
)
def test_the_year_is_told_of_what_is_not_of_this_one(text: str, english: str, korean: str) -> None:
    now = datetime(2027, 1, 5, 14, 5, tzinfo=ZoneInfo("Asia/Seoul"))
    asked = parse(f"rage clicks {text}", now=now, locale=Locale.of("en", "Asia/Seoul"))
    for tag, when in (("en", english), ("ko", korean)):
        assert phrases(asked, Locale.of(tag, "Asia/Seoul").as_of(now))[1] == when


def test_what_was_assumed_is_part_of_the_description() -> None:
    assert said("rage clicks on buy button", "en").endswith("No period was given, so the last 7 days are taken.")


def texts_in_code() -> Iterator[str]:
    for path in sorted((ROOT / "bot/signals").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) in TEXTS
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value
    for table in (
        question_text.SIGNAL_NAMES,
        question_text.METRIC_NAMES,
        question_text.GROUP_NAMES,
        question_text._COUNTED,
    ):
        yield from table.values()
    for series in SERIES:
        yield from (series.title, *filter(None, [series.title_on]))
    yield from ast_assumptions()


def ast_assumptions() -> Iterator[str]:
    """The sentences that are kept for later: what was assumed, and what an error says by itself."""
    for path in sorted((ROOT / "bot/signals/language").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in documented else None
            if isinstance(text, str) and re.fullmatch(r"[A-Z“%][^\n]* [^\n]*\.", text):
                yield text


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_of_the_room_is_translated_with_the_same_values(language: str) -> None:
    known: dict[str, str] = {}
    for path in (TEMPLATES / "locales" / language).glob("*.po"):
        with path.open("rb") as source:
            known |= {str(it.id): str(it.string) for it in read_po(source) if isinstance(it.id, str)}
    texts = set(texts_in_code())
    assert len(texts) > 50
    assert sorted(texts - known.keys()) == []
    assert [text for text in texts if values(text) != values(known[text])] == []


def values(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}


def test_every_language_has_a_catalog_and_a_lexicon() -> None:
    lexicons = {path.stem for path in (ROOT / "bot/signals/language/lexicon").glob("*.toml")}
    assert lexicons == set(LANGUAGES) >= {"en", "ko"}


def test_no_language_is_named_in_the_code() -> None:
    """Words and letters of a language are in its lexicon; examples in docstrings may stand in any."""
    for path in sorted((ROOT / "bot/signals").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                assert not re.search("[\uac00-\ud7a3]|^(?:en|ko)$", node.value), (path.name, node.value)


@pytest.mark.parametrize(
    ("device", "english", "korean"),
    [
        ("Desktop", "desktop", "데스크톱"),
        ("tv", "television", "텔레비전"),
        ("Gaming Console", "games console", "게임기"),
        ("Kiosk", "Kiosk", "Kiosk"),
    ],
)
def test_kinds_of_devices_are_said_in_the_readers_language_and_others_as_they_came(
    device: str, english: str, korean: str
) -> None:
    assert facet_value("device", device, Locale.of("en")) == english
    assert facet_value("device", device, Locale.of("ko")) == korean
