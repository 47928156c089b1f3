"""Text objects, options, confirmation dialogs."""

from __future__ import annotations

from standins.slack.blocks.shapes import Rule, by_type, choice, exactly_one, flag, items, record, string


def plain(most: int = 3000, least: int = 1) -> Rule:
    return by_type({"plain_text": _text(least, most, {"emoji": flag})})


def text(most: int = 3000, least: int = 1) -> Rule:
    """plain_text or mrkdwn."""
    return by_type(
        {
            "plain_text": _text(least, most, {"emoji": flag}),
            "mrkdwn": _text(least, most, {"verbatim": flag}),
        }
    )


def _text(least: int, most: int, switches: dict[str, Rule]) -> Rule:
    return record({"type": string(), "text": string(least, most)}, switches)


def option(label: Rule | None = None, *, url: bool = False) -> Rule:
    more: dict[str, Rule] = {"description": text(75)}
    if url:
        more["url"] = string(1, 3000)
    return record({"text": label or plain(75), "value": string(0, 150)}, more)


OPTION = option()
OPTION_WITH_MARKUP = option(text(75))  # checkboxes and radio buttons
OPTION_WITH_LINK = option(url=True)  # overflow menus
OPTION_GROUP = record({"label": plain(75), "options": items(OPTION, 1, 100)}, {})

CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)

DISPATCH = record({}, {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 1, 2)})
CONVERSATIONS = record(
    {},
    {
        "include": items(choice("im", "mpim", "private", "public"), 1),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
SLACK_FILE = record({}, {"id": string(1, 255), "url": string(1, 3000)}, exactly_one("id", "url"))
URL_SOURCE = record({"type": choice("url"), "url": string(1, 3000), "text": string(1, 3000)}, {})
