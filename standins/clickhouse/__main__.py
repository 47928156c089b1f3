"""`python -m standins.clickhouse FOLDER [PORT]`: a free port where none is named; the first line printed is the port.

The password of the user `default` is in CLICKHOUSE_PASSWORD. It ends when its parent does.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from standins.clickhouse.chdb_engine import ChdbEngine
from standins.clickhouse.clickhouse_http import ClickHouseHttp

PR_SET_PDEATHSIG = 1  # linux/prctl.h


async def serve(folder: Path, port: int) -> None:
    http = ClickHouseHttp(ChdbEngine(folder), password=os.environ.get("CLICKHOUSE_PASSWORD", ""))
    runner = web.AppRunner(http.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201
    await asyncio.Event().wait()


def main(folder: str, port: str = "0") -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    asyncio.run(serve(Path(folder), int(port)))


main(*sys.argv[1:])
