"""Films one window of a recording and turns the progress message in the thread into the clip."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.desk import looking, work
from bot.desk.asked import Asked
from bot.desk.buttons import Pressed
from bot.desk.desk import Desk
from bot.desk.shown import Shown
from bot.desk.studio import Studio
from bot.notebook.facts import clip_of, recording_hash
from bot.replay.detect import detect
from bot.replay.model import Clip, DetectedAction, Window
from bot.replay.moment import window_for
from bot.replay.read import read
from bot.replay.recording import Recording
from bot.replay.render import Progress, render
from bot.runtime import keys
from bot.runtime.outbox import UploadFile


async def clip(studio: Studio, job: work.Clip) -> None:
    desk = studio.desk
    asked = await looking.asked(desk, job.team, job.asked)
    tell = _teller(desk, asked, job)
    await tell("load", 0.0)
    pieces = await studio.recordings.recording(job.session)
    recording, window = await asyncio.to_thread(_scene, pieces, job)
    made = await render(
        recording,
        window,
        pool=studio.pool,
        style=studio.style,
        masks=studio.masks,
        locale=asked.locale,
        progress=tell,
    )
    shown = await _keep(desk, asked, job, made, recording_hash(pieces))
    await _show(desk, asked, job, made, shown)


def _scene(pieces: Sequence[bytes], job: work.Clip) -> tuple[Recording, Window]:
    """Blocking. The window asked for, or the one around the action that the source saw fail."""
    recording = read(pieces)
    if job.start_ms >= 0:
        return recording, Window(job.start_ms, min(job.end_ms, recording.duration_ms))
    at = job.at.timestamp() * 1000 if job.at else recording.start_epoch_ms
    return recording, window_for(recording, _nearest(detect(recording), at) or int(at) - recording.start_epoch_ms)


def _nearest(actions: Sequence[DetectedAction], epoch_ms: float) -> DetectedAction | None:
    """The action that the source means; clocks and merging leave them up to a second apart."""
    failed = [it for it in actions if it.types]
    best = min(failed, key=lambda it: abs(it.epoch_ms - epoch_ms), default=None)
    return best if best and abs(best.epoch_ms - epoch_ms) <= 1000 else None


def _teller(desk: Desk, asked: Asked, job: work.Clip) -> Progress:
    """Progress goes into the message that becomes the clip. Only the newest is sent when Slack is slow."""

    async def tell(step: str, share: float) -> None:
        begins, ends = {"load": (0.0, 0.15), "capture": (0.15, 0.9), "encode": (0.9, 1.0)}.get(step, (0.0, 1.0))
        done = begins + (ends - begins) * share
        message = desk.messages.message("replay/progress", asked.locale, step=step, done=done, reason=job.reason)
        await desk.outbox.update(f"clip:{job.id}", message, team=job.team)

    return tell


async def _keep(desk: Desk, asked: Asked, job: work.Clip, made: Clip, proof: str) -> Shown:
    """The file and the facts, so that a notebook can have them when the recording is long gone."""
    file = await desk.files.put(made.data, made.kind)
    stored = clip_of(
        made,
        file=file,
        recording=proof,
        session=job.session,
        at=job.at or datetime.fromtimestamp(0).astimezone(),
        definition=asked.answer.definition.name if asked.answer else "",
        why=job.reason,
    )
    shown = Shown(
        id=job.id,
        asked=asked.id,
        session=job.session,
        start_ms=made.window.start_ms,
        end_ms=made.window.end_ms,
        clip=stored,
    )
    await desk.shown.change(keys.record(job.team, "shown", job.id), lambda _: shown)
    await desk.clips.change(
        keys.record(job.team, "clips", asked.id),
        lambda ids: ids if ids and job.id in ids else (*(ids or ()), job.id),
    )
    return shown


async def _show(desk: Desk, asked: Asked, job: work.Clip, made: Clip, shown: Shown) -> None:
    value = Pressed(asked.id, session=job.session, start_ms=shown.start_ms, end_ms=shown.end_ms, target=job.id).value()
    placeholder = f"clip-{job.id}"
    name = f"replay-{job.id}.{made.kind}"
    message = desk.messages.message(
        "replay/clip", asked.locale, clip=made, reason=job.reason, file=placeholder, value=value
    )
    upload = UploadFile(made.data, name, alt_text=made.alt_text, title=made.caption)
    await desk.outbox.update(f"clip:{job.id}", message, team=job.team, files={placeholder: upload})
