"""What one process does at a time goes on in another when that one is killed."""

from __future__ import annotations

import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import Process

from redis.asyncio import Redis


async def test_a_duty_is_one_processs_until_it_is_killed(redis: Redis, redis_server: str) -> None:
    processes: dict[int, Process] = {}
    try:
        for _ in range(3):
            process = await create_subprocess_exec(sys.executable, "-m", "tests.state.duty_process", redis_server)
            processes[process.pid] = process
        for _ in processes:
            await redis.blpop(["up"], timeout=120)
        turns = []
        for others in (2, 1, 0):
            turns.append(int((await redis.blpop(["begun"], timeout=120))[1]))
            assert await redis.llen("begun") == 0, "nobody else has it"
            assert len(processes) - len(turns) == others
            processes[turns[-1]].kill()
        assert sorted(turns) == sorted(processes)
    finally:
        for process in processes.values():
            if process.returncode is None:
                process.kill()
            await process.wait()
