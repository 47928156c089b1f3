"""The answer: a request in every state that is told, made by the very moves that lead there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.backlog.follow_up_plan import KINDS, FollowUpKind, Priority
from bot.backlog.request import FollowUpPlan, Party, Request, RequestAction
from bot.backlog.sentences import OF_TRACKER, happened, history
from bot.backlog.ticket import FieldKind, FieldOption, RequiredField
from bot.backlog.transitions import Transition, decide
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale
from bot.notebook.cell_data import EarlierTicket
from bot.notebook.head import Severity
from bot.services.requests.follow_ups import Proposal
from bot.services.requests.notify import MARKS
from bot.services.requests.offered_tickets import OfferedTicket
from handlers.requests import CHOICES
from tests.messages.scenes.stage import (
    NOTEBOOK_URL,
    NOW,
    VALUE,
    Say,
    Scene,
    Values,
    answer,
    erik,
    jisoo,
    mina,
    stranger,
)

WHAT = "Buy button fails: TypeError: cart is undefined (5,192 frustration signals, 1,299 people)"
Move = dict[str, Any]


def request(say: Say, locale: Locale, *moves: Move, owner: Party | None = None) -> Request:
    """Asked two hours ago; each move half an hour after the one before."""
    it = Request(
        id="r1",
        team="T1",
        channel="C0INC142CK",
        thread="1.1",
        feature=say("Buy button"),
        what=say(WHAT),
        asker=mina(say),
        owner=owner or jisoo(say),
        asked_at=NOW - timedelta(hours=2),
    )
    for n, move in enumerate(moves):
        at = NOW - timedelta(minutes=90 - 30 * n)
        it = decide(it, Transition(**{"by": it.asks, "at": at, "version": it.version, **move}), locale)
    return it


def handed(say: Say) -> Move:
    return {"action": RequestAction.HAND_OVER, "to": Party("S0CHECKOUT", say("Checkout team"))}


def in_backlog(say: Say) -> Move:
    link = "https://shop.example.com/browse/SHOP-412"
    ticket = {"ticket": say("SHOP-412"), "ticket_link": link}
    return {"action": RequestAction.IN_BACKLOG, **ticket, "plan": plan(say)}


def plan(say: Say) -> FollowUpPlan:
    outcome = say("Buy works at the first click, on every page")
    return FollowUpPlan(jisoo(say), outcome, FollowUpKind.FIX, Priority.P2, date(2026, 12, 8))


def on_behalf(move: Any) -> Any:
    return lambda say: {**(move(say) if callable(move) else move), "by": mina(say), "on_behalf": True}


def not_doing(say: Say) -> Move:
    return {
        "action": RequestAction.NOT_DOING,
        "reason": say("The page is replaced next week.\nThe new one has no such button."),
    }


SNOOZED: Move = {"action": RequestAction.SNOOZE, "until": NOW + timedelta(hours=12)}


def asking(kind: str, *moves: Any, **more: Any) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        made = [move(say) if callable(move) else move for move in moves]
        owner = stranger(say) if more.get("stranger") else None
        return {
            "kind": kind,
            "request": request(say, locale, *made, owner=owner),
            "escalated": erik(say) if kind == "escalate" else None,
            "answer": None if more.get("unknown") else answer(say),
            "value": VALUE,
            "notebook_url": NOTEBOOK_URL,
        }

    return values


def answered(*moves: Any, newest: bool = True) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        it = request(say, locale, *(move(say) if callable(move) else move for move in moves))
        return {
            "request": it,
            "history": history(it, NOW, MessageLocale.for_readers(locale)),
            "newest": newest,
            "value": VALUE,
        }

    return values


def closed_by(say: Say) -> Move:
    who = Party(OF_TRACKER, say("Minseo"))
    return {"action": RequestAction.CLOSE, "by": who, "reason": say("Won’t Do")}


def by_somebody(move: Move) -> Any:
    """As somebody did it in the tracker."""
    return lambda say: {**move, "by": Party(OF_TRACKER, say("Minseo"))}


def confirmed(*moves: Any, last: int = -1) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        it = request(say, locale, *(move(say) if callable(move) else move for move in moves))
        entry = it.history[last]
        sentence = happened(entry, NOW, MessageLocale.for_readers(locale))
        told = {"mark": MARKS[entry.action], "request": it, "entry": entry, "sentence": sentence}
        compared_at = NOW + timedelta(days=1) if entry.action is RequestAction.DONE else None
        return {**told, "compared_at": compared_at, "value": VALUE, "notebook_url": NOTEBOOK_URL, "kinds": KINDS}

    return values


def _earlier(say: Say) -> tuple[EarlierTicket, ...]:
    link, notebook = "https://shop.example.com/browse/SHOP-398", NOTEBOOK_URL
    at = NOW - timedelta(days=21)
    return (
        EarlierTicket(say("SHOP-398"), "improved", at, "error", link, say("inc-131"), notebook, say("2.29.1")),
        EarlierTicket(say("SHOP-401"), "in_backlog", at, "selector", "", say("inc-133"), notebook),
        EarlierTicket(say("SHOP-377"), "open", at, "feature", link),
    )


def modal(*moves: Any, outsider: bool = False, **more: Any) -> Any:
    """With `severity`, that is the incident's; `plan` is the follow-up as it is."""

    def values(say: Say, locale: Locale) -> Values:
        it = request(say, locale, *(move(say) if callable(move) else move for move in moves))
        proposed = FollowUpPlan(kind=FollowUpKind.FIX, priority=Priority.P2, due=date(2026, 12, 8))
        days = 0 if it.plan.due else 10
        proposal = Proposal(it.plan if it.plan.due else proposed, "U0JISOOHAN", more.get("severity"), days)
        earlier = _earlier(say) if more.get("earlier") else ()
        asked = {"asked": it.asks, "outsider": outsider, "proposal": proposal, "earlier": earlier}
        offered = more.get("offered", False)
        links = [OfferedTicket("SHOP-7", say("Buy does nothing"))] if offered else []
        tickets = {"linked": links, "required": _required_fields(say) if offered else [], "example": "SHOP-412"}
        return {"request": it, **asked, **tickets, **CHOICES, "action": more.get("action", "")}

    return values


