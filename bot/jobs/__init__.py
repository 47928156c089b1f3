"""What the queue triggers, one file per job: the twin of handlers/. This page is the table of jobs, by lane.

Answers need the source, which on one machine lives in the bot's own process; clips need a browser, and as many worker
processes (and hosts) as wanted take them.
"""

from __future__ import annotations

from bot.jobs.add_to_notebook import record
from bot.jobs.answer_question import answer
from bot.jobs.ask_owner import request
from bot.jobs.choose_clip import choose
from bot.jobs.follow_timeline import timeline
from bot.jobs.record_acknowledgement import acknowledge
from bot.jobs.render_clip import clip
from bot.jobs.tell_effects import effects
from bot.jobs.tick import tick
from bot.jobs.verify_fix import verification
from bot.queue.job import Job, JobTable, Repeat
from bot.services.clips.context import Studio
from bot.services.office import Office


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
