"""What requests to owners need of the rest of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.backlog.feature import Feature
from bot.backlog.owners import AllOwners
from bot.backlog.schedule import CHECKED_AFTER
from bot.backlog.tracker import Trackers
from bot.queue.queue import Queue
from bot.services.access.access import Access
from bot.services.postmortems.context import PostmortemContext
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests.request_records import RequestRecords
from bot.services.teams.team_parts import TeamParts
from bot.signals.answer import Answer
from bot.signals.question import Period
from bot.signals.source import Source
from bot.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`postmortems` keeps the follow-up rows; `source` counts again after a fix, at `checked_after`."""

    slack: Slack
    queue: Queue
    records: RequestRecords
    questions: QuestionRecords
    owners: AllOwners
    trackers: Trackers
    postmortems: PostmortemContext
    source: Source
    clock: Callable[[], datetime]
    access: Access
    teams: TeamParts
    checked_after: tuple[timedelta, ...] = CHECKED_AFTER

    async def count(self, team: str, answer: Answer, period: Period) -> Answer:
        """Returns the same question and targets for another span, of the source of before. Raises what that raises."""
        question = replace(answer.question, period=period, compare=None, group_by=None, top=None)
        return await (await self.teams.source(team, self.source, answer.source)).answer(question, answer.targets)

    async def feature(self, team: str, name: str) -> Feature | None:
        """Returns a feature of the workspace's owners."""
        return await (await self.teams.owners(team, self.owners)).named(name)
