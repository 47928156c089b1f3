"""Layout blocks, by type."""

from __future__ import annotations

from standins.slack.blocks import figures, texts
from standins.slack.blocks.elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION, among
from standins.slack.blocks.rich import RICH_TEXT
from standins.slack.blocks.shapes import (
    Rule,
    anything,
    at_least_one,
    by_type,
    choice,
    exactly_one,
    flag,
    items,
    later,
    record,
    string,
)

BLOCK: dict[str, Rule] = {"block_id": string(1, 255)}
CONTEXT_PART = by_type(
    {"plain_text": texts.plain(), "mrkdwn": texts.text(), "image": ELEMENTS["image"]},
)
STATUS = choice("pending", "in_progress", "complete", "error")
TASK: dict[str, Rule] = {
    "status": STATUS,
    "output": RICH_TEXT,
    "details": RICH_TEXT,
    "sources": items(texts.URL_SOURCE),
}


def block(required: dict[str, Rule], optional: dict[str, Rule], *also: Rule) -> Rule:
    return record({"type": string(), **required}, {**BLOCK, **optional}, *also)


CARD = block(
    {},
    {
        "hero_image": ELEMENTS["image"],
        "icon": anything,
        "slack_icon": anything,
        "title": texts.text(150),
        "subtitle": texts.text(150),
        "body": texts.text(200),
        "subtext": texts.text(200),
        "actions": items(among("button"), 0, 3),
    },
    at_least_one("hero_image", "title", "body", "actions"),
)

BLOCKS: dict[str, Rule] = {
    "actions": block({"elements": items(IN_ACTIONS, 1, 25)}, {}),
    "alert": block({"text": texts.text(200)}, {"level": choice("default", "info", "warning", "error", "success")}),
    "card": CARD,
    "carousel": block({"elements": items(by_type({"card": CARD}), 1, 10)}, {}),
    "container": block(
        {"child_blocks": items(later(lambda: ANY), 1, 10)},
        {
            "title": texts.plain(150),
            "subtitle": texts.text(150),
            "icon": anything,
            "width": choice("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
    ),
    "context": block({"elements": items(CONTEXT_PART, 1, 10)}, {}),
    "context_actions": block({"elements": items(among("feedback_buttons", "icon_button"), 1, 5)}, {}),
    "data_table": figures.DATA_TABLE,
    "data_visualization": figures.CHART,
    "divider": block({}, {}),
    "file": block({"external_id": string(1), "source": choice("remote")}, {}),
    "header": block({"text": texts.plain(150)}, {}),
    "image": block(
        {"alt_text": string(1, 2000)},
        {"title": texts.plain(2000), "image_url": string(1, 3000), "slack_file": texts.SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
    "input": block(
        {"label": texts.plain(2000), "element": IN_INPUT},
        {"hint": texts.plain(2000), "optional": flag, "dispatch_action": flag},
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
            "text": texts.text(3000),
            "fields": items(texts.text(2000), 1, 10),
            "accessory": IN_SECTION,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "table": figures.TABLE,
    "task_card": block({"task_id": string(1), "title": string(1)}, TASK),
    "video": block(
        {
            "alt_text": string(1, 200),
            "title": texts.plain(200),
            "thumbnail_url": string(1, 3000),
            "video_url": string(1, 3000),
        },
        {
            "title_url": string(1, 3000),
            "description": texts.plain(200),
            "author_name": string(0, 50),
            "provider_name": string(0, 50),
            "provider_icon_url": string(1, 3000),
        },
    ),
}
ANY: Rule = by_type(BLOCKS)
