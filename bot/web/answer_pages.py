"""The page of an answer: its numbers, how they lie in time and place, and the query that gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from bot.kernel.clock import Clock
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Number
from bot.notebook.facts import number_of
from bot.services.questions.question_records import QuestionRecords
from bot.signals.answer import Answer
from bot.signals.answer_table import AnswerTable, table
from bot.signals.asked_question import AskedQuestion
from bot.signals.chart import ChartData, page_charts
from bot.signals.headline import Headline, headline
from bot.signals.question_text import phrases
from bot.web.html_pages import HtmlPages

ROWS = 1000


def answer_routes(questions: QuestionRecords, pages: HtmlPages, *, now: Clock) -> list[web.RouteDef]:
    """`GET /answers/{secret}`, in the language of whoever asked."""

    async def show(request: web.Request) -> web.Response:
        asked = await questions.on_page(request.match_info["secret"])
        locale = asked.locale.as_of(now())
        return pages.response("answer", locale, shown=_shown_answer(asked, locale))

    return [web.get("/answers/{secret}", pages.guarded(show))]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What the page is made of."""

    answer: Answer
    facts: Headline
    number: Number
    understood: tuple[str, ...]
    charts: Sequence[ChartData]
    table: AnswerTable | None


def _shown_answer(asked: AskedQuestion, locale: Locale) -> ShownAnswer:
    answer = asked.answer
    if answer is None:
        raise Missing("There is no such answer, or it is no longer kept.")
    return ShownAnswer(
        answer=answer,
        facts=headline(answer, locale),
        number=_number(answer, locale),
        understood=phrases(answer.question, locale),
        charts=page_charts(answer, asked.locale),
        table=table(answer, locale, most=ROWS),
    )


def _number(answer: Answer, locale: Locale) -> Number:
    """As in a notebook, in the asker's words; the link would lead to this very page."""
    return number_of(replace(answer, link=""), locale)
