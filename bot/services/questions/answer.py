"""Answers a question that was asked: the one message becomes the answer, or says that nothing is called that."""

from __future__ import annotations

from bot.services.questions import dedupe
from bot.services.questions.answer_question import NoSuchTarget, answer_asked
from bot.services.questions.answering import no_match_message
from bot.services.questions.context import QuestionContext
from bot.services.questions.post_answer import post_answer
from bot.signals.asked_question import AskedQuestion


async def answer(context: QuestionContext, team: str, id: str) -> AskedQuestion | None:
    """Returns the answered question; None without an answer, or when it was refined in the meantime.

    Repeatable: what was answered before is only posted. Raises what the source raises.
    """
    asked = await context.records.get(team, id)
    try:
        async with dedupe.answering(context.leases, asked):
            return await _answer(context, asked)
    except NoSuchTarget as problem:
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
