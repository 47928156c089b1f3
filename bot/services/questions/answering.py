"""From a question to its answer: names seen, the target matched to them, the source asked; and the message of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.backlog.owners import Owners
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject
from bot.services.desk import Desk
from bot.services.questions.with_context import answer_with_context, versions
from bot.signals.answer import Answer, Bucket, TargetMatch
from bot.signals.answer_table import table
from bot.signals.asked_question import AskedQuestion
from bot.signals.caveats import limits
from bot.signals.headline import headline
from bot.signals.language.parse import KnownNames, parse
from bot.signals.presets import NO_PRESETS, Presets
from bot.signals.question import Period, Question, Signal
from bot.signals.question_text import SIGNAL_NAMES, phrases, source_name
from bot.signals.source import SeenTarget, Source
from bot.signals.target_matching import Matches, TargetAlias, match
from bot.slack.buttons import Pressed

VERSIONS_KEPT = timedelta(days=90)
MOST_BARS = 20  # categories that Slack's chart takes
MOST_VALUE = 150  # characters of an option's value


class NoSuchTarget(Missing):
    """Nothing seen in the period is called that. `matches` has the closest names."""

    def __init__(self, sentence: str, matches: Matches) -> None:
        super().__init__(sentence)
        self.matches = matches


async def known(source: Source, now: datetime, presets: Presets = NO_PRESETS) -> KnownNames:
    """What can be asked about here: the targets clicked most in the last week, and what the settings name."""
    seen = await source.seen(Period(now - timedelta(days=7), now))
    return KnownNames(targets=tuple(it.name for it in seen[:20]), presets=presets)


async def parse_question(
    source: Source,
    text: str,
    now: datetime,
    locale: Locale,
    base: Question | None = None,
    presets: Presets = NO_PRESETS,
) -> Question:
    """The question as this workspace means it. Raises Misunderstood, and what the source raises."""
    names, seen = await asyncio.gather(known(source, now, presets), versions(source, Period(now - VERSIONS_KEPT, now)))
    first = {it.version: it.at for it in seen}
    return parse(text, now=now, locale=locale, versions=first, base=base, known=names)


async def answer_question(source: Source, owners: Owners, question: Question, locale: Locale) -> Answer:
    """Raises NoSuchTarget, and whatever the source raises."""
    matches = Matches()
    if question.target is not None:
        seen = await source.seen(question.period)
        matches = matched(question, seen, owners)
        if not matches.chosen:
            raise NoSuchTarget(_nothing(question, matches, locale), matches)
    answer = await answer_with_context(source, question, matches.chosen)
    return replace(answer, alternatives=matches.alternatives)


def matched(question: Question, seen: Sequence[SeenTarget], owners: Owners) -> Matches:
    features = [TargetAlias(it.name, it.aliases, it.selectors) for it in owners.features]
    return match(question.target or "", seen, features, exact=question.exact)


def answer_message(desk: Desk, asked: AskedQuestion, answer: Answer) -> JsonObject:
    """The one message of a question, as the answer."""
    locale = asked.locale
    return desk.messages.message(
        "signals/answer",
        locale,
        answer=answer,
        facts=headline(answer, locale),
        understood=phrases(answer.question, locale),
        signal_names=SIGNAL_NAMES,
        source=source_name(answer.source, locale),
        series=chart(answer, locale),
        table=table(answer, locale),
        limits=limits(answer, locale),
        owner=asked.feature,
        others=_others(asked, answer.alternatives),
        value=Pressed(asked.id).value(),
    )


def no_match_message(desk: Desk, asked: AskedQuestion, problem: NoSuchTarget) -> JsonObject:
    """The one message of a question about a target that nobody clicked."""
    return desk.messages.message(
        "signals/nothing",
        asked.locale,
        sentence=problem.sentence,
        others=_others(asked, problem.matches.closest),
        understood=phrases(asked.question, asked.locale),
        value=Pressed(asked.id).value(),
    )


def _others(asked: AskedQuestion, targets: Sequence[TargetMatch]) -> list[JsonObject]:
    """Choices for a select. Slack takes 150 characters of value, so a longer name can't be chosen here."""
    choices = [{"label": it.name or it.selector, "value": _choice(asked, it)} for it in targets]
    return [it for it in choices if len(it["value"]) <= MOST_VALUE][:10]


def _choice(asked: AskedQuestion, target: TargetMatch) -> str:
    return Pressed(asked.id, target=target.name or target.selector).value()


