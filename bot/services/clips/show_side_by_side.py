"""Puts a clip of several sessions into the thread, in the place of its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.kernel.errors import ReplaybookError
from bot.kernel.messages import JsonObject
from bot.notebook.facts import clip_of
from bot.notebook.shown_clip import ShownClip
from bot.replay.model import Clip, Window
from bot.replay.recording import Recording
from bot.replay.script.transcript import in_words, losses_in_words
from bot.replay.side_by_side import PanelClip
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import FallbackSession
from bot.services.clips.show_clip import put_into_thread
from bot.services.clips.side_by_side_jobs import RenderSideBySideJob
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed


@dataclass(frozen=True, slots=True)
class SessionPanel:
    """A session to be shown. `digest` proves which recording it was; `mark` is that of its group."""

    session: FallbackSession
    mark: str
    recording: Recording
    window: Window
    digest: str


@dataclass(frozen=True, slots=True)
class PanelLine:
    """What the message says of a panel; `value` is that of the button to its own clip."""

    heading: str
    caption: str
    value: str


async def show_side_by_side(
    context: RenderContext,
    asked: AskedQuestion,
    job: RenderSideBySideJob,
    made: PanelClip,
    sessions: Sequence[SessionPanel],
    refused: Sequence[ReplaybookError],
) -> None:
    """Keeps the records first, because the buttons of the message refer to them."""
    shown = await _shown_clip(context, asked, job, made, sessions)
    if (await context.records.end(job.team, job.id, "shown")).ending != "shown":
        return
    await context.records.keep(asked, shown)
    await context.records.keep_moments(asked, [it.session.moment for it in sessions if it.session.moment])
    clip = made.clip
    lines = [
        PanelLine(made.headings[number], caption, Pressed(asked.id, session=sessions[number].session.session).value())
        for number, caption in made.captions.items()
    ]
    message = _message(context, asked, job, clip, lines, [*refused, *made.refused.values()])
    await put_into_thread(context, asked, job.id, clip, message, _placeholder(job))


async def show_sentence(
    context: RenderContext, asked: AskedQuestion, job: RenderSideBySideJob, error: ReplaybookError
) -> None:
    """There is nothing to show: a plain sentence takes the place of the progress."""
    if (await context.records.end(job.team, job.id, "failed")).ending == "failed":
        message = context.slack.messages.message(
            "private_sentence", asked.locale, sentence=error.text(asked.locale), reference="", url=""
        )
        await context.slack.outbox.update(f"clip:{job.id}", message, team=job.team)


async def _shown_clip(
    context: RenderContext,
    asked: AskedQuestion,
    job: RenderSideBySideJob,
    made: PanelClip,
    sessions: Sequence[SessionPanel],
) -> ShownClip:
    """Stores the file; returns the facts. Sessions and recordings are those that are in it, in order."""
    clip, panels = made.clip, [sessions[number] for number in made.captions]
    names = ", ".join(it.session.session for it in panels)
    after = {it.session for it in job.groups[-1].sessions} if job.request else set[str]()
    stored = clip_of(
        clip,
        file=await context.files.put(clip.data, clip.kind),
        poster=await context.files.put(clip.poster, "png") if clip.poster else "",
        recording=", ".join(it.digest for it in panels),
        session=names,
        at=panels[0].session.at or datetime.fromtimestamp(0).astimezone(),
        definition=asked.answer.definition.name if asked.answer else "",
        why=job.why,
    )
    return ShownClip(
        id=job.id,
        asked=asked.id,
        session=names,
        start_ms=clip.window.start_ms,
        end_ms=clip.window.end_ms,
        reason=job.why,
        after_fix=tuple(it.session.session for it in panels if it.session.session in after),
        clip=stored,
    )


def _message(
    context: RenderContext,
    asked: AskedQuestion,
    job: RenderSideBySideJob,
    clip: Clip,
    panels: Sequence[PanelLine],
    refused: Sequence[ReplaybookError],
) -> JsonObject:
    return context.slack.messages.message(
        "replay/side_by_side",
        asked.locale,
        clip=clip,
        panels=panels,
        fix=bool(job.request),
        refused=list(dict.fromkeys(error.text(asked.locale) for error in refused)),
        masked=in_words(clip.masked.hidden, asked.locale),
        left_out=losses_in_words(clip.skipped, asked.locale),
        why=job.why,
        question=job.words or asked.text,
        file=_placeholder(job),
        value=Pressed(asked.id, target=job.id).value(),
    )


def _placeholder(job: RenderSideBySideJob) -> str:
    return f"clip-{job.id}"
