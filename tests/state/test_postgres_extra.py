"""The package for Postgres is read only when DATABASE_URL asks for it; where it is missing, one sentence says so."""

from __future__ import annotations

import subprocess
import sys

from bot.kernel.extras import missing_extra
from bot.kernel.paths import ROOT

OPEN = """
import asyncio, sys
{before}
import bot.app.serve, bot.app.worker, bot.cli.doctor
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Secret, Settings
from bot.state.redis_records import opened_records

assert sys.modules.get("asyncpg") is None

async def main():
    try:
        async with opened_records(Settings(database_url=Secret("postgresql://localhost:1/bot")), None, retries=0):
            pass
    except Misunderstood as error:
        print(error.sentence)

asyncio.run(main())
"""


def test_without_the_extra_one_sentence_names_it() -> None:
    code = OPEN.format(before="sys.modules['asyncpg'] = None")
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert said.stdout == f"{missing_extra('postgres', 'DATABASE_URL').sentence}\n"


def test_whoever_keeps_records_in_redis_never_reads_it() -> None:
    code = "import sys, bot.app.serve, bot.app.worker, bot.state.redis_records; sys.exit('asyncpg' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
