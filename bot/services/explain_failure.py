"""Tells people of a job that won't be tried again: what went wrong, what was kept, and the id to quote."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.errors import Conflict, Missing, Misunderstood, RateLimited
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject
from bot.kernel.reply_address import who_waits
from bot.queue.job import JobFailure
from bot.services.access.access import Denied
from bot.services.clips.clip_buttons import again_of, button_of
from bot.services.clips.clip_records import ClipRecords
from bot.services.clips.jobs import ChooseClipJob, RenderClipJob
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob, RenderSideBySideJob
from bot.services.postmortems.jobs import AddMessageJob, AddToNotebookJob, AnnounceJob
from bot.services.postmortems.render_pdf import PdfRecords, RenderPdfJob
from bot.services.questions.answer_message import post_answer
from bot.services.questions.jobs import AnswerJob
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests.jobs import AcknowledgeJob, EffectsJob, RequestOwnerJob, VerifyJob
from bot.services.requests.notify import address_of
from bot.services.requests.request_records import RequestRecords
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from bot.slack.private_replies import ReplyAddress
from bot.slack.slack import Slack

PRESSED = (AddToNotebookJob, ChooseSideBySideJob, RequestOwnerJob)
"""Jobs of which others in the channel don't expect anything before they are done."""


@dataclass(frozen=True, slots=True)
class FailureContext:
    slack: Slack
    questions: QuestionRecords
    clips: ClipRecords
    requests: RequestRecords
    pdfs: PdfRecords | None = None


async def explain_failure(context: FailureContext, failure: JobFailure) -> None:
    """Where the result was expected: in the message that it would have become, in the thread, or privately.

    Where the record that says so is no longer kept, whoever waits is told alone; and where only the one who pressed
    can do something about it.
    """
    waits = who_waits()
    try:
        if isinstance(failure.error, Denied):
            await _denied(context, failure, failure.error)
        elif waits and isinstance(failure.payload, PRESSED) and _is_nobodys_fault(failure.error):
            await _say_privately(context, waits, failure)
        else:
            await _explain(context, failure)
    except Missing:
        if waits is None:
            raise
        await _say_privately(context, waits, failure)


async def _explain(context: FailureContext, failure: JobFailure) -> None:
    match failure.payload:
        case AnswerJob() as job:
            await _answer_failed(context, job, failure)
        case RenderClipJob() | RenderSideBySideJob() as job:
            await _clip_failed(context, job, failure)
        case RenderPdfJob() as job if context.pdfs:
            await context.pdfs.keep_failure(job, failure.text(Locale.of(job.language)))
        case ChooseClipJob(unasked=True) if isinstance(failure.error, Missing):
            return  # nobody asked for it, and the answer stands
        case ChooseClipJob() as job if isinstance(failure.error, Missing):  # nothing went wrong: there is no replay
            asked = await context.questions.get(job.team, job.question)
            text = failure.text(asked.locale)
            plain = context.slack.messages.message(
                "private_sentence", asked.locale, sentence=text, reference="", url=""
            )
            await _reply(context, asked, failure, message=plain)
        case ChooseClipJob() | ChooseSideBySideJob() | AddToNotebookJob() | RequestOwnerJob() as job:
            await _reply(context, await context.questions.get(job.team, job.question), failure)
        case AcknowledgeJob() | VerifyJob() as job if job.by:
            request = await context.requests.get(job.team, job.request)
            await _say_privately(context, address_of(request, job.by), failure)
        case AddMessageJob(address=address):
            await _say_privately(context, address, failure)
        case AnnounceJob(by=by) as job if by:
            await _say_privately(context, ReplyAddress(team=job.team, channel=job.channel, user=by), failure)
        case EffectsJob() as job:
            request = await context.requests.get(job.team, job.request)
            await _reply(context, await context.questions.get(job.team, request.question), failure)
        case VerifyJob() as job:  # the clock tries again within the hour, and that it failed is said once
            request = await context.requests.get(job.team, job.request)
            asked = await context.questions.get(job.team, request.question)
            await _reply(context, asked, failure, key=f"unchecked:{request.id}:{request.version}")


