"""Films one window of a recording and turns the progress message in the thread into the clip."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from bot.kernel.errors import Missing, Upstream
from bot.kernel.messages import JsonObject
from bot.notebook.facts import clip_of, recording_hash
from bot.notebook.shown_clip import ShownClip
from bot.replay.detect.detector import detect
from bot.replay.mask.in_words import in_words
from bot.replay.model import Clip, DetectedAction, Window
from bot.replay.read import read
from bot.replay.recording import Recording
from bot.replay.render import Progress, render
from bot.replay.script.moment import window_for
from bot.services import queued_jobs
from bot.services.clips import channel_settings, clip_requests
from bot.services.clips.context import Studio
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from bot.slack.outbox import UploadFile, address
from bot.state import keys


async def clip(studio: Studio, job: queued_jobs.RenderClipJob) -> None:
    desk = studio.desk
    asked = await lookup.asked(desk, job.team, job.asked)
    tell = _teller(desk, asked, job)
    await tell("load", 0.0)
    try:
        job, pieces = await _recorded(studio, job)
        made, facts = await _film(studio, asked, job, pieces, tell)
    except Upstream:
        await tell("again", 0.0)  # the queue tries again; when it gives up, the message says so
        raise
    shown = await _keep(desk, asked, job, made, facts)
    if (await clip_requests.end(desk, job.team, job.id, clip_requests.SHOWN)).how == clip_requests.SHOWN:
        await _show(desk, asked, job, made, shown)


@dataclass(frozen=True, slots=True)
class Facts:
    """What proves where a clip came from. `length_ms` is the whole session's."""

    proof: str
    length_ms: int


async def _recorded(
    studio: Studio, job: queued_jobs.RenderClipJob
) -> tuple[queued_jobs.RenderClipJob, Sequence[bytes]]:
    """The first session whose recording is still there, and its pieces. Raises Missing as the first one did."""
    try:
        return job, await studio.recordings.recording(job.session)
    except Missing:
        for spare in job.spares:
            with suppress(Missing):
                pieces = await studio.recordings.recording(spare.session)
                return replace(job, session=spare.session, at=spare.at, reason=spare.reason), pieces
        raise


async def _film(
    studio: Studio, asked: AskedQuestion, job: queued_jobs.RenderClipJob, pieces: Sequence[bytes], tell: Progress
) -> tuple[Clip, Facts]:
    """Masked as the channel wants it. Raises Unfilmable or Misunderstood where that can't be done."""
    wanted, _ = await channel_settings.settings(studio.desk, job.team, asked.channel)
    longest_s = wanted.longest_s or studio.desk.settings.clip_seconds
    recording, window = await asyncio.to_thread(_scene, pieces, job, longest_s * 1000)
    made = await render(
        recording,
        window,
        pool=studio.pool,
        style=channel_settings.style(studio.style, wanted),
        masks=channel_settings.masks(studio.masks, wanted),
        locale=asked.locale,
        progress=tell,
    )
    return made, Facts(recording_hash(pieces), recording.duration_ms)


def _scene(pieces: Sequence[bytes], job: queued_jobs.RenderClipJob, longest_ms: int) -> tuple[Recording, Window]:
    """Blocking. The window asked for, or the one around the action that the source saw fail."""
    recording = read(pieces)
    if job.start_ms >= 0:
        return recording, Window(job.start_ms, min(job.end_ms, recording.duration_ms))
    at = job.at.timestamp() * 1000 if job.at else recording.start_epoch_ms
    failed = _nearest(detect(recording), at) or int(at) - recording.start_epoch_ms
    return recording, window_for(recording, failed, longest_ms)


def _nearest(actions: Sequence[DetectedAction], epoch_ms: float) -> DetectedAction | None:
    """The action that the source means; clocks and merging leave them up to a second apart."""
    failed = [it for it in actions if it.types]
    best = min(failed, key=lambda it: abs(it.epoch_ms - epoch_ms), default=None)
    return best if best and abs(best.epoch_ms - epoch_ms) <= 1000 else None


def _teller(desk: Desk, asked: AskedQuestion, job: queued_jobs.RenderClipJob) -> Progress:
    """Progress goes into the message that becomes the clip. Only the newest is sent when Slack is slow."""
    value = clip_requests.button_of(job).value()

    async def tell(step: str, share: float) -> None:
        if await clip_requests.is_ended(desk, job.team, job.id):
            return  # cancelled: its message says so, and the order to stop is on its way
        begins, ends = {"load": (0.0, 0.15), "capture": (0.15, 0.9), "encode": (0.9, 1.0)}.get(step, (0.0, 0.0))
        done = begins + (ends - begins) * share
        message = desk.messages.message(
            "replay/progress", asked.locale, step=step, done=done, reason=job.why, value=value
        )
        await desk.outbox.update(f"clip:{job.id}", message, team=job.team)

    return tell


async def _keep(
    desk: Desk, asked: AskedQuestion, job: queued_jobs.RenderClipJob, made: Clip, facts: Facts
) -> ShownClip:
    """The file and the facts, so that a notebook can have them when the recording is long gone."""
    file = await desk.files.put(made.data, made.kind)
    stored = clip_of(
        made,
        file=file,
        recording=facts.proof,
        session=job.session,
        at=job.at or datetime.fromtimestamp(0).astimezone(),
        definition=asked.answer.definition.name if asked.answer else "",
        why=job.why,
    )
    return ShownClip(
        id=job.id,
        asked=asked.id,
        session=job.session,
        start_ms=made.window.start_ms,
        end_ms=made.window.end_ms,
        length_ms=facts.length_ms,
        reason=job.reason,
        clip=stored,
    )


async def _show(desk: Desk, asked: AskedQuestion, job: queued_jobs.RenderClipJob, made: Clip, shown: ShownClip) -> None:
    """The record first: the buttons of the message refer to it."""
    await desk.shown.change(keys.record(job.team, "shown", job.id), lambda _: shown)
    await desk.clips.change(
        keys.record(job.team, "clips", asked.id),
        lambda ids: ids if ids and job.id in ids else (*(ids or ()), job.id),
    )
    placeholder = f"clip-{job.id}"
    message: JsonObject = desk.messages.message(
        "replay/clip",
        asked.locale,
        clip=made,
        masked=in_words(made.masked.hidden, asked.locale),
        reason=job.why,
        file=address(placeholder) if made.kind == "mp4" else placeholder,
        link=asked.answer.link if asked.answer else "",
        value=Pressed(
            asked.id, session=job.session, start_ms=shown.start_ms, end_ms=shown.end_ms, target=job.id
        ).value(),
    )
    if made.kind == "mp4":  # a link to a file becomes the file
        message |= {"unfurl_links": True, "unfurl_media": True}
    upload = UploadFile(made.data, f"replay-{job.id}.{made.kind}", alt_text=made.alt_text, title=made.caption)
    await desk.outbox.update(f"clip:{job.id}", message, team=job.team, files={placeholder: upload})
