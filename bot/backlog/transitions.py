"""What a press does to a request. Pure; whoever was second is told what the first one did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from bot.backlog.fix_check import FixCheck
from bot.backlog.request import (
    MOVED_TO,
    WITH_TICKET,
    AgreedFields,
    FollowUpPlan,
    HistoryEntry,
    Party,
    Request,
    RequestAction,
    RequestState,
)
from bot.backlog.sentences import already
from bot.backlog.ticket import Status
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale

_WAITING = (RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.HANDED_OVER)
_ANSWERABLE = (*_WAITING, RequestState.SNOOZED, RequestState.EXPIRED)
_CHECKABLE = (RequestState.DONE, RequestState.TOO_EARLY, RequestState.NOT_IMPROVED)
_FINISHED = (*_CHECKABLE, RequestState.IMPROVED)

TABLE: Mapping[RequestAction, tuple[tuple[RequestState, ...], RequestState | None]] = MappingProxyType(
    {
        # what: (from which states, into which state; None stays)
        RequestAction.IN_BACKLOG: (_ANSWERABLE, RequestState.IN_BACKLOG),
        RequestAction.NOT_DOING: (
            (*_ANSWERABLE, RequestState.IN_BACKLOG, RequestState.CLOSED),
            RequestState.NOT_DOING,
        ),
        RequestAction.HAND_OVER: (_ANSWERABLE, RequestState.HANDED_OVER),
        RequestAction.ACCEPT: ((RequestState.HANDED_OVER,), RequestState.SEEN),
        RequestAction.GIVE_BACK: ((RequestState.HANDED_OVER,), RequestState.ASKED),
        RequestAction.SNOOZE: (
            (RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.SNOOZED, RequestState.EXPIRED),
            RequestState.SNOOZED,
        ),
        RequestAction.SEE: ((RequestState.ASKED,), RequestState.SEEN),
        RequestAction.WAKE: ((RequestState.SNOOZED,), RequestState.ASKED),
        RequestAction.REMIND: (_WAITING, None),
        RequestAction.ESCALATE: ((RequestState.ASKED, RequestState.SEEN), RequestState.ESCALATED),
        RequestAction.EXPIRE: (_WAITING, RequestState.EXPIRED),
        RequestAction.PLAN: ((RequestState.IN_BACKLOG,), None),
        RequestAction.FINISH: ((RequestState.IN_BACKLOG,), RequestState.DONE),
        RequestAction.DONE: ((RequestState.IN_BACKLOG, RequestState.CLOSED), RequestState.DONE),
        RequestAction.CLOSE: ((RequestState.IN_BACKLOG, *_FINISHED), RequestState.CLOSED),
        RequestAction.REOPEN: ((RequestState.CLOSED, *_FINISHED), RequestState.IN_BACKLOG),
        RequestAction.RENAME: (tuple(WITH_TICKET), None),
        RequestAction.LOSE: (tuple(WITH_TICKET), None),
        RequestAction.RETURN: (tuple(WITH_TICKET), None),
        RequestAction.FOLLOW: ((RequestState.IN_BACKLOG,), None),
        RequestAction.OVERRULE: ((RequestState.IN_BACKLOG,), None),
        RequestAction.VERIFY: (_CHECKABLE, None),  # into the state of its outcome
        RequestAction.ASK_AGAIN: (
            (
                RequestState.NOT_DOING,
                RequestState.EXPIRED,
                RequestState.CLOSED,
                RequestState.IMPROVED,
                RequestState.NOT_IMPROVED,
            ),
            RequestState.ASKED,
        ),
    }
)
ANSWERS = frozenset(
    {
        RequestAction.IN_BACKLOG,
        RequestAction.NOT_DOING,
        RequestAction.HAND_OVER,
        RequestAction.ACCEPT,
        RequestAction.GIVE_BACK,
        RequestAction.PLAN,
        RequestAction.FINISH,
        RequestAction.ASK_AGAIN,
    }
)
"""After one of these, everything drawn before is stale."""
TIMED = frozenset(
    {
        RequestAction.WAKE,
        RequestAction.REMIND,
        RequestAction.ESCALATE,
        RequestAction.EXPIRE,
        RequestAction.DONE,
        RequestAction.CLOSE,
        RequestAction.REOPEN,
        RequestAction.RENAME,
        RequestAction.LOSE,
        RequestAction.RETURN,
        RequestAction.FOLLOW,
        RequestAction.OVERRULE,
    }
)
"""Done by the clock, for one version and no other."""


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """Who does what, when, drawn for which version; `ticket` to `to` as the action needs them."""

    action: RequestAction
    by: Party
    at: datetime
    version: int
    ticket: str = ""
    ticket_link: str = ""
    reason: str = ""
    until: datetime | None = None
    to: Party | None = None
    plan: FollowUpPlan | None = None
    agreed: AgreedFields | None = None
    standing: str = ""
    on_behalf: bool = False
    """By somebody who wasn't asked, for whoever was."""
    fixed_at: datetime | None = None
    """When the ticket was done, where its tracker tells; else it is when somebody saw it. For a check, the fix that was
    checked."""
    check: FixCheck | None = None


