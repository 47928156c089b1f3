"""Renders several sessions side by side and turns the progress message in the thread into the clip."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.kernel.errors import Missing, ReplaybookError, Unfilmable, Upstream
from bot.notebook.facts import recording_hash
from bot.replay.render import Progress
from bot.replay.script.variety import labels
from bot.replay.side_by_side import Panel, PanelClip, render_side_by_side
from bot.services.clips import channel_clip_settings
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import FallbackSession, RenderClipJob
from bot.services.clips.render_clip import note_shared, progress_of, window_of
from bot.services.clips.show_side_by_side import SessionPanel, show_sentence, show_side_by_side
from bot.services.clips.side_by_side_jobs import RenderSideBySideJob, SessionGroup
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Recordings

NOTHING_LEFT = "None of these sessions has a replay any more."


async def render_sessions(context: RenderContext, job: RenderSideBySideJob) -> None:
    """Raises Unfilmable when no session can be filmed, and Upstream, after which the queue tries again."""
    asked = await context.questions.get(job.team, job.question)
    progress = progress_of(context, asked, job)
    await progress("load", 0.0)
    try:
        sessions = await _found(context, asked, job)
        if problem := _not_enough(job, sessions):
            await show_sentence(context, asked, job, problem)
            return
        clip = await _rendered(context, asked, job, sessions.panels, progress)
    except Upstream:
        await progress("again", 0.0)  # when the queue gives up, the message says so
        raise
    if job.request and clip.refused:
        await show_sentence(context, asked, job, next(iter(clip.refused.values())))
        return
    await note_shared(context, asked, job)
    await show_side_by_side(context, asked, job, clip, sessions.panels, sessions.refused)


@dataclass(slots=True)
class FoundSessions:
    """Sessions whose recording is there and can be read, and why others can't be shown."""

    panels: list[SessionPanel] = field(default_factory=list)
    refused: list[ReplaybookError] = field(default_factory=list)


async def _found(context: RenderContext, asked: AskedQuestion, job: RenderSideBySideJob) -> FoundSessions:
    """The first sessions of each group that can be shown."""
    settings, _ = await context.records.settings(job.team, asked.channel)
    longest_ms = (settings.longest_s or context.defaults.seconds) * 1000
    recordings = await context.teams.recordings_of(asked, context.recordings)
    sessions = FoundSessions()
    for group in job.groups:
        shown = 0
        for session in group.sessions:
            if shown == group.most:
                break
            try:
                sessions.panels.append(await _read(recordings, job, session, group, longest_ms))
                shown += 1
            except Missing:
                continue  # sources know that a session was recorded, and not always that its recording is still kept
            except Unfilmable as error:
                sessions.refused.append(error)
    return sessions


async def _read(
    recordings: Recordings, job: RenderSideBySideJob, session: FallbackSession, group: SessionGroup, longest_ms: int
) -> SessionPanel:
    """Raises Missing without a recording, Unfilmable when it can't be read."""
    pieces = await recordings.recording(session.session)
    single = RenderClipJob(
        team=job.team,
        question=job.question,
        id=job.id,
        session=session.session,
        at=session.at,
        reason="",
        moment=session.moment,
    )
    recording, window = await asyncio.to_thread(window_of, pieces, single, longest_ms)
    return SessionPanel(session, group.mark, recording, window, recording_hash(pieces))


def _not_enough(job: RenderSideBySideJob, sessions: FoundSessions) -> ReplaybookError | None:
    """Returns why there is nothing to show."""
    if job.request and {panel.mark for panel in sessions.panels} != {group.mark for group in job.groups}:
        return (
            sessions.refused[0]
            if sessions.refused
            else Missing("The replay of one of both sessions is no longer kept.")
        )
    if not sessions.panels:
        return sessions.refused[0] if sessions.refused else Missing(NOTHING_LEFT)
    return None


async def _rendered(
    context: RenderContext,
    asked: AskedQuestion,
    job: RenderSideBySideJob,
    sessions: Sequence[SessionPanel],
    progress: Progress,
) -> PanelClip:
    """Masked as the channel wants it. Raises Unfilmable or Misunderstood where that can't be done."""
    settings, _ = await context.records.settings(job.team, asked.channel)
    locale = asked.locale.as_of(context.clock())
    telling = labels([it.session.moment for it in sessions if it.session.moment], locale)
    panels = []
    for number, (it, label) in enumerate(zip(sessions, telling, strict=True), 1):
        # With its zone: a picture can't be in each reader's own.
        when = locale.moment(it.session.at) if it.session.at else ""
        panels.append(Panel(it.mark or str(number), when if it.mark else label, it.recording, it.window))
    return await render_side_by_side(
        panels,
        pool=context.pool,
        style=channel_clip_settings.style(context.style, settings),
        masks=channel_clip_settings.masks(context.masks, settings),
        locale=locale,
        progress=progress,
    )
