"""A message with two charts shows something right for each of them, whatever the workspace takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.kernel.locale import Locale
from bot.kernel.messages import Messages, stream
from bot.signals.chart import SERIES, ChartData, message_charts
from bot.slack.chart_picture import chart_fallbacks, chart_pictures
from bot.slack.outbox import Outbox, UploadFile
from tests.signals.test_chart import ENGLISH, KOREAN, answer
from tests.slack.slack_workspace import SlackWorkspace
from tests.slack.test_outbox_instead import refusing

MESSAGES = Messages.load()
OVER_TIME, A_DAY = "chart-signals-over-time", "chart-signals-a-day"


def charts(locale: Locale = ENGLISH) -> list[ChartData]:
    return message_charts(answer(), locale, [replace(series, in_message=True) for series in SERIES])


def message(locale: Locale) -> dict[str, Any]:
    """The charts' blocks, as a template writes them, and another."""
    template = MESSAGES.environment.from_string("{% for each in charts %}{{ chart(each) }}{% endfor %}{{ divider() }}")
    return {"text": "two charts", "blocks": stream(template.render(charts=charts(locale)))}


async def posted(outbox: Outbox, slack: SlackWorkspace, locale: Locale = ENGLISH) -> list[dict[str, Any]]:
    instead = chart_fallbacks(charts(locale), locale, MESSAGES, pictures=True)
    files: dict[str, UploadFile] = await chart_pictures(charts(locale), locale)
    whole = {**message(locale), "instead": instead}
    await outbox.post("answer", team="T1", channel="C1", message=whole, files=files)
    await outbox.ts("answer", team="T1")
    return list(slack.messages("C1")[-1]["blocks"])


async def test_both_charts_are_shown_where_charts_are_taken(outbox: Outbox, slack: SlackWorkspace) -> None:
    first, second, _ = await posted(outbox, slack)
    assert (first["block_id"], second["block_id"]) == (OVER_TIME, A_DAY)
    assert {first["type"], second["type"]} == {"data_visualization"}
    assert not slack.files()


async def test_each_chart_becomes_its_own_picture(outbox: Outbox, slack: SlackWorkspace) -> None:
    refusing(slack, "data_visualization")
    first, second, _ = await posted(outbox, slack)
    assert (first["block_id"], second["block_id"]) == (OVER_TIME, A_DAY)
    assert {first["type"], second["type"]} == {"image"}
    assert first["slack_file"] != second["slack_file"]
    assert first["alt_text"].startswith("Signals over time, Mon 23 to Wed 25, as bars: 33 in all")
    assert second["alt_text"].startswith("Signals a day, with the four weeks before, Mon, Nov 23 to")
    files = {file["id"]: file for file in slack.files()}
    names = {block["block_id"]: files[block["slack_file"]["id"]]["name"] for block in (first, second)}
    assert names == {OVER_TIME: f"{OVER_TIME}.png", A_DAY: f"{A_DAY}.png"}
    assert len({file["data"] for file in files.values()}) == 2


async def test_each_chart_becomes_its_own_line_where_pictures_are_refused_too(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    refusing(slack, "data_visualization")
    slack.fault("error", "files.getUploadURLExternal", error="missing_scope", times=9)
    first, second, _ = await posted(outbox, slack, KOREAN)
    assert (first["block_id"], second["block_id"]) == (OVER_TIME, A_DAY)
    assert {first["type"], second["type"]} == {"section"}
    assert first["text"]["text"].startswith("시간에 따른 신호\n`▁▄█` 23일 (월) – 25일 (수)")
    assert second["text"]["text"].startswith("하루 신호 수 (이전 4주 포함)\n`▁")


def test_hours_have_their_zone_in_the_chart_and_in_all_that_stands_in_for_it() -> None:
    [hours] = message_charts(answer(days=9, step=timedelta(hours=1)), ENGLISH)
    template = MESSAGES.environment.from_string("{{ chart(each) }}")
    [block] = stream(template.render(each=hours))
    assert block["chart"]["axis_config"]["x_label"] == "times in KST"
    picture, line = chart_fallbacks([hours], ENGLISH, MESSAGES, pictures=True)[hours.block_id]
    assert "times in KST" in picture["alt_text"]
    assert "(times in KST)" in line["text"]["text"]
    days, *_ = message(ENGLISH)["blocks"]
    assert "x_label" not in days["chart"]["axis_config"]


@pytest.mark.parametrize("pictures", [True, False])
def test_where_no_picture_was_drawn_none_is_promised(pictures: bool) -> None:
    kinds = [
        [block["type"] for block in blocks]
        for blocks in chart_fallbacks(charts(), ENGLISH, MESSAGES, pictures=pictures).values()
    ]
    assert kinds == [["image", "section"] if pictures else ["section"]] * 2
