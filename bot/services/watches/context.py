"""What watches and live answers need of the rest of the house."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.kernel.errors import Unfilmable
from bot.queue.queue import Queue
from bot.services.access.access import Access
from bot.services.clips.clip_settings import ClipSettings
from bot.services.clips.context import ClipContext
from bot.services.questions.context import QuestionContext
from bot.services.watches.watch_records import WatchRecords
from bot.signals.source import Source
from bot.signals.watch import QuietHours, Watch
from bot.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """How often is asked, for how long, and of how much; `questions_a_minute` is for each team."""

    every: timedelta = timedelta(minutes=5)
    lasts: timedelta = timedelta(days=30)
    per_channel: int = 10
    per_team: int = 50
    questions_a_minute: int = 20
    live_for: timedelta = timedelta(hours=4)

    @property
    def minutes(self) -> int:
        return int(self.every.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class WatchContext:
    slack: Slack
    queue: Queue
    records: WatchRecords
    questions: QuestionContext
    clips: ClipContext
    clock: Callable[[], datetime]
    limits: WatchLimits
    access: Access

    @property
    def source(self) -> Source:
        """The bot's own."""
        return self.questions.reader.source

    async def source_of(self, watch: Watch) -> Source:
        """Returns the source that a watch was first looked at with. Raises what choosing one raises."""
        return (await self.questions.reader_of(watch.team, watch.source)).source

    async def settings(self, team: str, channel: str) -> ClipSettings | None:
        """Returns what the channel has set; None where that can't be read, so that nothing may be filmed."""
        with suppress(Unfilmable):
            settings, _ = await self.clips.records.settings(team, channel)
            return settings
        return None

    async def is_quiet(self, team: str, channel: str, zone: str) -> bool:
        """Whether the channel has quiet hours now. `zone` counts where the channel's settings name none."""
        settings = await self.settings(team, channel)
        if settings is None or settings.quiet_from is None or settings.quiet_until is None:
            return False
        hours = QuietHours(settings.quiet_from, settings.quiet_until)
        return hours.hold(self.clock().astimezone(ZoneInfo(settings.zone or zone)))