def follow_ticket(state: RequestState, status: Status) -> RequestAction | None:
    """Returns what the status of its ticket means for a request; None where it means nothing new."""
    match status:
        case _ if state not in WITH_TICKET:
            return None
        case Status.DONE:
            return RequestAction.DONE if state in {RequestState.IN_BACKLOG, RequestState.CLOSED} else None
        case Status.CLOSED:
            return None if state is RequestState.CLOSED else RequestAction.CLOSE
        case _:
            return None if state is RequestState.IN_BACKLOG else RequestAction.REOPEN


def decide(request: Request, press: Transition, locale: Locale) -> Request:
    """The request after the press, one version on.

    Raises Conflict, in the words of `locale`, for a press that is stale or repeated, and Misunderstood when it lacks
    what its action needs.
    """
    sources, target = TABLE[press.action]
    if request.state not in sources or _stale(request, press):
        raise Conflict(already(request, press.at, locale))
    _complete(request, press)
    version = request.version + 1
    behalf = (request.responsible if request.state in WITH_TICKET else request.asks) if press.on_behalf else None
    happening = HistoryEntry(press.at, press.by, press.action, version, _note(request, press), behalf)
    changes: dict[str, Any] = {
        "state": target or request.state,
        "version": version,
        "history": (*_history(request, press.action), happening),
        **_effect(request, press),
    }
    if press.action in ANSWERS:
        changes["floor"] = version
    return msgspec.structs.replace(request, **changes)


def _history(request: Request, action: RequestAction) -> tuple[HistoryEntry, ...]:
    """Of several checks of one fix the last one stands for all, so that nobody fills the record by pressing."""
    again = request.last and request.last.action is action is RequestAction.VERIFY
    return request.history[:-1] if again else request.history


def _stale(request: Request, press: Transition) -> bool:
    if press.action is RequestAction.VERIFY and _checks_the_past(request, press):
        return True
    if press.action in TIMED or (press.action is RequestAction.SNOOZE and request.state is RequestState.SNOOZED):
        return press.version != request.version
    return not request.floor <= press.version <= request.version


def _checks_the_past(request: Request, press: Transition) -> bool:
    """Whether the fix that was checked is none any more, or a later look was faster."""
    later = request.check and press.check and request.check.at > press.check.at
    return press.fixed_at != request.fixed_at or bool(later)


