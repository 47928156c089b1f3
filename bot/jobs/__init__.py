"""What the queue triggers: the table from job to service, by lane. The twin of handlers/.

Answers need the source, which on one machine lives in the bot's own process; clips need a browser, and as many worker
processes (and hosts) as wanted take them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

from bot.kernel.errors import Missing
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
from bot.services.home_tab import refresh_homes
from bot.services.postmortems.add_to_notebook import add_to_notebook
from bot.services.postmortems.announce_status import announce_status
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.discussion import say_in_thread
from bot.services.postmortems.facts_context import FactsContext
from bot.services.postmortems.follow_message import add_message, follow_message
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
from bot.services.postmortems.link_previews import unfurl_links
from bot.services.postmortems.noted_events import note_question
from bot.services.postmortems.read_head import follow_topic
from bot.services.postmortems.refresh_facts import refresh_due, refresh_facts, refresh_of_channel
from bot.services.postmortems.render_pdf import RenderPdfJob, render_pdf
from bot.services.questions.answer_question import answer_in_channel
from bot.services.questions.jobs import AnswerJob
from bot.services.requests import post_digest
from bot.services.requests.ask_owner import ask_owner
from bot.services.requests.context import RequestContext
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
from bot.services.requests.record_answer import record_answer, tell_effects
from bot.services.requests.request_clock import hear_of_tickets, look_at, read_tickets, tick
from bot.services.requests.show_on_ticket import link_tickets_of
from bot.services.requests.verify_fix import verify_fix
from bot.services.services import Services
from bot.services.watches.context import WatchContext
from bot.services.watches.jobs import LiveAnswerJob, WatchJob
from bot.services.watches.keep_live import keep_live_with_answer, refresh_live
from bot.services.watches.watch_clock import look_at_watch, tick_watches

Room = TypeVar("Room", ClipContext, FactsContext, PostmortemContext, RequestContext, WatchContext)
Run = Callable[[Services, Any], Awaitable[None]]

_clips: Callable[[Services], ClipContext] = attrgetter("clips")
_postmortems: Callable[[Services], PostmortemContext] = attrgetter("postmortems")
_facts: Callable[[Services], FactsContext] = attrgetter("facts")
_requests: Callable[[Services], RequestContext] = attrgetter("requests")
_watches: Callable[[Services], WatchContext] = attrgetter("watches")


def answer_jobs() -> JobTable[Services]:
    return {
        AnswerJob.job_name: Job(_answer, limit_s=120),
        ChooseClipJob.job_name: Job(_in(_clips, choose_clip), limit_s=120),
        ChooseSideBySideJob.job_name: Job(_side_by_side, limit_s=120),
        MessageJob.job_name: Job(_in(_postmortems, follow_message)),
        AddMessageJob.job_name: Job(_add_message),
        NoteQuestionJob.job_name: Job(_in(_postmortems, note_question)),
        UnfurlJob.job_name: Job(_in(_postmortems, unfurl_links)),
        CommentJob.job_name: Job(_in(_postmortems, say_in_thread)),
        AddToNotebookJob.job_name: Job(_add_to_notebook),
        RefreshFactsJob.job_name: Job(_refresh_facts, tries=1),  # the clock comes by again
        RequestOwnerJob.job_name: Job(_ask_owner),
        ReadHeadJob.job_name: Job(_in(_postmortems, follow_topic)),
        AnnounceJob.job_name: Job(_in(_postmortems, announce_status)),
        AcknowledgeJob.job_name: Job(_in(_requests, record_answer)),
        EffectsJob.job_name: Job(_tell_effects),
        StepJob.job_name: Job(_in(_requests, look_at), tries=1),  # the clock comes by again within a minute
        ReadTicketsJob.job_name: Job(_in(_requests, read_tickets), tries=1),  # as above
        TicketsChangedJob.job_name: Job(_in(_requests, hear_of_tickets)),
        VerifyJob.job_name: Job(_in(_requests, verify_fix)),
        DigestJob.job_name: Job(_in(_requests, post_digest.send_digest)),
        "tick": Repeat(_tick, "* * * * *"),
        "count_facts": Repeat(_count_facts, "* * * * *"),
        WatchJob.job_name: Job(_in(_watches, look_at_watch), tries=1, limit_s=120),
        LiveAnswerJob.job_name: Job(_in(_watches, refresh_live), tries=1, limit_s=120),
        "watch_tick": Repeat(_watch_tick, "* * * * *"),
        "home_tick": Repeat(refresh_homes, "* * * * *"),
    }


def clip_jobs() -> JobTable[RenderContext]:
    return {
        RenderClipJob.job_name: Job(render_clip, tries=2, limit_s=300),
        RenderSideBySideJob.job_name: Job(render_sessions, tries=2),
        RenderPdfJob.job_name: Job(_pdf, tries=2, limit_s=150),
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
        await keep_live_with_answer(services.watches, asked)
        # A job of its own: a notebook that is away must not turn a good answer into a failed one.
        note = NoteQuestionJob(team=job.team, question=job.question, revision=job.revision)
        await services.questions.queue.put(note)


async def _side_by_side(services: Services, job: ChooseSideBySideJob) -> None:
    if job.request:
        await choose_before_and_after(services.clips, services.requests, job)
    else:
        await choose_three(services.clips, job)


async def _add_to_notebook(services: Services, job: AddToNotebookJob) -> None:
    await add_to_notebook(services.postmortems, job)
    asked = await services.postmortems.questions.get(job.team, job.question)
    await refresh_of_channel(services.facts, asked.team, asked.channel)


async def _add_message(services: Services, job: AddMessageJob) -> None:
    await add_message(services.postmortems, job)
    await refresh_of_channel(services.facts, job.team, job.channel, recount=False)


async def _ask_owner(services: Services, job: RequestOwnerJob) -> None:
    await ask_owner(services.requests, job)
    asked = await services.postmortems.questions.get(job.team, job.question)
    await refresh_of_channel(services.facts, asked.team, asked.channel, recount=False)


async def _tell_effects(services: Services, job: EffectsJob) -> None:
    await tell_effects(services.requests, job)
    request = await services.requests.records.get(job.team, job.request)
    await refresh_of_channel(services.facts, request.team, request.channel, recount=False)


async def _refresh_facts(services: Services, job: RefreshFactsJob) -> None:
    await refresh_facts(services.facts, job)
    with suppress(Missing):
        notebook = await services.postmortems.notebook(job.team, job.notebook)
        await link_tickets_of(services.requests, notebook.team, notebook.channel)


async def _count_facts(services: Services) -> None:
    await refresh_due(services.facts)


async def _tick(services: Services) -> None:
    await tick(services.requests)
    await post_digest.tick(services.requests)


async def _watch_tick(services: Services) -> None:
    await tick_watches(services.watches)


async def _pdf(context: RenderContext, job: RenderPdfJob) -> None:
    await render_pdf(context.pdfs, context.pool, job)
