"""What the buttons of a clip on its way carry."""

from __future__ import annotations

import msgspec

from bot.services.clips.jobs import RenderClipJob
from bot.services.clips.side_by_side_jobs import RenderSideBySideJob
from bot.slack.buttons import Pressed

THREE = "three"
"""What `Pressed.beside` says of three sessions; of a fix it is the request's id."""


def button_of(job: RenderClipJob | RenderSideBySideJob) -> Pressed:
    """Returns the wish as it was, and which clip it is."""
    if isinstance(job, RenderSideBySideJob):
        beside = job.request or THREE
        return Pressed(job.question, version=job.attempt, by=job.by, target=job.id, beside=beside)
    return Pressed(
        job.question,
        version=job.attempt,
        session=job.picked,
        start_ms=job.start_ms,
        end_ms=job.end_ms,
        by=job.by,
        whole_page=job.whole_page,
        target=job.id,
    )


def again_of(pressed: Pressed) -> Pressed:
    """Returns what *Try again* carries: the same wish, one attempt later."""
    return msgspec.structs.replace(pressed, version=pressed.version + 1, target="")
