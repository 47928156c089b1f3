"""Layout blocks, by type."""

from __future__ import annotations

from standins.slack.blocks import tables_and_charts, text_objects
from standins.slack.blocks.elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION, among
from standins.slack.blocks.rich_text import RICH_TEXT
from standins.slack.blocks.rules import (
    Rule,
    anything,
    at_least_one,
    by_type,
    choice,
    exactly_one,
    flag,
    items,
    lazy,
    record,
    string,
)

BLOCK: dict[str, Rule] = {"block_id": string(1, 255)}
CONTEXT_PART = by_type(
    {"plain_text": text_objects.plain(), "mrkdwn": text_objects.text(), "image": ELEMENTS["image"]},
)
STATUS = choice("pending", "in_progress", "complete", "error")
TASK: dict[str, Rule] = {
    "status": STATUS,
    "output": RICH_TEXT,
    "details": RICH_TEXT,
    "sources": items(text_objects.URL_SOURCE),
}


def block(required: dict[str, Rule], optional: dict[str, Rule], *also: Rule) -> Rule:
    return record({"type": string(), **required}, {**BLOCK, **optional}, *also)


CARD = block(
    {},
    {
        "hero_image": ELEMENTS["image"],
        "icon": anything,
        "slack_icon": anything,
        "title": text_objects.text(150),
        "subtitle": text_objects.text(150),
        "body": text_objects.text(200),
        "subtext": text_objects.text(200),
        "actions": items(among("button"), 0, 3),
    },
    at_least_one("hero_image", "title", "body", "actions"),
)

BLOCKS: dict[str, Rule] = {
    "actions": block({"elements": items(IN_ACTIONS, 1, 25)}, {}),
    "alert": block(
        {"text": text_objects.text(200)}, {"level": choice("default", "info", "warning", "error", "success")}
    ),
    "card": CARD,
    "carousel": block({"elements": items(by_type({"card": CARD}), 1, 10)}, {}),
    "container": block(
        {"child_blocks": items(lazy(lambda: ANY), 1, 10)},
        {
            "title": text_objects.plain(150),
            "subtitle": text_objects.text(150),
            "icon": anything,
            "width": choice("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
    ),
    "context": block({"elements": items(CONTEXT_PART, 1, 10)}, {}),
    "context_actions": block({"elements": items(among("feedback_buttons", "icon_button"), 1, 5)}, {}),
    "data_table": tables_and_charts.DATA_TABLE,
    "data_visualization": tables_and_charts.CHART,
    "divider": block({}, {}),
    "file": block({"external_id": string(1), "source": choice("remote")}, {}),
    "header": block({"text": text_objects.plain(150)}, {}),
    "image": block(
        {"alt_text": string(1, 2000)},
        {"title": text_objects.plain(2000), "image_url": string(1, 3000), "slack_file": text_objects.SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
    "input": block(
        {"label": text_objects.plain(2000), "element": IN_INPUT},
        {"hint": text_objects.plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "markdown": block({"text": string(1, 12_000)}, {}),
    "plan": block(
        {"title": string(1)},
        {"tasks": items(record({"task_id": string(1), "title": string(1)}, {"type": anything, **BLOCK, **TASK}))},
    ),
    "rich_text": RICH_TEXT,
    "section": block(
        {},
        {
            "text": text_objects.text(3000),
            "fields": items(text_objects.text(2000), 1, 10),
            "accessory": IN_SECTION,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "table": tables_and_charts.TABLE,
    "task_card": block({"task_id": string(1), "title": string(1)}, TASK),
    "video": block(
        {
            "alt_text": string(1, 200),
            "title": text_objects.plain(200),
            "thumbnail_url": string(1, 3000),
            "video_url": string(1, 3000),
        },
        {
            "title_url": string(1, 3000),
            "description": text_objects.plain(200),
            "author_name": string(0, 50),
            "provider_name": string(0, 50),
            "provider_icon_url": string(1, 3000),
        },
    ),
}
ANY: Rule = by_type(BLOCKS)
