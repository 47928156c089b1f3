"""What a person typed, out of what Slack makes of it.

Slack delivers messages and commands with `&`, `<` and `>` escaped, and with addresses and references in angle brackets:
https://docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import urlsplit

from bot.slack.mrkdwn import mentioned, unescaped
from bot.slack.people import People

MOST_NAMES = 50
CHANNELS = ("C", "D", "G")
_BRACKETED = re.compile(r"<((?:[@#!]|https?:|mailto:|tel:)[^<>|\n]+)(?:\|([^<>\n]*))?>")


async def typed_text(people: People, team: str, text: str) -> str:
    """Raises Upstream while Slack doesn't tell the name of a group.

    A channel keeps the label that it came with: whoever wrote its id may not be in it, and is answered.
    """
    return as_typed(text, await names_of(people, team, (id for id in mentioned(text) if not id.startswith(CHANNELS))))


async def names_of(people: People, team: str, ids: Iterable[str]) -> dict[str, str]:
    """The names of people, channels and groups, of so many as anybody would write on purpose. Raises Upstream."""
    return {id: await _name(people, team, id) for id in islice(ids, MOST_NAMES)}


def as_typed(text: str, names: Mapping[str, str] | None = None) -> str:
    """`names` are those of the people, channels and groups by id, without `@` and `#`; others keep Slack's label."""
    known = names or {}
    return unescaped(_BRACKETED.sub(lambda found: _typed(found[1], found[2] or "", known), text))


def _typed(goal: str, label: str, names: Mapping[str, str]) -> str:
    kind, id = goal[0], goal.removeprefix("!subteam^")
    if kind in "@#":
        return kind + (names.get(goal[1:]) or label.lstrip("@#") or goal[1:])
    if kind == "!":
        name = names.get(id) or label.lstrip("@") or id.lstrip("!").partition("^")[0]
        return label if goal.startswith("!date^") else f"@{name}"
    if goal.startswith(("mailto:", "tel:")):
        return label or goal.partition(":")[2]
    # Slack makes a link of a bare host as well, of which the words are meant; a path says more than any label.
    return label if label and _path(goal) in {"", "/"} else goal


def _path(address: str) -> str:
    try:
        return urlsplit(unescaped(address)).path
    except ValueError:
        return ""


async def _name(people: People, team: str, id: str) -> str:
    """Empty where Slack doesn't tell: then the text keeps what it came with."""
    match id[0]:
        case "U" | "W":
            name = (await people.get(team, id)).name
        case "S":
            name = await people.group_name(team, id)
        case _:
            name = await people.channel_name(team, id)
    return "" if name == id else name