def _complete(request: Request, press: Transition) -> None:
    match press.action:
        case RequestAction.IN_BACKLOG if not press.ticket.strip():
            raise Misunderstood("Please name the ticket, or have one created.")
        case RequestAction.NOT_DOING if not press.reason.strip():
            raise Misunderstood("Please say in a few words why it won’t be done.")
        case RequestAction.PLAN if press.plan is None or press.plan == request.plan:
            raise Misunderstood("Nothing was changed.")
        case RequestAction.HAND_OVER if press.to is None:
            raise Misunderstood("Please choose whom to hand this over to.")
        case RequestAction.HAND_OVER if press.to == request.asks:
            raise Misunderstood("%(name)s is the one being asked already.", name=request.asks.name)
        case RequestAction.VERIFY if press.check is None:
            raise ValueError("a check needs its result")
        case RequestAction.SNOOZE if press.until is None or press.until <= press.at:
            raise Misunderstood("Please choose a time in the future.")


_UNANSWERED: dict[str, Any] = {
    "standing": "",
    "agreed": None,
    "fixed_at": None,
    "check": None,
    "ticket": "",
    "ticket_link": "",
    "plan": FollowUpPlan(),
    "reason": "",
    "to": None,
    "until": None,
    "escalated": False,
}
"""The fields of a request that nobody has answered yet."""


def _effect(request: Request, press: Transition) -> dict[str, Any]:
    """The fields that an action sets beside the state."""
    settled = {"owner": request.asks, "to": None, "until": None}  # answering an open hand-over is agreeing to it
    anew = {"reminders": 0, "last_told": press.at}
    reminded = {"reminders": request.reminders + 1, "last_told": press.at}
    effects: dict[RequestAction, dict[str, Any]] = {
        RequestAction.IN_BACKLOG: {
            "ticket": press.ticket.strip(),
            "ticket_link": press.ticket_link,
            "plan": press.plan or FollowUpPlan(),
            "agreed": press.agreed,
            "standing": "",
            **settled,
        },
        RequestAction.PLAN: {"plan": press.plan},
        RequestAction.FINISH: {"fixed_at": press.at, "check": None},
        RequestAction.NOT_DOING: {"reason": press.reason.strip(), **settled},
        RequestAction.HAND_OVER: {"to": press.to, "until": None, **anew},
        RequestAction.ACCEPT: {"owner": request.asks, "to": None, **anew},
        RequestAction.GIVE_BACK: {"to": None, **anew},
        RequestAction.SNOOZE: {"until": press.until},
        RequestAction.WAKE: {"until": None, "last_told": press.at},
        RequestAction.REMIND: reminded,
        RequestAction.ESCALATE: {"escalated": True, **reminded},
        RequestAction.DONE: {"fixed_at": _fixed_at(request, press), "check": None},
        RequestAction.CLOSE: {"fixed_at": None, "check": None},
        RequestAction.REOPEN: {"fixed_at": None, "check": None},
        RequestAction.RENAME: {
            "ticket": press.ticket or request.ticket,
            "ticket_link": press.ticket_link or request.ticket_link,
        },
        RequestAction.LOSE: {"standing": press.standing},
        RequestAction.RETURN: {"standing": ""},
        RequestAction.FOLLOW: {"plan": press.plan or request.plan, "agreed": press.agreed},
        RequestAction.OVERRULE: {"plan": press.plan or request.plan, "agreed": press.agreed},
        RequestAction.ASK_AGAIN: {**_UNANSWERED, **anew},
    }
    if press.check:
        effects[RequestAction.VERIFY] = {"state": RequestState(press.check.outcome), "check": press.check}
    return effects.get(press.action, {})


def _fixed_at(request: Request, press: Transition) -> datetime:
    """A ticket that was done before somebody named it, or opened it again, hasn't fixed what was seen since."""
    named = request.last.at if request.last else request.asked_at
    return min(max(press.fixed_at or press.at, named), press.at)


def _note(request: Request, press: Transition) -> str:
    if press.check:
        return str(press.check.outcome)
    if press.action is RequestAction.SNOOZE and press.until:
        return press.until.isoformat()
    if press.action is RequestAction.RENAME:
        return f"{request.ticket}{MOVED_TO}{press.ticket}"
    if press.action is RequestAction.PLAN:
        return press.plan.due.isoformat() if press.plan and press.plan.due else ""
    return press.ticket.strip() or press.standing or press.reason.strip() or (press.to.name if press.to else "")
