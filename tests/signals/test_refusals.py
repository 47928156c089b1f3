"""Known words in odd orders: what is blamed was typed, no known word is called unknown, and what is offered works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.help import examples
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse import parse
from bot.signals.language.scan import pieces, without_emoji
from tests.signals.meaning import KNOWN, NOW, SEOUL, VERSIONS
from tests.signals.test_phrasings import TABLES

LOCALES = {tag: Locale.of(tag, SEOUL) for tag in TABLES}
EMOJI = ("🔥", "😡", "👀", ":fire:", "ㅠㅠ")
HANGUL = re.compile("[\uac00-\ud7a3]")
UNKNOWN = "I don’t know what “%(word)s” means here."
MISPLACED = "I don’t see what “%(word)s” belongs to here."
ARTICLES = {"the", "a", "an", "our"}
"""They may stand within a name that nobody knows ("flurble the wombat")."""
MANY = 350
"""Questions in each language of words of the lexicon, and as many of words of the tables."""
EXTRA = ("9", "14:00", "2.31", "/checkout", '"Buy now"', "plan:paid", "Nov 3", "404")


@lru_cache
def known_words(tag: str) -> list[str]:
    """Returns phrases of the language that the grammar knows, as people write them, and names of controls."""
    every = [entry for entries in lexicon().entries.values() for entry in entries]
    phrases = {entry.phrase for entry in every if entry.kind != "CAPITALS" and "country=" not in entry.value}
    names = {name for group in lexicon().meanings.values() for name in group}
    return sorted(word for word in phrases | names if bool(HANGUL.search(word)) == (tag == "ko"))


def questions(tag: str) -> Iterator[str]:
    """Yields two to six phrases in any order, some with an emoji, a number or a path among them."""
    random, known = Random(f"refusals {tag}"), known_words(tag)
    phrases = [row.phrase for row in TABLES[tag] if not row.meaning.startswith("!")]
    for n in range(2 * MANY):
        pool = known if n % 2 else [word for phrase in random.sample(phrases, 2) for word in phrase.split()]
        parts = random.choices(pool, k=random.randint(2, 6))
        if n % 3 == 0:
            parts.insert(random.randint(0, len(parts)), random.choice(EXTRA))
        if n % 4 == 0:
            parts.insert(random.randint(0, len(parts)), random.choice(EMOJI))
        yield " ".join(parts)


def refusal(text: str, tag: str) -> Misunderstood | None:
    try:
        parse(text, now=NOW, locale=LOCALES[tag], versions=VERSIONS, known=KNOWN)
    except Misunderstood as refused:
        return refused
    return None


@lru_cache
def refusals(tag: str) -> list[tuple[str, Misunderstood]]:
    made = [(text, refusal(text, tag)) for text in questions(tag)]
    return [(text, refused) for text, refused in made if refused is not None]


def says(refused: Misunderstood, message: str, tag: str) -> bool:
    before, after = LOCALES[tag].text(message, word="|").split("|")
    return str(refused).startswith(before) and after.rstrip(".") in str(refused)


def is_known(word: str) -> bool:
    return key(word) in lexicon().entries or key(word) in lexicon().meanings


@pytest.mark.parametrize("tag", TABLES)
def test_what_is_blamed_was_typed_and_is_no_emoji(tag: str) -> None:
    assert len(refusals(tag)) > MANY
    for text, refused in refusals(tag):
        assert refused.at in text, text
        assert without_emoji(refused.at) == refused.at, text
        assert not any(emoji in refused.at for emoji in EMOJI), text


@pytest.mark.parametrize("tag", TABLES)
def test_no_word_that_is_known_is_called_unknown(tag: str) -> None:
    unknown = [(text, refused.at) for text, refused in refusals(tag) if says(refused, UNKNOWN, tag)]
    assert 5 < len(unknown) < MANY / 8
    for text, blamed in unknown:
        known = {piece.text for piece in pieces(blamed) if is_known(piece.text)}
        assert known <= ARTICLES, (text, blamed)
        assert {blamed.split()[0], blamed.split()[-1]} & ARTICLES == set(), (text, blamed)


@pytest.mark.parametrize("tag", TABLES)
def test_what_is_offered_is_understood(tag: str) -> None:
    for text, refused in refusals(tag):
        assert len(refused.examples) == 3, text
        assert [offered for offered in refused.examples if refusal(offered, tag)] == [], text


@pytest.mark.parametrize("tag", TABLES)
def test_where_known_words_do_not_go_together_the_question_without_some_is_offered(tag: str) -> None:
    misplaced = [(text, refused) for text, refused in refusals(tag) if says(refused, MISPLACED, tag)]
    usual = examples(LOCALES[tag], KNOWN.targets)
    own = [(text, refused.examples[0]) for text, refused in misplaced if refused.examples[0] not in usual]
    assert len(own) > len(misplaced) / 2 > 50
    for text, offered in own:
        assert len(offered) < len(text)
        assert all(word in text for word in offered.split()), (text, offered)


@pytest.mark.parametrize(
    ("text", "blamed", "offered"),
    [
        ("buy vs checkout", "checkout", ["buy", "checkout"]),
        ("errors on buy vs pay button today", "pay button", ["errors on buy today", "errors pay button today"]),
        ("/cart vs /checkout this week", "/checkout", ["/cart this week", "/checkout this week"]),
        ("구매 버튼과 결제 버튼 비교", "결제 버튼", ["구매 버튼", "결제 버튼"]),
        ("구매와 결제 비교 오늘", "결제", ["구매 오늘", "결제 오늘"]),
        (
            "errors on save and continue today",
            "continue",
            ["errors on save today", "errors on continue today", 'errors on "save and continue" today'],
        ),
        ("errors on buy, pay and search", "pay", ["errors on buy", "errors on pay"]),
        ("errors on buy and pay buttons", "pay", ["errors on buy button", "errors on pay button"]),
        ("구매랑 결제 버튼 오류", "결제", ["구매 버튼 오류", "결제 버튼 오류", '"구매랑 결제" 버튼 오류']),
        ("errors in checkout/*", "checkout/*", ["errors in /checkout/*", "errors in /*/checkout/*"]),
        ("errors on */payment", "*/payment", ["errors on /payment", "errors on /*/payment"]),
        ("errors on buy* today", "buy*", ["errors on buy today", "errors on /buy* today"]),
        ("errors on 11.20", "11.20", ["errors on 11/20"]),
        ("26.11.20 오류", "26.11.20", ["2026-11-20 오류"]),
        (
            "오늘의 특가 버튼 오류",
            "오늘의 특가",
            ['"오늘의 특가" 버튼 오류', '오늘 "특가" 버튼 오류'],
        ),
        ("errors until 9", "9", ["errors until 09:00", "errors until 21:00"]),
        ("errors before 9", "9", ["errors before 09:00", "errors before 21:00"]),
        ("9까지 오류", "9", ["09:00까지 오류", "21:00까지 오류"]),
        (
            "어제 3시에서 5시 사이 오류",
            "3시에서 5시 사이",
            ["어제 03:00에서 05:00 사이 오류", "어제 15:00에서 17:00 사이 오류"],
        ),
        ("errors yesterday 11 to 1", "11 to 1", ["errors yesterday 11:00 to 13:00", "errors yesterday 23:00 to 01:00"]),
        ("어제 점심 1시부터 오류", "1시", ["어제 점심 오류"]),
        ("어제 3시까지 오류", "3시", ["어제 03:00까지 오류", "어제 15:00까지 오류"]),
        ("errors until the last hour", "until the last hour", []),
        ("rage clicks until", "until", []),
        ("errors by browser and country", "country", ["errors by browser"]),
        ("today yesterday errors", "yesterday", ["today errors", "yesterday errors"]),
        ("errors in Chrome 119 by country", "Chrome 119", ["errors in Chrome by country"]),
        ("500 errors on checkout", "500", ["errors on checkout"]),
        ("errors this week vs rage clicks last week", "last week", ["errors this week vs rage clicks"]),
        ("errors this week vs last week dead clicks", "dead clicks", ["errors this week vs last week"]),
        ("button number", "number", []),
        ("errors in Chrome or on /checkout", "or", ["errors on /checkout", "errors in Chrome"]),
        ("errors Safari/Korea today", "/", ["errors Korea today", "errors Safari today"]),
        ("오늘 크롬이나 한국 오류", "이나", ["오늘 한국 오류", "오늘 크롬 오류"]),
        ("users with frustration and no errors", "and no errors", ["users with frustration"]),
        ("rage clicks without errors today", "without errors", ["rage clicks today"]),
        ("사용자 몇 명이 오류 없이 불만 신호", "오류 없이", ["사용자 몇 명이 불만 신호"]),
        ('rage clicks on "Buy today', '"Buy', []),
    ],
)
def test_a_refusal_offers_the_question_without_its_trouble(text: str, blamed: str, offered: list[str]) -> None:
    refused = refusal(text, "ko" if HANGUL.search(text) else "en")
    assert refused
    assert refused.at == blamed
    assert list(refused.examples[: len(offered)]) == offered


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("errors (safari OR korea)", ["errors korea", "errors (safari)"]),
        ("errors on *** today", ["errors today"]),
        ("errors on 🛒 today", ["errors 🛒 today", 'frustration signals on "Buy now" this week']),
    ],
)
def test_an_offer_has_both_brackets_and_what_on_points_at(text: str, offered: list[str]) -> None:
    refused = refusal(text, "en")
    assert refused
    assert list(refused.examples[: len(offered)]) == offered


def test_of_a_name_that_is_a_picture_is_said_that_it_cannot_be_looked_for() -> None:
    assert str(refusal("errors on 🛒", "en")).startswith("A name that is a picture can’t be looked for")


@pytest.mark.parametrize("versions", [{}, {"2.31": NOW - timedelta(days=1)}], ids=["none", "one from the beginning"])
@pytest.mark.parametrize(("text", "blamed"), [("배포 전 오류", "배포"), ("errors before the deploy", "the deploy")])
def test_before_a_deploy_that_nobody_saw_is_refused_by_name(
    text: str, blamed: str, versions: dict[str, datetime]
) -> None:
    locale = LOCALES["ko" if HANGUL.search(text) else "en"]
    with pytest.raises(Misunderstood) as refused:
        parse(text, now=NOW, locale=locale, versions=versions)
    assert str(refused.value) == locale.text("No deploy has been seen here yet, so I can’t count from it.")
    assert refused.value.at == blamed


def test_of_a_spoken_hour_both_halves_of_the_day_are_offered() -> None:
    with pytest.raises(Misunderstood) as refused:
        parse("어제 1시 반부터 오류", now=NOW, locale=LOCALES["ko"], versions=VERSIONS, known=KNOWN)
    assert refused.value.examples[:2] == ("어제 01:30부터 오류", "어제 13:30부터 오류")


@pytest.mark.parametrize("text", ["errors on Safari or in Korea", "errors Safari/Korea", "사파리나 한국 오류"])
def test_of_or_between_different_things_is_said_why_it_is_refused(text: str) -> None:
    tag = "ko" if HANGUL.search(text) else "en"
    refused = refusal(text, tag)
    said = "I can’t count what is one or the other of two different things: ask for each side of “%(word)s” alone."
    assert refused
    assert str(refused) == LOCALES[tag].text(said, word=refused.at)


@pytest.mark.parametrize(
    "text", ["어제 점심 1시부터 오류", "어제 점심 1시까지 오류", "어제 점심 3시에서 5시 사이 오류", "어제 3시까지 오류"]
)
def test_no_offer_leaves_a_particle_alone(text: str) -> None:
    refused = refusal(text, "ko")
    assert refused
    for offered in refused.examples:
        assert not {"부터", "까지", "에서"} & set(offered.split()), offered
        assert "사이" not in offered or re.search(r"\d\d:00 사이", offered), offered


@pytest.mark.parametrize(
    ("text", "tag", "said"),
    [
        ("errors last 7 days vs 24 hours ago", "en", "reaches into the period itself"),
        ("최근 7일 오류 24시간 전 대비", "ko", "묻는 기간과 겹칩니다"),
        ("errors yesterday vs 24 hours ago", "en", "is shorter than the period"),
        ("어제 오류 24시간 전 대비", "ko", "묻는 기간보다 짧습니다"),
        ("errors last hour vs this morning", "en", "can’t be found in there"),
        ("지난 1시간 오류 이번 달 대비", "ko", "같은 시간대가 그 안에 없습니다"),
    ],
)
def test_why_a_time_cannot_be_compared_with_is_said(text: str, tag: str, said: str) -> None:
    assert said in str(refusal(text, tag))
