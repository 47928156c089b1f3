"""Block elements: buttons, menus, pickers, inputs, and which block may hold which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from standins.slack.blocks.rules import (
    Problem,
    Rule,
    anything,
    by_type,
    choice,
    exactly_one,
    flag,
    items,
    number,
    record,
    string,
)
from standins.slack.blocks.text_objects import (
    CONFIRM,
    CONVERSATIONS,
    DISPATCH,
    OPTION,
    OPTION_GROUP,
    OPTION_WITH_LINK,
    OPTION_WITH_MARKUP,
    SLACK_FILE,
    plain,
)

NAMES: dict[str, Rule] = {"type": string(), "action_id": string(1, 255)}
INTERACTIVE: dict[str, Rule] = {**NAMES, "confirm": CONFIRM, "focus_on_load": flag}
MENU: dict[str, Rule] = {**INTERACTIVE, "placeholder": plain(150)}
TEXT_INPUT: dict[str, Rule] = {
    **NAMES,
    "placeholder": plain(150),
    "initial_value": string(),
    "focus_on_load": flag,
    "dispatch_action_config": DISPATCH,
}
CHOICES: dict[str, Rule] = {
    "options": items(OPTION, 1, 100),
    "option_groups": items(OPTION_GROUP, 1, 100),
}
LABEL: dict[str, Rule] = {"accessibility_label": string(0, 75)}
SEVERAL: dict[str, Rule] = {**MENU, "max_selected_items": number(1)}
USERS = items(string(1))


def _initial_is_listed(value: Any, at: str) -> Iterator[Problem]:
    groups = value.get("option_groups") or []
    listed = [*(value.get("options") or []), *(option for group in groups for option in group["options"])]
    values = {option["value"] for option in listed}
    chosen = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    for option in chosen:
        if option["value"] not in values:
            yield Problem(at, "initial", "initial options must be among the options")


def _range(value: Any, at: str) -> Iterator[Problem]:
    """Slack takes the limits of a number input as strings."""
    try:
        low, high = (None if value.get(n) is None else float(value[n]) for n in ("min_value", "max_value"))
    except ValueError:
        yield Problem(at, "type", "min_value and max_value must be numbers")
        return
    if low is not None and high is not None and low > high:
        yield Problem(at, "range", "min_value must not be more than max_value")


def _lengths(value: Any, at: str) -> Iterator[Problem]:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield Problem(at, "range", "min_length must not be more than max_length")


def _ticked(option: Rule, initial: str, rule: Rule) -> Rule:
    return record(
        {"type": string(), "options": items(option, 1, 10)}, {**INTERACTIVE, initial: rule}, _initial_is_listed
    )


FEEDBACK: Rule = record({"text": plain(75), "value": string(0, 2000)}, LABEL)

ELEMENTS: dict[str, Rule] = {
    "button": record(
        {"type": string(), "text": plain(75)},
        {
            **NAMES,
            **LABEL,
            "url": string(1, 3000),
            "value": string(0, 2000),
            "style": choice("primary", "danger"),
            "confirm": CONFIRM,
        },
    ),
    "workflow_button": record(
        {"type": string(), "text": plain(75), "workflow": record({"trigger": anything}, {})},
        {**NAMES, **LABEL, "style": choice("primary", "danger")},
    ),
    "icon_button": record(
        {"type": string(), "icon": string(1), "text": plain(75)},
        {
            **NAMES,
            **LABEL,
            "value": string(0, 2000),
            "confirm": CONFIRM,
            "visible_to_user_ids": items(string(1), 0, 10),
        },
    ),
    "feedback_buttons": record({"type": string(), "positive_button": FEEDBACK, "negative_button": FEEDBACK}, NAMES),
    "static_select": record(
        {"type": string()},
        {**MENU, **CHOICES, "initial_option": OPTION},
        exactly_one("options", "option_groups"),
        _initial_is_listed,
    ),
    "multi_static_select": record(
        {"type": string()},
        {**SEVERAL, **CHOICES, "initial_options": items(OPTION, 1, 100)},
        exactly_one("options", "option_groups"),
        _initial_is_listed,
    ),
    "external_select": record({"type": string()}, {**MENU, "initial_option": OPTION, "min_query_length": number(0)}),
    "multi_external_select": record(
        {"type": string()},
        {**SEVERAL, "initial_options": items(OPTION, 1, 100), "min_query_length": number(0)},
    ),
    "users_select": record({"type": string()}, {**MENU, "initial_user": string(1)}),
    "multi_users_select": record({"type": string()}, {**SEVERAL, "initial_users": USERS}),
    "channels_select": record({"type": string()}, {**MENU, "initial_channel": string(1), "response_url_enabled": flag}),
    "multi_channels_select": record({"type": string()}, {**SEVERAL, "initial_channels": USERS}),
    "conversations_select": record(
        {"type": string()},
        {
            **MENU,
            "initial_conversation": string(1),
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": CONVERSATIONS,
        },
    ),
    "multi_conversations_select": record(
        {"type": string()},
        {
            **SEVERAL,
            "initial_conversations": USERS,
            "default_to_current_conversation": flag,
            "filter": CONVERSATIONS,
        },
    ),
    "overflow": record(
        {"type": string(), "options": items(OPTION_WITH_LINK, 1, 5)},
        {**NAMES, "confirm": CONFIRM},
    ),
    "checkboxes": _ticked(OPTION_WITH_MARKUP, "initial_options", items(OPTION_WITH_MARKUP, 1, 10)),
    "radio_buttons": _ticked(OPTION_WITH_MARKUP, "initial_option", OPTION_WITH_MARKUP),
    "datepicker": record({"type": string()}, {**MENU, "initial_date": string(10, 10)}),
    "timepicker": record({"type": string()}, {**MENU, "initial_time": string(5, 5), "timezone": string(1)}),
    "datetimepicker": record({"type": string()}, {**INTERACTIVE, "initial_date_time": number(0, 9_999_999_999)}),
    "plain_text_input": record(
        {"type": string()},
        {**TEXT_INPUT, "multiline": flag, "min_length": number(0, 3000), "max_length": number(1, 3000)},
        _lengths,
    ),
    "number_input": record(
        {"type": string(), "is_decimal_allowed": flag},
        {**TEXT_INPUT, "min_value": string(1), "max_value": string(1)},
        _range,
    ),
    "email_text_input": record({"type": string()}, TEXT_INPUT),
    "url_text_input": record({"type": string()}, TEXT_INPUT),
    "rich_text_input": record({"type": string()}, {**TEXT_INPUT, "initial_value": anything}),
    "file_input": record({"type": string()}, {**NAMES, "filetypes": items(string(1)), "max_files": number(1, 10)}),
    "image": record(
        {"type": string(), "alt_text": string(1, 2000)},
        {"image_url": string(1, 3000), "slack_file": SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
}

SELECTS = ("static_select", "external_select", "users_select", "channels_select", "conversations_select")
MULTIPLE = tuple(f"multi_{name}" for name in SELECTS)
PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker")
TEXT_INPUTS = (
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
)


def among(*names: str) -> Rule:
    return by_type({name: ELEMENTS[name] for name in names})


IN_ACTIONS = among("button", "workflow_button", "overflow", "datetimepicker", "rich_text_input", *SELECTS, *PICKERS)
IN_SECTION = among("button", "workflow_button", "overflow", "image", *SELECTS, *MULTIPLE, *PICKERS)
IN_INPUT = among("datetimepicker", *SELECTS, *MULTIPLE, *PICKERS, *TEXT_INPUTS)
