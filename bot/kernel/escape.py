"""Text from outside, made inert: as Slack's mrkdwn, as a code span, as plain text.

Slack has no escape for `*`, `_`, `~`, backticks and `:emoji:`. So untrusted text is first *marked* (a sentinel stands
before each character that would mean something), and what is done about the marks is decided where the text ends up:
mrkdwn gets look-alikes (or an invisible neighbour), plain text gets the very characters back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from markupsafe import Markup, escape

SENTINEL = "\ue000"  # for private use; taken out of whatever comes from outside
JOINER = "\u2060"  # invisible, no part of any emoji's name, no space at the start of a line
LOOK_ALIKES = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", ":": f":{JOINER}", "&gt;": f"{JOINER}&gt;"}
MOST = 600
"""Characters of a value for which a template sets no measure of its own, counted as Slack counts: escaped."""

# Controls, lone surrogates, and what turns the direction of all that follows (a name in Arabic needs none of these).
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ue000\u2060]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# `_` within a word is no mark: cart_items. A colon is one before what could be an emoji's name (12:30:45 is a time),
# even where only the template may put the second colon, and in an address, which `verbatim` should leave alone but not
# every client does; `&gt;` where the text, and so perhaps the line, begins with it.
_MEANS = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])|:(?!\d\d?(?::|$))(?=[\w+'-]{1,100}(?::|$))|:(?=//)|^&gt;")
_MARKED = re.compile(f"{SENTINEL}(&gt;|.)")
_DATE = re.compile(r"<!date\^[^|<>]*\|([^|<>]*)>")


def visible(text: str) -> str:
    """Without characters that nobody sees. Lines stay."""
    return _UNSEEN.sub("", text)


def straight(text: str) -> str:
    """Without those that turn the direction of all that follows; the rest stays as it was written."""
    return _TURNS.sub("", text)


def clean(text: object) -> str:
    """On one line, without characters that nobody sees; an ellipsis where nothing else is left."""
    whole = str(text)
    return " ".join(visible(whole).split()) or ("…" if whole else "")


def cut(text: object, length: int) -> str:
    """At most `length` characters, the last an ellipsis where something is missing."""
    whole = str(text)
    return whole if len(whole) <= length else whole[: length - 1].rstrip() + "…"


def words(text: object, length: int = MOST) -> Markup:
    """Untrusted text as running words, at most `length` characters as Slack counts. Markup is trusted and stays."""
    return text if isinstance(text, Markup) else _fitting(clean(text), length, _marked)


def code(text: object, length: int = 80) -> Markup:
    """Untrusted text as a code span, at most `length` characters as Slack counts."""
    return Markup("`") + _fitting(clean(text).replace("`", "ˋ") or "…", length, escape) + Markup("`")


def code_block(text: object, length: int = 2500) -> Markup:
    """Untrusted text as a block of code that wraps its one line, at most `length` characters as Slack counts."""
    return Markup("``") + code(text, length) + Markup("``")


def quoted(text: object, length: int = 60) -> Markup:
    """A name that people gave, in quotation marks."""
    return Markup("“") + words(text, length) + Markup("”")


def mrkdwn(text: object) -> str:
    """The end of the way into a mrkdwn field. Slack decodes `&amp; &lt; &gt;` and nothing else."""
    unquoted = str(text).strip().replace("&#34;", '"').replace("&#39;", "'")
    return _MARKED.sub(lambda marked: LOOK_ALIKES[marked[1]], unquoted)


def plain(text: object) -> str:
    """The end of the way into a plain_text field, where nothing is parsed: nothing is escaped, and a date is words."""
    if not isinstance(text, Markup):
        return clean(text)
    return Markup(_DATE.sub(r"\1", text)).unescape().replace(SENTINEL, "")  # noqa: S704 - less of what was markup


def link(label: object, url: object, length: int = 80) -> Markup:
    """A link, to http and https only; to anything else just its label."""
    address = clean(url)
    if not re.match(r"https?://", address, re.IGNORECASE):
        return words(label, length)
    safe = re.sub(r"[\s<>|\"'`*~]", lambda match: f"%{ord(match[0]):02X}", address)
    return Markup("<") + escape(safe) + Markup("|") + words(label, length) + Markup(">")


def mention(who: object) -> Markup:
    """Notifies a person or a group: an id of Slack's, or whatever has `id` and `name`. Anybody else is just named."""
    id, name = str(getattr(who, "id", who)), getattr(who, "name", who)
    if re.fullmatch(r"[UW][A-Z0-9]{1,30}", id):
        return Markup(f"<@{id}>")  # noqa: S704 - an id and nothing else
    if re.fullmatch(r"S[A-Z0-9]{1,30}", id):
        return Markup(f"<!subteam^{id}>")  # noqa: S704 - an id and nothing else
    return words(name, 80)


def channel(id: object) -> Markup:
    """The name of a channel, as a link to it."""
    known = re.fullmatch(r"[CDG][A-Z0-9]{1,30}", str(id))
    return Markup(f"<#{id}>") if known else words(id, 30)  # noqa: S704 - an id and nothing else


def date(moment: datetime, shape: str, fallback: str) -> Markup:
    """A time that Slack shows in each reader's own zone; `shape` is of its date tokens ("{date_short} {time}").

    https://docs.slack.dev/messaging/formatting-message-text, "Date formatting".
    """
    shown = words(fallback).replace("|", "/")
    return Markup(f"<!date^{int(moment.timestamp())}^{shape}|{shown}>")  # noqa: S704 - a number, and words made inert


def _marked(text: str) -> Markup:
    """A quote may be part of an emoji's name, so it is looked at as itself; only Slack reads this, never a page."""
    escaped = str(escape(text)).replace("&#39;", "'")
    # A function: before 3.12, `\g<0>` takes three times as long.
    return Markup(_MEANS.sub(lambda found: SENTINEL + found[0], escaped))  # noqa: S704 - escaped right here


def _fitting(text: str, length: int, written: Callable[[str], Markup]) -> Markup:
    """`text`, cut so that what is written of it is at most `length` long."""
    room = length
    while True:
        shown = written(cut(text, room))
        over = len(shown) - length
        if over <= 0 or room <= 1:
            return shown
        room -= max(1, over // 5)  # a character of the text is at most five of Slack's
