"""What the queue triggers: the table from job to service, by lane. The twin of handlers/.

Answers need the source, which on one machine lives in the bot's own process; clips need a browser, and as many worker
processes (and hosts) as wanted take them.
"""

from __future__ import annotations

from bot.jobs import clips, postmortems, questions, requests
from bot.queue.job import Job, JobTable, Repeat
from bot.services.clips.context import RenderContext
from bot.services.clips.jobs import ChooseClipJob, RenderClipJob
from bot.services.postmortems.jobs import AddToNotebookJob, TimelineJob
from bot.services.questions.jobs import AnswerJob
from bot.services.requests.jobs import AcknowledgeJob, EffectsJob, RequestOwnerJob, StepJob, VerifyJob
from bot.services.services import Services


def answer_jobs() -> JobTable[Services]:
    return {
        AnswerJob.job_name: Job(questions.answer, limit_s=120),
        ChooseClipJob.job_name: Job(clips.choose, limit_s=120),
        AddToNotebookJob.job_name: Job(postmortems.add),
        TimelineJob.job_name: Job(postmortems.timeline),
        RequestOwnerJob.job_name: Job(requests.ask),
        AcknowledgeJob.job_name: Job(requests.acknowledge),
        EffectsJob.job_name: Job(requests.effects),
        StepJob.job_name: Job(requests.step, tries=1),  # the clock comes by again within a minute
        VerifyJob.job_name: Job(requests.verify),
        "tick": Repeat(requests.tick, "* * * * *"),
    }


def clip_jobs() -> JobTable[RenderContext]:
    return {RenderClipJob.job_name: Job(clips.render, tries=2, limit_s=300)}
