"""The number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject, Messages
from bot.services.questions import answer_message
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts, Day, FirstSeen, Group, TargetMatch, Top, Tops
from bot.signals.answer_table import table
from bot.signals.asked_question import AskedQuestion
from bot.signals.chart import ChartData
from bot.signals.language.help import examples
from bot.signals.question import GroupBy, Metric, Period, Question, Signal
from bot.signals.question_text import phrases
from bot.signals.source import SeenValue
from bot.signals.target_matching import NO_MATCH, Matches, NoSuchTarget
from bot.signals.value_matching import no_such_value
from bot.slack.buttons import Pressed
from bot.slack.chart_picture import alt_text, sparkline
from bot.slack.outbox import address
from tests.messages.scenes.stage import MONDAY, NOW, URL, Say, Scene, Values, answer, counts, groups, question


class Listening:
    """Stands where messages are rendered, to hear what the services give the templates."""

    def message(self, name: str, locale: Locale, **values: Any) -> JsonObject:
        return {"template": name, **values}

    def modal(self, name: str, locale: Locale, callback_id: str, private: str, **values: Any) -> JsonObject:
        return {"template": name, **values}


def shown(asked: Question, locale: Locale, found: Answer, feature: str = "Buy button", **more: str) -> Values:
    """What `answer_message` gives its template. Days were cut in the reader's zone, who is the asker."""
    record = _asked(asked, locale, feature, **more)
    found = replace(found, series=tuple(replace(it, start=it.start.astimezone(locale.zone)) for it in found.series))
    told = answer_message.answer_message(cast(Messages, Listening()), record, found)
    return {name: value for name, value in told.items() if name != "template"}


def _asked(asked: Question, locale: Locale, feature: str = "", **more: str) -> AskedQuestion:
    record = AskedQuestion(
        id="7bdd213653e3",
        team="T1",
        channel="C1",
        user="U0MINAPARK",
        text=locale.text("frustration signals on %(target)s this week", target=locale.text("buy button")),
        asker="mina",
        question=asked,
        tag=locale.tag,
        zone=locale.zone.key,
        feature=feature,
    )
    return msgspec.structs.replace(record, **more)


def answered(say: Say, locale: Locale) -> AskedQuestion:
    """The record of a grouped question with its answer, as its page shows it."""
    asked = question(say, group_by=GroupBy.BROWSER)
    days = tuple(Day(NOW - timedelta(days=back), 4000 if back < 3 else 100) for back in range(20, 0, -1))
    found = answer(say, asked, groups=groups(say), sample=True, tops=_tops(say), daily=days)
    return msgspec.structs.replace(_asked(asked, locale), answer=found)


def _counted(say: Say, locale: Locale) -> Values:
    """What is behind *How this was counted*."""
    found = answer(say, sample=True, tops=_tops(say), asked_at=NOW)
    record = msgspec.structs.replace(
        _asked(question(say), locale, text=say("buy button?"), asker=say("mina")), answer=found
    )
    told = answer_message.counted_modal(cast(Messages, Listening()), record, locale)
    return {name: value for name, value in told.items() if name != "template"}


def _tops(say: Say) -> Tops:
    versions = (Top(say("2.31.0"), 2411), Top(say("2.30.4"), 185))
    return Tops(views=(Top(say("/shop/product/fjord-shell"), 2004),), versions=versions)


def _refined(say: Say, locale: Locale) -> Values:
    """Refined by somebody else, within a day, with the version that came just before."""
    hours = Period(NOW - timedelta(hours=3), NOW)
    asked = question(say, period=hours, filters={"browser": say("Safari")}, signals=(Signal.RAGE, Signal.ERROR))
    daily = tuple(Day(NOW - timedelta(days=back), 4000 if back < 3 else 100) for back in range(20, 0, -1))
    seen = (FirstSeen(say("2.31.0"), NOW - timedelta(days=3)),)
    words = {
        "text": say("safari, last 3 hours"),
        "refined_by": say("jisoo"),
        "was": say("buy button?"),
        "asker": say("mina"),
    }
    return shown(asked, locale, answer(say, asked, daily=daily, first_seen=seen), **words)


def _whole(say: Say, locale: Locale) -> Values:
    return shown(question(say), locale, answer(say, sample=True))


