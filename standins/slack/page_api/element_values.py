"""The values of elements as Slack sends them, and the checks that Slack's client makes before it submits a modal.

A raw value is what the page has: a text, an option's value, an id, a date, a list of them, or a complete option where
it came from the bot (external menus).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.kernel.locale import Locale

Json = dict[str, Any]
Translate = Callable[..., str]
Values = dict[str, dict[str, Any]]  # block_id -> action_id -> raw value

# element type -> (the key in an action and in state, the key of its initial value)
SIMPLE_VALUES = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "files"),
}
ONE = ("static_select", "external_select", "radio_buttons", "overflow")
MANY = ("multi_static_select", "multi_external_select", "checkboxes")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Returns (block, element) for everything interactive."""
    pairs = []
    for block in blocks:
        parts = [block.get("accessory"), block.get("element")]
        parts += block.get("elements", []) if block["type"] in {"actions", "context_actions"} else []
        pairs += [(block, part) for part in parts if isinstance(part, dict) and part.get("action_id")]
        pairs += elements(block.get("child_blocks") or [])
    return pairs


def action(element: Json, raw: Any) -> Json:
    """Returns the fields of an action: `{"value": …}` for a button, `{"selected_option": …}` for a menu."""
    kind = element["type"]
    if kind in {"button", "icon_button", "workflow_button"}:
        return {"text": element["text"], **({"value": element["value"]} if "value" in element else {})}
    if kind == "feedback_buttons":
        return {"value": raw}
    return state(element, raw)


def state(element: Json, raw: Any) -> Json:
    kind = element["type"]
    if kind in SIMPLE_VALUES:
        return {SIMPLE_VALUES[kind][0]: raw if raw not in ("", []) else None}
    if kind in ONE:
        return {"selected_option": _option(element, raw)}
    chosen = [_option(element, one) for one in raw or []]
    return {"selected_options": [option for option in chosen if option]}


def states(blocks: list[Json], values: Values) -> Json:
    """Returns `state.values`: every stateful element, with its initial value where nobody changed it."""
    values_by_block: Json = {}
    for block, element in elements(blocks):
        if element["type"] in SIMPLE_VALUES or (element["type"] in {*ONE, *MANY} and element["type"] != "overflow"):
            raw = raw_of(block, element, values)
            entry = {"type": element["type"], **state(element, raw)}
            values_by_block.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values_by_block


def raw_of(block: Json, element: Json, values: Values) -> Any:
    entered = values.get(block["block_id"], {})
    if element["action_id"] in entered:
        return entered[element["action_id"]]
    if element["type"] in SIMPLE_VALUES:
        return element.get(SIMPLE_VALUES[element["type"]][1])
    return element.get("initial_option" if element["type"] in ONE else "initial_options")


def input_errors(blocks: list[Json], values: Values, locale: Locale) -> dict[str, str]:
    """Returns block_id -> sentence for what Slack's client would not submit."""
    errors = {}
    for block in blocks:
        if block["type"] == "input":
            raw = raw_of(block, block["element"], values)
            if problem := _input_error(block, block["element"], raw, locale.text):
                errors[block["block_id"]] = problem
    return errors


def _input_error(block: Json, element: Json, raw: Any, text: Translate) -> str:
    if raw in (None, "", []):
        return "" if block.get("optional") else text("Please complete this required field.")
    checks = {"plain_text_input": _length, "number_input": _number, "email_text_input": _email, "url_text_input": _url}
    check = checks.get(element["type"])
    return check(element, str(raw), text) if check else ""


def _length(element: Json, value: str, text: Translate) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return text("Please use at least %(n)s characters.", n=least)
    return text("Please use no more than %(n)s characters.", n=most) if len(value) > most else ""


def _number(element: Json, value: str, text: Translate) -> str:
    try:
        number = float(value)
    except ValueError:
        return text("Please enter a number.")
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return text("Please enter a whole number.")
    if "min_value" in element and number < float(element["min_value"]):
        return text("Please enter a number of at least %(n)s.", n=element["min_value"])
    if "max_value" in element and number > float(element["max_value"]):
        return text("Please enter a number of at most %(n)s.", n=element["max_value"])
    return ""


def _email(_element: Json, value: str, text: Translate) -> str:
    return "" if EMAIL.fullmatch(value) else text("Please enter an email address.")


def _url(_element: Json, value: str, text: Translate) -> str:
    return "" if value.startswith(("https://", "http://")) else text("Please enter a web address.")


def _option(element: Json, raw: Any) -> Json | None:
    """Returns the option: as given, or the one that has this value."""
    if raw is None or isinstance(raw, dict):
        return raw
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or []), *(option for group in groups for option in group["options"])]
    return next((option for option in options if option["value"] == raw), None)
