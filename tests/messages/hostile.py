"""Text that wants to be more than text, and what of a message is formatting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

TRICKS = (
    "<!channel>",
    "<!here|here>",
    "<!subteam^S0CHECKOUT>",
    "<@U0MINAPARK>",
    "<#C0INC142CK|general>",
    "<https://evil.example|the post-mortem>",
    "<mailto:a@b.example>",
    "&lt;!channel&gt;",
    "*bold*",
    "_slanted_",
    "~gone~",
    "`code`",
    "```fence```",
    "> quoted",
    ">>> all of it",
    "\n> quoted",
    "\n• item\n1. one",
    ":rotating_light:",
    "::skin-tone-6:",
    "[a](https://evil.example)",
    "https://evil.example",
    "|x>y",
    "%(n)s %s {{ 7 * 7 }} {% raw %}",
    '"},{"type":"divider"},{"',
    "\\",
    "'\"“”",
    "&&&",
    "\u202eevil\u202c",
    "\u2066\u2069\u200f",
    "\u2060*\u2060",
    "\ue000*\ue000`",
    "\x00\x07\x9b",
    "مرحبا",
    "구매하기 버튼",
    "👩‍👩‍👧‍👦",
    "cart_items__total_",
)
EVERYTHING = " ".join(TRICKS) + " x&" * 2500
texts = st.one_of(
    st.lists(st.one_of(st.sampled_from(TRICKS), st.text(max_size=8)), min_size=1, max_size=6).map("".join),
    st.sampled_from("&<>*_~`:|\n ").map(lambda one: one * 5000),
    st.text(min_size=1, max_size=80),
).filter(str.strip)

_CODE = re.compile(r"`[^`\n]*`")
_MARKS = re.compile(
    r"<[^|>]*|https?://|[>*~`\n]|(?<![^\W_])_|_(?![^\W_])|:(?!\d\d?:)(?:(?![ˋˍ])[\w+'-]){1,100}:|^&gt;", re.MULTILINE
)


def marks(made: Any) -> list[list[str]]:
    """What Slack would parse in each mrkdwn text: mentions, links, formatting, emoji, quotes, lines."""
    return [_MARKS.findall(_CODE.sub("`", text)) for text in mrkdwn_in(made)]


def mrkdwn_in(made: Any) -> Iterator[str]:
    if isinstance(made, list):
        for part in made:
            yield from mrkdwn_in(part)
    elif isinstance(made, dict):
        if made.get("type") == "mrkdwn" or ("blocks" in made and isinstance(made.get("text"), str)):
            yield str(made["text"])
        for part in made.values():
            yield from mrkdwn_in(part)


def strings_in(made: Any) -> Iterator[str]:
    """Whatever is shown: all but the values of buttons, which come back to us alone."""
    if isinstance(made, str):
        yield made
    elif isinstance(made, list):
        for part in made:
            yield from strings_in(part)
    elif isinstance(made, dict):
        for name, part in made.items():
            if name != "value":
                yield from strings_in(part)
