"""The message of an answer, whole: with what to show where the workspace takes no chart or table, and its files."""

from __future__ import annotations

import asyncio

from bot.kernel.ids import meaning
from bot.kernel.locale import Locale
from bot.kernel.messages import JsonObject
from bot.services.questions.answering import answer_message
from bot.signals.answer import Answer
from bot.signals.answer_table import MOST_ROWS, as_csv, table
from bot.signals.asked_question import AskedQuestion
from bot.slack.chart_picture import Bars, in_words, picture, sparkline
from bot.slack.outbox import UploadFile, address
from bot.slack.slack import Slack

CHART, TABLE = "data_visualization", "table"
PICTURE, ROWS = "chart.png", "rows.csv"  # placeholders of the files


async def post_answer(slack: Slack, asked: AskedQuestion, answer: Answer) -> None:
    """Turn the one message of the question into the answer; rows that have no room in it go into the thread."""
    told, files = await shown(slack, asked, answer)
    await slack.outbox.update(asked.message_key, told, team=asked.team, files=files)
    if len(answer.groups) > MOST_ROWS:
        await _tell_rest(slack, asked, answer)


async def shown(slack: Slack, asked: AskedQuestion, answer: Answer) -> tuple[JsonObject, dict[str, UploadFile]]:
    told = answer_message(slack.messages, asked, answer)
    blocks: list[JsonObject] = [_named(block) for block in told["blocks"]]
    instead: dict[str, list[JsonObject]] = {}
    files: dict[str, UploadFile] = {}
    for block in blocks:
        if block["type"] == CHART:
            bars = Bars.of(block["title"], block["chart"]["series"])
            instead[CHART] = _stand_ins(slack, asked.locale, bars=bars, answer=answer)
            if await slack.outbox.takes(asked.team, CHART) is not True:
                files[PICTURE] = await _drawn(bars, asked.locale)
        elif block["type"] == TABLE:
            instead[TABLE] = _stand_ins(slack, asked.locale, bars=None, answer=answer)
    if PICTURE not in files and CHART in instead:
        instead[CHART] = [block for block in instead[CHART] if block["type"] != "image"]
    return {**told, "blocks": blocks, "instead": instead}, files


def _named(block: JsonObject) -> JsonObject:
    return {**block, "block_id": block["type"]} if block["type"] in (CHART, TABLE) else block


def _stand_ins(slack: Slack, locale: Locale, *, bars: Bars | None, answer: Answer) -> list[JsonObject]:
    """For a chart the picture and a line of text; for a table its rows as text."""
    told = slack.messages.message(
        "signals/instead",
        locale,
        bars=bars,
        file=PICTURE,
        alt=in_words(bars, locale) if bars else "",
        line=sparkline(bars) if bars else "",
        rows=None if bars else table(answer, locale),
    )
    return list(told["blocks"])


async def _drawn(bars: Bars, locale: Locale) -> UploadFile:
    alt = in_words(bars, locale)
    return UploadFile(await asyncio.to_thread(picture, bars, locale), PICTURE, alt_text=alt, title=bars.title)


async def _tell_rest(slack: Slack, asked: AskedQuestion, answer: Answer) -> None:
    """The file with every row, once for the question and once more when it was refined."""
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
