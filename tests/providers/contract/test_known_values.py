"""What was never seen is named as unknown, with the closest that exist; what was seen is found as it is spelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.backlog.owners import Owners
from bot.kernel.locale import Locale
from bot.services.questions.answer_question import answer_question
from bot.services.questions.refine import with_value
from bot.signals.answer import Answer
from bot.signals.answer_table import table
from bot.signals.question import GroupBy, Metric, Period, Question
from bot.signals.question_text import facet_value
from bot.signals.source import VIEW, Inventory, Source
from bot.signals.target_matching import NoSuchTarget
from bot.signals.value_matching import NoSuchValue
from tests.providers.contract.conftest import OpenSource
from tests.providers.contract.events import NOON, WEEK, action, view

ENGLISH, KOREAN = Locale.of("en", "Asia/Seoul"), Locale.of("ko", "Asia/Seoul")
ASKED = Question(WEEK)
BEFORE = WEEK.start - timedelta(days=5)


async def shop(open_source: OpenSource) -> Source:
    """Two environments, browsers and versions, three pages; one page that nobody clicked on; Safari before the week."""
    return await open_source(
        *(
            action(NOON, "rage_click", session=f"s-{env}-{n}", env=env, service=f"shop-{env}", url=url, version=version)
            for n, (env, url, version) in enumerate(
                [
                    ("prod", "https://x/checkout/pay", "2.31.0"),
                    ("prod", "https://x/account/orders", "2.30.4"),
                    ("stage", "https://x/checkout", "2.31.0"),
                ]
            )
        ),
        action(BEFORE, "rage_click", session="s-old", browser="Mobile Safari", country="JP", context={"plan": "paid"}),
        view(NOON, "v-9", url="https://x/help", session="s-help"),
    )


async def ask(source: Source, question: Question, locale: Locale = ENGLISH) -> Answer:
    return await answer_question(source, Owners(), question, locale)


UNKNOWN = {
    "a browser": (replace(ASKED, filters={"browser": "Netscape"}), ("Chrome", "Mobile Safari")),
    "a version": (replace(ASKED, filters={"version": "7.7"}), ("2.31.0", "2.30.4")),
    "the start of a version": (replace(ASKED, filters={"version": "2.3"}), ("2.30.4", "2.31.0")),
    "a country": (replace(ASKED, filters={"country": "BR"}), ("KR", "JP")),
    "an environment": (replace(ASKED, filters={"env": "development"}), ("prod", "stage")),
    "a service": (replace(ASKED, filters={"service": "shop-prods"}), ("shop-prod", "shop-stage", "shop")),
    "an attribute": (replace(ASKED, filters={"plan": "pair"}), ("paid",)),
    "one of two": (replace(ASKED, either={"browser": ("Chrome", "Netscape")}), ("Chrome", "Mobile Safari")),
    "one that is left out": (replace(ASKED, without={"country": ("BR",)}), ("KR", "JP")),
    "a path": (replace(ASKED, view="/chekout"), ("/checkout",)),
    "a pattern": (replace(ASKED, view="/basket/*"), ()),
    "a word": (replace(ASKED, view="summary"), ()),
}


@pytest.mark.parametrize(("question", "nearest"), UNKNOWN.values(), ids=UNKNOWN)
async def test_what_was_never_seen_is_refused_with_the_closest(
    open_source: OpenSource, question: Question, nearest: tuple[str, ...]
) -> None:
    source = await shop(open_source)
    with pytest.raises(NoSuchValue) as refused:
        await ask(source, question)
    unknown = refused.value
    assert facet_value(unknown.facet, unknown.value, ENGLISH) in unknown.text(ENGLISH)
    assert unknown.closest
    assert set(nearest) <= set(unknown.closest)
    assert unknown.closest[0] in (nearest or unknown.closest)
    # What is offered would be answered.
    instead = with_value(question, unknown.facet, unknown.value, unknown.closest[0])
    assert (await ask(source, instead)).question == instead


async def test_the_refusal_names_the_facet_in_the_askers_words(open_source: OpenSource) -> None:
    source = await shop(open_source)
    sentences = {
        ("country", "BR", ENGLISH): "No country “Brazil” is in the data that is kept.",
        ("country", "BR", KOREAN): "보관 중인 데이터에 없는 국가입니다: “브라질”.",
        ("plan", "free", ENGLISH): "No plan “free” is in the data that is kept.",
        ("tier", "gold", ENGLISH): "The data that is kept names no tier, so “gold” can’t be looked for.",
    }
    for (facet, value, locale), sentence in sentences.items():
        with pytest.raises(NoSuchValue) as refused:
            await ask(source, replace(ASKED, filters={facet: value}), locale)
        assert refused.value.text(locale) == sentence


@pytest.mark.parametrize(
    ("facet", "value", "seen"),
    [
        ("env", "staging", "stage"),
        ("env", "production", "prod"),
        ("env", "Prod", "Prod"),
        ("env", "스테이징", "stage"),
        ("env", "운영", "prod"),
        ("os", "iPhone OS", "iOS"),
    ],
)
async def test_a_value_is_found_by_any_of_its_spellings(
    open_source: OpenSource, facet: str, value: str, seen: str
) -> None:
    source = await shop(open_source)
    answer = await ask(source, replace(ASKED, filters={facet: value}))
    assert answer.question.filters == {facet: seen}
    assert answer.counts.signals == {"stage": 1, "prod": 2, "Prod": 2, "iOS": 3}[seen]
    without = await ask(source, replace(ASKED, without={facet: (value,)}))
    assert without.counts.signals == 3 - answer.counts.signals


async def test_a_word_that_is_no_page_may_be_an_environment_or_a_service(open_source: OpenSource) -> None:
    source = await shop(open_source)
    for word, filters in (
        ("stage", {"env": "stage"}),
        ("Staging", {"env": "stage"}),
        ("shop-prod", {"service": "shop-prod"}),
    ):
        asked = (await ask(source, replace(ASKED, view=word))).question
        assert (asked.view, asked.filters) == (None, filters)


async def test_a_word_behind_in_or_on_may_be_any_value_that_was_seen(open_source: OpenSource) -> None:
    source = await shop(open_source)
    values = {"mobile safari": "browser", "2.31.0": "version", "stage": "env", "shop-prod": "service"}
    for word, facet in values.items():
        for asked in (replace(ASKED, view=word), replace(ASKED, target=word)):
            found = (await ask(source, asked)).question
            assert (found.view, found.target) == (None, None)
            assert [value.casefold() for value in found.wanted[facet]] == [word]
    with pytest.raises(NoSuchTarget):  # a name in quotes is that very name
        await ask(source, replace(ASKED, target="stage", exact=True))


async def test_a_bare_word_that_no_target_is_called_may_be_a_page(open_source: OpenSource) -> None:
    source = await shop(open_source)
    found = (await ask(source, replace(ASKED, target="account"))).question
    assert (found.view, found.target) == ("account", None)
    for elsewhere in (replace(ASKED, target="account button"), replace(ASKED, target="account", exact=True)):
        with pytest.raises(NoSuchTarget):
            await ask(source, elsewhere)


@pytest.mark.parametrize(
    ("word", "anything"), [("부산", True), ("Busan", True), ("Busan button", False), ("#bus", False)]
)
async def test_a_word_that_may_be_a_place_is_not_refused_as_a_target_alone(
    open_source: OpenSource, word: str, anything: bool
) -> None:
    """ "부산에서" is in Busan, or on a button of that name."""
    source = await shop(open_source)
    with pytest.raises(NoSuchTarget) as refused:
        await ask(source, replace(ASKED, target=word))
    assert word in str(refused.value)
    assert ("no page, place, browser or other value" in str(refused.value)) is anything
    assert ("페이지, 지역, 브라우저" in refused.value.text(KOREAN)) is anything


async def test_a_word_that_is_nothing_is_not_called_a_page(open_source: OpenSource) -> None:
    source = await shop(open_source)
    for word, sentence in {
        "Busan": "“Busan” is no page, place, browser or other value in the data that is kept.",
        "/busan": "No page “/busan” is in the data that is kept.",
    }.items():
        with pytest.raises(NoSuchValue) as refused:
            await ask(source, replace(ASKED, view=word))
        assert refused.value.text(ENGLISH) == sentence
        assert word in refused.value.text(KOREAN)


async def test_what_is_known_and_has_no_signals_in_the_period_is_zero(open_source: OpenSource) -> None:
    source = await shop(open_source)
    for known in (
        replace(ASKED, filters={"browser": "safari"}),
        replace(ASKED, filters={"country": "JP"}),
        replace(ASKED, filters={"plan": "paid"}),
        replace(ASKED, view="/help"),
    ):
        answer = await ask(source, known)
        assert (answer.counts.signals, answer.question) == (0, known)


@pytest.mark.parametrize(
    ("pattern", "signals"),
    [("/account/*", 1), ("/*/pay", 1), ("/check*", 2), ("/*", 3), ("/checkout/*", 1), ("/*ou*", 3)],
)
async def test_a_star_in_a_path_stands_for_anything(open_source: OpenSource, pattern: str, signals: int) -> None:
    source = await shop(open_source)
    assert (await ask(source, replace(ASKED, view=pattern))).counts.signals == signals


async def test_signs_of_the_query_language_in_a_path_are_letters(open_source: OpenSource) -> None:
    source = await shop(open_source)
    for path in ("/100%_*", "/check_ut*", "/a!*", "/(a|b)*", "/\\*"):
        with pytest.raises(NoSuchValue):
            await ask(source, replace(ASKED, view=path))


async def test_groups_are_held_against_what_is_usual_for_them(open_source: OpenSource) -> None:
    """Search always fails for half of them; Buy now does so since today, and Help for the only one who used it."""
    usual = [("Search", 10, 5), ("Buy now", 10, 0)]
    today = [("Search", 4, 2), ("Buy now", 4, 3), ("Help", 1, 1), ("Logo", 3, 0)]
    source = await open_source(
        *(
            action(at, *(["rage_click"] if n < hit else []), target=name, session=f"{name}-{at:%d}-{n}", user=None)
            for at, parts in ((NOON - timedelta(days=2), usual), (NOON, today))
            for name, used, hit in parts
            for n in range(used)
        )
    )
    hour = Period(NOON - timedelta(minutes=30), NOON + timedelta(minutes=30))
    week = Period(hour.start - timedelta(days=7), hour.start)
    asked = Question(hour, metric=Metric.SESSIONS_SHARE, group_by=GroupBy.TARGET, compare=week, top=3)
    answer = await ask(source, asked)
    rows = [
        (it.label, it.counts.sessions, it.exposed and it.exposed.sessions, it.usual and it.usual.sessions)
        for it in answer.groups
    ]
    assert rows == [("Buy now", 3, 4, 0), ("Help", 1, 1, 0), ("Search", 2, 4, 5)]
    assert [it.usual_exposed and it.usual_exposed.sessions for it in answer.groups] == [10, 0, 10]
    assert (answer.question, answer.before_period) == (asked, week)
    shown = table(answer, ENGLISH)
    assert shown
    assert shown.columns == ("Button", "Share of sessions", "Signals", "People", "Usually")
    assert shown.rows[0] == ("Buy now", "75% (3 of 4)", "3", "3", "0% (0 of 10)")
    assert shown.rows[1][-1] == "–"


async def test_both_kinds_of_source_list_what_they_have_seen(open_source: OpenSource) -> None:
    source = await shop(open_source)
    assert isinstance(source, Inventory)
    listed = {facet: [seen.value for seen in await source.seen_values(facet)] for facet in ("env", "browser", "plan")}
    assert listed == {"env": ["prod", "stage"], "browser": ["Chrome", "Mobile Safari"], "plan": ["paid"]}
    assert {seen.value for seen in await source.seen_values(VIEW)} == {
        "/checkout/pay", "/account/orders", "/checkout", "/cart", "/help",
    }  # fmt: skip
