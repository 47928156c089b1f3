"""The record, the home tab, and what is said when something fails."""

from __future__ import annotations

from datetime import date

from bot.backlog.digest import FollowUpCost, in_words, overdue
from bot.kernel.locale import Locale
from bot.notebook.notebook import Notebook
from bot.services.clips.clip_records import RecentClip
from bot.services.home_tab import ClipRow, WatchRow
from bot.services.requests.for_person import ForPerson, WaitingRequest
from bot.signals.language.help import examples
from bot.signals.question_text import slice_name
from bot.signals.watch import Episode
from tests.messages.scenes.requests import handed, in_backlog, request
from tests.messages.scenes.stage import MONDAY, NOTEBOOK_URL, NOW, URL, VALUE, Say, Scene, Values, stranger
from tests.messages.scenes.watches import ABOVE, CALM, watch_of


def _added(what: str, say: Say, *, beside: bool = False) -> Values:
    return {
        "what": what,
        "beside": beside,
        "clips": 2 if what == "answer" else 0,
        "title": say("Post-mortem: #inc-142-checkout"),
        "by": say("mina"),
        "url": f"{NOTEBOOK_URL}#c1",
    }


def _comment(say: Say, _: Locale) -> Values:
    lines = [say("The stock check never answers on Android."), say("*Should* we switch it off? <!channel>")]
    return {"author": say("Minseo"), "lines": lines, "url": f"{NOTEBOOK_URL}#comments"}


def _home(say: Say, locale: Locale) -> Values:
    url = "https://nordic.slack.com/archives/C0INC142CK/p1795525745477359"
    asked = [request(say, locale), request(say, locale, handed(say)), request(say, locale, owner=stranger(say))]
    waiting = tuple(WaitingRequest(each, url if n else "", VALUE) for n, each in enumerate(asked))
    promised = request(say, locale, in_backlog(say))
    costs = (FollowUpCost(NOW, True, people=1204), None)
    follow_ups = tuple(
        WaitingRequest(promised, url, VALUE, in_words(promised, cost, day, locale), overdue(promised, day))
        for cost, day in zip(costs, (date(2026, 12, 14), date(2026, 12, 2)), strict=True)
    )
    notebooks = [Notebook("nb1", "T1", "C0INC142CK", say("Post-mortem: #inc-142-checkout"), MONDAY)]
    mine = ForPerson(waiting, follow_ups, 2)
    clips = [ClipRow(RecentClip("c1", "q1", "C0INC142CK", say("Somebody clicks Buy five times")), url)]
    more = {"clips": clips, "watches": _watches(say, locale)}
    return {"mine": mine, "notebooks": notebooks, "url": URL, "examples": examples(locale, [say("Buy")]), **more}


def _watches(say: Say, locale: Locale) -> list[WatchRow]:
    rows = (watch_of(say, ABOVE, (Episode(1, NOW, ABOVE),)), watch_of(say, CALM, ()), watch_of(say, None, ()))
    return [WatchRow(each, slice_name(each.question, locale)) for each in rows]


def _failed(say: Say, again: str = "") -> Values:
    sentence = "What people typed could not be masked in this recording, so no clip was made."
    return {"sentence": say(sentence), "reference": "CWTT-K9J7", "again": again}


def _not_sent(say: Say, join: str = "") -> Values:
    sentence = say(
        "The bot isn’t in this channel, so Slack doesn’t let it post here. Type /invite @Replaybook, then ask again."
    )
    return {"sentence": sentence, "reference": "CWTT-K9J7", "join": join}


SCENES = {
    "comment of the page": Scene("notebook/comment", _comment),
    "added clip": Scene("notebook/added", lambda say, _: _added("clip", say)),
    "added clip beside another": Scene("notebook/added", lambda say, _: _added("clip", say, beside=True)),
    "added answer": Scene("notebook/added", lambda say, _: _added("answer", say)),
    "home": Scene("home/home", _home, "home"),
    "home of a newcomer": Scene(
        "home/home",
        lambda say, locale: {
            "mine": ForPerson((), (), 0),
            "notebooks": [],
            "clips": [],
            "watches": [],
            "url": URL,
            "examples": examples(locale),
        },
        "home",
    ),
    "failed": Scene("failed", lambda say, _: _failed(say)),
    "failed clip": Scene("failed", lambda say, _: _failed(say, VALUE)),
    "not sent": Scene("not_sent", lambda say, _: _not_sent(say)),
    "not sent, but the bot can join": Scene("not_sent", lambda say, _: _not_sent(say, VALUE)),
    "said": Scene(
        "private_sentence",
        lambda say, _: {
            "sentence": say("jisoo answered at 10:42: in the backlog, SHOP-412"),
            "reference": "",
            "url": "",
        },
    ),
    "said with a link": Scene(
        "private_sentence", lambda say, _: {"sentence": say("mina was asked at 10:42."), "reference": "", "url": URL}
    ),
    "said of a bug": Scene(
        "private_sentence",
        lambda say, _: {
            "sentence": say("Something is wrong with the bot itself."),
            "reference": "CWTT-K9J7",
            "url": "",
        },
    ),
}
