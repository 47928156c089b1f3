"""The bot and its worker in a process that tests may kill, set by variables.

With `BREAKS` set to `dies` or `raises`, its job that answers kills the process, or has a bug.
"""

from __future__ import annotations

import asyncio
import os
import signal
from unittest import mock

from bot import jobs
from bot.app import build
from bot.kernel.settings import Settings
from bot.kernel.telemetry import set_up_logging
from bot.queue.job import Job, JobTable
from bot.services import queued_jobs
from bot.services.office import Office


async def dies(_: Office, __: queued_jobs.AnswerJob) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def raises(office: Office, _: queued_jobs.AnswerJob) -> None:
    raise ZeroDivisionError(f"with {office.desk.settings.slack_bot_token!s} and {office.desk.settings.redis_url!s}")


def broken(table: JobTable[Office], how: str) -> JobTable[Office]:
    return {**table, "answer": Job({"dies": dies, "raises": raises}[how])} if how else table


async def main() -> None:
    settings = Settings.from_env(os.environ)
    set_up_logging("json", settings.secrets)
    table = broken(jobs.answers(), os.environ.get("BREAKS", ""))
    with mock.patch.object(jobs, "answers", return_value=table):
        async with build.serving(settings), build.filming(settings):
            await asyncio.Event().wait()


def run() -> None:
    asyncio.run(main())
