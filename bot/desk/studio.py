"""What a worker needs to film: browsers, recordings, and how clips look here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.desk.desk import Desk
from bot.replay.model import Masks, Style
from bot.replay.pool import RenderPool


class Recordings(Protocol):
    """The part of a source that a worker needs."""

    async def recording(self, session_id: str) -> Sequence[bytes]:
        """Raises Missing."""


@dataclass(frozen=True, slots=True)
class Studio:
    desk: Desk
    pool: RenderPool
    recordings: Recordings
    style: Style
    masks: Masks
