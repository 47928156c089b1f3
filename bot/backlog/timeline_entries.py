"""What a request leaves in the timeline: asked, answered, the ticket moved, the fix checked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.backlog.request import HistoryEntry, Request, RequestAction
from bot.backlog.session_rates import FixOutcome
from bot.notebook.timeline import Entry, EntryKind, noted

ANSWERS = frozenset({RequestAction.IN_BACKLOG, RequestAction.NOT_DOING, RequestAction.HAND_OVER, RequestAction.EXPIRE})
OF_THE_TICKET = frozenset({RequestAction.DONE, RequestAction.CLOSE, RequestAction.REOPEN})
SETTLED = frozenset({str(FixOutcome.IMPROVED), str(FixOutcome.NOT_IMPROVED)})
"""What a check found. One that came too early found nothing yet."""


def timeline_entries(request: Request, link: str = "") -> tuple[Entry, ...]:
    """Returns an entry for each thing that happened, keyed by the request and its version. `link` is its thread's."""
    first = request.history[0] if request.history else None
    owner = first.who.name if first and first.action is RequestAction.HAND_OVER else request.owner.name
    asked = noted(
        f"request/{request.id}", request.asked_at, EntryKind.OWNER_ASKED,
        who=request.asker.name, link=link, owner=owner, what=request.feature,
    )  # fmt: skip
    return (asked, *_of_history(request, link))


def _of_history(request: Request, link: str) -> Iterator[Entry]:
    """A fix that is looked at again and found the same is no news."""
    ticket, checked = "", set[str]()
    for it in request.history:
        key = f"request/{request.id}/{it.version}"
        if it.action is RequestAction.IN_BACKLOG:
            ticket, checked = it.note, set()
        if it.action is RequestAction.ASK_AGAIN:
            what = {"owner": request.owner.name, "what": request.feature}
            yield noted(key, it.at, EntryKind.OWNER_ASKED, who=it.who.name, link=link, **what)
        elif it.action in ANSWERS:
            who = "" if it.action is RequestAction.EXPIRE else it.who.name
            yield noted(key, it.at, EntryKind.ANSWERED, who=who, link=link, action=str(it.action), note=it.note)
        elif it.action in OF_THE_TICKET:
            checked = set()
            yield _moved(key, request, it, ticket or request.ticket)
        elif it.action is RequestAction.VERIFY and it.note in SETTLED - checked:
            checked.add(it.note)
            yield noted(key, it.at, EntryKind.CHECKED, outcome=it.note)


def _moved(key: str, request: Request, it: HistoryEntry, ticket: str) -> Entry:
    """The last fix is as old as its ticket says, and not as the look that found it."""
    last = next((each for each in reversed(request.history) if each.action is RequestAction.DONE), None)
    at = request.fixed_at if it is last and request.fixed_at else it.at
    return noted(key, at, EntryKind.TICKET, link=request.ticket_link, action=str(it.action), ticket=ticket)
