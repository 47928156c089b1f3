"""What the queue is given for questions."""

from __future__ import annotations

from typing import ClassVar

from bot.queue.job import ANSWERS, QueuedJob


class AnswerJob(QueuedJob, frozen=True, kw_only=True):
    """Answer a question that was asked. `revision` tells a question that was refined from what it was before."""

    job_name: ClassVar[str] = "answer"
    lane: ClassVar[str] = ANSWERS

    team: str
    question: str
    revision: str = ""

    @property
    def job_id(self) -> str:
        return f"answer:{self.question}" + (f":{self.revision}" if self.revision else "")
