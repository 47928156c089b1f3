"""Over little and odd data every question gets an answer that is true, in words that are right for one and for none."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.backlog.owners import Owners
from bot.cli.answer_lines import answer_lines
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.kernel.messages import Messages
from bot.notebook.facts import chart_of, number_of
from bot.notebook.notebook_text import NotebookText
from bot.providers.local.event_store import EventStore
from bot.providers.local.import_ import import_paths
from bot.providers.local.local_source import LocalSource
from bot.services.questions.answer_message import answer_message
from bot.services.questions.answer_question import answer_question
from bot.services.questions.question_reader import QuestionReader
from bot.signals.answer import Answer
from bot.signals.asked_question import AskedQuestion
from bot.signals.chart import message_charts, page_charts
from bot.signals.question import Question
from bot.signals.target_matching import NoSuchTarget
from bot.signals.value_matching import NoSuchValue
from bot.slack.chart_picture import alt_text
from bot.web import ask_api
from standins.slack.blocks import check_message
from tests.providers.local.rumevents import action, error, lines, view

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 30, 14, 5, 33, tzinfo=SEOUL)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0)
MESSAGES, CELLS = Messages.load(), NotebookText.load()
RAGE, DEAD, ERROR = "rage_click", "dead_click", "error_click"
NAMES = (
    "<b>*bold*</b> & `x` <@U1>",
    "\u202eevil",
    "👩‍👩‍👧",
    "x" * 10_000,
    "مرحبا",
    "a\nb\tc",
    "\x1b[31mred",
    "{{ 7*7 }}",
)
Events = list[dict[str, Any]]


def clicks(count: int, ago: timedelta, *failing: int, who: str, **more: Any) -> Events:
    """Clicks of as many people within the hour before that time; those whose numbers are named fail."""
    return [
        action(
            NOW - ago - timedelta(seconds=n / 2),
            *([RAGE] if n in failing else []),
            session=f"{who}{n}",
            user=f"{who}{n}",
            version=f"2.3{n % 2}",
            **more,
        )
        for n in range(count)
    ]


def named(n: int, name: str) -> Events:
    at = NOW - timedelta(hours=2, minutes=n)
    more: dict[str, Any] = {
        "selector": name,
        "version": name[:300],
        "browser": {"name": name},
        "id": f"a-{n}",
        "session": f"w{n}",
    }
    return [action(at, RAGE, ERROR, target=name, user=f"w{n}", **more), error(at, name, f"a-{n}", session=f"w{n}")]


STORES: dict[str, Events] = {
    "nothing": [],
    "one click": [action(NOW - timedelta(hours=2))],
    "one signal, just now": [action(NOW - timedelta(minutes=4), RAGE, version="2.31")],
    "two signals": [
        action(NOW - timedelta(hours=2), RAGE),
        action(NOW - timedelta(days=1), DEAD, session="2", user="2"),
    ],
    "one day": clicks(30, timedelta(hours=1), *range(0, 30, 3), who="d", browser={"name": "Safari"}),
    "what is to come": [action(NOW + timedelta(hours=3), RAGE)],
    "midnights": [action(MIDNIGHT - timedelta(days=n), RAGE, session=f"m{n}", user=f"m{n}") for n in range(10)],
    "1970": [action(datetime(1970, 1, 2, tzinfo=SEOUL), RAGE)],
    "a session of a year": [action(NOW - timedelta(days=n), RAGE) for n in range(0, 365, 20)],
    "errors alone": [error(NOW - timedelta(hours=n), f"E{n}", "none") for n in range(3)],
    "views alone": [view(NOW - timedelta(hours=n), 1, id=f"v{n}") for n in range(3)],
    "nameless": [action(NOW - timedelta(hours=1), RAGE, target="", selector="", user=None)],
    "hardly any, and nearly all": [
        *clicks(2500, timedelta(hours=3), 7, who="t"),
        *clicks(2500, timedelta(hours=27), *range(2499), who="y"),
    ],
    "odd names": [event for n, name in enumerate(NAMES) for event in named(n, name)],
}
ENGLISH = (
    "frustration signals in the last 5 minutes",
    "errors in the last hour",
    "frustration signals",
    "errors this week",
    "frustration signals today vs yesterday",
    "frustration signals in the last 2 years by page",
    "how many users had rage clicks since v2.31",
    "share of users with rage clicks today",
    "frustration rate by version",
    "rage vs dead clicks this week",
    "frustration signals per day this month",
    "which hour had the most errors",
    "top errors this week",
    "frustration signals by button",
    "what's broken right now?",
    "which version broke the buy button",
    "is it only Safari?",
    'errors on "Pay" today',
    "rage clicks on buy button",
)
KOREAN = (
    "이번 주 불만 신호",
    "어제 분노 클릭 지난주 대비",
    "오늘 사용자 몇 명",
    "브라우저별 오류",
    "지금 뭐가 고장났어?",
    "올해 구매 버튼 오류",
)
ASKED = [(text, "en") for text in ENGLISH] + [(text, "ko") for text in KOREAN]
ONES = "people|sessions|actions|signals|clicks|errors|names|days|hours|minutes|rows"
WRONG = re.compile(
    rf"\bnan\b|\binf\b|(?<![\w.,-])-0(?![\d-])|(?<![\w.,:/-])1 (frustration |rage |dead |error )?({ONES})\b"
    r"|\b0 of 0\b|(?<![\d.])0\.0+%|100%\D*\b2,499\b|\b2,499\D*\(100%"
)
"""What nobody should read: no number, some that is called none, nearly all that is called all, several that is one."""
UNSEEN = re.compile("[\x00-\x1f\x7f\u202e]")


@pytest.fixture(params=STORES)
async def little(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Events, LocalSource]]:
    """Events, and the source that has them, taken in from a file."""
    events = STORES[request.param]
    store = await EventStore.open(tmp_path / "data", clock=lambda: NOW)
    (tmp_path / "events.ndjson").write_bytes(lines(*events))
    if events:
        await import_paths(store, [tmp_path / "events.ndjson"])
    yield events, LocalSource(store)
    await store.close()


async def test_every_question_is_answered_truly(little: tuple[Events, LocalSource]) -> None:
    events, source = little
    reader, refusals = QuestionReader(source, lambda: NOW), []
    for text, tag in ASKED:
        locale = Locale.of(tag, SEOUL)
        try:
            question = await reader.read(text, locale)
            answer = await answer_question(source, Owners(()), question, locale)
        except (Misunderstood, NoSuchTarget, NoSuchValue) as refused:
            refusals.append(refused.text(locale))
            continue
        if answer.question.target is None:
            assert counted(answer) == by_hand(events, answer.question), text
        for words in (*in_message(answer, locale, text), *in_notebook(answer, locale)):
            assert not WRONG.search(words), (text, words)
        for chart in (*message_charts(answer, locale), *page_charts(answer, locale)):
            assert any(chart.totals), (text, chart.title)
            assert len(chart.labels) < 4 or len(set(chart.labels[1:])) > 1, (text, chart.labels[:4])
            assert not WRONG.search(alt_text(chart, locale)), text
    assert not [sentence for sentence in refusals if WRONG.search(sentence)]


async def test_a_terminal_says_the_same_on_lines_of_their_own(little: tuple[Events, LocalSource]) -> None:
    events, source = little
    reader = QuestionReader(source, lambda: NOW)
    for text, tag in ASKED:
        found = await ask_api.answer(reader, Owners(()), ask_api.Wanted(text, NOW, "Asia/Seoul", tag))
        json.dumps(found, allow_nan=False)
        if "error" in found:
            assert ("`replaybook import PATH`" in str(found["error"])) <= (not stored(events)), text
            continue
        for line in answer_lines(found, Locale.of(tag, SEOUL)):
            assert not WRONG.search(line), (text, line)
            assert not UNSEEN.search(line), (text, line)
            assert line == line.rstrip(), (text, line)
            assert "_click" not in line, (text, line)
            assert len(line) < 1000, text


async def test_nothing_is_held_against_a_time_before_all_data(little: tuple[Events, LocalSource]) -> None:
    events, source = little
    reader, locale = QuestionReader(source, lambda: NOW), Locale.of("en", SEOUL)
    oldest = min((moment(event) for event in stored(events) if event["type"] == "action"), default=None)
    for text in ENGLISH[:5]:
        answer = await source.answer(await reader.read(text, locale), [])
        assert answer.before_period is not None
        known = bool(stored(events)) if oldest is None else answer.before_period.end > oldest
        message = " ".join(in_message(answer, locale, text))
        assert known == bool(re.search("same span before|None in|As many as|more than|fewer than", message)), text


async def test_of_a_time_without_a_click_no_names_are_counted(little: tuple[Events, LocalSource]) -> None:
    _, source = little
    locale = Locale.of("en", SEOUL)
    question = await QuestionReader(source, lambda: NOW).read('errors on "Pay" in the last minute', locale)
    with pytest.raises(NoSuchTarget) as refused:
        await answer_question(source, Owners(()), question, locale)
    assert str(refused.value) == "Nothing at all was clicked in that time, so “Pay” can’t be found."


def in_message(answer: Answer, locale: Locale, text: str) -> Iterator[str]:
    asked = AskedQuestion(
        id="7bdd213653e3",
        team="T1",
        channel="C1",
        user="U1",
        text=text,
        question=answer.question,
        tag=locale.tag,
        zone=locale.zone.key,
        answer=answer,
    )
    message = answer_message(MESSAGES, asked, answer)
    assert not list(check_message(message)), text
    return strings(message)


def in_notebook(answer: Answer, locale: Locale) -> Iterator[str]:
    number, chart = number_of(answer, locale), chart_of(answer, "Signals", locale.zone.key)
    yield CELLS.cell(number, locale).split("SELECT")[0]
    yield CELLS.cell(chart, locale)
    assert chart.daily == (answer.question.period.span > timedelta(hours=48))


def strings(made: Any) -> Iterator[str]:
    if isinstance(made, str):
        yield made
    elif isinstance(made, dict | list | tuple):
        for part in made.values() if isinstance(made, dict) else made:
            yield from strings(part)


def moment(event: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(event["date"] / 1000, SEOUL)


def stored(events: Events) -> Events:
    return [event for event in events if moment(event).year > 1999]


def counted(answer: Answer) -> tuple[int, ...]:
    counts, used = answer.counts, answer.exposed
    return counts.signals, counts.actions, counts.people, counts.sessions, used.people


def by_hand(events: Events, question: Question) -> tuple[int, ...]:
    """The same, counted event by event."""
    period, wanted = question.period, {str(signal) for signal in question.signals}
    used = [it for it in stored(events) if it["type"] == "action" and period.start <= moment(it) < period.end]
    hit = [it for it in used if wanted & kinds(it)]
    signals = sum(len(wanted & kinds(it)) for it in hit)
    return signals, len(hit), distinct(hit, person), distinct(hit, session), distinct(used, person)


def kinds(event: dict[str, Any]) -> set[str]:
    return set(event["action"]["frustration"]["type"])


def person(event: dict[str, Any]) -> str:
    return str(event["usr"].get("id") or event["session"]["id"])


def session(event: dict[str, Any]) -> str:
    return str(event["session"]["id"])


def distinct(events: Events, of: Callable[[dict[str, Any]], str]) -> int:
    return len({of(event) for event in events})
