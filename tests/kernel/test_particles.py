"""Particles fit the word before them, and no text leaves both forms where the word is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from babel.messages.pofile import read_po
from markupsafe import Markup

from bot.kernel import messages
from bot.kernel.locale import CATALOGS, Locale
from bot.kernel.particles import filled
from bot.notebook import notebook_text
from bot.web import html_pages

KOREAN = Locale.of("ko")
DONE = "%(who)s set %(ticket)s done: the fix for %(feature)s."


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("결제", "“결제”는 결제가 결제를 결제와 결제로 결제라 결제였"),
        ("버튼", "“버튼”은 버튼이 버튼을 버튼과 버튼으로 버튼이라 버튼이었"),
        ("화살", "“화살”은 화살이 화살을 화살과 화살로 화살이라 화살이었"),
        ("SHOP-2", "“SHOP-2”는 SHOP-2가 SHOP-2를 SHOP-2와 SHOP-2로 SHOP-2라 SHOP-2였"),
        ("SHOP-7", "“SHOP-7”은 SHOP-7이 SHOP-7을 SHOP-7과 SHOP-7로 SHOP-7이라 SHOP-7이었"),
        ("500", "“500”은 500이 500을 500과 500으로 500이라 500이었"),
        ("503", "“503”은 503이 503을 503과 503으로 503이라 503이었"),
    ],
)
def test_the_form_fits_the_last_sound(word: str, said: str) -> None:
    pattern = "“%(a)s”은(는) %(a)s이(가) %(a)s을(를) %(a)s과(와) %(a)s(으)로 %(a)s(이)라 %(a)s(이)었"
    assert filled(pattern, {"a": word}) == said


@pytest.mark.parametrize("word", ["“결제”", "`결제`", "*결제*", "(결제)", "<b>결제</b>", "<https://x.example/1|결제>"])
def test_marks_and_markup_behind_the_word_have_no_sound(word: str) -> None:
    assert filled("%(a)s을(를)", {"a": word}) == f"{word}를"


@pytest.mark.parametrize("word", ["", "Buy", "x.yaml", "<@U1>", "🙂", "²", "漢"])
def test_both_forms_stay_where_nobody_knows_the_sound(word: str) -> None:
    assert filled("%(a)s을(를)", {"a": word}) == f"{word}을(를)"


def test_what_people_write_is_left_as_it_is() -> None:
    assert filled("%(a)s은(는) %(b)s", {"a": "말", "b": "글을(를) %(a)s은(는)"}) == "말은 글을(를) %(a)s은(는)"


def test_markup_stays_markup_and_its_values_are_escaped() -> None:
    text = filled(Markup("<b>%(a)s</b>을(를) %(a)s을(를)"), {"a": "<결제>"})
    assert (text, type(text)) == ("<b>&lt;결제&gt;</b>을(를) &lt;결제&gt;을(를)", Markup)


@pytest.mark.parametrize(
    "speech", [messages._words, html_pages._speech, notebook_text._speech], ids=["messages", "pages", "post-mortems"]
)
def test_every_template_speaks_so(speech: Callable[[Locale], dict[str, Any]]) -> None:
    words = speech(KOREAN)
    said = words["_"](DONE, who="Jisoo", ticket="7", feature="결제")
    assert said == "Jisoo 님이 7을 완료했습니다. 결제 수정 건입니다."
    one, many = "%(n)s person ran into %(signals)s", "%(n)s people ran into %(signals)s"
    assert words["ngettext"](one, many, 2, signals="분노 클릭") == "분노 클릭을 겪은 사용자 2명"


def test_sentences_without_a_template_speak_so() -> None:
    one, many = "%(n)s session with %(signals)s", "%(n)s sessions with %(signals)s"
    assert KOREAN.plural(one, many, 2, signals="불만 신호") == "불만 신호가 발생한 세션 2개"
    assert KOREAN.text("The model answers with status %(status_code)s.", status_code=500).startswith(
        "모델이 상태 코드 500으로"
    )


def test_catalogs_write_both_forms_in_one_way() -> None:
    """Else neither is chosen."""
    unknown = ("는(은)", "가(이)", "를(을)", "와(과)", "으로(로)", "로(으로)", "은/는", "이/가", "을/를")
    for path in sorted((CATALOGS / "ko").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source):
                assert not [form for form in unknown if form in str(message.string)], (path.name, message.string)
