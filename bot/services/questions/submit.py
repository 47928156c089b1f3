"""Takes a question from a channel: understands it, promises an answer in one message, and puts it on the queue."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.ids import meaning
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.questions import dedupe
from bot.services.questions.answering import parse_question
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import ALL_SIGNALS, Metric, Question
from bot.signals.source import Source
from bot.slack.people import Person
from bot.state import keys


async def ask(  # noqa: PLR0913 - one argument a fact
    desk: Desk,
    source: Source,
    asker: Person,
    text: str,
    *,
    team: str,
    channel: str,
    delivery: str,
    thread: str = "",
    base: Question | None = None,
) -> AskedQuestion:
    """Understand the question and have it answered in the channel (in `thread`, when it was asked in one).

    `delivery` is what stays the same when Slack delivers the same words again: the message's ts or the trigger id.
    Raises Misunderstood; then nothing was posted.
    """
    now = desk.clock()
    question = await parse_question(source, text, now, asker.locale, base, desk.presets)
    if base is not None and not thread:
        question = await _standalone_or_follow_up(desk, source, text, asker, question)
    return await submit(
        desk, source, asker, question, text, team=team, channel=channel, delivery=delivery, thread=thread
    )


async def _standalone_or_follow_up(
    desk: Desk, source: Source, text: str, asker: Person, going_on: Question
) -> Question:
    """In a direct message a question may go on from the last one or begin anew: anew when it names anything."""
    try:
        alone = await parse_question(source, text, desk.clock(), asker.locale, None, desk.presets)
    except Misunderstood:
        return going_on
    names = alone.target or alone.view or alone.signals != ALL_SIGNALS or alone.metric is not Metric.SIGNALS
    return alone if names else going_on


async def submit(  # noqa: PLR0913 - one argument a fact
    desk: Desk,
    source: Source,
    asker: Person,
    question: Question,
    text: str,
    *,
    team: str,
    channel: str,
    delivery: str,
    thread: str = "",
) -> AskedQuestion:
    """The same for a question that is understood already.

    Gives somebody else's question, and runs nothing, where the same one is being answered in the channel; whoever asked
    is told.
    """
    asked = AskedQuestion(
        id=meaning(team, channel, delivery, "ask"),
        team=team,
        channel=channel,
        user=asker.id,
        text=text,
        question=question,
        tag=asker.tag,
        zone=asker.zone,
        thread=thread,
    )
    asked = msgspec.structs.replace(asked, claim=dedupe.claim_of(asked, desk.clock()))
    record = keys.record(team, "asked", asked.id)
    with suppress(Conflict):  # delivered again; what follows happens once all the same
        version = await desk.asked.put(record, asked)
        if (other := await dedupe.holder(desk, source, asked)) is not None:
            await desk.asked.delete(record, version)
            return other
    message = desk.messages.message("signals/working", asked.locale, question=text, asker=asker.name)
    await desk.outbox.post(asked.message_key, team=team, channel=channel, message=message, reply_to=thread or None)
    await desk.queue.put("answer", queued_jobs.AnswerJob(team, asked.id), id=f"answer:{asked.id}")
    return asked


async def re_ask(desk: Desk, asked: AskedQuestion, question: Question, *, delivery: str) -> AskedQuestion:
    """Ask a refined question: the message of the first one is updated, so the channel still holds one answer."""
    refined = msgspec.structs.replace(
        asked, text=question.text or asked.text, question=question, answer=None, feature="", claim=""
    )
    await desk.asked.change(keys.record(asked.team, "asked", asked.id), lambda _: refined)
    await desk.queue.put(
        "answer", queued_jobs.AnswerJob(asked.team, asked.id), id=f"answer:{asked.id}:{meaning(delivery)}"
    )
    return refined
