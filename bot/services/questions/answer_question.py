"""From a question to its answer: target matched, source asked, owner looked up, and the one message updated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from bot.backlog.owners import Owners
from bot.kernel.locale import Locale
from bot.services.questions import dedupe
from bot.services.questions.answer_message import no_match_message, post_answer
from bot.services.questions.context import QuestionContext
from bot.services.questions.known_values import values_called, with_known_values
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import Answer, Top
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Question
from bot.signals.source import Inventory, SeenTarget, Source
from bot.signals.target_matching import NO_MATCH, Matches, NoSuchTarget, TargetAlias, match
from bot.signals.value_matching import NoSuchValue


async def answer_question(source: Source, owners: Owners, question: Question, locale: Locale) -> Answer:
    """Raises NoSuchTarget, NoSuchValue, and whatever the source raises."""
    question = await with_known_values(source, question, locale)
    matches = Matches()
    if question.target is not None:
        matches = matched(question, await source.seen(question.period), owners)
        if not matches.chosen and (other := await _of_a_value(source, question)) is not None:
            question, matches = other, Matches()
        elif not matches.chosen:
            raise NoSuchTarget(NO_MATCH, matches, target=question.target, n=locale.number(matches.searched))
    answer = await answer_with_context(source, question, matches.chosen)
    return replace(answer, alternatives=matches.alternatives)


async def _of_a_value(source: Source, question: Question) -> Question | None:
    """Returns the question of a facet's value where the target is one ("errors on Linux") and no quoted name."""
    if question.exact or question.target is None or not isinstance(source, Inventory):
        return None
    wanted = dict(question.wanted)
    for facet, values in (await values_called(source, question.target)).items():
        wanted[facet] = tuple(dict.fromkeys((*wanted.get(facet, ()), *values)))
    return replace(question.with_wanted(wanted), target=None) if wanted != question.wanted else None


def matched(question: Question, seen: Sequence[SeenTarget], owners: Owners) -> Matches:
    features = [TargetAlias(feature.name, feature.aliases, feature.selectors) for feature in owners.features]
    return match(question.target or "", seen, features, exact=question.exact)


async def answer_asked(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion:
    """Returns the record with its answer, page and owner. Its answer is None if it was refined in the meantime."""
    answer = await answer_question(context.reader.source, context.owners.file, asked.question, asked.locale)
    page = await context.records.page(asked)
    answer = replace(answer, link=answer.link or page.url)
    where = {"service": _most(answer.tops.services), "mostly": _most(answer.tops.views)}
    feature = await context.owners.owner_of(answer.targets, answer.question.view or "", **where)
    answered = msgspec.structs.replace(
        asked,
        question=answer.question,  # with values as the source spells them
        answer=answer,
        feature=feature.name if feature else "",
        page=page.secret,
    )
    return await context.records.change(
        asked, lambda record: record if record and record.question != asked.question else answered
    )


def _most(tops: Sequence[Top]) -> str:
    return tops[0].label if tops else ""


async def answer_in_channel(context: QuestionContext, team: str, id: str) -> AskedQuestion | None:
    """Returns the answered question; None without an answer, or when it was refined in the meantime.

    Repeatable: what was answered before is only posted. Raises what the source raises.
    """
    asked = await context.records.get(team, id)
    try:
        async with dedupe.answering(context.leases, asked):
            return await _answer(context, asked)
    except (NoSuchTarget, NoSuchValue) as problem:
        message = no_match_message(context.slack.messages, asked, problem)
        await context.slack.outbox.update(asked.message_key, message, team=team)
        return None


async def _answer(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion | None:
    if asked.answer is None:  # else it was answered before, and only the posting is left
        asked = await answer_asked(context, asked)
    if asked.answer is None:
        return None  # it was refined, and that has a job of its own
    await post_answer(context.slack, asked, asked.answer)
    ts = await context.slack.outbox.ts(asked.message_key, team=asked.team)
    await context.records.remember_thread(asked, asked.thread or ts)
    return asked