def chart(answer: Answer, locale: Locale) -> list[JsonObject]:
    """Slack's series for the signals over time, one a signal, every one with a value for every label."""
    bars = joined(answer.series)
    if len(bars) < 2 or not answer.counts.signals:
        return []
    labels = [_label(bar, bars, locale) for bar in bars]
    # Where clocks go back, an hour comes twice; Slack refuses a chart where two bars have the same label.
    labels = [
        f"{label} {locale.zone_name(bar.start)}" if labels.count(label) > 1 else label
        for label, bar in zip(labels, bars, strict=True)
    ]
    return [
        {
            "name": locale.text(SIGNAL_NAMES[signal]),
            "data": [
                {"label": label, "value": bar.by_signal.get(signal, 0)} for label, bar in zip(labels, bars, strict=True)
            ],
        }
        for signal in answer.question.signals
    ]


def joined(series: Sequence[Bucket]) -> list[Bucket]:
    """At most 20 bars: neighbours are added up, the same number for each bar."""
    step = -(-len(series) // MOST_BARS) or 1
    return [Bucket(series[at].start, _sum(series[at : at + step])) for at in range(0, len(series), step)]


def _sum(buckets: Iterable[Bucket]) -> dict[Signal, int]:
    whole: dict[Signal, int] = {}
    for bucket in buckets:
        for signal, n in bucket.by_signal.items():
            whole[signal] = whole.get(signal, 0) + n
    return whole


def _label(bar: Bucket, bars: Sequence[Bucket], locale: Locale) -> str:
    """The day, or the time where bars are shorter than a day; the day again where a new one begins. All differ."""
    if bars[1].start - bars[0].start >= timedelta(hours=23):
        return _day(bar, bars, locale)
    begins = bar is bars[0] or bar.start.astimezone(locale.zone).hour == 0
    return (
        f"{locale.day(bar.start)} {locale.time(bar.start)}"
        if begins or len({b.start.date() for b in bars}) > 1
        else locale.time(bar.start)
    )


def _day(bar: Bucket, bars: Sequence[Bucket], locale: Locale) -> str:
    """Over four weeks the number of a day comes twice, so its month is said; over a year, its year too."""
    span = bars[-1].start - bars[0].start
    if span < timedelta(weeks=4):
        return locale.day(bar.start)
    return locale.date(bar.start) if span < timedelta(days=365) else f"{locale.date(bar.start)} {bar.start:%Y}"


def _nothing(question: Question, matches: Matches, locale: Locale) -> str:
    return locale.text(
        "Nothing like “%(target)s” was clicked in that time; %(n)s names were searched.",
        target=question.target,
        n=locale.number(matches.searched),
    )


def answer_json(answer: Answer) -> dict[str, Any]:
    """For the command line and other programs."""
    counts = answer.counts
    return {
        "signals": counts.signals,
        "by_signal": {str(signal): n for signal, n in counts.by_signal.items()},
        "actions": counts.actions,
        "people": counts.people,
        "sessions": counts.sessions,
        "exposed": {"people": answer.exposed.people, "sessions": answer.exposed.sessions},
        "before": answer.before.signals if answer.before else None,
        "targets": [{"name": it.name, "selector": it.selector, "actions": it.actions} for it in answer.targets],
        "alternatives": [it.name or it.selector for it in answer.alternatives],
        "errors": [{"message": it.message, "actions": it.actions} for it in answer.errors],
        "series": [
            {"start": it.start.isoformat(), **{str(k): v for k, v in it.by_signal.items()}} for it in answer.series
        ],
        "views": [{"path": it.label, "actions": it.actions} for it in answer.tops.views],
        "versions": [{"version": it.label, "actions": it.actions} for it in answer.tops.versions],
        "first_seen": [{"version": it.version, "at": it.at.isoformat()} for it in answer.first_seen],
        "daily": [{"day": f"{it.start:%Y-%m-%d}", "signals": it.signals} for it in answer.daily],
        "groups": [
            {
                "label": it.label,
                "signals": it.counts.signals,
                "actions": it.counts.actions,
                "people": it.counts.people,
                "sessions": it.counts.sessions,
            }
            for it in answer.groups
        ],
        "source": answer.source,
        "definition": answer.definition.name,
        "query": answer.query,
        "sample": answer.sample,
        "partial": answer.partial,
        "kept_from": answer.kept_from.isoformat() if answer.kept_from else None,
    }
