"""What the scenes share: people, an answer, a request and its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.backlog.request import Party
from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Bucket, Counts, Definition, Group, TargetMatch, TopError
from bot.signals.question import Period, Question, Signal

Say = Callable[[str], str]
Values = dict[str, Any]

NOW = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)
MONDAY = datetime(2026, 11, 22, 15, tzinfo=UTC)  # where it is Monday in Seoul
URL = "https://replaybook.example.com"
NOTEBOOK_URL = f"{URL}/notebooks/nb1"
VALUE = '{"id":"7bdd213653e3"}'


@dataclass(frozen=True, slots=True)
class Scene:
    template: str
    values: Callable[[Say, Locale], Values]
    kind: str = "message"


def mina(say: Say) -> Party:
    return Party("U0MINAPARK", say("mina"))


def jisoo(say: Say) -> Party:
    return Party("U0JISOOHAN", say("jisoo"))


def erik(say: Say) -> Party:
    return Party("U0ERIKSTRM", say("erik"))


def stranger(say: Say) -> Party:
    """An owner by an e-mail address that nobody has in Slack."""
    address = f"{say('jisoo.han')}@example.com"
    return Party(address, address)


def question(say: Say, **more: Any) -> Question:
    return Question(**{"period": Period(MONDAY, NOW), "target": say("buy button"), **more})


def counts(rage: int, dead: int, error: int) -> Counts:
    signals = {Signal.RAGE: rage, Signal.DEAD: dead, Signal.ERROR: error}
    return Counts(signals, actions=sum(signals.values()) // 2, people=sum(signals.values()) // 4 + 1, sessions=1493)


def answer(say: Say, asked: Question | None = None, **more: Any) -> Answer:
    facts: dict[str, Any] = {
        "question": asked or question(say),
        "source": "local",
        "definition": Definition("sdk_rules", "Datadog browser SDK rules"),
        "query": say("SELECT sum(rage_click) AS rage_clicks, count(DISTINCT person) FROM actions WHERE " * 4),
        "counts": counts(1665, 1272, 2255),
        "before": counts(60, 68, 120),
        "before_period": Period(MONDAY - timedelta(days=7), NOW - timedelta(days=7)),
        "exposed": Counts(people=2588, sessions=2871),
        "targets": (TargetMatch(say("Buy")), TargetMatch(say("구매하기"))),
        "series": days(),
        "errors": (TopError(say("TypeError: cart is undefined"), 1987), TopError(say("E1042"), 3)),
    }
    return Answer(**{**facts, **more})


def days() -> tuple[Bucket, ...]:
    starts = [MONDAY, MONDAY + timedelta(days=1)]
    return tuple(Bucket(at, {Signal.RAGE: 1194, Signal.DEAD: 899, Signal.ERROR: 1607}) for at in starts)


def groups(say: Say, number: int = 12) -> tuple[Group, ...]:
    labels = ["Chrome", "Safari", "Samsung Internet", "Firefox"]
    return tuple(Group(say(labels[n % 4]), counts(400 - n, 200, 100)) for n in range(number))
