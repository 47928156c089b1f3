"""Text from outside stays text in the markdown that the bot writes."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt

from bot.kernel.escape import straight
from bot.kernel.locale import Locale
from bot.kernel.paths import TEMPLATES
from bot.notebook.cell_data import Comment, FollowUp, FollowUps, Number
from bot.notebook.merge import merge
from bot.notebook.notebook import digest
from bot.notebook.notebook_text import NotebookText, code, escaped, target
from bot.notebook.postmortem import SECTIONS
from bot.notebook.timeline import Entry, Timeline
from bot.notebook.trend import trend_words
from bot.signals.answer import Caveat, CaveatKind
from bot.signals.answer_text import caveat_sentences
from bot.signals.question import Period
from bot.signals.question_text import when
from tests.notebook.examples import CLIP, EVERYTHING, NOON, NUMBER, opened

SEOUL = Locale.of("en", "Asia/Seoul")
PLAIN = MarkdownIt("commonmark").enable("table")


def shown(markdown: str) -> str:
    """The text that a reader of rendered markdown sees."""
    tokens = PLAIN.parse(markdown)
    return "".join(child.content for token in tokens for child in token.children or ())


@given(st.text(max_size=40))
def test_an_escaped_text_shows_as_itself_and_makes_no_markup(text: str) -> None:
    line = " ".join(straight(text).split()).replace("\x00", "\ufffd")
    tokens = PLAIN.parse(escaped(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for token in tokens for child in token.children or ()} <= {"text", "text_special"}
    assert shown(escaped(text)).strip() == line.strip()


@given(st.text(max_size=30))
def test_a_code_span_holds_any_text(text: str) -> None:
    line = " ".join(straight(text).split()).replace("\x00", "\ufffd")
    assert shown("a " + code(text)) == "a " + line if line else True


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", " JavaScript:x", ""])
def test_a_link_leads_to_http_or_to_our_own_pages_only(url: str) -> None:
    assert target(url) == "#"


def test_a_link_cannot_break_out_of_its_place() -> None:
    assert target('https://x.example/a (b) "c"') == "https://x.example/a%20%28b%29%20%22c%22"


def test_a_hostile_entry_stays_one_item_of_its_list(words: NotebookText) -> None:
    hostile = Entry("k", NOON, "x\n\n# y\n<!-- replaybook:followups --> [z](javascript:1) | `q`", "<b>M</b>")
    text = words.cell(Timeline((hostile,)), SEOUL)
    tokens = PLAIN.parse(text)
    assert [token.type for token in tokens].count("list_item_open") == 1
    assert "heading_open" not in {token.type for token in tokens}
    assert "<!--" not in text.replace("\\<", "")


def test_a_hostile_follow_up_keeps_the_table_whole(words: NotebookText) -> None:
    row = FollowUp(
        "R",
        "a | b\n| c |",
        NOON,
        "x|y",
        "T|1",
        "javascript:x",
        "<script>",
        outcome="| x\n<b>",
        type="a|b",
        priority="|P1",
        due=date(2026, 12, 11),
    )
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(words.cell(FollowUps((row,)), SEOUL))
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 6
    assert "Dec 11, 2026" in html or "2026년 12월 11일" in html
    assert "<script>" not in html
    assert 'href="#"' in html


def test_a_comment_is_quoted_line_by_line(words: NotebookText) -> None:
    comments = merge(opened(words), [Comment("c", NOON, "one\n\n## two", "Jisoo")], words.writer(SEOUL))
    cell = comments.managed("discussion")
    assert cell is not None
    assert "> one\n>\n> ## two" in cell.markdown


def test_the_export_has_everything_with_its_markers(words: NotebookText) -> None:
    notebook = merge(opened(words), EVERYTHING, words.writer(SEOUL))
    text = words.to_markdown(notebook, SEOUL, base_url="https://bot.example")
    for wanted in ("# Checkout: Buy is broken", "<!-- replaybook:number/1700.1 -->", "3,361 frustration signals",
                   "| Rage clicks | 2,941 |", "](https://bot.example/files/aaa", "- 0:03 clicks Buy ×5",
                   "— Minseo [↗](https://slack.example/p1700)\n\n  Deploy v2.31", "[SHOP-412](https://bot.example/tickets/SHOP-412)",
                   "▲ **180% more** than in the same span before (1,200)",
                   "Asked: “frustration signals on buy button this week” — Minseo, Mon, Nov 23 21:00 KST"):  # fmt: skip
        assert wanted in text


def test_what_an_entry_says_stays_within_its_item_of_the_list(words: NotebookText) -> None:
    entry = Entry("k", NOON, "raw", "Mina Park", markdown="**Two** lines\n\n> and a quote\n\n```\ncode\n```")
    html = MarkdownIt("commonmark").render(words.cell(Timeline((entry, entry)), SEOUL))
    assert html.count("<ul>") == 1
    assert "<strong>Two</strong> lines" in html
    item = html.split("</li>")[0]
    assert "<blockquote>" in item
    assert "<code>code" in item


@pytest.mark.parametrize("tag", ["en", "ko"])
@pytest.mark.parametrize(("now", "before"), [(0, 0), (5, 0), (5, None), (100, 90), (90, 100), (7, 7), (500, 100),
                                             (5192, 243), (350, 100)])  # fmt: skip
def test_a_trend_is_told_in_the_words_of_the_message(
    words: NotebookText, tag: str, now: int, before: int | None
) -> None:
    """`templates/signals/_trend.j2` is rendered here as the message renders it."""
    locale = Locale.of(tag, "Asia/Seoul")
    change = (now - before) / before if before else None
    source = (
        "{% from 'signals/_trend.j2' import trend with context %}{{ trend({'before': before, 'change': change}, now) }}"
    )
    environment = Environment(loader=FileSystemLoader(TEMPLATES))
    told = environment.from_string(source).render(before=before, change=change, now=now, locale=locale, _=locale.text)
    number = msgspec.structs.replace(NUMBER, by_signal={"rage_click": now}, before=before)
    assert trend_words(number, locale, "*") == told.strip()


@pytest.mark.parametrize(
    ("tag", "before", "told"),
    [
        ("en", 1200, "▲ 180% more than"), ("en", 100, "▲ 34× as many as in"),
        ("en", 4000, "▼ 16% fewer than"), ("en", 3361, "As many as in"),
        ("en", 0, "None in"), ("en", 3000, "▲ 12% more than"), ("ko", 4000, "▼ "),
    ],
)  # fmt: skip
def test_a_period_that_was_named_to_compare_with_is_named(
    words: NotebookText, tag: str, before: int, told: str
) -> None:
    locale = Locale.of(tag, "Asia/Seoul")
    start, end = NOON - timedelta(days=15), NOON - timedelta(days=14)
    compared = msgspec.structs.replace(NUMBER, before=before, before_start=start, before_end=end)
    trend = trend_words(compared, locale)
    assert trend.startswith(told)
    assert when(Period(start, end), locale) in trend
    assert trend in shown(words.cell(compared, locale)).replace("\n", " ")
    assert trend_words(msgspec.json.decode(msgspec.json.encode(compared), type=Number), locale) == trend


def test_a_question_about_people_keeps_their_number_and_its_trend(words: NotebookText) -> None:
    asked = msgspec.structs.replace(NUMBER, title="812 people ran into frustration signals", count=812, before=1624)
    assert "**812 people ran into frustration signals** · ▼ **50% fewer**" in words.cell(asked, SEOUL)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_cell_and_hint_is_written_in_every_language(words: NotebookText, language: str) -> None:
    locale = Locale.of(language, "Asia/Seoul")
    notebook = merge(opened(words, language), EVERYTHING, words.writer(locale))
    assert all(cell.markdown and cell.written == digest(cell.markdown) for cell in notebook.cells)
    hints = {section: words.hint(section, locale) for section in SECTIONS}
    assert [section for section, hint in hints.items() if not hint] == ["timeline", "followups", "discussion"]


def test_a_korean_notebook_speaks_korean(words: NotebookText) -> None:
    text = words.to_markdown(opened(words, "ko"), Locale.of("ko", "Asia/Seoul"))
    assert "## 타임라인" in text
    assert "## Timeline" not in text


def test_what_a_source_says_of_its_numbers_is_said_in_the_notebooks_language(words: NotebookText) -> None:
    caveats = (Caveat(CaveatKind.BEFORE_DATA), Caveat(CaveatKind.LIVE))
    number = msgspec.structs.replace(NUMBER, caveats=caveats, kept_from=NOON)
    early, live = caveat_sentences(caveats, Locale.of("en"))
    english, korean = words.cell(number, SEOUL), words.cell(number, Locale.of("ko", "Asia/Seoul"))
    assert f"Incomplete: {early} {live} The oldest data is from Nov 23, 2026." in english
    assert "2026년 11월 23일" in korean
    assert not any(said in korean for said in (early, live, NUMBER.definition))
    clip = msgspec.structs.replace(CLIP, definition=NUMBER.definition)
    assert NUMBER.definition not in words.cell(clip, Locale.of("ko"))


def test_a_notebook_from_before_tells_the_same(words: NotebookText) -> None:
    """It was written when reasons were kept as English sentences, and answers without their source's title."""
    caveats = (Caveat(CaveatKind.FORGOTTEN, "Datadog", 30), Caveat(CaveatKind.SAMPLED))
    number = msgspec.structs.replace(NUMBER, caveats=caveats, source="datadog", source_title="Datadog")
    stored = msgspec.to_builtins(msgspec.structs.replace(number, caveats=(), source_title=""))
    stored["partial"] = " ".join(caveat_sentences(caveats, Locale.of("en")))
    read = msgspec.json.decode(msgspec.json.encode(stored), type=Number)
    assert read.caveats == caveats
    for locale in (SEOUL, Locale.of("ko")):
        assert words.cell(read, locale) == words.cell(number, locale)


def test_a_notebook_keeps_the_language_it_was_opened_in(words: NotebookText) -> None:
    assert "녹화" in words.for_notebook(opened(words, "ko"))(CLIP)


def test_nothing_that_somebody_wrote_turns_the_direction_of_what_follows() -> None:
    assert escaped("\u202eMina\u2066 Park") == "Mina Park"
    assert code("\u202ecart\u2069") == "`cart`"
