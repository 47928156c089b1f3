"""What the queue is given for watches and live answers. Each is a job of its own, so that one can't stop others."""

from __future__ import annotations

from typing import ClassVar

from bot.queue.job import ANSWERS, QueuedJob

LIVE = "live-"


class WatchJob(QueuedJob, frozen=True, kw_only=True):
    """Look at a watch that is due."""

    job_name: ClassVar[str] = "watch"
    lane: ClassVar[str] = ANSWERS

    team: str
    watch: str

    @property
    def job_id(self) -> str:
        return f"watch:{self.team}:{self.watch}"


class LiveAnswerJob(QueuedJob, frozen=True, kw_only=True):
    """Bring a live answer up to date."""

    job_name: ClassVar[str] = "live_answer"
    lane: ClassVar[str] = ANSWERS

    team: str
    channel: str
    question: str

    @property
    def job_id(self) -> str:
        return f"live:{self.team}:{self.question}"

    @property
    def due_id(self) -> str:
        """Its id in the index of what is due, where watches have their own."""
        return f"{LIVE}{self.channel}-{self.question}"

    @classmethod
    def of(cls, team: str, due_id: str) -> LiveAnswerJob | None:
        """Returns None for the id of a watch."""
        if not due_id.startswith(LIVE):
            return None
        channel, _, question = due_id.removeprefix(LIVE).partition("-")
        return cls(team=team, channel=channel, question=question)
