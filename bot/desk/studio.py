"""What a worker needs to film: browsers, recordings, and how clips look here."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.desk import Desk
from bot.providers import Recordings
from bot.replay.model import Masks, Style
from bot.replay.pool import RenderPool


@dataclass(frozen=True, slots=True)
class Studio:
    desk: Desk
    pool: RenderPool
    recordings: Recordings
    style: Style
    masks: Masks
