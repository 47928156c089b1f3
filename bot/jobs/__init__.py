"""What the queue triggers: the table from job to service, by lane. The twin of handlers/.

Answers need the source, which on one machine lives in the bot's own process; clips need a browser, and as many worker
processes (and hosts) as wanted take them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

from bot.queue.job import Job, JobTable, Repeat
from bot.services.clips.before_and_after import choose_before_and_after
from bot.services.clips.choose_clip import choose_clip
from bot.services.clips.choose_side_by_side import choose_three
from bot.services.clips.context import ClipContext, RenderContext
from bot.services.clips.jobs import ChooseClipJob, RenderClipJob
from bot.services.clips.render_clip import render_clip
from bot.services.clips.render_side_by_side import render_sessions
from bot.services.clips.request_clip import request_with_answer
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob, RenderSideBySideJob
from bot.services.postmortems.add_to_notebook import add_to_notebook
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.follow_timeline import follow_timeline
from bot.services.postmortems.jobs import AddToNotebookJob, TimelineJob
from bot.services.questions.answer_question import answer_in_channel
from bot.services.questions.jobs import AnswerJob
from bot.services.requests import digest
from bot.services.requests.ask_owner import ask_owner
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import AcknowledgeJob, DigestJob, EffectsJob, RequestOwnerJob, StepJob, VerifyJob
from bot.services.requests.record_answer import record_answer, tell_effects
from bot.services.requests.request_clock import look_at, tick
from bot.services.requests.verify_fix import verify_fix
from bot.services.services import Services

Room = TypeVar("Room", ClipContext, PostmortemContext, RequestContext)
Run = Callable[[Services, Any], Awaitable[None]]

_clips: Callable[[Services], ClipContext] = attrgetter("clips")
_postmortems: Callable[[Services], PostmortemContext] = attrgetter("postmortems")
_requests: Callable[[Services], RequestContext] = attrgetter("requests")


def answer_jobs() -> JobTable[Services]:
    return {
        AnswerJob.job_name: Job(_answer, limit_s=120),
        ChooseClipJob.job_name: Job(_in(_clips, choose_clip), limit_s=120),
        ChooseSideBySideJob.job_name: Job(_side_by_side, limit_s=120),
        AddToNotebookJob.job_name: Job(_in(_postmortems, add_to_notebook)),
        TimelineJob.job_name: Job(_in(_postmortems, follow_timeline)),
        RequestOwnerJob.job_name: Job(_in(_requests, ask_owner)),
        AcknowledgeJob.job_name: Job(_in(_requests, record_answer)),
        EffectsJob.job_name: Job(_in(_requests, tell_effects)),
        StepJob.job_name: Job(_in(_requests, look_at), tries=1),  # the clock comes by again within a minute
        VerifyJob.job_name: Job(_in(_requests, verify_fix)),
        DigestJob.job_name: Job(_in(_requests, digest.send_digest)),
        "tick": Repeat(_tick, "* * * * *"),
    }


def clip_jobs() -> JobTable[RenderContext]:
    return {
        RenderClipJob.job_name: Job(render_clip, tries=2, limit_s=300),
        RenderSideBySideJob.job_name: Job(render_sessions, tries=2),
    }


def _in(room: Callable[[Services], Room], service: Callable[[Room, Any], Awaitable[object]]) -> Run:
    """Returns the service as a job that gets all services and gives it its own room."""

    @wraps(service)
    async def run(services: Services, job: Any) -> None:
        await service(room(services), job)

    return run


async def _answer(services: Services, job: AnswerJob) -> None:
    if asked := await answer_in_channel(services.questions, job.team, job.question):
        await request_with_answer(services.clips, asked)


async def _side_by_side(services: Services, job: ChooseSideBySideJob) -> None:
    if job.request:
        await choose_before_and_after(services.clips, services.requests, job)
    else:
        await choose_three(services.clips, job)


async def _tick(services: Services) -> None:
    await tick(services.requests)
    await digest.tick(services.requests)
