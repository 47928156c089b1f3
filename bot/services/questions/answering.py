"""The message of an answer, and of a question about something that nobody clicked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.kernel.messages import JsonObject, Messages
from bot.services.questions.answer_question import NoSuchTarget
from bot.signals.answer import Answer, TargetMatch
from bot.signals.answer_table import table
from bot.signals.asked_question import AskedQuestion
from bot.signals.caveats import limits
from bot.signals.chart import message_charts
from bot.signals.headline import headline
from bot.signals.question_text import SIGNAL_NAMES, phrases, source_name
from bot.slack.buttons import Pressed

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
        source=source_name(answer.source, answer.source_title, locale),
        charts=message_charts(answer, locale),
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
