"""What a press does to a request. Pure; whoever was second is told what the first one did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from bot.backlog.request import Action, Happening, Party, Request, State
from bot.backlog.sentences import already
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.locale import Locale

_WAITING = (State.ASKED, State.SEEN, State.ESCALATED, State.HANDED_OVER)
_ANSWERABLE = (*_WAITING, State.SNOOZED, State.EXPIRED)

TABLE: Mapping[Action, tuple[tuple[State, ...], State | None]] = MappingProxyType(
    {
        # what: (from which states, into which state; None stays)
        Action.IN_BACKLOG: (_ANSWERABLE, State.IN_BACKLOG),
        Action.NOT_DOING: (_ANSWERABLE, State.NOT_DOING),
        Action.HAND_OVER: (_ANSWERABLE, State.HANDED_OVER),
        Action.ACCEPT: ((State.HANDED_OVER,), State.SEEN),
        Action.GIVE_BACK: ((State.HANDED_OVER,), State.ASKED),
        Action.SNOOZE: ((State.ASKED, State.SEEN, State.ESCALATED, State.SNOOZED, State.EXPIRED), State.SNOOZED),
        Action.SEE: ((State.ASKED,), State.SEEN),
        Action.WAKE: ((State.SNOOZED,), State.ASKED),
        Action.REMIND: (_WAITING, None),
        Action.ESCALATE: ((State.ASKED, State.SEEN), State.ESCALATED),
        Action.EXPIRE: (_WAITING, State.EXPIRED),
        Action.DONE: ((State.IN_BACKLOG,), State.DONE),
        Action.REOPEN: ((State.DONE, State.VERIFIED), State.IN_BACKLOG),
        Action.VERIFY: ((State.DONE,), State.VERIFIED),
    }
)
ANSWERS = frozenset({Action.IN_BACKLOG, Action.NOT_DOING, Action.HAND_OVER, Action.ACCEPT, Action.GIVE_BACK})
"""After one of these, everything drawn before is stale."""
TIMED = frozenset({Action.WAKE, Action.REMIND, Action.ESCALATE, Action.EXPIRE})
"""Done by the clock, for one version and no other."""


class Press(msgspec.Struct, frozen=True, kw_only=True):
    """Who does what, when, drawn for which version; `ticket` to `to` as the action needs them."""

    action: Action
    by: Party
    at: datetime
    version: int
    ticket: str = ""
    ticket_link: str = ""
    reason: str = ""
    until: datetime | None = None
    to: Party | None = None


def decide(request: Request, press: Press, locale: Locale) -> Request:
    """The request after the press, one version on.

    Raises Conflict, in the words of `locale`, for a press that is stale or repeated, and Misunderstood when it lacks
    what its action needs.
    """
    sources, target = TABLE[press.action]
    if request.state not in sources or _stale(request, press):
        raise Conflict(already(request, press.at, locale))
    _complete(request, press, locale)
    version = request.version + 1
    happening = Happening(press.at, press.by, press.action, version, _note(press))
    changes: dict[str, Any] = {
        "state": target or request.state,
        "version": version,
        "history": (*request.history, happening),
        **_effect(request, press),
    }
    if press.action in ANSWERS:
        changes["floor"] = version
    return msgspec.structs.replace(request, **changes)


def permitted(request: Request) -> frozenset[Action]:
    """What can be done with the request now."""
    return frozenset(action for action, (sources, _) in TABLE.items() if request.state in sources)


def _stale(request: Request, press: Press) -> bool:
    if press.action in TIMED or (press.action is Action.SNOOZE and request.state is State.SNOOZED):
        return press.version != request.version
    return not request.floor <= press.version <= request.version


def _complete(request: Request, press: Press, locale: Locale) -> None:
    match press.action:
        case Action.IN_BACKLOG if not press.ticket.strip():
            raise Misunderstood(locale.text("Please name the ticket, or have one created."))
        case Action.NOT_DOING if not press.reason.strip():
            raise Misunderstood(locale.text("Please say in a few words why it won’t be done."))
        case Action.HAND_OVER if press.to is None:
            raise Misunderstood(locale.text("Please choose whom to hand this over to."))
        case Action.HAND_OVER if press.to == request.asks:
            raise Misunderstood(locale.text("%(name)s is the one being asked already.", name=request.asks.name))
        case Action.SNOOZE if press.until is None or press.until <= press.at:
            raise Misunderstood(locale.text("Please choose a time in the future."))


def _effect(request: Request, press: Press) -> dict[str, Any]:
    """The fields that an action sets beside the state."""
    settled = {"owner": request.asks, "to": None, "until": None}  # answering an open hand-over is agreeing to it
    anew = {"reminders": 0, "last_told": press.at}
    told = {"reminders": request.reminders + 1, "last_told": press.at}
    effects: dict[Action, dict[str, Any]] = {
        Action.IN_BACKLOG: {"ticket": press.ticket.strip(), "ticket_link": press.ticket_link, **settled},
        Action.NOT_DOING: {"reason": press.reason.strip(), **settled},
        Action.HAND_OVER: {"to": press.to, "until": None, **anew},
        Action.ACCEPT: {"owner": request.asks, "to": None, **anew},
        Action.GIVE_BACK: {"to": None, **anew},
        Action.SNOOZE: {"until": press.until},
        Action.WAKE: {"until": None, "last_told": press.at},
        Action.REMIND: told,
        Action.ESCALATE: {"escalated": True, **told},
        Action.VERIFY: {"reason": press.reason.strip()},
    }
    return effects.get(press.action, {})


def _note(press: Press) -> str:
    if press.action is Action.SNOOZE and press.until:
        return press.until.isoformat()
    return press.ticket.strip() or press.reason.strip() or (press.to.name if press.to else "")
