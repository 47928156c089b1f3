"""What is chosen or typed in an element, in Slack's words; and what a modal refuses before the bot hears of it.

A raw value is what the page has: a text, an option's value, an id, a date, a list of them, or a whole option where it
came from the bot (external menus).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.kernel.locale import Locale

Json = dict[str, Any]
Words = Callable[..., str]
Values = dict[str, dict[str, Any]]  # block_id -> action_id -> raw value

# element type -> (the key in an action and in state, the key of what it begins with)
PLAIN = {
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
    """(block, element) for everything interactive."""
    found = []
    for block in blocks:
        parts = [block.get("accessory"), block.get("element")]
        parts += block.get("elements", []) if block["type"] in {"actions", "context_actions"} else []
        found += [(block, part) for part in parts if isinstance(part, dict) and part.get("action_id")]
        found += elements(block.get("child_blocks") or [])
    return found


def action(element: Json, raw: Any) -> Json:
    """What a press adds to an action: `{"value": …}` for a button, `{"selected_option": …}` for a menu."""
    kind = element["type"]
    if kind in {"button", "icon_button", "workflow_button"}:
        return {"text": element["text"], **({"value": element["value"]} if "value" in element else {})}
    if kind == "feedback_buttons":
        return {"value": raw}
    return state(element, raw)


def state(element: Json, raw: Any) -> Json:
    kind = element["type"]
    if kind in PLAIN:
        return {PLAIN[kind][0]: raw if raw not in ("", []) else None}
    if kind in ONE:
        return {"selected_option": _option(element, raw)}
    chosen = [_option(element, one) for one in raw or []]
    return {"selected_options": [option for option in chosen if option]}


def states(blocks: list[Json], values: Values) -> Json:
    """`state.values`: every stateful element, with what it began with where nobody touched it."""
    found: Json = {}
    for block, element in elements(blocks):
        if element["type"] in PLAIN or (element["type"] in {*ONE, *MANY} and element["type"] != "overflow"):
            raw = raw_of(block, element, values)
            shown = {"type": element["type"], **state(element, raw)}
            found.setdefault(block["block_id"], {})[element["action_id"]] = shown
    return found


def raw_of(block: Json, element: Json, values: Values) -> Any:
    given = values.get(block["block_id"], {})
    if element["action_id"] in given:
        return given[element["action_id"]]
    if element["type"] in PLAIN:
        return element.get(PLAIN[element["type"]][1])
    return element.get("initial_option" if element["type"] in ONE else "initial_options")


def refusals(blocks: list[Json], values: Values, locale: Locale) -> dict[str, str]:
    """block_id -> sentence, for what Slack's client would not submit."""
    found = {}
    for block in blocks:
        if block["type"] == "input":
            raw = raw_of(block, block["element"], values)
            if problem := _refusal(block, block["element"], raw, locale.text):
                found[block["block_id"]] = problem
    return found


def _refusal(block: Json, element: Json, raw: Any, words: Words) -> str:
    if raw in (None, "", []):
        return "" if block.get("optional") else words("Please complete this required field.")
    checks = {"plain_text_input": _length, "number_input": _number, "email_text_input": _email, "url_text_input": _url}
    check = checks.get(element["type"])
    return check(element, str(raw), words) if check else ""


def _length(element: Json, text: str, words: Words) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < least:
        return words("Please use at least %(n)s characters.", n=least)
    return words("Please use no more than %(n)s characters.", n=most) if len(text) > most else ""


def _number(element: Json, text: str, words: Words) -> str:
    try:
        value = float(text)
    except ValueError:
        return words("Please enter a number.")
    if not element.get("is_decimal_allowed") and not value.is_integer():
        return words("Please enter a whole number.")
    if "min_value" in element and value < float(element["min_value"]):
        return words("Please enter a number of at least %(n)s.", n=element["min_value"])
    if "max_value" in element and value > float(element["max_value"]):
        return words("Please enter a number of at most %(n)s.", n=element["max_value"])
    return ""


def _email(_element: Json, text: str, words: Words) -> str:
    return "" if EMAIL.fullmatch(text) else words("Please enter an email address.")


def _url(_element: Json, text: str, words: Words) -> str:
    return "" if text.startswith(("https://", "http://")) else words("Please enter a web address.")


def _option(element: Json, raw: Any) -> Json | None:
    """The option itself: as given, or found by its value."""
    if raw is None or isinstance(raw, dict):
        return raw
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or []), *(option for group in groups for option in group["options"])]
    return next((option for option in options if option["value"] == raw), None)
