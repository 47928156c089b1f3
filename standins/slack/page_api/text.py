"""Entered text as Slack stores it: `&`, `<` and `>` escaped, mentions, channels and links in brackets."""

from __future__ import annotations

import re

from standins.slack.workspace_team import WorkspaceTeam

LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,:;!?)\]'\"*_~`]")
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
REFERENCE = re.compile(r"&lt;(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!(?:here|channel|everyone))&gt;")


def to_mrkdwn(team: WorkspaceTeam, text: str) -> str:
    """Returns the text as it is stored. In a code span only the three characters are escaped."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parts = CODE.split(REFERENCE.sub(r"<\1>", escaped))
    return "".join(part if n % 2 else _linked(team, part) for n, part in enumerate(parts))


def to_plain_text(team: WorkspaceTeam, text: str) -> str:
    """Returns the text as it was entered, to edit a message."""
    for name, reference in _names(team):
        text = text.replace(reference, name)
    text = re.sub(r"<(https?://[^|>]+)(\|[^>]*)?>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def with_references(team: WorkspaceTeam, text: str) -> str:
    """Returns the text of a command with `should_escape`: people, groups and channels as `<@ID|name>`."""
    for name, reference in _names(team):
        labelled = f"{reference[:-1]}|{name[1:]}>"
        text = re.sub(rf"(?<![\w/|]){re.escape(name)}(?![\w-])", labelled.replace("\\", r"\\"), text, flags=re.I)
    return text


def _linked(team: WorkspaceTeam, text: str) -> str:
    text = LINK.sub(lambda match: f"<{match[0]}>", text)
    for name, reference in _names(team):
        text = re.sub(rf"(?<![\w/]){re.escape(name)}(?![\w-])", reference.replace("\\", r"\\"), text, flags=re.I)
    return re.sub(r"(?<![\w/])@(here|channel|everyone)\b", r"<!\1>", text)


def _names(team: WorkspaceTeam) -> list[tuple[str, str]]:
    """Returns (name, reference), longer names first, so that none is replaced inside another."""
    names = [(f"@{name}", f"<@{p.id}>") for p in team.seed.everyone for name in (p.real_name, p.name)]
    names += [(f"@{group.handle}", f"<!subteam^{group.id}>") for group in team.seed.groups]
    names += [(f"#{c['name']}", f"<#{c['id']}>") for c in team.channels() if not c["is_im"]]
    return sorted(names, key=lambda pair: -len(pair[0]))
