"""What the first question needs is made before anybody asks one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PREPARED = """
from datetime import UTC, datetime
from bot.kernel.locale import Locale
from bot.signals.language import lexicon, parse, scan

parse.prepare()
made = [parse.grammar, lexicon.lexicon, scan.scanner]
before = [each.cache_info().misses for each in made]
parse.parse("rage clicks on buy button", now=datetime(2026, 11, 23, 12, tzinfo=UTC), locale=Locale.of("en"))
assert before == [1, 1, 1] == [each.cache_info().misses for each in made]
"""


def test_after_preparing_the_first_question_builds_nothing_more() -> None:
    subprocess.run([sys.executable, "-c", PREPARED], check=True, cwd=ROOT, timeout=600)