def _required_fields(say: Say) -> list[RequiredField]:
    team = tuple(FieldOption(str(number), say(name)) for number, name in enumerate(("Checkout", "Search")))
    return [
        RequiredField("customfield_1", say("Team"), FieldKind.CHOICE, team),
        RequiredField("customfield_2", say("Found on")),
    ]


CLOCK = Party("clock", "Replaybook")
REMIND: Move = {"action": RequestAction.REMIND, "by": CLOCK}
ESCALATE: Move = {"action": RequestAction.ESCALATE, "by": CLOCK}
DONE: Move = {"action": RequestAction.DONE, "by": CLOCK}
REOPEN: Move = {"action": RequestAction.REOPEN, "by": CLOCK}
ASK_AGAIN: Move = {"action": RequestAction.ASK_AGAIN}

SCENES = {
    "form while looking": Scene("backlog/loading", lambda say, _: {"problem": ""}, "modal"),
    "form that can't come": Scene("backlog/loading", lambda say, _: {"problem": say("Redis doesn’t answer.")}, "modal"),
    "request": Scene("backlog/request", asking("asked")),
    "request to a stranger": Scene("backlog/request", asking("asked", stranger=True, unknown=True)),
    "request again": Scene("backlog/request", asking("remind", REMIND)),
    "request handed over": Scene("backlog/request", asking("hand_over", handed)),
    "request given back": Scene("backlog/request", asking("give_back", handed, {"action": RequestAction.GIVE_BACK})),
    "request asked again": Scene("backlog/request", asking("ask_again", not_doing, ASK_AGAIN)),
    "request escalated": Scene("backlog/request", asking("escalate", ESCALATE)),
    "answered snoozed": Scene("backlog/answered", answered(SNOOZED)),
    "answered in an older mention": Scene("backlog/answered", answered(REMIND, in_backlog, newest=False)),
    "answered in backlog": Scene("backlog/answered", answered(REMIND, in_backlog)),
    "answered not doing": Scene("backlog/answered", answered(handed, not_doing)),
    "answered after an escalation": Scene(
        "backlog/answered", answered(lambda say: {**ESCALATE, "to": erik(say)}, in_backlog)
    ),
    "answered expired": Scene("backlog/answered", answered(ESCALATE, {"action": RequestAction.EXPIRE, "by": CLOCK})),
    "confirmed in backlog": Scene("backlog/confirmed", confirmed(in_backlog)),
    "confirmed not doing": Scene("backlog/confirmed", confirmed(not_doing)),
    "confirmed done": Scene("backlog/confirmed", confirmed(in_backlog, DONE)),
    "confirmed closed": Scene("backlog/confirmed", confirmed(in_backlog, {**DONE, "action": RequestAction.CLOSE})),
    "confirmed closed by somebody": Scene("backlog/confirmed", confirmed(in_backlog, closed_by)),
    "confirmed closed and settled": Scene(
        "backlog/confirmed", confirmed(in_backlog, closed_by, {"action": RequestAction.ASK_AGAIN}, last=-2)
    ),
    "confirmed archived": Scene(
        "backlog/confirmed", confirmed(in_backlog, {**DONE, "action": RequestAction.LOSE, "standing": "archived"})
    ),
    "confirmed lost": Scene(
        "backlog/confirmed", confirmed(in_backlog, {**DONE, "action": RequestAction.LOSE, "standing": "unknown"})
    ),
    "confirmed moved": Scene(
        "backlog/confirmed", confirmed(in_backlog, {**DONE, "action": RequestAction.RENAME, "ticket": "OPS-7"})
    ),
    "confirmed overruled": Scene(
        "backlog/confirmed",
        confirmed(in_backlog, {**DONE, "action": RequestAction.OVERRULE, "reason": "P2"}),
    ),
    "confirmed reopened": Scene("backlog/confirmed", confirmed(in_backlog, DONE, REOPEN)),
    "confirmed done by somebody": Scene("backlog/confirmed", confirmed(in_backlog, by_somebody(DONE))),
    "confirmed reopened by somebody": Scene("backlog/confirmed", confirmed(in_backlog, DONE, by_somebody(REOPEN))),
    "confirmed on behalf": Scene("backlog/confirmed", confirmed(on_behalf(in_backlog))),
    "confirmed by the asker": Scene("backlog/confirmed", confirmed(on_behalf(not_doing))),
    "confirmed finished": Scene("backlog/confirmed", confirmed(in_backlog, {"action": RequestAction.FINISH})),
    "answered on behalf": Scene("backlog/answered", answered(on_behalf(in_backlog))),
    "in backlog": Scene("backlog/in_backlog", modal(severity=Severity.SEV_2), "modal"),
    "in backlog, seen before": Scene("backlog/in_backlog", modal(earlier=True), "modal"),
    "in backlog, with what the tracker requires": Scene("backlog/in_backlog", modal(offered=True), "modal"),
    "in backlog for somebody else": Scene("backlog/in_backlog", modal(outsider=True), "modal"),
    "follow-up": Scene("backlog/plan", modal(in_backlog), "modal"),
    "follow-up of somebody else": Scene("backlog/plan", modal(in_backlog, outsider=True), "modal"),
    "snooze on behalf": Scene("backlog/on_behalf", modal(outsider=True, action="snooze"), "modal"),
    "accept on behalf": Scene("backlog/on_behalf", modal(handed, outsider=True, action="accept"), "modal"),
    "give back on behalf": Scene("backlog/on_behalf", modal(handed, outsider=True, action="give_back"), "modal"),
    "finish on behalf": Scene("backlog/on_behalf", modal(in_backlog, outsider=True, action="finish"), "modal"),
    "hand over": Scene("backlog/hand_over", modal(), "modal"),
    "hand over for somebody else": Scene("backlog/hand_over", modal(outsider=True), "modal"),
    "not doing": Scene("backlog/not_doing", modal(), "modal"),
    "not doing for somebody else": Scene("backlog/not_doing", modal(outsider=True), "modal"),
    "what": Scene("backlog/what", lambda say, _: {"feature": say("Buy button"), "answer": answer(say)}, "text"),
    "what without an answer": Scene(
        "backlog/what", lambda say, _: {"feature": say("Buy button"), "answer": None}, "text"
    ),
    "ticket": Scene(
        "backlog/ticket",
        lambda say, locale: {
            "what": say(WHAT),
            "plan": plan(say),
            "kinds": KINDS,
            "answer": answer(say),
        },
        "text",
    ),
}
