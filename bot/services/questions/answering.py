"""The message of an answer, and of a question about something that nobody clicked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject, Messages
from bot.services.questions.answer_question import NoSuchTarget
from bot.signals.answer import Answer, Bucket, TargetMatch
from bot.signals.answer_table import table
from bot.signals.asked_question import AskedQuestion
from bot.signals.caveats import limits
from bot.signals.headline import headline
from bot.signals.question import Signal
from bot.signals.question_text import SIGNAL_NAMES, phrases, source_name
from bot.slack.buttons import Pressed

MOST_BARS = 20  # categories that Slack's chart takes
MOST_VALUE = 150  # characters of an option's value


def answer_message(messages: Messages, asked: AskedQuestion, answer: Answer) -> JsonObject:
    """The one message of a question, as the answer."""
    locale = asked.locale
    return messages.message(
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


def no_match_message(messages: Messages, asked: AskedQuestion, problem: NoSuchTarget) -> JsonObject:
    """The one message of a question about a target that nobody clicked."""
    return messages.message(
        "signals/nothing",
        asked.locale,
        sentence=problem.text(asked.locale),
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
