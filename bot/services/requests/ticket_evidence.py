"""What the page of a ticket shows of the request that led to it: chart, clip, versions and where to read on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.backlog.request import Request
from bot.backlog.ticket import Ticket
from bot.kernel.errors import Missing, Upstream
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Chart, StoredClip
from bot.notebook.facts import chart_of
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.signals.answer import Answer, FirstSeen


@dataclass(frozen=True, slots=True)
class TicketEvidence:
    """`versions` first came up in the time that was asked about, newest first. A chart of one bar shows nothing."""

    request: Request
    versions: tuple[FirstSeen, ...]
    chart: Chart | None
    clip: StoredClip | None
    notebook_url: str
    thread_url: str


async def evidence_of(context: RequestContext, ticket: Ticket, locale: Locale) -> TicketEvidence | None:
    """None for a ticket that no request led to, or one whose request is no longer kept."""
    request = await context.records.of_ticket(ticket.key)
    if request is None:
        return None
    try:
        asked = await context.questions.get(request.team, request.question)
        clips = await context.postmortems.clips.of_question(asked)
        thread = await notify.thread_url(context, request)
    except (Missing, Upstream):
        return TicketEvidence(request, (), None, None, await notify.notebook_url(context, request), "")
    answer = asked.answer
    return TicketEvidence(
        request,
        _new_versions(answer) if answer else (),
        _chart(answer, request, locale, asked.zone) if answer else None,
        clips[-1].clip if clips else None,
        await notify.notebook_url(context, request),
        thread,
    )


def _new_versions(answer: Answer) -> tuple[FirstSeen, ...]:
    """Those of the time that was asked about; the answer knows those of the weeks before, too."""
    period = answer.question.period
    seen = [each for each in answer.first_seen if period.start <= each.at < period.end]
    return tuple(sorted(seen, key=lambda each: each.at, reverse=True))


def _chart(answer: Answer, request: Request, locale: Locale, zone: str) -> Chart | None:
    if len(answer.series) < 2:
        return None
    return chart_of(answer, locale.text("Signals on %(what)s", what=f"“{request.feature}”"), zone)
