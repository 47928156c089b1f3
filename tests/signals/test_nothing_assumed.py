"""No question yields a period, page, target or facet value that is neither in the question nor in what is known."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.build_question import DEFAULT_DAYS
from bot.signals.language.dated_weekdays import mark_dated_weekdays
from bot.signals.language.lexer import TokenReader
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse import KnownNames, parse
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.scan import plain
from bot.signals.language.shaped_questions import BLAME_DAYS
from bot.signals.question import GroupBy, Question
from tests.signals.meaning import KNOWN, NOW, VERSIONS
from tests.signals.test_phrasings import TABLES

LOCALES = {tag: Locale.of(tag, "Asia/Seoul") for tag in TABLES}
UNDERSTOOD = {tag: [row.phrase for row in table if not row.meaning.startswith("!")] for tag, table in TABLES.items()}
WORDS = sorted({word for phrases in UNDERSTOOD.values() for phrase in phrases for word in phrase.split()})
NONSENSE = ["zorblat", "Qwixby", "조블랏", "뷁스"]
QUESTIONS = st.lists(st.sampled_from(WORDS) | st.sampled_from(NONSENSE), min_size=1, max_size=8).map(" ".join)
COMPARING = {"VS", "VS_P", "OVERUNIT", "COMPARE", "CHANGE", "BOTH"}
SPANS = TIME_WORDS | {"PAST", "UNIT", "DEPLOY", "VERSION", "NOW", "PORTION", "NUMBER", "SHIFT", "BOTH"}


def understood(text: str, tag: str) -> Question | None:
    try:
        return parse(text, now=NOW, locale=LOCALES[tag], versions=VERSIONS, known=KNOWN)
    except Misunderstood:
        return None


def is_in(value: str, text: str) -> bool:
    said = text.replace("\\", "")
    return key(value) in key(said) or key(value) in key(plain(said))


def names_value(facet: str, value: str, text: str) -> bool:
    """Whether the text says the value, in any word that the lexicon or the settings have for it."""
    entries = [entry for entries in lexicon().entries.values() for entry in entries]
    spelled = [entry.phrase for entry in entries if entry.value in {f"{facet}={value}", value}]
    spelled += [phrase for phrase, preset in KNOWN.presets.items() if preset == (facet, value)]
    return is_in(value, text) or any(is_in(phrase, text) for phrase in spelled)


def assert_all_of_it_was_asked(question: Question, text: str) -> None:
    kinds = {token.type for token in mark_dated_weekdays(TokenReader(lexicon(), KNOWN.entries()).tokens(text), text)}
    for name in (question.target, question.view):
        assert name is None or is_in(name, text)
    for facets in (question.wanted, question.without):
        for facet, values in facets.items():
            assert all(names_value(facet, value, text) for value in values), facets
    if not kinds & SPANS:
        blamed = "BROKEN" in kinds and question.group_by is GroupBy.VERSION  # "which version broke …"
        began = "WHEN" in kinds and question.group_by is GroupBy.DAY  # "when did it start"
        usual = timedelta(days=BLAME_DAYS if blamed or began else DEFAULT_DAYS)
        hour = question.group_by is GroupBy.MINUTE or is_against_usual(question, kinds)
        assert question.period.end - question.period.start == (timedelta(hours=1) if hour else usual)
        assert question.assumed
    worst = kinds & {"BROKEN", "ADJ"} and question.top is not None  # "what's broken now": against its usual
    assert question.compare is None or worst or kinds & COMPARING or is_against_usual(question, kinds)


def is_against_usual(question: Question, kinds: set[str]) -> bool:
    """ "Than usual": each group against the days before."""
    return "USUAL" in kinds and question.top is not None and question.compare is not None


@given(QUESTIONS, st.sampled_from(sorted(LOCALES)))
@settings(max_examples=300, deadline=None)
def test_whatever_is_put_together_yields_only_what_it_holds(text: str, tag: str) -> None:
    question = understood(text, tag)
    if question is not None:
        assert_all_of_it_was_asked(question, text)


@pytest.mark.parametrize("tag", TABLES)
def test_every_phrasing_yields_only_what_it_holds(tag: str) -> None:
    for phrase in UNDERSTOOD[tag]:
        question = understood(phrase, tag)
        assert question is not None
        assert_all_of_it_was_asked(question, phrase)


@given(st.data(), st.sampled_from(sorted(LOCALES)), st.sampled_from(NONSENSE))
@settings(max_examples=300, deadline=None)
def test_a_word_that_nobody_knows_is_part_of_a_name_or_refused(data: st.DataObject, tag: str, word: str) -> None:
    words = data.draw(st.sampled_from(UNDERSTOOD[tag])).split()
    at = data.draw(st.integers(0, len(words)))
    question = understood(" ".join([*words[:at], word, *words[at:]]), tag)
    if question is not None:
        values = [value for facets in (question.wanted, question.without) for many in facets.values() for value in many]
        assert any(word in text for text in (question.target or "", question.view or "", *values))


@pytest.mark.parametrize("tag", TABLES)
def test_a_refusal_blames_the_word_that_nobody_knows(tag: str) -> None:
    word = {"en": "zorblat", "ko": "조블랏"}[tag]
    blamed = 0
    for phrase in UNDERSTOOD[tag]:
        try:
            question = parse(f"{word} 🔥 {phrase}", now=NOW, locale=LOCALES[tag], versions=VERSIONS, known=KNOWN)
        except Misunderstood as refused:
            named, blamed = refused.at, blamed + 1
        else:
            named = f"{question.target} {question.view}"
        assert word in named, phrase
    assert blamed > 100


def test_what_a_refusal_offers_would_be_understood() -> None:
    """Of every refusal in the tables, for askers of every language: the examples, and the word that may be meant."""
    offered = 0
    for tag, locale in LOCALES.items():
        for phrase in (row.phrase for table in TABLES.values() for row in table if row.meaning.startswith("!")):
            with pytest.raises(Misunderstood) as refused:
                parse(phrase, now=NOW, locale=locale, versions=VERSIONS, known=KNOWN)
            assert all(understood(example, tag) for example in refused.value.examples), phrase
            meant = re.search(
                locale.text("Did you mean “%(word)s”?", word="(.+)").replace("?", r"\?"), str(refused.value)
            )
            if meant:
                offered += 1
                assert any(understood(text, tag) for text in replaced(phrase, refused.value.at, meant[1])), phrase
    assert offered > 5


def replaced(text: str, blamed: str, word: str) -> list[str]:
    """The word takes the place of what is blamed, perhaps with the word before it ("this weak")."""
    before = text[: text.find(blamed)].split()[-1:]
    return [text.replace(old, word, 1) for old in (blamed, *(f"{last} {blamed}" for last in before))]


@given(
    st.lists(st.text(min_size=1, max_size=100), max_size=3), st.lists(st.text(max_size=30).map("/".__add__), max_size=3)
)
@settings(max_examples=150, deadline=None)
def test_examples_are_understood_whatever_the_names_here_are(targets: list[str], views: list[str]) -> None:
    known = KnownNames(targets=tuple(targets), views=tuple(views))
    for locale in LOCALES.values():
        with pytest.raises(Misunderstood) as refused:
            parse("zorblat", now=NOW, locale=locale, known=known)
        first, second, third = (parse(text, now=NOW, locale=locale, known=known) for text in refused.value.examples)
        assert not first.exact or first.target in {" ".join(name.split()) for name in targets}
        assert second.view in {None, "/checkout", *views}
        assert third.top == 5
