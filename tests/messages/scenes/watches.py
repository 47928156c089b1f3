"""Watches, and answers that are kept live."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from bot.kernel.locale import Locale
from bot.signals.asked_question import LiveAnswer
from bot.signals.hourly_history import slice_question
from bot.signals.question_text import slice_name
from bot.signals.usual_range import UsualRange
from bot.signals.watch import Episode, News, NewsKind, Observation, Unknown, Watch
from bot.slack.buttons import Pressed
from tests.messages.scenes.answers import shown
from tests.messages.scenes.stage import NOW, VALUE, Say, Scene, Values, answer, counts, question

HOUR = timedelta(hours=1)
USUAL = UsualRange(low=0, high=4, back=1, days=20)
CALM = Observation(at=NOW, sessions=1, people=1, used=212, usual=USUAL, days=20)
ABOVE = Observation(at=NOW, sessions=83, people=71, used=212, usual=USUAL, days=20)
LATER = Observation(at=NOW + 2 * HOUR, sessions=0, used=205, usual=USUAL, days=20)
FIRST = Episode(1, NOW - 9 * HOUR, ABOVE, NOW - 6 * HOUR)


def _what(say: Say, locale: Locale) -> str:
    return slice_name(question(say, filters={"browser": say("Safari")}), locale)


def _set(look: Observation) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        until = NOW + timedelta(days=30)
        return {
            "what": _what(say, locale),
            "by": say("mina"),
            "minutes": 5,
            "look": look,
            "targets": answer(say).targets if look is CALM else (),
            "until": until,
            "value": VALUE,
        }

    return values


def _risen(kind: NewsKind, *episodes: Episode) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        asked = slice_question(question(say), NOW, locale.zone)
        return {
            "what": _what(say, locale),
            "news": News(kind, 2, ABOVE, episodes),
            "answer": answer(say, asked, counts=replace(counts(90, 20, 80), sessions=83)),
            "source": say("Datadog"),
            "by": say("mina"),
            "owner": say("Buy button"),
            "value": VALUE,
            "watch": VALUE,
        }

    return values


def _back(say: Say, locale: Locale) -> Values:
    episode = Episode(1, NOW, ABOVE, LATER.at)
    return {"what": _what(say, locale), "look": LATER, "episode": episode, "value": VALUE}


def _ended(say: Say, locale: Locale, by: str) -> Values:
    return {"what": _what(say, locale), "by": by and say(by), "at": NOW, "since": NOW - timedelta(days=30)}


def _list(say: Say, locale: Locale) -> Values:
    looks = (CALM, ABOVE, Observation(at=NOW, unknown=Unknown.AWAY), None)
    rows = [
        {
            "watch": watch_of(say, look, (Episode(1, NOW, ABOVE),) if look is ABOVE else ()),
            "what": _what(say, locale),
            "by": say("mina"),
            "value": Pressed(f"w{n}").value(),
        }
        for n, look in enumerate(looks)
    ]
    return {"rows": rows, "most": 10, "minutes": 5}


def watch_of(say: Say, look: Observation | None, episodes: tuple[Episode, ...]) -> Watch:
    return Watch(
        id="w1",
        team="T1",
        channel="C1",
        by="U0MINAPARK",
        question=question(say),
        tag="en",
        zone="UTC",
        since=NOW - timedelta(days=3),
        until=NOW + timedelta(days=27),
        last=look,
        episodes=episodes,
    )


def _live(**state: Any) -> Any:
    def values(say: Say, locale: Locale) -> Values:
        live = LiveAnswer(since=NOW, until=NOW + 4 * HOUR, minutes=5, by="U0MINAPARK", changed=NOW + HOUR, **state)
        live = msgspec.structs.replace(live, ended_by=live.ended_by and say(live.ended_by))
        return {**shown(question(say), locale, answer(say)), "live": live, "going_on": True}

    return values


NO_PAST = Observation(at=NOW, sessions=3, used=40, days=2, unknown=Unknown.NO_HISTORY)
PARTIAL = Observation(at=NOW, sessions=2, used=9, usual=USUAL, days=20, unknown=Unknown.PARTIAL)
NO_DATA = Observation(at=NOW, usual=USUAL, days=20, unknown=Unknown.NO_DATA)
SCENES = {
    "watch set": Scene("watches/set", _set(CALM)),
    "watch set while it is high": Scene("watches/set", _set(ABOVE)),
    "watch set without a past": Scene("watches/set", _set(NO_PAST)),
    "watch set without data": Scene("watches/set", _set(NO_DATA)),
    "watch set while the source is away": Scene("watches/set", _set(Observation(at=NOW, unknown=Unknown.AWAY))),
    "watch set on partial numbers": Scene("watches/set", _set(PARTIAL)),
    "watch risen": Scene("watches/risen", _risen(NewsKind.RISEN, Episode(1, NOW, ABOVE))),
    "watch risen in the night": Scene("watches/risen", _risen(NewsKind.RISEN, Episode(1, NOW - 5 * HOUR, ABOVE))),
    "watch risen and past": Scene("watches/risen", _risen(NewsKind.PAST, FIRST)),
    "watch risen, past and again": Scene("watches/risen", _risen(NewsKind.PAST, FIRST, Episode(2, NOW - HOUR, ABOVE))),
    "watch back": Scene("watches/back", _back),
    "watch ended": Scene("watches/ended", lambda say, locale: _ended(say, locale, "mina")),
    "watch over": Scene("watches/ended", lambda say, locale: _ended(say, locale, "")),
    "watches": Scene("watches/list", _list),
    "no watches": Scene("watches/list", lambda _, __: {"rows": [], "most": 10, "minutes": 5}),
    "answer, live": Scene("signals/answer", _live()),
    "answer, live without a source": Scene("signals/answer", _live(away=NOW + HOUR)),
    "answer, quiet": Scene("signals/answer", _live(ending="quiet", ended=NOW + 3 * HOUR)),
    "answer, no longer live": Scene("signals/answer", _live(ending="over", ended=NOW + 4 * HOUR)),
    "answer of a period that is over": Scene("signals/answer", _live(ending="period", ended=NOW + 4 * HOUR)),
    "answer, stopped": Scene("signals/answer", _live(ending="stopped", ended=NOW + HOUR, ended_by="mina")),
}  # fmt: skip
