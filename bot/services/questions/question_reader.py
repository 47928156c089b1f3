"""Reads questions as this workspace means them: with the names that its source has seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.kernel.errors import Misunderstood, Upstream
from bot.kernel.locale import Locale
from bot.services.questions.with_context import versions
from bot.signals.language.help import examples
from bot.signals.language.model_rewriting import Rewriter, SuggestedReading, suggested_reading
from bot.signals.language.parse import KnownNames, parse
from bot.signals.presets import Presets
from bot.signals.question import ALL_SIGNALS, Metric, Period, Question
from bot.signals.source import Source

VERSIONS_KEPT = timedelta(days=90)
MOST_NAMES = 20

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """`rewriter` reads what the grammar refuses; None unless one is configured."""

    source: Source
    clock: Callable[[], datetime]
    presets: Presets = field(default_factory=dict)
    rewriter: Rewriter | None = None

    async def read(
        self, text: str, locale: Locale, base: Question | None = None, now: datetime | None = None
    ) -> Question:
        """Returns the question, going on from `base`. Raises Misunderstood, and what the source raises."""
        now = now or self.clock()
        names, seen = await asyncio.gather(self.known(now), versions(self.source, Period(now - VERSIONS_KEPT, now)))
        first = {version.version: version.at for version in seen}
        return parse(text, now=now, locale=locale, versions=first, base=base, known=names)

    async def read_anew_or_follow_up(self, text: str, locale: Locale, base: Question) -> Question:
        """In a direct message a question may go on from the last one or begin anew: anew when it names anything."""
        going_on = await self.read(text, locale, base)
        try:
            alone = await self.read(text, locale)
        except Misunderstood:
            return going_on
        names = alone.target or alone.view or alone.signals != ALL_SIGNALS or alone.metric is not Metric.SIGNALS
        return alone if names else going_on

    async def known(self, now: datetime | None = None) -> KnownNames:
        """Returns what can be asked about here: the targets clicked most in the last week, and the settings' names."""
        now = now or self.clock()
        seen = await self.source.seen(Period(now - timedelta(days=7), now))
        return KnownNames(targets=tuple(target.name for target in seen[:MOST_NAMES]), presets=self.presets)

    async def examples(self, locale: Locale) -> tuple[str, ...]:
        """Returns three questions that would be answered here and now."""
        return examples(locale, (await self.known()).targets)

    async def suggestion(self, text: str, locale: Locale, base: Question | None) -> SuggestedReading | None:
        """Returns what a model reads in words that the grammar refuses; None without a model, or without a reading."""
        if self.rewriter is None:
            return None
        understand = partial(self.read, locale=locale, base=base, now=self.clock())
        try:
            names = (await self.known()).targets if self.rewriter.sees_names else ()
            return await suggested_reading(self.rewriter, text, locale, understand, names)
        except Upstream as error:
            log.warning("no reading of a question", why=error.sentence)
            return None
