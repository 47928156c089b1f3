"""How long a question takes to be understood: every phrasing of the tables in tests/signals, in both languages."""

from __future__ import annotations

from contextlib import suppress
from statistics import median
from time import perf_counter

from bench.figures import Figure
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse import parse
from tests.signals.meaning import KNOWN, NOW, VERSIONS
from tests.signals.test_phrasings import TABLES


async def run(*, quick: bool) -> list[Figure]:
    phrases = [(tag, row.phrase) for tag, table in TABLES.items() for row in table]
    begun = perf_counter()
    _timed(*phrases[0])
    first = perf_counter() - begun
    times = [_timed(tag, phrase) for _ in range(1 if quick else 5) for tag, phrase in phrases]
    about = f"{len(phrases)} phrasings, median of {len(times)} runs"
    return [
        Figure("a question is understood", median(times) * 1000, 2.0, unit="ms", detail=about),
        Figure("the slowest one", max(times) * 1000, unit="ms"),
        Figure("the first one, with the grammar built", first * 1000, unit="ms"),
    ]


def _timed(tag: str, phrase: str) -> float:
    begun = perf_counter()
    with suppress(Misunderstood):  # the tables hold phrases that must be refused, too
        parse(phrase, now=NOW, locale=Locale.of(tag, "Asia/Seoul"), versions=VERSIONS, known=KNOWN)
    return perf_counter() - begun
