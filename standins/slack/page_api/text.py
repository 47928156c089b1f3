"""What somebody typed, as Slack keeps it: `&`, `<` and `>` escaped, mentions, channels and links in brackets."""

from __future__ import annotations

import re

from standins.slack.team import WorkspaceTeam

LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,:;!?)\]'\"*_~`]")
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
WRITTEN = re.compile(r"&lt;(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!(?:here|channel|everyone))&gt;")


def as_kept(team: WorkspaceTeam, text: str) -> str:
    """A code span stays as it is, but for the escapes."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parts = CODE.split(WRITTEN.sub(r"<\1>", escaped))
    return "".join(part if n % 2 else _linked(team, part) for n, part in enumerate(parts))


def as_typed(team: WorkspaceTeam, text: str) -> str:
    """The way back, to edit a message."""
    for name, kept in _names(team):
        text = text.replace(kept, name)
    text = re.sub(r"<(https?://[^|>]+)(\|[^>]*)?>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _linked(team: WorkspaceTeam, text: str) -> str:
    text = LINK.sub(lambda found: f"<{found[0]}>", text)
    for name, kept in _names(team):
        text = re.sub(rf"(?<![\w/]){re.escape(name)}(?![\w-])", kept.replace("\\", r"\\"), text, flags=re.I)
    return re.sub(r"(?<![\w/])@(here|channel|everyone)\b", r"<!\1>", text)


def _names(team: WorkspaceTeam) -> list[tuple[str, str]]:
    """Longer names first, so that one is not found inside another."""
    names = [(f"@{name}", f"<@{p.id}>") for p in team.seed.everyone for name in (p.real_name, p.name)]
    names += [(f"@{group.handle}", f"<!subteam^{group.id}>") for group in team.seed.groups]
    names += [(f"#{c['name']}", f"<#{c['id']}>") for c in team.channels() if not c["is_im"]]
    return sorted(names, key=lambda pair: -len(pair[0]))
