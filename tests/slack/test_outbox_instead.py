"""What stands in for blocks that a workspace refuses."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from bot.slack.outbox import Outbox, UploadFile, address
from bot.slack.outbox.send import versions
from tests.slack.slack_workspace import SlackWorkspace
from tests.waiting import settled

SERIES = {"name": "Signals", "data": [{"label": "Monday", "value": 412}]}
BARS = {"type": "bar", "series": [SERIES], "axis_config": {"categories": ["Monday"]}}
CHART = {"type": "data_visualization", "block_id": "chart", "title": "Signals", "chart": BARS}
TABLE = {"type": "table", "block_id": "table", "rows": [[{"type": "raw_text", "text": "Safari"}]]}
PICTURE = {"type": "image", "slack_file": {"id": "chart.png"}, "alt_text": "412 signals on Monday"}
SPARKLINE = {"type": "section", "text": {"type": "mrkdwn", "text": "▁▂▇"}}
ROWS = {"type": "section", "text": {"type": "mrkdwn", "text": "412 Safari"}}
FILES = {"chart.png": UploadFile(b"pixels", "chart.png", "412 signals on Monday")}


def answer(text: str = "412 signals") -> dict[str, Any]:
    instead = {"chart": [PICTURE, SPARKLINE], "table": [ROWS]}
    return {"text": text, "blocks": [CHART, TABLE, {"type": "divider"}], "instead": instead}


def refusing(slack: SlackWorkspace, *kinds: str) -> None:
    """From now on Slack refuses messages with blocks of these types."""

    for kind in kinds:
        slack.fault("refuse_block", block=kind, times=50)


def types(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["blocks"]]


async def posted(outbox: Outbox, slack: SlackWorkspace, key: str = "answer") -> dict[str, Any]:
    await outbox.post(key, team="T1", channel="C1", message=answer(), files=FILES)
    await outbox.ts(key, team="T1")
    return slack.messages("C1")[-1]


async def test_where_all_is_taken_nothing_else_is_shown_and_no_file_is_uploaded(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    message = await posted(outbox, slack)
    assert types(message) == ["data_visualization", "table", "divider"]
    assert "instead" not in message
    assert not slack.files()
    assert await outbox.takes("T1", "data_visualization") is True


async def test_a_refused_chart_becomes_a_picture_in_the_one_message(outbox: Outbox, slack: SlackWorkspace) -> None:
    refusing(slack, "data_visualization")
    message = await posted(outbox, slack)
    assert types(message) == ["image", "table", "divider"]
    assert message["blocks"][0]["slack_file"] == {"id": slack.files()[0]["id"]}
    assert message["blocks"][0]["block_id"] == "chart"
    assert len(slack.messages("C1")) == 1


async def test_what_was_refused_is_remembered_for_that_workspace_alone(outbox: Outbox, slack: SlackWorkspace) -> None:
    refusing(slack, "data_visualization")
    await posted(outbox, slack)
    before = slack.count("chat.postMessage")
    await posted(outbox, slack, "another")
    assert slack.count("chat.postMessage") == before + 1
    assert await outbox.takes("T1", "data_visualization") is False
    assert await outbox.takes("T1", "table") is True
    assert await outbox.takes("T2", "data_visualization") is None


async def test_a_chart_and_a_table_can_both_be_refused(outbox: Outbox, slack: SlackWorkspace) -> None:
    refusing(slack, "data_visualization", "table")
    assert types(await posted(outbox, slack)) == ["image", "section", "divider"]


async def test_where_pictures_are_refused_too_it_is_a_line_of_text(
    outbox: Outbox, slack: SlackWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.outbox.delivery.PATIENCE", 1)  # a picture may only need time, which is slow here
    refusing(slack, "data_visualization", "image")
    assert types(await posted(outbox, slack)) == ["section", "table", "divider"]


async def test_without_the_right_to_upload_it_is_a_line_of_text(outbox: Outbox, slack: SlackWorkspace) -> None:
    refusing(slack, "data_visualization")
    slack.fault("error", "files.getUploadURLExternal", error="missing_scope", times=5)
    assert types(await posted(outbox, slack)) == ["section", "table", "divider"]


async def test_a_message_that_is_refused_for_another_reason_teaches_nothing(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    slack.fault("error", error="invalid_blocks", times=50)
    await outbox.post("answer", team="T1", channel="C1", message={**answer(), "instead": {"table": [ROWS]}})
    await settled(lambda: slack.count("chat.postMessage") == 2)
    assert await outbox.takes("T1", "table") is None


async def test_an_answer_that_got_lost_is_not_posted_again_as_a_picture(
    outbox: Outbox, slack: SlackWorkspace, redis: Redis
) -> None:
    slack.fault("lost_response")
    message = await posted(outbox, slack)
    assert types(message)[0] == "data_visualization"
    assert len(slack.messages("C1")) == 1


async def test_updates_fall_back_too(outbox: Outbox, slack: SlackWorkspace) -> None:
    await outbox.post("answer", team="T1", channel="C1", message={"text": "looking", "blocks": [{"type": "divider"}]})
    await outbox.ts("answer", team="T1")
    refusing(slack, "data_visualization")
    await outbox.update("answer", answer(), team="T1", files=FILES)
    await settled(lambda: types(slack.messages("C1")[0]) == ["image", "table", "divider"])


async def test_a_link_to_a_file_is_its_address_at_slack(outbox: Outbox, slack: SlackWorkspace) -> None:
    text = f"<{address('all.csv')}|all.csv>"
    message = {"text": "rest", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}
    files = {"all.csv": UploadFile(b"a,b", "all.csv", "all rows")}
    await outbox.post("rest", team="T1", channel="C1", message=message, files=files)
    await outbox.ts("rest", team="T1")
    assert slack.messages("C1")[0]["blocks"][0]["text"]["text"] == f"<{slack.files()[0]['permalink']}|all.csv>"


def test_the_fewest_blocks_are_given_up_first_and_no_version_is_tried_twice() -> None:
    found = [types(version.message) for version in versions(answer())]
    assert found == [
        ["data_visualization", "table", "divider"],
        ["image", "table", "divider"],
        ["data_visualization", "section", "divider"],
        ["image", "section", "divider"],
        ["section", "table", "divider"],
        ["section", "section", "divider"],
    ]
    assert [types(it.message)[0] for it in versions(answer(), frozenset({"data_visualization", "table"}))] == [
        "image",
        "section",
    ]
