"""What threads do for the first time at once doesn't end the process."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.kernel.first_uses import USES


@pytest.mark.parametrize("use", USES)
async def test_threads_may_read_for_the_first_time_at_once(use: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kernel.first_uses", use, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
