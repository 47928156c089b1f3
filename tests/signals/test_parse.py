"""Whatever is typed, a question or a helpful refusal comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import KnownNames, parse
from bot.signals.periods import previous
from bot.signals.presets import presets
from bot.signals.question import GroupBy, Metric, Question, Signal
from bot.signals.question_json import error_json, question_json
from bot.signals.question_text import to_text
from tests.signals.meaning import KNOWN, NOW, VERSIONS
from tests.signals.test_phrasings import TABLES

ENGLISH, KOREAN = Locale.of("en", "Asia/Seoul"), Locale.of("ko", "Asia/Seoul")
PHRASES = [row.phrase for table in TABLES.values() for row in table]
WORDS = sorted({word for phrase in PHRASES for word in phrase.split()})
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["UTC", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"]
)


def ask(text: str, locale: Locale = ENGLISH, base: Question | None = None) -> Question:
    return parse(text, now=NOW, locale=locale, versions=VERSIONS, base=base, known=KNOWN)


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), MOMENTS, ZONES)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_question_or_misunderstood_and_nothing_else(text: str, now: datetime, zone: str) -> None:
    try:
        versions = {"1": now - timedelta(days=1), "0": now - timedelta(days=9)}
        question = parse(text, now=now, locale=Locale.of("ko", zone), versions=versions)
    except Misunderstood as refused:
        problem = refused
    else:
        assert question.period.start.timestamp() < question.period.end.timestamp() <= now.timestamp()
        assert question.signals
        assert previous(question.period).end.timestamp() <= question.period.start.timestamp()
        return
    assert problem.sentence
    assert len(problem.examples) == 3


@pytest.mark.parametrize(
    "text", ["vs 20일", "by country daily top 20th", "top 0 buttons", "since 31일", "1-99 Nov", "3 to 5 to 7"]
)
def test_texts_that_once_broke_the_parser_are_answered(text: str) -> None:
    try:
        assert ask(text).period.start < NOW
    except Misunderstood as problem:
        assert problem.sentence  # noqa: PT017 - either is fine


@given(st.sampled_from(PHRASES), MOMENTS, ZONES)
@settings(max_examples=150, deadline=None)
def test_a_question_written_out_is_read_back_the_same(phrase: str, now: datetime, zone: str) -> None:
    for tag in ("en", "ko"):
        locale = Locale.of(tag, zone)
        try:
            question = parse(phrase, now=now, locale=locale, known=KNOWN)
        except Misunderstood:
            return
        text = to_text(question, locale)
        again = parse(text, now=now, locale=locale, known=KNOWN)
        assert replace(again, text="", assumed=()) == replace(question, text="", assumed=()), text


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("how many people hit errors on checkout today", "how many people had error clicks on checkout from"),
        ("how many sessions with dead clicks today", "how many sessions had dead clicks from"),
    ],
)
def test_what_is_counted_is_written_out_as_people_say_it(phrase: str, text: str) -> None:
    locale = Locale.of("en", "Asia/Seoul")
    assert to_text(ask(phrase), locale).startswith(text)
    assert ask(to_text(ask(phrase), locale)).metric == ask(phrase).metric


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "rage clicks from Nov 24, 2026 00:00 to Nov 24, 2026 14:05"),
        ("en-GB", "rage clicks from 24 Nov 2026 00:00 to 24 Nov 2026 14:05"),
        ("ko", "2026년 11월 24일 00:00부터 2026년 11월 24일 14:05까지 분노 클릭"),
    ],
)
def test_times_are_written_out_in_words(tag: str, text: str) -> None:
    assert to_text(ask("rage clicks today"), Locale.of(tag, "Asia/Seoul")) == text


def test_an_hour_that_comes_twice_is_written_out_as_a_stamp() -> None:
    locale = Locale.of("en", "America/New_York")
    now = datetime(2026, 11, 1, 1, 30, tzinfo=locale.zone, fold=1)
    text = to_text(parse("rage clicks today", now=now, locale=locale), locale)
    assert text == "rage clicks from Nov 1, 2026 00:00 to 2026-11-01T01:30:00-05:00"


@given(
    MOMENTS.map(lambda it: it.replace(second=0, microsecond=0)).filter(lambda it: it.minute),
    ZONES,
    st.sampled_from(["en", "en-GB", "ko"]),
)
@settings(max_examples=150, deadline=None)
def test_times_in_words_are_read_back_the_same(now: datetime, zone: str, tag: str) -> None:
    locale = Locale.of(tag, zone)
    for period in ("this week", "last 3 days vs the 3 days before", "last 40 minutes"):
        question = parse(f"rage clicks {period}", now=now, locale=locale)
        again = parse(to_text(question, locale), now=now, locale=locale)
        assert (again.period, again.compare) == (question.period, question.compare)


@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_a_quoted_name_is_taken_as_it_stands(name: str) -> None:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    question = ask(f"rage clicks on {quoted} today")
    assert (question.target, question.exact) == (" ".join(name.split()), True)


@pytest.mark.parametrize("locale", [ENGLISH, KOREAN], ids=["en", "ko"])
def test_the_examples_of_a_refusal_would_be_understood(locale: Locale) -> None:
    for known in (KnownNames(), KNOWN, KnownNames(targets=('Say "hi"', "구매하기"), views=("Home", "/cart"))):
        with pytest.raises(Misunderstood) as refused:
            parse("flurble", now=NOW, locale=locale, known=known)
        assert len({ask(text, locale).text for text in refused.value.examples}) == 3


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("rage clicks on buy button yesterdy", "yesterday"),
        ("rage clicks this weak", "this week"),
        ("rage clicsk today", "rage click"),
        ("rage clicks in Safary today", "safari"),
        ("rage clicks by browsr today", "by browser"),
        ("이번쥬 구매 버튼 불만", "이번 주"),
    ],
)
def test_a_typing_error_is_offered_back_and_not_assumed(text: str, meant: str) -> None:
    with pytest.raises(Misunderstood, match=f"Did you mean “{meant}”"):
        ask(text)


@pytest.mark.parametrize(
    ("text", "locale", "said", "instead"),
    [
        ("rage clicks on buy button next week", ENGLISH, "“next week” hasn’t", "rage clicks on buy button this week"),
        ("tomorrow: dead clicks by browser", ENGLISH, "“tomorrow” hasn’t", "this week: dead clicks by browser"),
        ("내일 구매 버튼 분노 클릭", KOREAN, "“내일”: 아직", "이번 주 구매 버튼 분노 클릭"),
        ("rage clicks since tomorrow", ENGLISH, "“since tomorrow” hasn’t", "rage clicks this week"),
    ],
)
def test_what_is_still_to_come_is_said_so_and_this_week_is_offered(
    text: str, locale: Locale, said: str, instead: str
) -> None:
    with pytest.raises(Misunderstood, match=f"^{said}") as refused:
        ask(text, locale)
    assert refused.value.at in refused.value.sentence
    assert refused.value.examples[0] == instead
    assert ask(instead, locale).period == ask("this week").period


def test_a_follow_up_about_what_is_still_to_come_goes_on_with_this_week() -> None:
    with pytest.raises(Misunderstood, match="How about this week") as refused:
        ask("and tomorrow?", base=ask("rage clicks today"))
    assert refused.value.examples[0] == "and this week?"


def test_a_comparison_with_what_is_still_to_come_offers_no_other() -> None:
    with pytest.raises(Misunderstood, match=r"^“vs next week” hasn’t happened yet\.$"):
        ask("rage clicks this week vs next week")


def test_a_follow_up_keeps_what_it_does_not_change() -> None:
    first = ask("how many users rage clicked the buy button in checkout this week vs last week")
    later = ask("and yesterday?", base=first)
    assert (later.target, later.view, later.signals) == ("buy button", "checkout", (Signal.RAGE,))
    assert later.metric is Metric.PEOPLE
    assert later.period.start.isoformat() == "2026-11-23T00:00:00+09:00"
    assert later.compare == previous(later.period)


def test_a_follow_up_leaves_out_a_kind_of_signals_and_looks_for_nobody_who_has_none() -> None:
    later = ask("without errors", base=ask("frustration today"))
    assert later.signals == (Signal.RAGE, Signal.DEAD)
    for first in ("how many users had frustration today", "rage clicks today"):
        with pytest.raises(Misunderstood, match="can’t look for what has none of a kind"):
            ask("without errors", base=ask(first))


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("by browser", {"group_by": GroupBy.BROWSER}),
        ("only Safari", {"filters": {"env": "prod", "browser": "Safari"}}),
        ("사파리만", {"filters": {"env": "prod", "browser": "Safari"}}),
        ("what about dead clicks?", {"signals": (Signal.DEAD,)}),
        ("on pay button", {"target": "pay button"}),
        ("결제 버튼은?", {"target": "결제 버튼"}),
        ('on "Pay"', {"target": "Pay", "exact": True}),
        ("how many people?", {"metric": Metric.PEOPLE}),
        ("in /cart", {"view": "/cart"}),
        ("브라우저별로", {"group_by": GroupBy.BROWSER}),
        ("top 3 browsers", {"group_by": GroupBy.BROWSER, "top": 3}),
    ],
)
def test_a_follow_up_changes_one_thing(text: str, changed: dict[str, Any]) -> None:
    first = ask("rage clicks on buy button env:prod this week")
    assert replace(ask(text, base=first), text="", assumed=()) == replace(first, text="", assumed=(), **changed)


def test_what_was_left_open_is_said() -> None:
    assert ask("rage clicks on buy button").assumed == ("No period was given, so the last 7 days are taken.",)
    assert ask("rage clicks today").assumed == ()
    assert "7일" in ask("구매 버튼 분노 클릭", KOREAN).assumed[0]


def test_that_a_time_is_taken_for_yesterdays_is_said() -> None:
    said = ("That time of today is still to come, so yesterday’s is taken.",)
    assert ask("errors 2 hours before 3pm").assumed == said
    assert ask("errors 2 hours before 2pm").assumed == ()


def test_a_question_as_json_has_the_documented_keys() -> None:
    question = ask('top 5 pages with errors on "Buy now" only Safari today vs yesterday')
    assert question_json(question) == {
        "signals": ["error_click"],
        "target": "Buy now",
        "view": None,
        "metric": "signals",
        "start": "2026-11-24T00:00:00+09:00",
        "end": "2026-11-24T14:05:00+09:00",
        "compare": {"start": "2026-11-23T00:00:00+09:00", "end": "2026-11-23T14:05:00+09:00"},
        "group_by": "view",
        "top": 5,
        "filters": {"browser": "Safari"},
    }


def test_a_refusal_as_json_names_the_part_and_gives_examples() -> None:
    with pytest.raises(Misunderstood) as refused:
        ask("rage clicks during the eclipse")
    found = error_json(refused.value)
    assert (found["at"], len(found["examples"])) == ("eclipse", 3)
    assert "eclipse" in found["error"]


def test_a_pasted_novel_is_refused() -> None:
    with pytest.raises(Misunderstood, match="1000"):
        ask("rage " * 100_000)


def test_now_may_come_in_any_zone() -> None:
    in_utc = parse("rage clicks today", now=NOW.astimezone(ZoneInfo("UTC")), locale=ENGLISH)
    assert in_utc == ask("rage clicks today")


def test_as_json_one_value_is_a_text_several_are_a_list_and_what_is_left_out_stands_apart() -> None:
    told = question_json(ask("rage clicks in Safari and Chrome in Korea today except paying users"))
    assert told["filters"] == {"browser": ["Safari", "Chrome"], "country": "KR"}
    assert told["without"] == {"plan": ["paid"]}
    assert "without" not in question_json(ask("rage clicks in Korea today"))


def test_presets_are_read_and_a_wrong_one_is_said() -> None:
    assert presets(["paying users=plan:paid", "유료 사용자 = @usr.plan: paid plus"]) == {
        "paying users": ("plan", "paid"),
        "유료 사용자": ("usr.plan", "paid plus"),
    }
    for line in ("paying users", "=plan:paid", "paying users=plan", "x=1:2"):
        with pytest.raises(Misunderstood, match="not a preset"):
            presets([line])
