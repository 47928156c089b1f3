"""What questions need of the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass

from bot.backlog.owners import AllOwners
from bot.queue.queue import Queue
from bot.services.access.access import Access
from bot.services.questions.question_reader import QuestionReader
from bot.services.questions.question_records import QuestionRecords
from bot.slack.slack import Slack
from bot.state.locks import Leases


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """`leases` say which questions are being answered right now."""

    slack: Slack
    queue: Queue
    records: QuestionRecords
    reader: QuestionReader
    owners: AllOwners
    leases: Leases
    access: Access
