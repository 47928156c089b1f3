"""A request in every state, reached the way people reach it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.backlog.request import Action, Party, Request, State
from bot.backlog.transitions import Press, decide
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
PATHS: dict[State, tuple[Action, ...]] = {
    State.ASKED: (),
    State.SEEN: (Action.SEE,),
    State.SNOOZED: (Action.SNOOZE,),
    State.ESCALATED: (Action.REMIND, Action.ESCALATE),
    State.HANDED_OVER: (Action.HAND_OVER,),
    State.IN_BACKLOG: (Action.IN_BACKLOG,),
    State.NOT_DOING: (Action.NOT_DOING,),
    State.EXPIRED: (Action.EXPIRE,),
    State.DONE: (Action.IN_BACKLOG, Action.DONE),
    State.VERIFIED: (Action.IN_BACKLOG, Action.DONE, Action.VERIFY),
}


def press(request: Request, action: Action, *, by: Party = JISOO, version: int | None = None, **more: object) -> Press:
    """A complete press, one minute after whatever happened last."""
    at = (request.last.at if request.last else request.asked_at) + timedelta(minutes=1)
    details: dict[str, object] = {
        "ticket": "SHOP-412" if action is Action.IN_BACKLOG else "",
        "reason": {Action.NOT_DOING: "Works as meant", Action.VERIFY: "down 96%"}.get(action, ""),
        "until": at + timedelta(days=1) if action is Action.SNOOZE else None,
        "to": (HANA if request.asks != HANA else JISOO) if action is Action.HAND_OVER else None,
    }
    return Press(
        action=action, by=by, at=at, version=request.version if version is None else version, **{**details, **more}
    )


def after(*actions: Action, request: Request = NEW) -> Request:
    for action in actions:
        request = decide(request, press(request, action), EN)
    return request


def in_state(state: State) -> Request:
    return after(*PATHS[state])
