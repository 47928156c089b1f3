"""What the buttons of a clip on its way carry."""

from __future__ import annotations

import msgspec

from bot.services.clips.jobs import RenderClipJob
from bot.slack.buttons import Pressed


def button_of(job: RenderClipJob) -> Pressed:
    """Returns the wish as it was, and which clip it is."""
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
