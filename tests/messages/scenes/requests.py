"""The answer: a request in every state that is told, made by the very moves that lead there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.backlog.request import Party, Request, RequestAction
from bot.backlog.sentences import happened, history
from bot.backlog.transitions import Transition, decide
from bot.kernel.locale import Locale
from bot.services.requests.notify import MARKS
from bot.signals.answer import Counts
from bot.signals.question import Period
from tests.messages.scenes.stage import (
    NOTEBOOK_URL,
    NOW,
    VALUE,
    Say,
    Scene,
    Values,
    answer,
    counts,
    erik,
    jisoo,
    mina,
    question,
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
    return {"action": RequestAction.IN_BACKLOG, "ticket": say("SHOP-412"), "ticket_link": link}


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
        return {"request": it, "history": history(it, NOW, locale), "newest": newest, "value": VALUE}

    return values


def confirmed(*moves: Any) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        it = request(say, locale, *(move(say) if callable(move) else move for move in moves))
        last = it.history[-1]
        sentence = happened(last, NOW, locale)
        told = {"mark": MARKS[last.action], "request": it, "entry": last, "sentence": sentence}
        compared_at = NOW + timedelta(days=1) if last.action is RequestAction.DONE else None
        return {**told, "compared_at": compared_at, "value": VALUE, "notebook_url": NOTEBOOK_URL}

    return values


def verified(change: float | None) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        since = question(say, period=Period(NOW, NOW + timedelta(days=2)))
        after = answer(say, since, counts=counts(3, 2, 1) if change else Counts())
        it = request(say, locale, in_backlog(say))
        return {"request": it, "before": answer(say), "after": after, "change": change, "notebook_url": NOTEBOOK_URL}

    return values


def _modal(say: Say, locale: Locale) -> Values:
    return {"request": request(say, locale)}


CLOCK = Party("clock", "Replaybook")
REMIND: Move = {"action": RequestAction.REMIND, "by": CLOCK}
ESCALATE: Move = {"action": RequestAction.ESCALATE, "by": CLOCK}
DONE: Move = {"action": RequestAction.DONE, "by": CLOCK}

SCENES = {
    "request": Scene("backlog/request", asking("asked")),
    "request to a stranger": Scene("backlog/request", asking("asked", stranger=True, unknown=True)),
    "request again": Scene("backlog/request", asking("remind", REMIND)),
    "request handed over": Scene("backlog/request", asking("hand_over", handed)),
    "request given back": Scene("backlog/request", asking("give_back", handed, {"action": RequestAction.GIVE_BACK})),
    "request escalated": Scene("backlog/request", asking("escalate", ESCALATE)),
    "answered snoozed": Scene("backlog/answered", answered(SNOOZED)),
    "answered in an older mention": Scene("backlog/answered", answered(REMIND, in_backlog, newest=False)),
    "answered in backlog": Scene("backlog/answered", answered(REMIND, in_backlog)),
    "answered not doing": Scene("backlog/answered", answered(handed, not_doing)),
    "answered expired": Scene("backlog/answered", answered(ESCALATE, {"action": RequestAction.EXPIRE, "by": CLOCK})),
    "confirmed in backlog": Scene("backlog/confirmed", confirmed(in_backlog)),
    "confirmed not doing": Scene("backlog/confirmed", confirmed(not_doing)),
    "confirmed done": Scene("backlog/confirmed", confirmed(in_backlog, DONE)),
    "verified": Scene("backlog/verified", verified(-0.97)),
    "verified worse": Scene("backlog/verified", verified(7.4)),
    "verified without before": Scene("backlog/verified", verified(None)),
    "in backlog": Scene("backlog/in_backlog", _modal, "modal"),
    "hand over": Scene("backlog/hand_over", _modal, "modal"),
    "not doing": Scene("backlog/not_doing", _modal, "modal"),
    "what": Scene("backlog/what", lambda say, _: {"feature": say("Buy button"), "answer": answer(say)}, "text"),
    "what without an answer": Scene(
        "backlog/what", lambda say, _: {"feature": say("Buy button"), "answer": None}, "text"
    ),
    "found": Scene("backlog/found", lambda *_: {"before": 2596.04, "after": 3.0}, "text"),
    "ticket": Scene(
        "backlog/ticket",
        lambda say, locale: {
            "request": request(say, locale),
            "answer": answer(say),
            "notebook_url": NOTEBOOK_URL,
            "thread_url": "https://nordic.slack.com/archives/C0INC142CK/p1795525745477359",
        },
        "text",
    ),
}
