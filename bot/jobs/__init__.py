"""What the queue triggers, one file per job: the twin of handlers/. This page is the table of jobs, by lane.

Answers need the source, which on one machine lives in the bot's own process; clips need a browser, and as many worker
processes (and hosts) as wanted take them.
"""

from __future__ import annotations

from bot.desk.office import Office
from bot.desk.studio import Studio
from bot.jobs.acknowledge import acknowledge
from bot.jobs.answer import answer
from bot.jobs.choose import choose
from bot.jobs.clip import clip
from bot.jobs.effects import effects
from bot.jobs.record import record
from bot.jobs.reminder import tick
from bot.jobs.request import request
from bot.jobs.timeline import timeline
from bot.jobs.verification import verification
from bot.runtime.jobs import Job, JobTable, Repeat


def answers() -> JobTable[Office]:
    return {
        "answer": Job(answer, limit_s=120),
        "choose": Job(choose, limit_s=120),
        "record": Job(record),
        "request": Job(request),
        "acknowledge": Job(acknowledge),
        "effects": Job(effects),
        "timeline": Job(timeline),
        "verification": Job(verification),
        "tick": Repeat(tick, "* * * * *"),
    }


def clips() -> JobTable[Studio]:
    return {"clip": Job(clip, tries=2, limit_s=300)}