def _grouped(say: Say, locale: Locale) -> Values:
    asked = question(say, group_by=GroupBy.BROWSER, top=10, filters={"country": say("KR")}, assumed=(say("Assumed."),))
    theirs = {"source": "datadog", "source_title": say("Datadog"), "link": f"https://app.example/?q={'x' * 40}"}
    found = answer(say, asked, groups=groups(say), before=counts(2400, 1800, 0), **theirs)
    more = (TargetMatch(say("Buy again")), TargetMatch(say("Buy & pay")))
    return shown(
        asked, locale, replace(found, alternatives=more, caveats=(Caveat(CaveatKind.TIMED_OUT, say("Datadog")),))
    )


def _quiet(say: Say, locale: Locale) -> Values:
    asked = question(say, target=None, view=say("/checkout"), signals=(Signal.RAGE,))
    return shown(
        asked, locale, answer(say, asked, counts=Counts(), before=Counts(), errors=(), targets=(), query=""), ""
    )


def _met_none(say: Say, locale: Locale) -> Values:
    """One person used it, and met none."""
    one = Counts(people=1, sessions=1)
    return shown(question(say), locale, answer(say, counts=Counts(), before=Counts(), exposed=one, errors=()))


def _unknown(say: Say, locale: Locale) -> Values:
    """A period of which no data is kept."""
    asked = question(say, target=None)
    limits = {"caveats": (Caveat(CaveatKind.BEFORE_DATA),), "kept_from": asked.period.end + timedelta(days=3)}
    none = {"counts": Counts(), "before": Counts(), "exposed": Counts(), "errors": (), "targets": (), "series": ()}
    return shown(asked, locale, answer(say, asked, **none, **limits))


def _began(say: Say, locale: Locale) -> Values:
    """Up by a little, with the day on which it began."""
    values = shown(
        question(say, target=None), locale, answer(say, question(say, target=None), before=counts(1600, 1200, 2000))
    )
    day = datetime(2026, 11, 23, tzinfo=UTC)
    return {**values, "facts": replace(values["facts"], began=say(f"It began on {locale.date(day)}."))}


def _nothing(say: Say, locale: Locale) -> Values:
    asked = question(say, target=say("bye buton"))
    matches = Matches(closest=(TargetMatch(say("Buy")), TargetMatch(say(" "))), searched=1041)
    problem = NoSuchTarget(NO_MATCH, matches, target=asked.target, n=locale.number(matches.searched))
    told = answer_message.no_match_message(
        cast(Messages, Listening()), _asked(asked, locale), problem, asked.period.end
    )
    return {name: value for name, value in told.items() if name != "template"}


def _no_value(say: Say, locale: Locale) -> Values:
    asked = question(say, filters={"browser": say("Netscape")})
    problem = no_such_value(
        "browser", say("Netscape"), [SeenValue(say("Chrome"), 7), SeenValue(say("Safari"), 3)], locale
    )
    told = answer_message.no_match_message(
        cast(Messages, Listening()), _asked(asked, locale), problem, asked.period.end
    )
    return {name: value for name, value in told.items() if name != "template"}


def _worst(say: Say, locale: Locale) -> Values:
    """What is broken right now: shares of sessions against what is usual."""
    week = Period(MONDAY - timedelta(days=7), MONDAY)
    asked = question(
        say,
        target=None,
        metric=Metric.SESSIONS_SHARE,
        group_by=GroupBy.TARGET,
        compare=week,
        top=5,
        signals=(Signal.RAGE,),
    )
    rows = tuple(
        Group(say(name), Counts({Signal.RAGE: 40}, 40, 30, hit), Counts({}, 90, 50, used), *usual)
        for name, hit, used, usual in (
            ("Buy now", 31, 40, (Counts(sessions=20), Counts(sessions=1000))),
            ("Search", 12, 60, (Counts(sessions=190), Counts(sessions=1000))),
        )
    )
    return shown(asked, locale, answer(say, asked, groups=rows, counts=counts(60, 0, 0), targets=()), "")


def _compared(say: Say, locale: Locale) -> Values:
    """Held against a period that was named and is as long."""
    period = question(say).period
    return _compared_with(Period(period.start - timedelta(days=30), period.end - timedelta(days=30)), say, locale)


