"""The page of an answer shows numbers and charts where there are any."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.services.questions.question_records import QuestionRecords
from bot.signals.answer import Answer, Bucket, Caveat, CaveatKind, Counts, Day
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import ALL_SIGNALS
from bot.web.answer_pages import answer_routes
from bot.web.html_pages import Handler, HtmlPages
from tests.signals.test_limits import START, answer

PAGES = HtmlPages.load()
DAYS = [START + timedelta(days=n) for n in range(7)]


class OneAnswer:
    """Stands where questions are kept."""

    def __init__(self, shown: Answer) -> None:
        self.shown = shown

    async def on_page(self, secret: str) -> AskedQuestion:
        return AskedQuestion(
            id=secret,
            team="T1",
            channel="C1",
            user="U1",
            text="errors",
            question=self.shown.question,
            tag="en",
            zone="UTC",
            answer=self.shown,
        )


async def page_of(shown: Answer, now: datetime = START) -> str:
    [route] = answer_routes(cast(QuestionRecords, OneAnswer(shown)), PAGES, now=lambda: now)
    handler = cast(Handler, route.handler)
    response = await handler(make_mocked_request("GET", "/answers/a", match_info={"secret": "a"}))
    return str(cast(web.Response, response).text)


def with_bars(shown: Answer, *counts: int) -> Answer:
    series = tuple(Bucket(day, dict.fromkeys(ALL_SIGNALS, n)) for day, n in zip(DAYS, counts, strict=True))
    return replace(
        shown, series=series, daily=tuple(Day(bar.start, 3 * n) for bar, n in zip(series, counts, strict=True))
    )


async def test_where_nobody_met_anything_there_is_no_chart() -> None:
    assert "<svg" not in await page_of(with_bars(answer(), *[0] * 7))
    page = await page_of(with_bars(replace(answer(), counts=Counts(actions=3, people=1)), 0, 1, 0, 0, 0, 0, 0))
    assert page.count("<svg") == 2
    assert "The highest bar is that of Tue, Oct 27, with 3 signals." in page
    single = Bucket(DAYS[1], {ALL_SIGNALS[0]: 1})
    page = await page_of(replace(answer(), series=(Bucket(DAYS[0], {}), single)))
    assert "The highest bar is that of Tue, Oct 27, with 1 signal." in page


async def test_of_a_time_of_which_nothing_is_known_there_are_no_zeros() -> None:
    known, unknown = [await page_of(answer(*caveats)) for caveats in ((), (Caveat(CaveatKind.NOTHING_YET),))]
    assert 'class="tiles"' in known
    assert 'class="tiles"' not in unknown
    assert "No data from that time is kept, so there is no number." in unknown
    assert "Nothing has been recorded here yet." in unknown
