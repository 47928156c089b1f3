"""At every moment, wherever the asker lives: what is understood has passed, and reads back as what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from bot.signals.periods import previous
from bot.signals.question import Period, Question
from bot.signals.question_text import describe, to_text
from tests.moments import BERLIN, NEW_YORK, SEOUL
from tests.signals.meaning import KNOWN, rows

HERE = Path(__file__).parent
ASKERS = {"en-GB": (BERLIN, "en"), "en-US": (NEW_YORK, "en"), "ko-KR": (SEOUL, "ko")}
"""By language and week: where they live, and the table of phrasings."""
TO_COME = {
    "en": {
        "errors from 10:00 to 11:00 yesterday vs today",
        "errors from the 5th to the 7th",
        "errors since 03:00+00:00",
        "errors since 03:00Z",
        "errors since around noon",
        "errors this am",
        "errors this hour vs last hour",
        "errors yesterday from 9am PST to 5pm PST",
        "errors this afternoon vs this morning",
        "errors this morning vs last week",
        "errors today after 9am",
        "rage clicks between 22:00 and 02:00 on Friday",
        "rage clicks between 1 and 2 this afternoon",
        "rage clicks Friday night",
        "rage clicks on Friday evening",
        "rage clicks since Monday 9am",
        "rage clicks this morning",
    },
    "ko": {
        "오늘 9시부터 분노 클릭",
        "오늘 9시부터 오류 어제 대비",
        "오늘 아침 분노 클릭",
        "오늘 아침 오류 어제보다 많아?",
        "오늘 오전 9시 이후 분노 클릭",
        "이번 달 5일부터 7일까지 오류",
        "이번 주 월요일 분노 클릭",
    },
}
"""What may not have happened yet on the day: it is refused then, in words."""
OTHER_WEEKDAY = "“%(what)s”: that date is on another day of the week."


def phrasings(table: str) -> list[str]:
    return [row.phrase for row in rows(HERE / f"phrasings_{table}.txt") if not row.meaning.startswith("!")]


def versions(now: datetime) -> dict[str, datetime]:
    return {"2.30": now - timedelta(days=21), "2.31": now - timedelta(days=5, hours=3)}


def makes_sense(period: Period, now: datetime) -> bool:
    return period.start.timestamp() < period.end.timestamp() <= now.timestamp()


def is_of_another_year(problem: Misunderstood, locale: Locale) -> bool:
    """ "Mon, Nov 23", when that was on another weekday the last time."""
    return str(problem).startswith(locale.text(OTHER_WEEKDAY, what=problem.at))


def meaning(question: Question) -> Question:
    return replace(question, text="", assumed=())


@pytest.mark.parametrize("tag", ASKERS)
def test_what_is_understood_has_passed_and_reads_back(now: datetime, tag: str) -> None:
    zone, table = ASKERS[tag]
    there, locale = now.astimezone(ZoneInfo(zone)), Locale.of(tag, zone)
    understand = partial(parse, now=there, locale=locale, versions=versions(there), known=KNOWN)
    refused = set()
    for phrase in phrasings(table):
        try:
            question = understand(phrase)
        except Misunderstood as problem:
            refused |= set() if is_of_another_year(problem, locale) else {phrase}
            continue
        for period in (question.period, question.compare, previous(question.period)):
            assert period is None or makes_sense(period, there), phrase
        assert describe(question, locale), phrase
        assert meaning(understand(to_text(question, locale))) == meaning(question), phrase
    assert refused <= TO_COME[table]
