"""A watch: a question that is asked again and again, and speaks when it leaves its usual range and when it is back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.kernel.locale import Locale
from bot.signals.answer import TargetMatch
from bot.signals.question import Question
from bot.signals.usual_range import LEAST_DAYS, UsualRange

BACK_AFTER = 2
"""Looks in a row that must be well within the range until it counts as back."""
MOST_EPISODES = 20
"""Episodes that wait to be told; of more in one night the last ones are told."""


class Unknown(StrEnum):
    """Why a look says nothing."""

    AWAY = "away"  # the source doesn't answer
    NO_DATA = "no_data"  # it recorded nothing at all lately
    PARTIAL = "partial"  # the numbers are too low: the source gave up, or still searches
    NO_HISTORY = "no_history"  # too few earlier days are known to say what is usual


class Observation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was counted in the slice up to `at`. `used` are the sessions that used the target at all."""

    at: datetime
    sessions: int = 0
    people: int = 0
    used: int = 0
    usual: UsualRange | None = None
    days: int = 0
    """Earlier days that are known."""
    unknown: Unknown | None = None

    @property
    def least_days(self) -> int:
        return LEAST_DAYS

    @property
    def is_above(self) -> bool:
        """Numbers that are too low and above the range all the same are above it."""
        says = self.unknown is None or self.unknown is Unknown.PARTIAL
        return says and self.usual is not None and self.sessions > self.usual.high

    @property
    def is_within(self) -> bool:
        """Well within the range. Where nobody used it, nothing shows that it works."""
        return self.unknown is None and self.usual is not None and self.used > 0 and self.sessions <= self.usual.back


class Episode(msgspec.Struct, frozen=True, omit_defaults=True):
    """One time above the range. `told` is the id of the question whose message told of it, empty before."""

    number: int
    began: datetime
    peak: Observation
    ended: datetime | None = None
    told: str = ""


class NewsKind(StrEnum):
    SET = "set"
    RISEN = "risen"
    BACK = "back"
    PAST = "past"  # what was kept back in quiet hours, and is over at least in part


class News(msgspec.Struct, frozen=True):
    """What the channel is told next, decided before it is told. `number` tells it from what was told before."""

    kind: NewsKind
    number: int
    look: Observation
    episodes: tuple[Episode, ...] = ()

    @property
    def standing(self) -> bool:
        return bool(self.episodes) and self.episodes[-1].ended is None


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """One watched question in one channel, in the language of `by`, who set it; `zone` is the channel's.

    `targets` is None until the words were matched to names, once. `thread` is the thread that it was set in, empty at
    the channel's top. `told` counts the news that were decided.
    """

    id: str
    team: str
    channel: str
    by: str
    question: Question
    tag: str
    zone: str
    since: datetime
    until: datetime
    thread: str = ""
    targets: tuple[TargetMatch, ...] | None = None
    last: Observation | None = None
    count: int = 0
    calm: int = 0
    episodes: tuple[Episode, ...] = ()
    told: int = 0
    news: News | None = None
    ended: datetime | None = None
    ended_by: str = ""
    source: str = ""
    """The name of the source that it is counted in from the first look on."""

    @property
    def locale(self) -> Locale:
        return Locale.of(self.tag, self.zone)

    @property
    def risen(self) -> bool:
        return bool(self.episodes) and self.episodes[-1].ended is None


def after_observation(watch: Watch, look: Observation) -> Watch:
    """Returns the watch after a look; as it is after one that is no later than the last."""
    if watch.ended or (watch.last and look.at <= watch.last.at):
        return watch
    changed = msgspec.structs.replace(watch, last=look, calm=watch.calm + 1 if look.is_within else 0)
    if not watch.risen:
        return _risen(changed, look) if look.is_above else changed
    if changed.calm >= BACK_AFTER:
        return msgspec.structs.replace(changed, episodes=_with_last(watch, ended=look.at), calm=0)
    if look.sessions > watch.episodes[-1].peak.sessions and look.is_above:
        return msgspec.structs.replace(changed, episodes=_with_last(watch, peak=look))
    return changed


def _risen(watch: Watch, look: Observation) -> Watch:
    episode = Episode(watch.count + 1, look.at, look)
    return msgspec.structs.replace(
        watch, count=watch.count + 1, calm=0, episodes=(*watch.episodes, episode)[-MOST_EPISODES:]
    )


def _with_last(watch: Watch, **changes: object) -> tuple[Episode, ...]:
    *others, last = watch.episodes
    return (*others, msgspec.structs.replace(last, **changes))


def with_news(watch: Watch, *, quiet: bool) -> Watch:
    """Returns the watch with what is to be told now, if anything is; as it is while other news is on its way.

    That a watch was set is told at any hour: somebody waits for it.
    """
    if watch.news or watch.ended or watch.last is None:
        return watch
    if not watch.told:
        return _telling(watch, NewsKind.SET, watch.last)
    pending = [episode for episode in watch.episodes if not episode.told or episode.ended]
    if quiet or not pending:
        return watch
    if len(pending) == 1:
        [episode] = pending
        if episode.told:
            return _telling(watch, NewsKind.BACK, watch.last)
        return _telling(watch, NewsKind.PAST if episode.ended else NewsKind.RISEN, watch.last)
    return _telling(watch, NewsKind.PAST, watch.last)


def _telling(watch: Watch, kind: NewsKind, look: Observation) -> Watch:
    """From here on the episodes count as told, and those that are over are no longer needed."""
    number = watch.told + 1
    news = News(kind, number, look, watch.episodes)
    left = [
        msgspec.structs.replace(episode, told=episode.told or question_id(watch, number))
        for episode in watch.episodes
        if episode.ended is None
    ]
    return msgspec.structs.replace(watch, told=number, news=news, episodes=tuple(left))


def question_id(watch: Watch, number: int) -> str:
    """The id of the question that a piece of news becomes, for its buttons and its clip."""
    return f"{watch.id}-{number}"


def without_news(watch: Watch, number: int) -> Watch:
    """Returns the watch after the news of this number was told."""
    return msgspec.structs.replace(watch, news=None) if watch.news and watch.news.number == number else watch


def ended(watch: Watch, at: datetime, by: str = "") -> Watch:
    """Returns the watch, ended; `by` whom, nobody when its time is over. One that has ended stays as it is."""
    if watch.ended:
        return watch
    return msgspec.structs.replace(watch, ended=at, ended_by=by, news=None)


class QuietHours(msgspec.Struct, frozen=True):
    """Hours of the day, from `start` until before `end`, in which nothing is told; over midnight where it is later."""

    start: int
    end: int

    def hold(self, moment: datetime) -> bool:
        """Whether it is quiet. `moment` is in the channel's zone."""
        if self.start <= self.end:
            return self.start <= moment.hour < self.end
        return moment.hour >= self.start or moment.hour < self.end
