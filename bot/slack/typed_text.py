"""What a person typed, out of what Slack makes of it.

Slack delivers messages and commands with `&`, `<` and `>` escaped, and with addresses and references in angle brackets:
https://docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from bot.kernel.locale import Locale
from bot.slack.mrkdwn import Named, Unnamed, mentioned, unescaped
from bot.slack.people import People

Told = Callable[[str, str], Awaitable[str]]
"""The name of a person of a workspace."""
MOST_NAMES = 50
CHANNELS = ("C", "D", "G")
_BRACKETED = re.compile(r"<((?:[@#!]|https?:|mailto:|tel:)[^<>|\n]+)(?:\|([^<>\n]*))?>")


async def typed_text(people: People, team: str, text: str, locale: Locale) -> str:
    """Raises Upstream while Slack doesn't tell the name of a group. A person is "@someone" for as long.

    A channel keeps the label that it came with: whoever wrote its id may not be in it, and is answered.
    """

    async def name(team: str, id: str) -> str:
        return (await people.get(team, id)).name

    ids = (id for id in mentioned(text) if not id.startswith(CHANNELS))
    return as_typed(text, await _names(people, team, ids, name), replace(Unnamed.of(locale), channel=""))


async def names_of(people: People, team: str, ids: Iterable[str]) -> dict[str, str]:
    """The names of people, channels and groups, of so many as anybody would write on purpose, for what is kept.

    Raises Upstream while Slack is away.
    """
    return await _names(people, team, ids, people.name)


def as_typed(text: str, names: Mapping[str, str] | None = None, unnamed: Unnamed | None = None) -> str:
    """`names` are those of the people, channels and groups by id, without `@` and `#`; others keep Slack's label."""
    known = Named(names, unnamed)
    return unescaped(_BRACKETED.sub(lambda match: _typed(match[1], match[2] or "", known), text))


def _typed(goal: str, label: str, names: Named) -> str:
    match goal[0]:
        case "@":
            return names.person(goal[1:], label)
        case "#":
            return names.channel(goal[1:], label)
        case "!" if goal.startswith("!subteam^"):
            return names.group(goal.removeprefix("!subteam^"), label)
        case "!":
            name = label.lstrip("@") or goal[1:].partition("^")[0]
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


async def _names(people: People, team: str, ids: Iterable[str], person: Told) -> dict[str, str]:
    return {id: await _name(people, team, id, person) for id in islice(ids, MOST_NAMES)}


async def _name(people: People, team: str, id: str, person: Told) -> str:
    """Empty where Slack doesn't tell: then the text keeps the label that it came with."""
    match id[0]:
        case "U" | "W":
            name = await person(team, id)
        case "S":
            name = await people.group_name(team, id)
        case _:
            name = await people.channel_name(team, id)
    return "" if name == id else name
