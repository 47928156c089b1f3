"""What a notebook is told of a request: its follow-up row, the backlog check and what people answered."""

from __future__ import annotations

from bot.backlog.check_sentences import note
from bot.backlog.request import HistoryEntry, Request, RequestAction, RequestState
from bot.backlog.sentences import answer, standing_note, who
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Acknowledged, Comment, FollowUp
from bot.notebook.merge import Change, Put

TOLD = frozenset({RequestAction.IN_BACKLOG, RequestAction.NOT_DOING, RequestAction.HAND_OVER})
"""What people did that the discussion keeps. What a check found stands in the follow-up row, and there alone."""
DECIDED = frozenset({RequestAction.IN_BACKLOG, RequestAction.NOT_DOING})


def changes_of(request: Request, locale: Locale, email: str = "") -> tuple[Change, ...]:
    """For `merge`, in the notebook's language. May be repeated: each change is keyed by the request and its version.

    `email` is the address of who is responsible.
    """
    row = FollowUp(
        key=request.id,
        what=request.what,
        at=request.asked_at,
        owner=request.responsible.name,
        ticket=request.ticket,
        ticket_link=request.ticket_link,
        state=str(request.state),
        note=standing_note(request, locale) or _note(request, locale),
        revision=request.version,
        owner_email=email,
        outcome=request.plan.outcome,
        type=request.plan.kind or "",
        priority=request.plan.priority or "",
        due=request.plan.due,
    )
    entries = [it for it in request.history if it.action in TOLD]
    comments = [
        Comment(f"{request.id}/{it.version}", it.at, answer(it, locale), who(it, locale), revision=it.version)
        for it in entries
    ]
    return (row, *comments, *_checked(request, entries, locale))


def _note(request: Request, locale: Locale) -> str:
    """Why the row's state is what it is: what the check found, why the ticket was closed, why it isn't done."""
    if request.check:
        return note(request.check, locale)
    if request.state is RequestState.CLOSED:
        return next((it.note for it in reversed(request.history) if it.action is RequestAction.CLOSE), "")
    return request.reason


def _checked(request: Request, entries: list[HistoryEntry], locale: Locale) -> tuple[Change, ...]:
    """Also while it is asked again: the cell from before must not go on saying what was answered then."""
    if not any(entry.action in DECIDED for entry in entries):
        return ()
    acknowledged = Acknowledged(
        request.feature,
        who(entries[-1], locale),
        entries[-1].at,
        str(request.state),
        request.ticket,
        request.ticket_link,
        request.reason,
        request.version,
    )
    return (Put(f"acknowledged/{request.id}", "backlog", acknowledged),)
