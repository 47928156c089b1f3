"""A rendered clip in its thread: the file, the facts that are kept of it, and the message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.kernel.messages import JsonObject
from bot.notebook.facts import clip_of
from bot.notebook.shown_clip import ShownClip
from bot.replay.losses import losses_in_words
from bot.replay.mask.in_words import in_words
from bot.replay.model import Clip
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import RenderClipJob
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from bot.slack.outbox import UploadFile, address


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
        clip=stored,
    )


async def show_clip(
    context: RenderContext, asked: AskedQuestion, job: RenderClipJob, clip: Clip, shown: ShownClip
) -> None:
    """Keeps the record first, because the buttons of the message refer to it."""
    await context.records.keep(asked, shown)
    placeholder = f"clip-{job.id}"
    message = _message(context, asked, job, clip, placeholder)
    upload = UploadFile(clip.data, f"replay-{job.id}.{clip.kind}", alt_text=clip.alt_text, title=clip.caption)
    await context.slack.outbox.update(f"clip:{job.id}", message, team=job.team, files={placeholder: upload})


def _message(
    context: RenderContext, asked: AskedQuestion, job: RenderClipJob, clip: Clip, placeholder: str
) -> JsonObject:
    window = clip.window
    value = Pressed(
        asked.id, session=job.session, start_ms=window.start_ms, end_ms=window.end_ms, target=job.id
    ).value()
    message: JsonObject = context.slack.messages.message(
        "replay/clip",
        asked.locale,
        clip=clip,
        masked=in_words(clip.masked.hidden, asked.locale),
        left_out=losses_in_words(clip.skipped, asked.locale),
        reason=job.why,
        file=address(placeholder) if clip.kind == "mp4" else placeholder,
        link=asked.answer.link if asked.answer else "",
        value=value,
    )
    # A link to a file becomes the file.
    return message | {"unfurl_links": True, "unfurl_media": True} if clip.kind == "mp4" else message
