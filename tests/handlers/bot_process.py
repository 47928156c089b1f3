"""The bot and its worker in a process that tests may kill or tell to end, set by variables.

`ROLE` makes it a `bot` or a `worker` alone. With `BREAKS` set to `dies` or `raises`, its job that answers kills the
process, or has a bug.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from unittest import mock

from bot import jobs
from bot.app.serve import serving
from bot.app.worker import rendering
from bot.cli.run_commands import stop_signal
from bot.kernel.telemetry import set_up_logging
from bot.providers.registry import read_settings
from bot.queue.job import Job, JobTable
from bot.services.questions.jobs import AnswerJob
from bot.services.services import Services


async def dies(_: Services, __: AnswerJob) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def raises(_: Services, __: AnswerJob) -> None:
    settings = read_settings(os.environ)
    raise ZeroDivisionError(f"with {settings.slack_bot_token!s} and {settings.redis_url!s}")


def broken(table: JobTable[Services], how: str) -> JobTable[Services]:
    return {**table, AnswerJob.job_name: Job({"dies": dies, "raises": raises}[how])} if how else table


async def main() -> None:
    settings = read_settings(os.environ)
    set_up_logging("json", settings.secrets)
    table = broken(jobs.answer_jobs(), os.environ.get("BREAKS", ""))
    role = os.environ.get("ROLE", "")
    with mock.patch.object(jobs, "answer_jobs", return_value=table):
        async with AsyncExitStack() as stack:
            if role != "worker":
                await stack.enter_async_context(serving(settings))
            if role != "bot":
                port = int(os.environ.get("WORKER_PORT", "0")) or None
                await stack.enter_async_context(rendering(settings, port=port))
            await (await stack.enter_async_context(stop_signal())).wait()


def run() -> None:
    asyncio.run(main())
