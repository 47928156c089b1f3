"""What the jobs of the bot's own process work with: the desk, and the source that answers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.desk import Desk
from bot.signals.source import Source


@dataclass(frozen=True, slots=True)
class Office:
    desk: Desk
    source: Source
