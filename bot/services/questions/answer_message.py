"""The message of an answer, with what to show where the workspace takes no chart or table, and its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.kernel.errors import Missing
from bot.kernel.ids import meaning
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject, MessageLocale, Messages
from bot.signals.answer import Answer, TargetMatch
from bot.signals.answer_table import MOST_ROWS, as_csv, table
from bot.signals.answer_text import limits, signal_counts
from bot.signals.asked_question import AskedQuestion
from bot.signals.chart import message_charts
from bot.signals.headline import headline, top_error_share
from bot.signals.live_answer import goes_on
from bot.signals.question_text import facet_value, phrases, source_name, untitled
from bot.signals.target_matching import NoSuchTarget
from bot.signals.trend_text import trend_text
from bot.signals.value_matching import NoSuchValue
from bot.signals.verdict import verdict
from bot.slack.buttons import Pressed
from bot.slack.chart_picture import CHART, chart_fallbacks, chart_pictures
from bot.slack.outbox import UploadFile, address
from bot.slack.slack import Slack

MOST_VALUE = 150  # characters of an option's value
TABLE = "table"  # the id of the table's block
ROWS = "rows.csv"  # stands for the file


async def post_answer(slack: Slack, asked: AskedQuestion, answer: Answer) -> None:
    """Turn the one message of the question into the answer; rows that have no room in it go into the thread."""
    message, files = await message_with_fallbacks(slack, asked, answer)
    await slack.outbox.update(asked.message_key, message, team=asked.team, files=files)
    if len(answer.groups) > MOST_ROWS:
        await _post_all_rows(slack, asked, answer)


async def message_with_fallbacks(
    slack: Slack, asked: AskedQuestion, answer: Answer
) -> tuple[JsonObject, dict[str, UploadFile]]:
    """Returns the message and its files. Pictures of charts are drawn unless the workspace is known to take charts."""
    charts = message_charts(answer, asked.locale)
    pictures = bool(charts) and await slack.outbox.takes(asked.team, CHART) is not True
    fallbacks = chart_fallbacks(charts, asked.locale, slack.messages, pictures=pictures)
    message = {
        **answer_message(slack.messages, asked, answer),
        "instead": fallbacks | _table_fallback(slack, answer, asked.locale),
    }
    return message, await chart_pictures(charts, asked.locale) if pictures else {}


def _table_fallback(slack: Slack, answer: Answer, locale: Locale) -> dict[str, list[JsonObject]]:
    rows = table(answer, locale)
    return {TABLE: slack.messages.message("signals/table_fallback", locale, table=rows)["blocks"]} if rows else {}


async def _post_all_rows(slack: Slack, asked: AskedQuestion, answer: Answer) -> None:
    """Post the file with every row, once for the question and once more when it was refined."""
    data = as_csv(answer)
    name = f"{answer.question.group_by}-{answer.question.period.end:%Y-%m-%d}.csv"
    rest = slack.messages.message("signals/rest", asked.locale, rows=len(answer.groups), file=name, url=address(ROWS))
    thread = asked.thread or await slack.outbox.ts(asked.message_key, team=asked.team)
    await slack.outbox.post(
        f"rows:{asked.id}:{meaning(answer.question)}",
        team=asked.team,
        channel=asked.channel,
        message={**rest, "unfurl_links": True, "unfurl_media": True},  # a link to a file becomes the file
        reply_to=thread,
        files={ROWS: UploadFile(data, name, alt_text=rest["text"], title=name)},
    )


def answer_message(messages: Messages, asked: AskedQuestion, answer: Answer) -> JsonObject:
    """The one message of a question, as the answer."""
    locale = asked.locale.as_of(answer.asked_at)
    spoken = MessageLocale.for_readers(locale)
    return messages.message(
        "signals/answer",
        locale,
        asked=asked,
        answer=answer,
        facts=headline(answer, spoken),
        verdict=verdict(answer, locale),
        against=trend_text(answer, spoken) if answer.question.compare else "",
        understood=untitled(answer.question, spoken),
        error_share=top_error_share(answer),
        by_signal=signal_counts(answer.question.signals, answer.counts.by_signal, locale),
        source=source_name(answer.source, answer.source_title, locale),
        charts=message_charts(answer, asked.locale),
        table=table(answer, locale),
        limits=limits(answer, locale),
        owner=asked.feature,
        live=asked.live,
        going_on=goes_on(answer),
        others=_others(asked, answer.alternatives),
        value=Pressed(asked.id).value(),
    )


def counted_modal(messages: Messages, asked: AskedQuestion, locale: Locale) -> JsonObject:
    """What is behind *How this was counted*, in the reader's language and zone. Raises Missing without an answer."""
    answer = asked.answer
    if answer is None:
        raise Missing("This question is being answered right now; please try again in a moment.")
    return messages.modal(
        "signals/counted",
        locale,
        "signals.counted",
        "",
        asked=asked,
        understood=phrases(answer.question, locale.as_of(answer.asked_at)),
        source=source_name(answer.source, answer.source_title, locale),
        limits=limits(answer, locale),
    )


def no_match_message(
    messages: Messages, asked: AskedQuestion, problem: NoSuchTarget | NoSuchValue, now: datetime
) -> JsonObject:
    """The one message of a question about a target that nobody clicked, or about a value that was never seen."""
    if isinstance(problem, NoSuchValue):
        others = _other_values(asked, problem)
    else:
        others = _others(asked, problem.matches.closest)
    return messages.message(
        "signals/nothing",
        asked.locale,
        sentence=problem.text(asked.locale),
        of_values=isinstance(problem, NoSuchValue),
        others=others,
        understood=phrases(asked.question, MessageLocale.for_readers(asked.locale.as_of(now))),
        value=Pressed(asked.id).value(),
    )


def _other_values(asked: AskedQuestion, problem: NoSuchValue) -> list[JsonObject]:
    pressed = (
        (value, Pressed(asked.id, facet=problem.facet, old=problem.value, new=value)) for value in problem.closest
    )
    return _choices((facet_value(problem.facet, value, asked.locale), button.value()) for value, button in pressed)


def _others(asked: AskedQuestion, targets: Sequence[TargetMatch]) -> list[JsonObject]:
    """Choices for a select. Slack takes 150 characters of value, so a longer name can't be chosen here."""
    return _choices((target.name or target.selector, _choice(asked, target)) for target in targets)


def _choices(choices: Iterable[tuple[str, str]]) -> list[JsonObject]:
    return [{"label": label, "value": value} for label, value in choices if len(value) <= MOST_VALUE][:10]


def _choice(asked: AskedQuestion, target: TargetMatch) -> str:
    return Pressed(asked.id, target=target.name or target.selector).value()
