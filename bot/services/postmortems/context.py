"""What post-mortems need of the rest of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.kernel.errors import Missing
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import Files, IncidentSource, NotebookStore
from bot.notebook.postmortem_templates import PostmortemTemplates
from bot.services.access.access import Access
from bot.services.clips.clip_records import ClipRecords
from bot.services.postmortems.notebook_sharing import NotebookSharing
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests.request_records import RequestRecords
from bot.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class PostmortemContext:
    """`text` writes managed cells; `public_url` is where people reach the bot's own pages.

    `incidents` knows what was declared elsewhere, where there is such a system.
    """

    slack: Slack
    notebooks: NotebookStore
    files: Files
    text: NotebookText
    questions: QuestionRecords
    clips: ClipRecords
    requests: RequestRecords
    clock: Callable[[], datetime]
    public_url: str
    templates: PostmortemTemplates
    access: Access
    incidents: IncidentSource | None = None
    sharing: NotebookSharing | None = None

    async def notebook(self, team: str, id: str) -> Notebook:
        """Returns a notebook of the workspace. Raises Missing, also for one of another workspace."""
        notebook = await self.notebooks.get(id)
        if notebook.team != team:
            raise Missing("There is no such post-mortem.")
        return notebook
