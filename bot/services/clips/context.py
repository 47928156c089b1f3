"""What a worker needs to film: browsers, recordings, and how clips look here."""

from __future__ import annotations

from dataclasses import dataclass

from bot.replay.model import Masks, Style
from bot.replay.stage.pool import RenderPool
from bot.services.desk import Desk
from bot.signals.recordings import Recordings


@dataclass(frozen=True, slots=True)
class Studio:
    desk: Desk
    pool: RenderPool
    recordings: Recordings
    style: Style
    masks: Masks
