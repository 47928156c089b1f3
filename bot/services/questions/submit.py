"""Takes a question from a channel: reads it, promises an answer in one message, and puts it on the queue."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from bot.kernel.errors import Conflict
from bot.kernel.ids import meaning
from bot.services.access.access import Deed
from bot.services.questions import dedupe
from bot.services.questions.context import QuestionContext
from bot.services.questions.jobs import AnswerJob
from bot.signals.asked_question import AskedQuestion
from bot.signals.question import Question
from bot.slack.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, in which words and where. `thread` is the thread that the answer goes to, if any.

    `delivery` is what stays the same when Slack delivers the same words again: the message's ts or the trigger id.
    """

    team: str
    channel: str
    asker: Person
    text: str
    delivery: str
    thread: str = ""
    films: bool = False
    """A clip is wanted with the answer."""


async def ask(context: QuestionContext, asking: Asking, base: Question | None = None) -> AskedQuestion:
    """Reads the question, going on from `base`, and has it answered. Raises Misunderstood; then nothing was posted."""
    reader, locale = await context.reader_of(asking.team), asking.asker.locale
    if base is not None and not asking.thread:
        question = await reader.read_anew_or_follow_up(asking.text, locale, base)
    else:
        question = await reader.read(asking.text, locale, base)
    return await submit(context, asking, question)


async def submit(context: QuestionContext, asking: Asking, question: Question) -> AskedQuestion:
    """Has a question answered that was read already.

    Returns somebody else's question, and runs nothing, where the same one is being answered in the channel; whoever
    asked is told. Raises Denied.
    """
    asked = _asked(context, asking, question)
    await context.access.permit(Deed.ASK, team=asked.team, channel=asked.channel, user=asking.asker.id, target=asked.id)
    await context.records.remember_asked(asked, context.reader.clock())
    if (other := await _added(context, asked)) is not None:
        return other
    await _promise(context, asked)
    return asked


async def _added(context: QuestionContext, asked: AskedQuestion) -> AskedQuestion | None:
    """Keeps the question, or returns the same one that somebody else asked.

    Delivered again, it is kept already, but whoever kept it may have died before it was claimed or promised.
    """
    try:
        version = await context.records.add(asked)
    except Conflict:
        version = await context.records.version(asked)
        if await context.slack.outbox.knows(asked.message_key, team=asked.team):
            return None
    if (other := await dedupe.same_question(context, asked)) is None:
        # Delivered twice at once, the other one may have found the same question, and take the record away.
        await context.records.change(asked, lambda kept: kept if kept and kept.promised else _promised(kept or asked))
        return None
    with suppress(Conflict):  # unless it is being answered by now
        await context.records.remove(asked, version)
        return other
    return None


def _promised(asked: AskedQuestion) -> AskedQuestion:
    return msgspec.structs.replace(asked, promised=True)


async def ask_again(context: QuestionContext, team: str, id: str, by: str, delivery: str) -> AskedQuestion:
    """Asks a question again whose message Slack had refused. Raises Missing when it is no longer kept, and Denied."""
    asked = await context.records.get(team, id)
    await context.access.permit(
        Deed.ASK, team=asked.team, channel=asked.channel, user=by, target=asked.id, once=delivery
    )
    await _promise(context, asked, meaning(delivery))
    return asked


async def _promise(context: QuestionContext, asked: AskedQuestion, revision: str = "") -> None:
    """Posts the message that becomes the answer, and has the question answered."""
    slack = context.slack
    message = slack.messages.message("signals/working", asked.locale, question=asked.text, asker=asked.asker)
    await slack.outbox.post(
        asked.message_key,
        team=asked.team,
        channel=asked.channel,
        message=message,
        reply_to=asked.thread or None,
        placeholder=True,
    )
    await context.queue.put(AnswerJob(team=asked.team, question=asked.id, revision=revision))


def _asked(context: QuestionContext, asking: Asking, question: Question) -> AskedQuestion:
    asked = AskedQuestion(
        id=meaning(asking.team, asking.channel, asking.delivery, "ask"),
        team=asking.team,
        channel=asking.channel,
        user=asking.asker.id,
        text=asking.text,
        question=question,
        tag=asking.asker.tag,
        zone=asking.asker.zone,
        thread=asking.thread,
        asker=asking.asker.name,
        films=asking.films,
    )
    return msgspec.structs.replace(asked, claim=dedupe.claim_of(asked, context.reader.clock()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refining:
    """Who refines a question, and in which words it is asked now. `delivery` is as in `Asking`."""

    by: Person
    words: str
    delivery: str


async def re_ask(
    context: QuestionContext, asked: AskedQuestion, question: Question, refining: Refining
) -> AskedQuestion:
    """Asks a refined question: the message of the first one is updated, and says who refined it and what it was."""
    await context.access.permit(
        Deed.REFINE,
        team=asked.team,
        channel=asked.channel,
        user=refining.by.id,
        target=asked.id,
        once=refining.delivery,
    )
    refined = msgspec.structs.replace(asked, question=question, answer=None, feature="", claim="")
    if refining.words != asked.text:
        who = refining.by.name
        refined = msgspec.structs.replace(refined, text=refining.words, refined_by=who, was=asked.text)

    def replaced(record: AskedQuestion | None) -> AskedQuestion:
        """What is kept live stays so; how an earlier answer ended says nothing of this one."""
        live = record.live if record and record.live and not record.live.ending else None
        return msgspec.structs.replace(refined, live=live)

    await context.records.change(asked, replaced)
    revision = meaning(refining.delivery)
    await context.queue.put(AnswerJob(team=asked.team, question=asked.id, revision=revision))
    return refined