def _is_nobodys_fault(error: BaseException) -> bool:
    """Whether what happened in the meantime is all there is to say: an operator has nothing to look up."""
    return isinstance(error, Conflict | Misunderstood | Missing)


async def _say_privately(context: FailureContext, address: ReplyAddress, failure: JobFailure) -> None:
    person = await context.slack.people.get(address.team, address.user)
    key, reference = f"failed:{failure.id}:{failure.reference}", failure.reference
    if _is_nobodys_fault(failure.error):
        reference = ""
    await context.slack.private.say(address, failure.text(person.locale), reference=reference, key=key)


async def _denied(context: FailureContext, failure: JobFailure, denied: Denied) -> None:
    """Whoever wanted it is told alone; a message that stands for it says that it isn't shown, and not to whom."""
    job = failure.payload
    question, address = getattr(job, "question", ""), getattr(job, "address", None)
    asked = await context.questions.get(getattr(job, "team", ""), question) if question else None
    if isinstance(job, RenderClipJob | RenderSideBySideJob) and asked:
        if (await context.clips.end(job.team, job.id, "failed")).ending == "cancelled":
            return
        hidden = context.slack.messages.message(
            "private_sentence",
            asked.locale,
            sentence=asked.locale.text("This clip isn’t shown: a policy of this channel hides it."),
            reference="",
            url="",
        )
        await context.slack.outbox.update(f"clip:{job.id}", hidden, team=job.team)
    if address is None and asked:
        user = getattr(job, "by", "") or asked.user
        address = ReplyAddress(team=asked.team, channel=asked.channel, thread=asked.thread, user=user)
    if address is not None:
        await context.slack.private.explain(address, denied, key=f"denied:{failure.id}")


async def _answer_failed(context: FailureContext, job: AnswerJob, failure: JobFailure) -> None:
    """No failure takes the place of an answer: it was refined meanwhile and is answered, or what came after failed."""
    asked = await context.questions.get(job.team, job.question)
    if asked.answer is None:
        await context.slack.outbox.update(asked.message_key, _message(context, asked, failure), team=job.team)
        now = await context.questions.get(job.team, job.question)
        if now.answer is not None:
            await post_answer(context.slack, now, now.answer)
    elif isinstance(failure.error, RateLimited):
        return  # it only waits for Slack, which is slow
    elif await context.slack.outbox.posted_ts(asked.message_key, team=job.team):  # else its refusal was told
        await _reply(context, asked, failure)


async def _clip_failed(context: FailureContext, job: RenderClipJob | RenderSideBySideJob, failure: JobFailure) -> None:
    if (await context.clips.end(job.team, job.id, "failed")).ending == "cancelled":
        return  # its message says who stopped it
    asked = await context.questions.get(job.team, job.question)
    message = _message(context, asked, failure, again_of(button_of(job)))
    await context.slack.outbox.update(f"clip:{job.id}", message, team=job.team)


async def _reply(
    context: FailureContext,
    asked: AskedQuestion,
    failure: JobFailure,
    key: str = "",
    message: JsonObject | None = None,
) -> None:
    outbox = context.slack.outbox
    try:
        thread = asked.thread or await outbox.ts(asked.message_key, team=asked.team)
    except Missing:
        thread = ""
    key = key or f"failed:{failure.id}:{failure.reference}"
    message = message or _message(context, asked, failure)
    if not thread:  # the answer isn't there any more, or never was: whoever waits is told alone
        if waits := who_waits():
            await context.slack.private.send(waits, message, key=key)
        return
    await outbox.post(key, team=asked.team, channel=asked.channel, message=message, reply_to=thread)


def _message(
    context: FailureContext, asked: AskedQuestion, failure: JobFailure, again: Pressed | None = None
) -> JsonObject:
    return context.slack.messages.message(
        "failed",
        asked.locale,
        sentence=failure.text(asked.locale),
        reference=failure.reference,
        again=again.value() if again else "",
    )
