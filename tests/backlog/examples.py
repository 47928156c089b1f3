"""A request in every state, reached the way people reach it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.backlog.request import Party, Request, RequestAction, RequestState
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
PATHS: dict[RequestState, tuple[RequestAction, ...]] = {
    RequestState.ASKED: (),
    RequestState.SEEN: (RequestAction.SEE,),
    RequestState.SNOOZED: (RequestAction.SNOOZE,),
    RequestState.ESCALATED: (RequestAction.REMIND, RequestAction.ESCALATE),
    RequestState.HANDED_OVER: (RequestAction.HAND_OVER,),
    RequestState.IN_BACKLOG: (RequestAction.IN_BACKLOG,),
    RequestState.NOT_DOING: (RequestAction.NOT_DOING,),
    RequestState.EXPIRED: (RequestAction.EXPIRE,),
    RequestState.DONE: (RequestAction.IN_BACKLOG, RequestAction.DONE),
    RequestState.VERIFIED: (RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY),
}


def press(
    request: Request, action: RequestAction, *, by: Party = JISOO, version: int | None = None, **more: object
) -> Transition:
    """A complete press, one minute after whatever happened last."""
    at = (request.last.at if request.last else request.asked_at) + timedelta(minutes=1)
    details: dict[str, Any] = {
        "ticket": "SHOP-412" if action is RequestAction.IN_BACKLOG else "",
        "reason": {RequestAction.NOT_DOING: "Works as meant", RequestAction.VERIFY: "down 96%"}.get(action, ""),
        "until": at + timedelta(days=1) if action is RequestAction.SNOOZE else None,
        "to": (HANA if request.asks != HANA else JISOO) if action is RequestAction.HAND_OVER else None,
    }
    return Transition(
        action=action, by=by, at=at, version=request.version if version is None else version, **{**details, **more}
    )


def after(*actions: RequestAction, request: Request = NEW) -> Request:
    for action in actions:
        request = decide(request, press(request, action), EN)
    return request


def in_state(state: RequestState) -> Request:
    return after(*PATHS[state])
