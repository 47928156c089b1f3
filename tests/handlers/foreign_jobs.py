"""Every kind of job of the queue, put by one workspace with the ids of another's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.backlog.request import RequestAction
from bot.queue.job import QueuedJob
from bot.services.clips.jobs import ChooseClipJob, FallbackSession, RenderClipJob
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob, RenderSideBySideJob, SessionGroup
from bot.services.postmortems.jobs import (
    AddMessageJob,
    AddToNotebookJob,
    AnnounceJob,
    CommentJob,
    MessageJob,
    NoteQuestionJob,
    ReadHeadJob,
    RefreshFactsJob,
    UnfurlJob,
)
from bot.services.postmortems.render_pdf import RenderPdfJob
from bot.services.questions.jobs import AnswerJob
from bot.services.requests.jobs import (
    AcknowledgeJob,
    DigestJob,
    EffectsJob,
    ReadTicketsJob,
    RequestOwnerJob,
    StepJob,
    TicketsChangedJob,
    VerifyJob,
)
from bot.services.watches.jobs import LiveAnswerJob, WatchJob
from bot.slack.private_replies import ReplyAddress
from tests.handlers.house import INCIDENT

HARBOR, NORDIC = "T0HARBOR01", "T0NORDIC01"
NORA, THEIRS = "U0NORAHARBOR", "C0INCHARBOR"


@dataclass(frozen=True)
class Foreign:
    """Ids of what is another workspace's."""

    question: str
    request: str
    watch: str
    notebook: str


def foreign_jobs(theirs: Foreign, now: datetime) -> list[QueuedJob]:
    """One of each kind, of Harbor's, about what is Nordic's."""
    q: dict[str, Any] = {"team": HARBOR, "question": theirs.question}
    where = ReplyAddress(team=HARBOR, channel=THEIRS, user=NORA)
    message: dict[str, Any] = {
        "team": HARBOR,
        "channel": INCIDENT,
        "ts": "17.1",
        "event_ts": "18.1",
        "by": NORA,
        "text": "x",
    }
    session = FallbackSession("s", None, "")
    return [
        AnswerJob(**q),
        ChooseClipJob(**q, by=NORA),
        ChooseSideBySideJob(**q, request=theirs.request, address=where, press="p"),
        RenderClipJob(**q, id="clip-1", session="s", at=None, reason="", by=NORA),
        RenderSideBySideJob(**q, id="clip-2", groups=(SessionGroup((session,), 1),), why="", by=NORA),
        RenderPdfJob(team=HARBOR, digest="none"),
        MessageJob(**message, kind="pinned", is_pinned=True),
        AddMessageJob(**message, kind="pinned", address=where),
        NoteQuestionJob(**q),
        UnfurlJob(team=HARBOR, channel=THEIRS, ts="17.1", user=NORA, links=(f"/notebooks/{theirs.notebook}",)),
        CommentJob(team=HARBOR, notebook=theirs.notebook, key="k"),
        AddToNotebookJob(**q, by=NORA, address=where),
        RefreshFactsJob(team=HARBOR, notebook=theirs.notebook),
        RequestOwnerJob(**q, by=NORA),
        ReadHeadJob(team=HARBOR, channel=INCIDENT, event_ts="18.1"),
        AnnounceJob(team=HARBOR, notebook=theirs.notebook, at=now, by=NORA),
        AcknowledgeJob(
            team=HARBOR, request=theirs.request, action=RequestAction.NOT_DOING, by=NORA, at=now, version=1, reason="x"
        ),
        EffectsJob(team=HARBOR, request=theirs.request, version=1),
        StepJob(team=HARBOR, request=theirs.request),
        ReadTicketsJob(tracker="local", requests=((HARBOR, theirs.request), (NORDIC, theirs.request))),
        TicketsChangedJob(tracker="local", keys=("SHOP-999",), delivery="d"),
        VerifyJob(team=HARBOR, request=theirs.request, by=NORA),
        DigestJob(team=HARBOR, channel=INCIDENT),
        WatchJob(team=HARBOR, watch=theirs.watch),
        LiveAnswerJob(team=HARBOR, channel=INCIDENT, question=theirs.question),
    ]
