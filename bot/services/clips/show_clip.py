"""A rendered clip in its thread: the file, the facts that are kept of it, and the message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.kernel.messages import JsonObject
from bot.notebook.facts import clip_of
from bot.notebook.shown_clip import ShownClip
from bot.replay.model import Clip
from bot.replay.script.transcript import in_words, losses_in_words
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import RenderClipJob
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from bot.slack.outbox import UploadFile


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What proves where a clip came from. `length_ms` is the whole session's."""

    digest: str
    length_ms: int


async def shown_clip(
    context: RenderContext, asked: AskedQuestion, job: RenderClipJob, clip: Clip, facts: RecordingFacts
) -> ShownClip:
    """Stores the file; returns the facts, so that a notebook can have them when the recording is long gone."""
    file = await context.files.put(clip.data, clip.kind)
    stored = clip_of(
        clip,
        file=file,
        poster=await context.files.put(clip.poster, "png") if clip.poster else "",
        recording=facts.digest,
        session=job.session,
        at=job.at or datetime.fromtimestamp(0).astimezone(),
        definition=asked.answer.definition.name if asked.answer else "",
        why=job.why,
    )
    return ShownClip(
        id=job.id,
        asked=asked.id,
        session=job.session,
        start_ms=clip.window.start_ms,
        end_ms=clip.window.end_ms,
        length_ms=facts.length_ms,
        reason=job.reason,
        words=job.words,
        clip=stored,
    )


async def show_clip(
    context: RenderContext, asked: AskedQuestion, job: RenderClipJob, clip: Clip, shown: ShownClip
) -> None:
    """Keeps the record first, because the buttons of the message refer to it.

    Slack shows a picture in a message of ours, and a video only as a file: of one the message has the poster, and the
    file follows in the thread.
    """
    await context.records.keep(asked, shown)
    placeholder = f"clip-{job.id}"
    await put_into_thread(context, asked, job.id, clip, _message(context, asked, job, clip, placeholder), placeholder)


async def put_into_thread(
    context: RenderContext, asked: AskedQuestion, job_id: str, clip: Clip, message: JsonObject, placeholder: str
) -> None:
    """Puts the message, with its picture, in the place of the job's progress; a video follows it.

    `placeholder` stands in the message for the picture.
    """
    picture, kind = (clip.poster, "png") if clip.kind == "mp4" else (clip.data, clip.kind)
    files = {placeholder: _file(job_id, clip, picture, kind)}
    await context.slack.outbox.update(f"clip:{job_id}", message, team=asked.team, files=files)
    if clip.kind == "mp4":
        await _share_video(context, asked, job_id, clip)


async def _share_video(context: RenderContext, asked: AskedQuestion, job_id: str, clip: Clip) -> None:
    slack = context.slack
    await slack.outbox.post(
        f"clip:{job_id}:video",
        team=asked.team,
        channel=asked.channel,
        message=slack.messages.message("replay/video", asked.locale, clip=clip),
        reply_to=asked.thread or await slack.outbox.ts(asked.message_key, team=asked.team),
        share=_file(job_id, clip, clip.data, clip.kind),
    )


def _file(job_id: str, clip: Clip, data: bytes, kind: str) -> UploadFile:
    return UploadFile(data, f"replay-{job_id}.{kind}", alt_text=clip.alt_text, title=clip.caption)


def _message(
    context: RenderContext, asked: AskedQuestion, job: RenderClipJob, clip: Clip, placeholder: str
) -> JsonObject:
    window = clip.window
    value = Pressed(
        asked.id,
        session=job.session,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        whole_page=job.whole_page,
        target=job.id,
    ).value()
    return context.slack.messages.message(
        "replay/clip",
        asked.locale,
        clip=clip,
        masked=in_words(clip.masked.hidden, asked.locale),
        left_out=losses_in_words(clip.skipped, asked.locale),
        reason=job.why,
        question=job.words or asked.text,
        file=placeholder,
        link=asked.answer.link if asked.answer else "",
        value=value,
    )
