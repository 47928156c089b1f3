"""The weekly list: what is overdue, what isn't, what can't be counted, and what somebody settled from the list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from bot.backlog.digest import FollowUpCost, Uncounted, in_words, is_open, overdue
from bot.backlog.request import RequestAction
from bot.backlog.sentences import already
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale
from tests.messages.scenes.requests import in_backlog, request
from tests.messages.scenes.stage import NOW, VALUE, Say, Scene, Values

TODAY = date(2026, 12, 14)
LATER = NOW + timedelta(days=20)
COSTS = (
    FollowUpCost(NOW, True, people=1204),
    FollowUpCost(NOW, False, people=1, kept_from=NOW + timedelta(days=3)),
    FollowUpCost(NOW, False, why=Uncounted.AWAY),
    FollowUpCost(NOW, False, why=Uncounted.INCOMPLETE),
    FollowUpCost(NOW, False, why=Uncounted.NO_DATA),
)


def _row(say: Say, locale: Locale, cost: FollowUpCost, due: date | None, *moves: Any) -> Values:
    it = request(say, locale, in_backlog(say), *moves)
    it = msgspec.structs.replace(it, plan=msgspec.structs.replace(it.plan, due=due))
    return {
        "request": it,
        "open": is_open(it),
        "overdue": overdue(it, TODAY),
        "words": in_words(it, cost, TODAY, MessageLocale.for_readers(locale)),
        "sentence": already(it, LATER, MessageLocale.for_readers(locale)),
        "value": VALUE,
        "url": "https://nordic.slack.com/archives/C0INC142CK/p1795525745477359",
    }


def _digest(say: Say, locale: Locale) -> Values:
    dates = (date(2026, 12, 8), date(2026, 12, 14), date(2026, 12, 28), None, None)
    rows = [_row(say, locale, cost, due) for cost, due in zip(COSTS, dates, strict=True)]
    return {"rows": rows, "more": 2, "channel": "C0INC142CK"}


def _settled(say: Say, locale: Locale) -> Values:
    dropped = {"action": RequestAction.NOT_DOING, "reason": say("The page goes away")}
    moves = ({"action": RequestAction.FINISH}, dropped)
    rows = [_row(say, locale, COSTS[0], date(2026, 12, 8), move) for move in moves]
    return {"rows": rows, "more": 0, "channel": "C0INC142CK"}


SCENES = {
    "digest": Scene("backlog/digest", _digest),
    "digest of what is settled": Scene("backlog/digest", _settled),
}
