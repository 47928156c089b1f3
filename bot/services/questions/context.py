"""What questions need of the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.backlog.owners import AllOwners, Owners
from bot.queue.queue import Queue
from bot.services.access.access import Access
from bot.services.questions.question_reader import QuestionReader
from bot.services.questions.question_records import QuestionRecords
from bot.services.teams.team_parts import TeamParts
from bot.slack.slack import Slack
from bot.state.locks import Leases


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """`leases` say which questions are being answered right now; `reader` and `owners` are the bot's own."""

    slack: Slack
    queue: Queue
    records: QuestionRecords
    reader: QuestionReader
    owners: AllOwners
    leases: Leases
    access: Access
    teams: TeamParts

    async def reader_of(self, team: str, answered: str = "") -> QuestionReader:
        """Returns what reads a workspace's questions, with its source. Raises what choosing that raises."""
        source = await self.teams.source(team, self.reader.source, answered)
        return self.reader if source is self.reader.source else replace(self.reader, source=source)

    async def owners_of(self, team: str) -> AllOwners:
        return await self.teams.owners(team, self.owners)

    async def names_of(self, team: str) -> Owners:
        """Returns the features by whose names targets are known."""
        return (await self.owners_of(team)).file
