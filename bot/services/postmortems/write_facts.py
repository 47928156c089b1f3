"""Writes counted facts into the notebook, and drafts its summary from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import msgspec
import structlog

from bot.backlog.request import RequestState
from bot.kernel.errors import Upstream
from bot.notebook.cell_kind import CellData
from bot.notebook.drafted_summary import drafted_summary, may_be_drafted
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimes, with_proposals
from bot.notebook.merge import Put, merge, withdrawn
from bot.notebook.notebook import Notebook
from bot.notebook.polished_summary import GUIDE, accepted
from bot.notebook.ports import change
from bot.services.postmortems.facts_context import FactsContext
from bot.signals.answer import CaveatKind
from bot.signals.language.model_rewriting import SummaryWording

D = TypeVar("D", bound=CellData)

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CountedFacts:
    """What was counted, from the key times as they were `before`. Without an `impact` its numbers stay as they are.

    `calm`: the source was asked, and nothing began. Then numbers from before are of something that was not there.
    """

    before: KeyTimes
    times: KeyTimes
    impact: Impact | None
    calm: bool = False


async def write_facts(context: FactsContext, notebook: Notebook, facts: CountedFacts) -> None:
    """Nothing is written where nothing changed, and nothing once it is published."""
    impact = None if facts.calm else _impact(notebook, facts.impact)
    summary = await _summary(context, notebook, facts.times, impact) if impact else None

    def written(current: Notebook) -> Notebook:
        if current.head.published or (impact and _is_overtaken(current, impact)):
            return current
        if facts.calm and current.key_times.corrected == facts.before.corrected:
            current = withdrawn(current, {Impact.marker, DraftedSummary.marker})
        times = as_stored(with_proposals(current.key_times, facts.times.proposed))
        puts = [Put(KeyTimes.marker, "timeline", times, first=True)]
        # What was corrected in the meantime makes it another span, which another job counts.
        if impact and current.key_times.corrected == facts.before.corrected:
            puts.append(Put(Impact.marker, "impact", impact, first=True))
            if summary and may_be_drafted(current):
                puts.append(Put(DraftedSummary.marker, "summary", summary, first=True))
        return merge(current, puts, context.postmortems.text.for_notebook(current))

    await change(context.postmortems.notebooks, notebook.id, written)


def _is_overtaken(notebook: Notebook, impact: Impact) -> bool:
    """Whether a count that began later has written already: a slower one has nothing to add."""
    cell = notebook.managed(Impact.marker)
    return bool(cell and isinstance(cell.data, Impact) and cell.data.counted_at > impact.counted_at)


def _impact(notebook: Notebook, counted: Impact | None) -> Impact | None:
    """Returns the numbers to keep: those from before where the new ones say no more, or the source knows less now."""
    cell = notebook.managed(Impact.marker)
    known = cell.data if cell and isinstance(cell.data, Impact) else None
    if counted is None:
        return known
    fresh = as_stored(counted)
    if known is None:
        return fresh
    timed_out = any(caveat.kind is CaveatKind.TIMED_OUT for caveat in fresh.caveats)
    less = (_forgotten(fresh, known) or timed_out) and known.start == fresh.start
    return known if less or fresh.says_as_much(known) else fresh


def _forgotten(fresh: Impact, known: Impact) -> bool:
    """Whether the source has deleted some of it since: what it never had, it didn't have then either."""
    if fresh.kept_from is None or fresh.kept_from <= fresh.start:
        return False
    return known.kept_from is None or fresh.kept_from > known.kept_from


async def _summary(context: FactsContext, notebook: Notebook, times: KeyTimes, impact: Impact) -> DraftedSummary | None:
    """A model words each draft once, where one is configured."""
    if not may_be_drafted(notebook):
        return None
    cell, locale = notebook.managed(DraftedSummary.marker), notebook.locale
    known = cell.data if cell and isinstance(cell.data, DraftedSummary) else None
    states = {row.state for row in notebook.follow_ups}
    draft = drafted_summary(times, impact, locale, improved=states == {RequestState.IMPROVED})
    if known and draft == (known.draft or known.text):
        return known
    polished = await _polished(context, draft)
    return DraftedSummary(polished, draft) if polished else DraftedSummary(draft)


async def _polished(context: FactsContext, draft: str) -> str:
    """Returns the model's wording; nothing where there is no model, or it says anything that the draft doesn't.

    The draft names buttons, errors and people, so it goes only where the operator said so.
    """
    model = context.rewriter
    if model is None or not (isinstance(model, SummaryWording) and model.words_summaries):
        return ""
    try:
        answer = await model.rewrite(draft, GUIDE)
    except Upstream as error:
        log.warning("the summary stays as it was drafted", why=error.sentence)
        return ""
    return accepted(draft, answer)


def as_stored(data: D) -> D:
    """Returns the data as they are read back: moments in other zones and fractions of them compare alike then."""
    return msgspec.json.decode(msgspec.json.encode(data), type=type(data))
