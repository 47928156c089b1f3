"""Tells people of a job that won't be tried again: what went wrong, what was kept, and the id to quote."""

from __future__ import annotations

from bot.kernel.errors import Missing
from bot.queue.job import JobFailure
from bot.services import queued_jobs
from bot.services.clips import clip_requests
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.services.requests import notify
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed


async def failed(desk: Desk, failure: JobFailure) -> None:
    match failure.payload:
        case queued_jobs.AnswerJob(team=team, asked=id):
            asked = await lookup.asked(desk, team, id)
            await desk.outbox.update(asked.message_key, _message(desk, asked, failure), team=team)
        case queued_jobs.RenderClipJob(team=team, asked=id, id=clip) as job:
            if (await clip_requests.end(desk, team, clip, clip_requests.FAILED)).how == clip_requests.CANCELLED:
                return  # its message says who stopped it
            asked = await lookup.asked(desk, team, id)
            again = clip_requests.again_of(clip_requests.button_of(job))
            await desk.outbox.update(f"clip:{clip}", _message(desk, asked, failure, again), team=team)
        case queued_jobs.ChooseClipJob(unasked=True) if isinstance(failure.error, Missing):
            return  # nobody asked for it, and the answer stands
        case (
            queued_jobs.ChooseClipJob(team=team, asked=id)
            | queued_jobs.AddToNotebookJob(team=team, asked=id)
            | queued_jobs.RequestOwnerJob(team=team, asked=id)
        ):
            await _reply(desk, await lookup.asked(desk, team, id), failure)
        case queued_jobs.AcknowledgeJob(team=team, request=id, by=by):
            request = await lookup.request(desk, team, id)
            await notify.whisper(desk, request, by, failure.sentence, failure.reference)
        case queued_jobs.TellEffectsJob(team=team, request=id) | queued_jobs.VerifyJob(team=team, request=id):
            request = await lookup.request(desk, team, id)
            await _reply(desk, await lookup.asked(desk, team, request.question), failure)


async def _reply(desk: Desk, asked: AskedQuestion, failure: JobFailure) -> None:
    try:
        thread = asked.thread or await desk.outbox.ts(asked.message_key, team=asked.team)
    except Missing:
        return  # the answer itself was never posted; the log has it all
    key = f"failed:{failure.reference}"
    message = _message(desk, asked, failure)
    await desk.outbox.post(key, team=asked.team, channel=asked.channel, message=message, reply_to=thread)


def _message(desk: Desk, asked: AskedQuestion, failure: JobFailure, again: Pressed | None = None) -> dict[str, object]:
    return desk.messages.message(
        "failed",
        asked.locale,
        sentence=failure.sentence,
        reference=failure.reference,
        again=again.value() if again else "",
    )