def _compared_with_less(say: Say, locale: Locale) -> Values:
    """Held against a day."""
    return _compared_with(Period(MONDAY - timedelta(days=30), MONDAY - timedelta(days=29)), say, locale)


def _compared_with(earlier: Period, say: Say, locale: Locale) -> Values:
    asked = question(say, compare=earlier)
    return shown(asked, locale, answer(say, asked, before=counts(2400, 1800, 1400), before_period=earlier))


def _misunderstood(say: Say, locale: Locale) -> Values:
    sentence = locale.text("I don’t know what “%(word)s” means here.", word=say("flabbergasted"))
    problem = Misunderstood(sentence, at=say("flabbergasted clicks"), examples=examples(locale, [say("Buy")]))
    return {"problem": problem, "examples": pressable(problem.examples), "command": "/replay"}


def _reading(say: Say, locale: Locale) -> Values:
    text = locale.text("frustration signals on %(target)s this week", target=f'"{say("Buy")}"')
    value = Pressed("q1", text=text[:200]).value()
    return {
        "problem": _misunderstood(say, locale)["problem"],
        "reading": text,
        "understood": phrases(question(say), locale),
        "value": value,
    }


def _help(say: Say, locale: Locale) -> Values:
    return {"examples": pressable(examples(locale, [say("Buy")], ["/cart"])), "command": "/replay", "me": "U0RPLAYBK1"}


def pressable(texts: Sequence[str]) -> list[JsonObject]:
    return [{"text": text, "value": Pressed("example", text=text[:200]).value()} for text in texts]


def _no_chart(say: Say, locale: Locale) -> Values:
    days = tuple(locale.day(MONDAY + timedelta(days=n)) for n in range(3))
    title, names = say("Signals on “buy button”"), (locale.text("rage clicks"),)
    chart = ChartData("signals-over-time", title, names, (Signal.RAGE,), days, days, ((0,), (40,), (80,)))
    return {"figure": chart, "alt": alt_text(chart, locale), "line": sparkline(chart)}


def _no_table(say: Say, locale: Locale) -> Values:
    asked = question(say, group_by=GroupBy.BROWSER, metric=Metric.PEOPLE)
    return {"table": table(answer(say, asked, groups=groups(say)), locale)}


def _rest(say: Say, _: Locale) -> Values:
    return {"rows": 412, "file": say("browser-2026-11-24.csv"), "url": address("rows.csv")}


def _yesterday() -> Period:
    return Period(MONDAY - timedelta(days=1), MONDAY)


SCENES = {
    "answer": Scene("signals/answer", _whole),
    "answer refined": Scene("signals/answer", _refined),
    "answer, how it was counted": Scene("signals/counted", _counted, "modal"),
    "answer grouped": Scene("signals/answer", _grouped),
    "answer of none": Scene("signals/answer", _quiet),
    "answer of one person who met none": Scene("signals/answer", _met_none),
    "answer of no data": Scene("signals/answer", _unknown),
    "answer since when": Scene("signals/answer", _began),
    "answer without chart": Scene("signals/chart_fallback", _no_chart),
    "answer without table": Scene("signals/table_fallback", _no_table),
    "answer, all rows": Scene("signals/rest", _rest),
    "answer, running": Scene("signals/joined", lambda _, __: {"url": "", "title": ""}),
    "answer, just given": Scene(
        "signals/joined", lambda say, _: {"url": f"{URL}/archives/C1/p17", "title": say("412 rage clicks on “buy”")}
    ),
    "nothing": Scene("signals/nothing", _nothing),
    "nothing of a value": Scene("signals/nothing", _no_value),
    "answer compared": Scene("signals/answer", _compared),
    "answer compared with less": Scene("signals/answer", _compared_with_less),
    "answer of shares": Scene("signals/answer", _worst),
    "misunderstood": Scene("signals/misunderstood", _misunderstood),
    "reading": Scene("signals/reading", _reading),
    "help": Scene("signals/help", _help),
    "working": Scene(
        "signals/working",
        lambda say, _: {"question": say("frustration signals on buy button this week"), "asker": say("mina")},
    ),
    "refine": Scene("signals/refine", lambda say, _: {"question": say("frustration signals on buy button")}, "modal"),
}
