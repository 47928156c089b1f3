"""What the facts of a post-mortem need of the rest of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.backlog.owners import AllOwners
from bot.queue.queue import Queue
from bot.services.postmortems.context import PostmortemContext
from bot.services.requests.request_records import RequestRecords
from bot.services.teams.team_parts import TeamParts
from bot.signals.language.model_rewriting import Rewriter
from bot.signals.source import Source
from bot.state.record_indexes import DueIndex


@dataclass(frozen=True, slots=True)
class FactsContext:
    """`due` says when each notebook is counted again; `rewriter` may word the summary, None unless configured."""

    postmortems: PostmortemContext
    source: Source
    requests: RequestRecords
    owners: AllOwners
    queue: Queue
    due: DueIndex
    clock: Callable[[], datetime]
    teams: TeamParts
    rewriter: Rewriter | None = None
