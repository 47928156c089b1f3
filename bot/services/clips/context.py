"""What clips need of the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.clock import Clock
from bot.notebook.ports import Files
from bot.queue.queue import Queue
from bot.replay.model import Masks, Style
from bot.replay.stage.pool import RenderPool
from bot.services.access.access import Access
from bot.services.clips.clip_records import ClipRecords
from bot.services.postmortems.render_pdf import PdfRecords
from bot.services.questions.question_records import QuestionRecords
from bot.services.teams.team_parts import TeamParts
from bot.signals.source import Recordings, Source
from bot.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class ClipDefaults:
    """What clips are like where a channel didn't choose: width in pixels, length in seconds, how often a GIF plays."""

    width: int
    seconds: int
    loops: int


@dataclass(frozen=True, slots=True)
class ClipContext:
    """For asking for clips and choosing their session, in the bot's own process."""

    slack: Slack
    queue: Queue
    questions: QuestionRecords
    records: ClipRecords
    source: Source
    defaults: ClipDefaults
    access: Access
    teams: TeamParts


@dataclass(frozen=True, slots=True)
class RenderContext:
    """For rendering, in a worker: browsers, recordings, and what clips look like."""

    slack: Slack
    questions: QuestionRecords
    records: ClipRecords
    pool: RenderPool
    recordings: Recordings
    files: Files
    style: Style
    masks: Masks
    defaults: ClipDefaults
    pdfs: PdfRecords
    access: Access
    teams: TeamParts
    clock: Clock
