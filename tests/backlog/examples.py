"""A request in every state, reached the way people reach it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from bot.backlog.fix_check import FixCheck
from bot.backlog.follow_up_plan import FollowUpKind, Priority
from bot.backlog.request import FollowUpPlan, Party, Request, RequestAction, RequestState
from bot.backlog.session_rates import FixOutcome, SessionRate
from bot.backlog.transitions import Transition, decide
from bot.kernel.locale import Locale

EN = Locale.of("en", "Asia/Seoul")
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 10:00 in Seoul
MINSEO, JISOO, HANA = Party("U1", "Minseo"), Party("U2", "Jisoo"), Party("U3", "Hana")
BOT = Party("B1", "Replaybook")
NEW = Request(
    id="R1",
    team="T1",
    channel="C1",
    thread="1700.1",
    feature="Buy button",
    what="Buy does nothing",
    asker=MINSEO,
    owner=JISOO,
    asked_at=MONDAY,
)
PLAN = FollowUpPlan(JISOO, "Buy works", FollowUpKind.FIX, Priority.P2, date(2026, 12, 11))
BEFORE = SessionRate(MONDAY - timedelta(days=1), MONDAY, exposed=120, affected=41, signals=97, people=110)
PATHS: dict[RequestState, tuple[RequestAction, ...]] = {
    RequestState.ASKED: (),
    RequestState.SEEN: (RequestAction.SEE,),
    RequestState.SNOOZED: (RequestAction.SNOOZE,),
    RequestState.ESCALATED: (RequestAction.REMIND, RequestAction.ESCALATE),
    RequestState.HANDED_OVER: (RequestAction.HAND_OVER,),
    RequestState.IN_BACKLOG: (RequestAction.IN_BACKLOG,),
    RequestState.NOT_DOING: (RequestAction.NOT_DOING,),
    RequestState.EXPIRED: (RequestAction.EXPIRE,),
    RequestState.CLOSED: (RequestAction.IN_BACKLOG, RequestAction.CLOSE),
    RequestState.DONE: (RequestAction.IN_BACKLOG, RequestAction.DONE),
    **{
        RequestState(outcome): (RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY)
        for outcome in FixOutcome
    },
}


def checked(outcome: FixOutcome, at: datetime, **more: Any) -> FixCheck:
    """A look that found this; 3 of 120 sessions were affected since the fix."""
    after = SessionRate(at - timedelta(hours=1), at, exposed=120, affected=3, signals=4, people=115)
    return FixCheck(outcome=outcome, at=at, before=BEFORE, after=after, **more)


def press(
    request: Request, action: RequestAction, *, by: Party = JISOO, version: int | None = None, **more: object
) -> Transition:
    """A complete press, one minute after whatever happened last."""
    at = (request.last.at if request.last else request.asked_at) + timedelta(minutes=1)
    details: dict[str, Any] = {
        "ticket": "SHOP-412" if action is RequestAction.IN_BACKLOG else "",
        "reason": "Works as meant" if action is RequestAction.NOT_DOING else "",
        "check": checked(FixOutcome.TOO_EARLY, at) if action is RequestAction.VERIFY else None,
        "plan": PLAN if action is RequestAction.PLAN else None,
        "until": at + timedelta(days=1) if action is RequestAction.SNOOZE else None,
        "to": (HANA if request.asks != HANA else JISOO) if action is RequestAction.HAND_OVER else None,
    }
    if action is RequestAction.VERIFY:
        details["fixed_at"] = request.fixed_at
    return Transition(
        action=action, by=by, at=at, version=request.version if version is None else version, **{**details, **more}
    )


def after(*actions: RequestAction, request: Request = NEW, outcome: FixOutcome = FixOutcome.TOO_EARLY) -> Request:
    """The request after these presses; a check finds `outcome`."""
    for action in actions:
        step = press(request, action)
        found = checked(outcome, step.at) if action is RequestAction.VERIFY else None
        request = decide(request, msgspec.structs.replace(step, check=found), EN)
    return request


def in_state(state: RequestState) -> Request:
    return after(
        *PATHS[state], outcome=FixOutcome(state) if str(state) in set(map(str, FixOutcome)) else FixOutcome.TOO_EARLY
    )
