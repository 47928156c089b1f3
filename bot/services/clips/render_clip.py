"""Renders one window of a recording and turns the progress message in the thread into the clip."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from bot.kernel.errors import Missing, Upstream
from bot.notebook.facts import recording_hash
from bot.replay.detect.detector import detect, window_at
from bot.replay.model import Clip, DetectedAction, Window
from bot.replay.read_recording import read
from bot.replay.recording import Recording
from bot.replay.render import Progress, render
from bot.replay.script.moment import window_for
from bot.replay.script.narrator import SAME_CLICK_MS
from bot.services.access.access import Deed
from bot.services.clips import channel_clip_settings
from bot.services.clips.clip_buttons import button_of
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import RenderClipJob
from bot.services.clips.show_clip import RecordingFacts, show_clip, shown_clip
from bot.services.clips.side_by_side_jobs import RenderSideBySideJob
from bot.signals.asked_question import AskedQuestion
from bot.signals.source import Recordings

STEPS = {"load": (0.0, 0.15), "capture": (0.15, 0.9), "encode": (0.9, 1.0)}
"""Which part of the progress bar a step of rendering fills."""


async def render_clip(context: RenderContext, job: RenderClipJob) -> None:
    """Raises Missing without a recording, Unfilmable, Denied, and Upstream, after which the queue tries again."""
    asked = await context.questions.get(job.team, job.question)
    user = job.by or asked.user
    await context.access.require(
        Deed.SHARE_CLIP, team=asked.team, channel=asked.channel, user=user, target=job.id, once=job.job_id
    )
    progress = progress_of(context, asked, job)
    await progress("load", 0.0)
    try:
        job, pieces = await _recorded(await context.teams.recordings_of(asked, context.recordings), job)
        clip, facts = await _rendered(context, asked, job, pieces, progress)
    except Upstream:
        await progress("again", 0.0)  # when the queue gives up, the message says so
        raise
    shown = await shown_clip(context, asked, job, clip, facts)
    if (await context.records.end(job.team, job.id, "shown")).ending == "shown":
        await note_shared(context, asked, job)
        await show_clip(context, asked, job, clip, shown)


async def note_shared(context: RenderContext, asked: AskedQuestion, job: RenderClipJob | RenderSideBySideJob) -> None:
    """Raises Denied where it may not be shown any more."""
    user = job.by or asked.user
    await context.access.permit(Deed.SHARE_CLIP, team=asked.team, channel=asked.channel, user=user, target=job.id)


async def _recorded(recordings: Recordings, job: RenderClipJob) -> tuple[RenderClipJob, Sequence[bytes]]:
    """Returns the first session whose recording is still there, and its pieces. Raises Missing as the first one did."""
    try:
        return job, await recordings.recording(job.session)
    except Missing:
        for other in job.fallbacks:
            with suppress(Missing):
                pieces = await recordings.recording(other.session)
                changed = replace(job, session=other.session, at=other.at, reason=other.reason, moment=other.moment)
                return changed, pieces
        raise


async def _rendered(
    context: RenderContext, asked: AskedQuestion, job: RenderClipJob, pieces: Sequence[bytes], progress: Progress
) -> tuple[Clip, RecordingFacts]:
    """Masked as the channel wants it. Raises Unfilmable or Misunderstood where that can't be done."""
    settings, _ = await context.records.settings(job.team, asked.channel)
    longest_s = settings.longest_s or context.defaults.seconds
    recording, window = await asyncio.to_thread(window_of, pieces, job, longest_s * 1000)
    clip = await render(
        recording,
        window,
        pool=context.pool,
        style=channel_clip_settings.style(context.style, settings, whole_page=job.whole_page),
        masks=channel_clip_settings.masks(context.masks, settings),
        locale=asked.locale,
        progress=progress,
    )
    return clip, RecordingFacts(recording_hash(pieces), recording.duration_ms)


def window_of(pieces: Sequence[bytes], job: RenderClipJob, longest_ms: int) -> tuple[Recording, Window]:
    """Blocking. Returns the window asked for, or the one around the action that the source saw fail."""
    recording = read(pieces)
    at = job.at.timestamp() * 1000 if job.at else recording.start_epoch_ms
    recording = window_at(recording, at)
    actions = [action for action in detect(recording) if action.window == recording.window]
    failed = _nearest(actions, at) or int(at) - recording.start_epoch_ms
    if job.start_ms < 0:
        window = window_for(recording, failed, longest_ms)
        return recording, dataclasses.replace(window, moment=job.moment)
    failed_ms = failed.at_ms if isinstance(failed, DetectedAction) else failed
    window = Window(job.start_ms, min(job.end_ms, recording.duration_ms))
    if job.moment and window.start_ms <= failed_ms <= window.end_ms:
        window = dataclasses.replace(window, failed_ms=failed_ms, moment=job.moment)
    return recording, window


def _nearest(actions: Sequence[DetectedAction], epoch_ms: float) -> DetectedAction | None:
    """Returns the action that the source means, or None. One that failed here, too, goes before any other."""
    near = [action for action in actions if abs(action.epoch_ms - epoch_ms) <= SAME_CLICK_MS]
    return min(near, key=lambda action: (not action.types, abs(action.epoch_ms - epoch_ms)), default=None)


def progress_of(context: RenderContext, asked: AskedQuestion, job: RenderClipJob | RenderSideBySideJob) -> Progress:
    """Progress goes into the message that becomes the clip. Only the newest is sent when Slack is slow."""
    value = button_of(job).value()

    async def report(step: str, share: float) -> None:
        if await context.records.ended(job.team, job.id):
            return  # cancelled: its message says so, and the order to stop is on its way
        begins, ends = STEPS.get(step, (0.0, 0.0))
        message = context.slack.messages.message(
            "replay/progress",
            asked.locale,
            step=step,
            done=begins + (ends - begins) * share,
            reason=job.why,
            value=value,
        )
        await context.slack.outbox.update(f"clip:{job.id}", message, team=job.team, placeholder=True)

    return report
