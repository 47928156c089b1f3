"""From a question to its answer: the target matched to the names seen, the source asked, the owner looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from bot.backlog.owners import Owners
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.services.questions.context import QuestionContext
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import Answer, Top
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Question
from bot.signals.source import SeenTarget, Source
from bot.signals.target_matching import Matches, TargetAlias, match

NO_MATCH = "Nothing like “%(target)s” was clicked in that time; %(n)s names were searched."


class NoSuchTarget(Missing):
    """Nothing seen in the period is called that. `matches` has the closest names."""

    def __init__(self, sentence: str, /, matches: Matches, **values: object) -> None:
        super().__init__(sentence, **values)
        self.matches = matches


async def answer_question(source: Source, owners: Owners, question: Question, locale: Locale) -> Answer:
    """Raises NoSuchTarget, and whatever the source raises."""
    matches = Matches()
    if question.target is not None:
        matches = matched(question, await source.seen(question.period), owners)
        if not matches.chosen:
            raise NoSuchTarget(NO_MATCH, matches, target=question.target, n=locale.number(matches.searched))
    answer = await answer_with_context(source, question, matches.chosen)
    return replace(answer, alternatives=matches.alternatives)


def matched(question: Question, seen: Sequence[SeenTarget], owners: Owners) -> Matches:
    features = [TargetAlias(feature.name, feature.aliases, feature.selectors) for feature in owners.features]
    return match(question.target or "", seen, features, exact=question.exact)


async def answer_asked(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion:
    """Returns the record with its answer, page and owner. Its answer is None if it was refined in the meantime."""
    answer = await answer_question(context.reader.source, context.owners.file, asked.question, asked.locale)
    page = await context.records.page(asked)
    answer = replace(answer, link=answer.link or page.url)
    where = {"service": _most(answer.tops.services), "mostly": _most(answer.tops.views)}
    feature = await context.owners.owner_of(answer.targets, asked.question.view or "", **where)
    answered = msgspec.structs.replace(asked, answer=answer, feature=feature.name if feature else "", page=page.secret)
    return await context.records.change(
        asked, lambda record: record if record and record.question != asked.question else answered
    )


def _most(tops: Sequence[Top]) -> str:
    return tops[0].label if tops else ""
