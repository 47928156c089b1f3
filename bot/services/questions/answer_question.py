"""From a question to its answer: target matched, source asked, owner looked up, and the one message updated."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import msgspec

from bot.backlog.owners import Owners
from bot.kernel.errors import Missing, RateLimited
from bot.kernel.locale import Locale
from bot.services.questions import dedupe
from bot.services.questions.answer_message import no_match_message, post_answer
from bot.services.questions.context import QuestionContext
from bot.services.questions.known_values import values_called, with_known_values
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import Answer, Top
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Question
from bot.signals.source import VIEW, Inventory, SeenTarget, Source
from bot.signals.target_matching import (
    NO_CLICKS,
    NO_MATCH,
    NO_MATCH_AT_ALL,
    Matches,
    NoSuchTarget,
    TargetAlias,
    is_control,
    match,
)
from bot.signals.value_matching import NoSuchValue

MOST_POSTS = 5
TAKEN_S = 2.0
"""So long a job waits for Slack to take its message. Then it makes room for those of other channels, and comes back."""


async def answer_question(source: Source, owners: Owners, question: Question, locale: Locale) -> Answer:
    """Raises NoSuchTarget, NoSuchValue, and whatever the source raises."""
    question, matches = await resolved(source, owners, question, locale)
    answer = await answer_with_context(source, question, matches.chosen)
    return replace(answer, alternatives=matches.alternatives)


async def resolved(source: Source, owners: Owners, question: Question, locale: Locale) -> tuple[Question, Matches]:
    """Returns the question with its words as the source spells them, and the targets that it names.

    Raises NoSuchTarget, NoSuchValue, and whatever the source raises.
    """
    question = await with_known_values(source, question, locale)
    if question.target is None:
        return question, Matches()
    matches = matched(question, await source.seen(question.period), owners)
    if matches.chosen:
        return question, matches
    return await _of_something_else(source, question, matches, locale), Matches()


async def _of_something_else(source: Source, question: Question, matches: Matches, locale: Locale) -> Question:
    """Returns the question of a value or a page, where the target is a bare word ("errors on Linux", "부산에서").

    Raises NoSuchTarget, which says what was searched.
    """
    word, sentence = question.target or "", NO_MATCH
    if isinstance(source, Inventory) and not question.exact and not is_control(word):
        if values := await values_called(source, word):
            wanted = {name: tuple(dict.fromkeys((*question.wanted.get(name, ()), *values[name]))) for name in values}
            return replace(question.with_wanted(question.wanted | wanted), target=None)
        if question.view is None and await source.has_value(VIEW, word):
            return replace(question, target=None, view=word)
        sentence = NO_MATCH_AT_ALL if question.view is None else NO_MATCH
    sentence = sentence if matches.searched else NO_CLICKS
    raise NoSuchTarget(sentence, matches, target=word, n=locale.number(matches.searched))


def matched(question: Question, seen: Sequence[SeenTarget], owners: Owners) -> Matches:
    features = [TargetAlias(feature.name, feature.aliases, feature.selectors) for feature in owners.features]
    return match(question.target or "", seen, features, exact=question.exact)


async def answer_asked(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion:
    """Returns the record with its answer, page and owner. Its answer is None if it was refined in the meantime."""
    source = (await context.reader_of(asked.team)).source
    answer = await answer_question(source, await context.names_of(asked.team), asked.question, asked.locale)
    return await keep_answer(context, asked, answer)


async def keep_answer(context: QuestionContext, asked: AskedQuestion, answer: Answer) -> AskedQuestion:
    """Returns the record as it is now: with the answer, its page and owner, unless it was refined in the meantime."""
    page = await context.records.page(asked)
    answer = replace(answer, link=answer.link or page.url)
    where = {"service": _most(answer.tops.services), "mostly": _most(answer.tops.views)}
    owners = await context.owners_of(asked.team)
    feature = await owners.owner_of(answer.targets, answer.question.view or "", **where)

    def answered(record: AskedQuestion | None) -> AskedQuestion:
        if record and record.question != asked.question:
            return record
        return msgspec.structs.replace(
            record or asked,
            question=answer.question,  # with values as the source spells them
            answer=answer,
            feature=feature.name if feature else "",
            page=page.secret,
        )

    return await context.records.change(asked, answered)


async def post_newest(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion:
    """Posts an answer, and again where the record has moved on meanwhile: whoever posts last posts what holds."""
    for _ in range(MOST_POSTS):
        if asked.answer is None:
            return asked  # it was refined, and that has a job of its own
        await post_answer(context.slack, asked, asked.answer)
        now = await context.records.get(asked.team, asked.id)
        if _state(now) == _state(asked):
            return now
        asked = now
    return asked


def _state(asked: AskedQuestion) -> tuple[object, ...]:
    return asked.question, asked.live, asked.answer and asked.answer.asked_at


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
        message = no_match_message(context.slack.messages, asked, problem, context.reader.clock())
        await context.slack.outbox.update(asked.message_key, message, team=team)
        with suppress(RateLimited, Missing):  # for a day the outbox knows where it stands, too
            await _remember_thread(context, asked)
        return None


async def _answer(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion | None:
    if asked.answer is None:  # else it was answered before, and only the posting is left
        asked = await answer_asked(context, asked)
    if asked.answer is None:
        return None  # it was refined, and that has a job of its own
    asked = await post_newest(context, asked)
    await _remember_thread(context, asked)
    return asked


async def _remember_thread(context: QuestionContext, asked: AskedQuestion) -> None:
    """Raises RateLimited while Slack hasn't taken the message."""
    ts = await context.slack.outbox.ts(asked.message_key, team=asked.team, timeout=TAKEN_S)
    await context.records.remember_thread(asked, asked.thread or ts)
